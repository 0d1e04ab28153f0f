"""Sharing between offers or regions: pools of units that may work at several offers, and agreements.

A pool is one more offer. A need may take a pool's unit at the cheapest of its candidates where the pool may
work, so the problem stays a flow, its optimum integral, and one solve places all units best of all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.capacity.chains import held_cost
from lacarte.engines.matching.problem import Problem, Result
from lacarte.engines.matching.solve import solve as solve_matching

__all__ = ["Change", "Pool", "Shared", "changes", "protecting", "share"]

Ints = npt.NDArray[np.int64]
Solver = Callable[[Problem], Result]


@dataclass(frozen=True, eq=False)
class Pool:
    """``units`` of staff or equipment, each of which may work at any one offer of ``offers`` (``bool[k]``)."""

    units: int
    offers: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Change:
    """Who gains and who loses: ``came`` and ``went`` count needs newly served and no longer served.

    Each maps (region, priority class) to a count; ``cost_saved`` is for everybody together.
    """

    came: dict[tuple[int, int], int]
    went: dict[tuple[int, int], int]
    cost_saved: int


@dataclass(frozen=True, eq=False)
class Shared:
    """The match with pools: how many units of each work where, and the proof.

    ``price`` is what one more unit of each pool saves, ``price // step`` levels of need and the rest cost;
    ``gap`` 0 proves that no other placing is better.
    """

    units: npt.NDArray[np.int32]  # [pools, k]
    assignment: npt.NDArray[np.int32]  # [n]
    price: npt.NDArray[np.int64]  # [pools]
    step: int
    change: Change
    gap: int


def share(
    problem: Problem,
    result: Result,
    pools: Sequence[Pool],
    taken: npt.NDArray[np.int32] | None = None,
    region: npt.NDArray[np.int32] | None = None,
    nobody_loses: bool = True,
    solve: Solver = solve_matching,
) -> Shared:
    """Place the units of ``pools`` best of all, beside the capacities that stay where they are.

    ``taken`` (``int32[k]``) is how much of each offer's capacity goes into the pools; none by default, so the
    units are new ones. ``region`` (``int32[n]``) is where each need lives, for the account of who gains.
    With ``nobody_loses``, everybody whom ``result`` serves stays served, whatever the classes of others; it
    asks that the pools can do the work that was taken. Raises ``ValueError`` for what does not fit.
    """
    k = len(problem.capacity)
    _check(pools, k)
    capacity = problem.capacity.astype(np.int64) - (0 if taken is None else taken)
    if taken is not None and ((taken < 0) | (capacity < 0)).any():
        at = int(np.argmax((taken < 0) | (capacity < 0)))
        raise ValueError(f"taken[{at}] = {taken[at]} of a capacity of {problem.capacity[at]}")
    fixed = replace(problem, capacity=capacity)
    wide, place = _with_pools(protecting(fixed, result) if nobody_loses else fixed, pools)
    answer = solve(wide)
    assignment = np.where(answer.assignment < k, answer.assignment, -1)
    pooled = np.flatnonzero(answer.assignment >= k)
    assignment[pooled] = place[answer.assignment[pooled] - k, pooled]
    units = np.zeros((len(pools), k), dtype=np.int32)
    np.add.at(units, (answer.assignment[pooled] - k, assignment[pooled]), 1)
    _own_capacity_first(units, capacity, assignment)
    return Shared(
        units=units,
        assignment=assignment.astype(np.int32),
        price=answer.price[k:].astype(np.int64),
        step=answer.step,
        change=changes(problem, result.assignment, assignment, region),
        gap=answer.gap,
    )


def protecting(problem: Problem, result: Result) -> Problem:
    """The same problem, but who is served by ``result`` comes before everybody else.

    They were all served together, so they all can be again: the optimum leaves out none of them. Raises
    ``ValueError`` when 256 classes leave no room for one more.
    """
    served = result.assignment >= 0
    classes, dense = np.unique(problem.priority_class, return_inverse=True)
    if len(classes) == 256:
        raise ValueError("priority_class takes all 256 classes; protecting those who are served needs one more")
    return replace(
        problem,
        priority_class=np.where(served, 0, dense + 1),
        order=np.where(served, 0, problem.order),
    )


def changes(
    problem: Problem,
    before: npt.NDArray[np.int32],
    after: npt.NDArray[np.int32],
    region: npt.NDArray[np.int32] | None = None,
) -> Change:
    """Who gains and who loses between two assignments (``int32[n]``), by region and class.

    ``problem`` must list every pair that either of them uses. Raises ``ValueError`` for another length.
    """
    n = len(problem.priority_class)
    where = np.zeros(n, dtype=np.int32) if region is None else region
    if where.shape != (n,):
        raise ValueError(f"region has the shape {where.shape}, there are {n} needs")
    return Change(
        came=_count(where, problem.priority_class, (before < 0) & (after >= 0)),
        went=_count(where, problem.priority_class, (before >= 0) & (after < 0)),
        cost_saved=int(held_cost(problem, before).sum() - held_cost(problem, after).sum()),
    )


def _check(pools: Sequence[Pool], k: int) -> None:
    for at, pool in enumerate(pools):
        if pool.units < 0 or pool.units >= 2**31 or pool.offers.shape != (k,):
            raise ValueError(f"pools[{at}] has {pool.units} units and the shape {pool.offers.shape}")


def _count(
    region: npt.NDArray[np.int32], classes: npt.NDArray[np.uint8], which: npt.NDArray[np.bool_]
) -> dict[tuple[int, int], int]:
    pairs, counts = np.unique(np.column_stack([region[which], classes[which]]), axis=0, return_counts=True)
    return {(int(r), int(c)): int(count) for (r, c), count in zip(pairs, counts, strict=True)}


def _with_pools(problem: Problem, pools: Sequence[Pool]) -> tuple[Problem, npt.NDArray[np.int32]]:
    """The problem with each pool as one more offer; and ``int32[pools, n]``, where it would serve each need."""
    n, k, rows = len(problem.priority_class), len(problem.capacity), problem.rows
    place = np.full((len(pools), n), -1, dtype=np.int32)
    needs, offers, costs = [rows], [problem.candidate_offer], [problem.candidate_cost]
    for at, pool in enumerate(pools):
        pairs = np.flatnonzero(pool.offers[problem.candidate_offer])
        pairs = pairs[np.lexsort((problem.candidate_cost[pairs], rows[pairs]))]
        first = pairs[np.flatnonzero(np.diff(rows[pairs], prepend=-1))]
        place[at, rows[first]] = problem.candidate_offer[first]
        needs.append(rows[first])
        offers.append(np.full(len(first), k + at, dtype=np.int32))
        costs.append(problem.candidate_cost[first])
    need = np.concatenate(needs)
    order = np.argsort(need, kind="stable")
    capacity = np.concatenate([problem.capacity, [pool.units for pool in pools]]).astype(np.int32)
    places = problem.offer_place
    wide = replace(
        problem,
        candidate_start=np.concatenate([[0], np.cumsum(np.bincount(need, minlength=n))]),
        candidate_offer=np.concatenate(offers)[order],
        candidate_cost=np.concatenate(costs)[order],
        capacity=capacity,
        offer_place=None if places is None else np.vstack([places, np.full((len(pools), 2), np.nan)]),
    )
    return wide, place


def _own_capacity_first(units: npt.NDArray[np.int32], capacity: Ints, assignment: npt.NDArray[np.int32]) -> None:
    """Take back pool units from offers that had a place of their own left; which of the two is a tie."""
    load = np.bincount(assignment[assignment >= 0], minlength=len(capacity))
    left = np.maximum(capacity - (load - units.sum(axis=0)), 0)
    for row in units:
        back = np.minimum(row, left)
        row -= back.astype(np.int32)
        left -= back
