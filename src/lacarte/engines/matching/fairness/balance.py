"""Who inside a class: as even as possible across regions, at the cost of nobody served.

How many people each class serves is the same whatever order is used inside it (the sets that can be served are a
matroid), so balance costs travel only, and classes do not get into each other's way. Both functions here give an
``order`` for ``Problem``, 0 for who is to be served and 1 for who is not: solve with it and exactly they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.candidates.build import Candidates
from lacarte.engines.matching.fairness.balance_bound import exchange_regions
from lacarte.engines.matching.flow import cheapest_flows
from lacarte.engines.matching.problem import Problem, Result

__all__ = ["Balance", "balanced", "max_min_exact", "max_min_order"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Solve = Callable[[Problem], Result]


@dataclass(frozen=True, eq=False)
class Balance:
    """Served people before and after, a row for each class and a column for each region, and what it costs.

    ``bound`` is proved: no way of serving as many in each class gives the worst region of the class a better rate.
    """

    classes: Ints
    region: Ints
    people: Ints  # [classes, regions]
    before: Ints
    after: Ints
    cost_before: int
    cost_after: int
    bound: Floats  # [classes]

    @property
    def worst_before(self) -> Floats:
        """``float64[classes]``: the worst region's served rate, of those with anybody in the class."""
        return _worst(self.people, self.before)

    @property
    def worst_after(self) -> Floats:
        """The same, after."""
        return _worst(self.people, self.after)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Each need's class and region as row and column of a table."""

    classes: Ints
    region: Ints
    row: Ints  # [n]
    column: Ints  # [n]
    people: Ints  # [classes, regions]

    def count(self, served: npt.NDArray[np.bool_]) -> Ints:
        table = np.zeros_like(self.people)
        np.add.at(table, (self.row[served], self.column[served]), 1)
        return table


def max_min_order(
    problem: Problem, region: Ints, solve: Solve, rounds: int = 4, levels: int = 50
) -> tuple[npt.NDArray[np.int32], Balance]:
    """Balance large problems: rank needs within their region, let equal ranks be equal, and rank again.

    The need ranked ``r`` of ``n`` in its region and class goes by ``r / n``, in steps of ``1 / levels``: first by
    ``problem.order``, then whoever was served in the round before, then whoever needs the smallest surcharge. Each
    class keeps the best of all ``rounds``, so the worst rate never falls; ``bound`` says how far from the best it
    may be. ``solve`` has to be exact in whom it serves; it is called up to ``rounds + 3`` times.
    Raises ``ValueError`` for a ``region`` of another length or ``levels`` below 1.
    """
    if levels < 1:
        raise ValueError(f"levels is {levels}, it must be 1 or more")
    cells = _cells(problem, region)
    first = last = solve(problem)
    served = first.assignment >= 0
    before = best = cells.count(served)
    for _ in range(rounds):
        last = solve(replace(problem, order=_ranked(problem, cells, last, levels)))
        now = cells.count(last.assignment >= 0)
        better = [
            _evenness(cells.people[c], now[c]) > _evenness(cells.people[c], best[c]) for c in range(len(now))
        ]
        if not any(better):
            break
        take = np.array(better)
        served = np.where(take[cells.row], last.assignment >= 0, served)
        best = np.where(take[:, None], now, best)
    order = (~served).astype(np.int32)
    result = solve(replace(problem, order=order))
    report = _report(problem, cells, before, first.cost, result.assignment, result.cost)
    alone = _rate_if_preferred(problem, cells, _worst_regions(cells, report.after), solve)
    return order, replace(report, bound=np.minimum(report.bound, alone))


def balanced(found: Candidates, region: Ints, solve: Solve) -> tuple[Candidates, Balance]:
    """The same candidates in the order that :func:`max_min_order` finds for ``region`` (``int64[n]``).

    ``solve`` has to be exact in whom it serves. Raises ``ValueError`` for a ``region`` of another length.
    """
    order, balance = max_min_order(found.problem, region, solve)
    return found.ordered(order), balance


def max_min_exact(problem: Problem, region: Ints, solve: Solve) -> tuple[npt.NDArray[np.int32], Balance]:
    """The most even balance there is (leximin of the regions' rates in each class), then the least cost.

    A min-cost flow: each region and class is a node, and its ``r``-th place is worth less than the first place of
    anybody at a lower rate (lexicographically optimal base of a polymatroid: Fujishige 1980, Mathematics of
    Operations Research 5). For some 100,000 needs. Raises ``ValueError`` when ``problem.order`` is not the same
    for all (the flow knows no ranks inside a region) or when the numbers are too large to be exact.
    """
    if problem.order.size and (problem.order != problem.order[0]).any():
        raise ValueError(
            f"order[{int(np.argmax(problem.order != problem.order[0]))}] differs; it must be one for all"
        )
    cells = _cells(problem, region)
    chosen = _flow(problem, cells)
    first = solve(problem)
    assignment = np.where(chosen >= 0, problem.candidate_offer[chosen] if len(problem.candidate_offer) else -1, -1)
    cost = int(problem.candidate_cost[chosen[chosen >= 0]].sum(dtype=np.int64))
    before = cells.count(first.assignment >= 0)
    return (chosen < 0).astype(np.int32), _report(problem, cells, before, first.cost, assignment, cost)


def _cells(problem: Problem, region: Ints) -> _Cells:
    if len(region) != len(problem.priority_class):
        raise ValueError(f"region has {len(region)} entries, there are {len(problem.priority_class)} needs")
    classes, row = np.unique(problem.priority_class.astype(np.int64), return_inverse=True)
    regions, column = np.unique(np.asarray(region, dtype=np.int64), return_inverse=True)
    people = np.zeros((len(classes), len(regions)), dtype=np.int64)
    np.add.at(people, (row, column), 1)
    return _Cells(classes, regions, row, column, people)


def _report(
    problem: Problem, cells: _Cells, before: Ints, cost_before: int, assignment: Any, cost_after: int
) -> Balance:
    """What changed. Raises ``RuntimeError`` when a class lost anybody: the solver would be wrong."""
    after = cells.count(assignment >= 0)
    if (before.sum(axis=1) != after.sum(axis=1)).any():
        raise RuntimeError(f"balance changed who is served by class from {before.sum(1)} to {after.sum(1)}")
    bound, worst = np.ones(len(cells.classes)), _worst_regions(cells, after)
    for c, name in enumerate(cells.classes):
        group = exchange_regions(problem, assignment, cells.column, len(cells.region), int(worst[c]), int(name))
        bound[c] = _fair_share(cells.people[c, group], int(after[c, group].sum()))
    return Balance(cells.classes, cells.region, cells.people, before, after, cost_before, cost_after, bound)


def _worst_regions(cells: _Cells, served: Ints) -> Ints:
    """``int64[classes]``: the column of the region with the worst rate, of those with anybody in the class."""
    rates = np.where(cells.people > 0, _rates(cells.people, served), np.inf)
    return np.array([int(np.argmin(row)) for row in rates], dtype=np.int64)


def _rate_if_preferred(problem: Problem, cells: _Cells, column: Ints, solve: Solve) -> Floats:
    """``float64[classes]``: the rate that one region of each class gets when it goes before all others."""
    alone = solve(replace(problem, order=(cells.column != column[cells.row]).astype(np.int32)))
    at = np.arange(len(column)), column
    return np.asarray(_rates(cells.people, cells.count(alone.assignment >= 0))[at], dtype=np.float64)


def _rates(people: Ints, served: Ints) -> Floats:
    """Served by people; 1 where there is nobody to serve."""
    return np.where(people > 0, served / np.maximum(people, 1), 1.0)


def _worst(people: Ints, served: Ints) -> Floats:
    return np.asarray(_rates(people, served).min(axis=1, initial=1.0), dtype=np.float64)


def _evenness(people: Ints, served: Ints) -> list[float]:
    """The rates, worst first: lists compare as leximin does."""
    return sorted(_rates(people, served).tolist())


def _fair_share(people: Ints, total: int) -> float:
    """The best worst rate when ``total`` whole places could go to any of these regions."""

    def places(rate: float) -> Floats:
        return np.asarray(np.maximum(np.ceil(rate * people - 1e-9), 0.0), dtype=np.float64)

    low, high = 0.0, total / people.sum() + 1e-9
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if places(middle).sum() <= total else (low, middle)
    return float((places(low) / people).min())


def _places(cells: _Cells, within: Ints) -> Ints:
    """``int64[n]``: 0, 1, … for the needs of each class and region in the order of ``within``."""
    cell = cells.row * len(cells.region) + cells.column
    sequence = np.lexsort((within, cell))
    place = np.empty(len(cell), dtype=np.int64)
    place[sequence] = np.arange(len(cell)) - np.searchsorted(cell[sequence], cell[sequence])
    return place


def _ranked(problem: Problem, cells: _Cells, last: Result, levels: int) -> npt.NDArray[np.int32]:
    """The order for the next round. Needs without candidates come last, they take no place."""
    surcharge = np.full(len(cells.row), np.iinfo(np.int64).max)
    np.minimum.at(surcharge, problem.rows, problem.candidate_cost + last.price[problem.candidate_offer])
    surcharge[last.assignment >= 0] = -1
    alone = np.diff(problem.candidate_start) == 0
    within = np.empty(len(cells.row), dtype=np.int64)
    within[np.lexsort((surcharge, problem.order, alone))] = np.arange(len(cells.row))
    place = _places(cells, within)
    return (place * levels // cells.people[cells.row, cells.column]).astype(np.int32)


def _penalties(problem: Problem, cells: _Cells) -> Ints:
    """``int64[n]``: what leaving the ``r``-th place of each region and class empty costs, a need for each place.

    A place is filled before all places of less urgent classes, then before those of regions at a higher rate, then
    before those at the same rate that would raise their region less (the larger region).
    """
    place = _places(cells, np.arange(len(cells.row)))
    people = cells.people[cells.row, cells.column]
    sequence = np.lexsort((people, place / people, cells.row))
    columns = (cells.row[sequence], (place / people)[sequence], people[sequence])
    new = np.zeros(len(sequence), dtype=np.int64)
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    level = np.empty(len(sequence), dtype=np.int64)
    level[sequence] = np.cumsum(new)
    levels = int(new.sum()) + 1
    nodes = len(sequence) + len(problem.capacity) + cells.people.size + 2
    if levels * problem.step * nodes >= 2**62:
        raise ValueError("too many needs for these costs; use max_min_order or a coarser unit of cost")
    return (levels - level) * problem.step


def _flow(problem: Problem, cells: _Cells) -> Ints:
    """``int64[n]``: the candidate that serves each need, or -1.

    Nodes: needs, offers, a cell for each class and region, the sink. A cell sends each of its people to a need or,
    at the penalty of the place left empty, to the sink.
    """
    n, k, m = len(cells.row), len(problem.capacity), len(problem.candidate_offer)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    penalty = _penalties(problem, cells)
    cell = n + k + cells.row * len(cells.region) + cells.column
    sink = n + k + cells.people.size
    flows = cheapest_flows(
        tails=np.concatenate([problem.rows, np.arange(n, n + k), cell, cell]),
        heads=np.concatenate([n + problem.candidate_offer, np.full(k, sink), np.arange(n), np.full(n, sink)]),
        capacities=np.concatenate([np.ones(m), problem.capacity, np.ones(2 * n)]),
        costs=np.concatenate([problem.candidate_cost, np.zeros(k + n, dtype=np.int64), penalty]),
        supplies=np.concatenate([np.zeros(n + k, dtype=np.int64), cells.people.ravel(), [-n]]),
    )
    used = np.flatnonzero(flows[:m] > 0)
    chosen = np.full(n, -1, dtype=np.int64)
    chosen[problem.rows[used]] = used
    return chosen
