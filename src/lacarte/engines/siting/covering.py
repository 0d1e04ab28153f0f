"""Where to open sites so that most people have one within reach: maximal covering, with a bound.

Counting who is left out makes it a p-median with distances 0 and 1 (Church and ReVelle, Geographical Analysis
1976), so the same search serves. Demands that the same sites reach are one demand. What the search leaves open,
SCIP's cuts and branches settle where the merged problem is small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.siting.branching import Search
from lacarte.engines.siting.interchange import layout
from lacarte.engines.siting.locations import Locations, whole_number

__all__ = ["Covering", "maximal_covering"]

#: From this many merged pairs on, an exact solver would take minutes and the bound of the search has to do.
EXACT_UP_TO = 100_000

#: SCIP stops after so many nodes of its tree: a limit that, unlike seconds, is the same on every machine.
NODES = 2_000


@dataclass(frozen=True, eq=False)
class Covering:
    """``open`` says which sites are open, existing ones included; ``covered`` who has one within reach.

    ``value`` is the weight covered; no choice of sites within the budget covers more than ``bound``. ``gap`` 0 is
    a proof. ``complete`` is false where Ctrl-C cut the search short.
    """

    open: npt.NDArray[np.bool_]  # [k]
    covered: npt.NDArray[np.bool_]  # [n]
    value: int
    bound: int
    spent: int
    complete: bool = True

    @property
    def gap(self) -> int:
        """Bound less value."""
        return self.bound - self.value


def maximal_covering(locations: Locations, budget: int, reach: int, branches: int = 50) -> Covering:
    """Open sites within ``budget`` so that the weight of demands with an open site within ``reach`` is greatest.

    With costs of 1 the budget is the number of sites to open, besides those that exist. ``branches`` limits how
    often the search for a proof may branch; 0 leaves the gap of the first bound. Raises ``ValueError`` for
    numbers that are negative or not whole.
    """
    reach = whole_number("reach", reach)
    merged, unreachable = _merged(locations, reach)
    search = Search(merged, budget)
    complete = search.run(branches)
    best, left_out = search.best, search.bound
    if complete and branches and search.bound < search.value and len(merged.site) <= EXACT_UP_TO:
        best, left_out = _exact(merged, search.budget, search)
    pairs = (locations.distance <= reach) & best[locations.site]
    covered = np.zeros(len(locations.weight), dtype=bool)
    covered[locations.demands[pairs]] = True
    return Covering(
        open=best,
        covered=covered,
        value=int(locations.weight[covered].sum()),
        bound=int(locations.weight.sum()) - unreachable - left_out,
        spent=int(locations.cost[best & ~locations.existing].sum()),
        complete=complete,
    )


def _merged(locations: Locations, reach: int) -> tuple[Locations, int]:
    """One demand for all that the same sites reach, served or not; and the weight that none reaches."""
    near = locations.distance <= reach
    demands, sites = locations.demands[near], locations.site[near]
    sites = sites[np.lexsort((sites, demands))]
    start = np.concatenate([[0], np.cumsum(np.bincount(demands, minlength=len(locations.weight)))])
    rows: dict[bytes, int] = {}
    raw, width = sites.tobytes(), sites.itemsize
    weights: list[int] = []
    unreachable = 0
    ends = (start * width).tolist()
    for weight, first, last in zip(locations.weight.tolist(), ends, ends[1:], strict=False):
        if first == last:
            unreachable += weight
            continue
        row = rows.setdefault(raw[first:last], len(rows))
        if row == len(weights):
            weights.append(0)
        weights[row] += weight
    site = np.frombuffer(b"".join(rows), dtype=sites.dtype)
    lengths = np.array([len(row) // width for row in rows], dtype=np.int64)
    merged = Locations(
        start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        site=site,
        distance=np.zeros(len(site), dtype=np.int32),
        cost=locations.cost,
        weight=np.array(weights, dtype=np.int64),
        existing=locations.existing,
        beyond=1,
    )
    return merged, unreachable


def _exact(merged: Locations, budget: int, search: Search) -> tuple[npt.NDArray[np.bool_], int]:
    """The best sites and a bound on the weight left out, as good as SCIP makes them within its limit of nodes."""
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("SCIP")
    if solver is None:  # a build of OR-tools without it
        return search.best, search.bound
    solver.SetSolverSpecificParametersAsString(f"limits/nodes = {NODES}")
    opened = [solver.BoolVar("") for _ in merged.cost]
    missed = [solver.NumVar(0, 1, "") for _ in merged.weight]
    _state(solver, opened, missed, merged, budget)
    solver.SetHint(opened, search.best.astype(float).tolist())
    status = solver.Solve()
    if status not in (solver.OPTIMAL, solver.FEASIBLE):
        return search.best, search.bound
    best = np.array([variable.solution_value() > 0.5 for variable in opened])
    if layout(merged, budget, best).value >= search.value:
        best = search.best
    # SCIP computes with a tolerance; whole weights leave room for it.
    return best, max(search.bound, math.ceil(solver.Objective().BestBound() - 1e-4))


def _state(solver: Any, opened: list[Any], missed: list[Any], merged: Locations, budget: int) -> None:
    """Each demand has an open site or is missed; least weight missed within the budget."""
    room = solver.Constraint(0, budget)
    for site, cost, exists in zip(opened, merged.cost.tolist(), merged.existing.tolist(), strict=True):
        if exists:
            site.SetBounds(1, 1)
        else:
            room.SetCoefficient(site, cost)
    for i, (variable, weight) in enumerate(zip(missed, merged.weight.tolist(), strict=True)):
        solver.Objective().SetCoefficient(variable, weight)
        row = solver.Constraint(1, solver.infinity())
        row.SetCoefficient(variable, 1)
        for j in merged.site[merged.start[i] : merged.start[i + 1]].tolist():
            row.SetCoefficient(opened[j], 1)
    solver.Objective().SetMinimization()
