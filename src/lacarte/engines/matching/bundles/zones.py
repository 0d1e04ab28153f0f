"""Contested zones of a large answer, each searched completely while the others stay as they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.bundles.exact import solve_exact
from lacarte.engines.matching.bundles.problem import BundleProblem
from lacarte.engines.matching.bundles.value import rating, served_in

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


ZONES, SIZE = 20, 80  # how many zones, and bundles in one
EFFORT = 1.0  # deterministic seconds for each class of a zone


def polish(problem: BundleProblem, choice: Ints, surplus: Floats, seed: int) -> Iterator[Ints]:
    """Better and better answers (``int64[parts]``), from zones around unserved bundles that prices would serve.

    ``surplus`` (``float64[n]``): what each bundle saves by being served, at the prices. A zone is such a
    bundle, those who hold what it could use, and others who could use it.
    """
    unserved = ~served_in(problem, choice)
    wanting = np.flatnonzero(unserved & (surplus > -0.1 * problem.step))
    for b in wanting[np.lexsort((-surplus[wanting], problem.priority_class[wanting]))][:ZONES]:
        if served_in(problem, choice)[b]:
            continue
        zone = _around(problem, choice, surplus, int(b))
        better = _searched(problem, choice, zone, seed)
        if rating(problem, better) < rating(problem, choice):
            choice = better
            yield choice


def _around(problem: BundleProblem, choice: Ints, surplus: Floats, b: int) -> Ints:
    """The zone of ``b``: those nearest to indifference, whom the prices cannot place, come first."""
    near = np.zeros(len(problem.capacity), dtype=bool)
    first, last = problem.part_start[b], problem.part_start[b + 1]
    near[problem.candidate_lot[problem.candidate_start[first] : problem.candidate_start[last]]] = True
    taken = np.flatnonzero(choice >= 0)
    holders = problem.part_bundle[taken[near[problem.candidate_lot[choice[taken]]]]]
    could = problem.part_bundle[problem.candidate_part[near[problem.candidate_lot]]]
    could = could[~served_in(problem, choice)[could] & (surplus[could] > -0.1 * problem.step)]
    zone = np.unique(np.concatenate([holders, could]))
    zone = zone[zone != b]
    zone = zone[np.argsort(np.abs(surplus[zone]), kind="stable")][: SIZE - 1]
    return np.sort(np.append(zone, b))


def _searched(problem: BundleProblem, choice: Ints, zone: Ints, seed: int) -> Ints:
    """The answer with the best found for the zone."""
    part = _entries(problem.part_start, zone)
    candidate = _entries(problem.candidate_start, part)
    others = np.delete(choice, part)
    used = np.bincount(problem.candidate_lot[others[others >= 0]], minlength=len(problem.capacity))
    small = _restricted(problem, zone, part, candidate, problem.capacity - used)
    start = np.where(choice[part] < 0, -1, np.searchsorted(candidate, choice[part]))
    found = solve_exact(small, start, EFFORT, seed).choice
    better = choice.copy()
    better[part] = -1
    better[part[found >= 0]] = candidate[found[found >= 0]]
    return better


def _restricted(problem: BundleProblem, zone: Ints, part: Ints, candidate: Ints, left: Ints) -> BundleProblem:
    """The problem of these bundles alone, for the capacity that the others leave."""
    rule = _entries(problem.rule_start, zone)
    lots, lot = np.unique(problem.candidate_lot[candidate], return_inverse=True)
    return BundleProblem(
        part_start=_starts(problem.part_start, zone),
        candidate_start=_starts(problem.candidate_start, part),
        candidate_lot=lot.astype(np.int32),
        candidate_cost=problem.candidate_cost[candidate],
        capacity=left[lots].astype(np.int32),
        priority_class=problem.priority_class[zone],
        order=problem.order[zone],
        skip_cost=problem.skip_cost[part],
        rule_start=_starts(problem.rule_start, zone),
        rule_first=problem.rule_first[rule],
        rule_second=problem.rule_second[rule],
        rule_kind=problem.rule_kind[rule],
        rule_saving=problem.rule_saving[rule],
        lot_provider=problem.lot_provider[lots],
        lot_place=problem.lot_place[lots],
        lot_day=problem.lot_day[lots],
        lot_begin=problem.lot_begin[lots],
        lot_end=problem.lot_end[lots],
    )


def _entries(start: Ints, rows: Ints) -> Ints:
    """``int64``: the entries of some rows of a CSR array."""
    return np.concatenate([np.arange(start[r], start[r + 1]) for r in rows]).astype(np.int64)


def _starts(start: Ints, rows: Ints) -> Ints:
    """The start array of these rows alone."""
    return np.append(0, np.cumsum(start[rows + 1] - start[rows]))
