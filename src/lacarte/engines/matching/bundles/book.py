"""A bundle problem laid out for the kernels: its rules worked out for every pair of candidates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import Kernel
from lacarte.engines.matching.bundles.kernels import fill_grids
from lacarte.engines.matching.bundles.problem import MOST_PARTS, BundleProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
ENDLESS = 2**40  # as free places: never full


class Book(NamedTuple):
    """A problem's arrays, as :class:`BundleProblem` names them, with its rules worked out.

    Pair ``q`` of parts of a bundle holds ``grid[pair_grid[q] + x * columns + y]``: what candidate ``x`` of the
    earlier part and ``y`` of the later one save together, -1 where a rule forbids them.
    """

    part_start: Ints
    candidate_start: Ints
    lot: npt.NDArray[np.int32]
    cost: npt.NDArray[np.int32]
    skip: npt.NDArray[np.int32]
    bundle: Ints  # [parts], bundle of a part
    penalty: Ints  # [n]
    rank: npt.NDArray[np.uint8]  # [n], priority class
    pair_start: Ints  # [n + 1]
    earlier: npt.NDArray[np.int8]  # [pairs], part inside the bundle
    later: npt.NDArray[np.int8]  # [pairs]
    pair_grid: Ints  # [pairs]
    pair_most: Ints  # [pairs], the most its grid saves
    grid: npt.NDArray[np.int32]


class Standing(NamedTuple):
    """Who holds what: for each lot a linked list of the parts it serves."""

    choice: Ints  # [parts], candidate or -1
    served: npt.NDArray[np.bool_]  # [n]
    left: Ints  # [k], free places
    open: Ints  # [k], 0 for a lot that may not be asked now, else a large number
    price: Floats  # [k]
    toll: Floats  # [k], the price while the lot is full, else 0
    head: Ints  # [k], part or -1
    after: Ints  # [parts]
    before: Ints  # [parts]
    touched: Ints  # [n], the last chain that moved the bundle


class Table(NamedTuple):
    """Scratch space for one bundle's search: its parts' ways, cheapest first."""

    way: Ints  # [5, most + 1], candidates, -1 to leave the part out
    value: Floats  # [5, most + 1]
    ways: Ints  # [5], how many
    at: Ints  # [5]
    sum: Floats  # [6], of the parts before
    rest: Floats  # [6], least that the parts from here on add
    pick: Ints  # [5], the answer


def fast(work: Kernel[..., Any], problem: BundleProblem) -> Callable[..., Any]:
    """The kernel, compiled from 2,000 candidates on: each is looked at a hundred times."""
    return work.at_size(len(problem.candidate_lot) * 10)


def table_for(problem: BundleProblem) -> Table:
    """Scratch space for the largest part."""
    most = int(np.diff(problem.candidate_start).max(initial=0)) + 1
    way = np.zeros((MOST_PARTS, most), dtype=np.int64)
    ways, at, pick = (np.zeros(MOST_PARTS, dtype=np.int64) for _ in range(3))
    total, rest = np.zeros(MOST_PARTS + 1), np.zeros(MOST_PARTS + 1)
    return Table(way=way, value=np.zeros(way.shape), ways=ways, at=at, sum=total, rest=rest, pick=pick)


def book_for(problem: BundleProblem) -> Book:
    """Lay out a problem. Raises ``ValueError`` when rules join parts with too many candidates."""
    sizes = np.diff(problem.candidate_start)
    rule_bundle = np.repeat(np.arange(len(problem.priority_class)), np.diff(problem.rule_start))
    base = problem.part_start[rule_bundle]
    low, high = (f(problem.rule_first, problem.rule_second) for f in (np.minimum, np.maximum))
    key = (rule_bundle * MOST_PARTS + high) * MOST_PARTS + low
    _, one, pair = np.unique(key, return_index=True, return_inverse=True)
    cells = sizes[base[one] + low[one]] * sizes[base[one] + high[one]]
    starts = np.concatenate([[0], np.cumsum(cells)]).astype(np.int64)
    if starts[-1] > 2**31:
        raise ValueError(f"rules join {starts[-1]} pairs of candidates, which is too many; use fewer candidates")
    grid = np.zeros(starts[-1], dtype=np.int32)
    ends = (base + problem.rule_first, base + problem.rule_second)
    forward = problem.rule_first < problem.rule_second
    columns = [starts[pair], *ends, forward, problem.rule_kind, problem.rule_saving]
    rules = np.stack(columns, axis=1).astype(np.int64)
    attribute = np.stack([problem.lot_provider, problem.lot_place, problem.lot_day])
    times = (problem.lot_begin, problem.lot_end)
    fast(fill_grids, problem)(problem.candidate_start, problem.candidate_lot, rules, attribute, *times, grid)
    return Book(
        part_start=problem.part_start,
        candidate_start=problem.candidate_start,
        lot=problem.candidate_lot,
        cost=problem.candidate_cost,
        skip=problem.skip_cost,
        bundle=problem.part_bundle,
        penalty=problem.penalty,
        rank=problem.priority_class,
        pair_start=np.searchsorted(rule_bundle[one], np.arange(len(problem.priority_class) + 1)),
        earlier=low[one],
        later=high[one],
        pair_grid=starts[:-1],
        pair_most=_most(grid, starts),
        grid=grid,
    )


def _most(grid: npt.NDArray[np.int32], starts: Ints) -> Ints:
    """The largest entry of each grid, 0 for an empty one."""
    most = np.zeros(len(starts) - 1, dtype=np.int64)
    full = np.flatnonzero(np.diff(starts))
    if len(full):
        most[full] = np.maximum.reduceat(grid, starts[full]).clip(0)
    return most


def standing_for(problem: BundleProblem, price: Floats) -> Standing:
    """Nobody holds anything yet."""
    n, k, parts = len(problem.priority_class), len(problem.capacity), problem.parts
    nobody = [np.full(size, -1, dtype=np.int64) for size in (parts, k, parts, parts, n)]
    choice, head, after, before, touched = nobody
    left = problem.capacity.astype(np.int64)
    return Standing(
        choice=choice,
        served=np.zeros(n, dtype=bool),
        left=left,
        open=np.where(left > 0, ENDLESS, 0),
        price=price,
        toll=np.where(left > 0, 0.0, price),
        head=head,
        after=after,
        before=before,
        touched=touched,
    )
