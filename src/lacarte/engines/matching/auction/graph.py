"""The matching problem in the auction's own numbering: what is near together on the ground is near in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import in_blocks
from lacarte.engines.geography.curve import hilbert_order
from lacarte.engines.matching.auction import row_kernels as kernels
from lacarte.engines.matching.problem import Problem

Ints = npt.NDArray[np.int64]
Arcs = npt.NDArray[np.signedinteger]

#: The needs are cut in two along the curve; each half bids on its own wherever it meets nobody of the other.
BLOCKS = 2


@dataclass(frozen=True, eq=False)
class Graph:
    """Rows of arcs (see ``auction.kernels``) of ``n`` needs over ``k`` offers, renumbered along a curve."""

    need: Ints  # [n], the problem's number of each need
    offer: Ints  # [k], the problem's number of each offer
    first: Ints  # [n + 1]
    arc: Arcs  # [m]
    room: Ints  # [k], units that can be used at all: the capacity, or all who could come
    ample: npt.NDArray[np.bool_]  # [k], there is a unit for all who could come
    bounds: list[int]  # of the blocks of needs
    boundary: npt.NDArray[np.uint8]  # [n], 1: shares an offer with the other block
    threads: int

    def each_block(self, work: Any) -> list[Any]:
        """``work(first need, last need)`` of each block, side by side where there are threads."""
        return in_blocks(work, self.bounds, self.threads)


def graph(problem: Problem, threads: int) -> Graph:
    """Renumber ``problem``, which stays as it is."""
    n, k = len(problem.priority_class), len(problem.capacity)
    need, offer = _along_the_curve(problem.need_place, n), _along_the_curve(problem.offer_place, k)
    rank = np.empty(k, dtype=np.int64)
    rank[offer] = np.arange(k)
    first = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.diff(problem.candidate_start)[need], out=first[1:])
    short = k <= 2**16 and problem.largest_cost < 2**16
    arc = np.empty(first[-1], dtype=np.int32 if short else np.int64)
    bounds = sorted({round(n * block / BLOCKS) for block in range(BLOCKS + 1)})
    copy = kernels.copy_rows.at_size(n)
    share = kernels.mark_boundary.at_size(n)
    start, candidate, cost = problem.candidate_start, problem.candidate_offer, problem.candidate_cost
    seen = np.zeros((len(bounds), k), dtype=np.int32)

    def prepare(low: int, high: int) -> None:
        copy(low, high, need, rank, start, candidate, cost, first, arc, seen[bounds.index(low)])

    in_blocks(prepare, bounds, threads)
    shared = (np.count_nonzero(seen, axis=0) > 1).astype(np.uint8)
    boundary = np.zeros(n, dtype=np.uint8)
    in_blocks(lambda low, high: share(low, high, first, arc, shared, boundary), bounds, threads)
    come, capacity = seen.sum(axis=0), problem.capacity[offer].astype(np.int64)
    ample = capacity >= come
    return Graph(need, offer, first, arc, np.minimum(capacity, come), ample, bounds, boundary, threads)


def packed(offer: Ints, cost: Ints, kind: np.dtype[np.signedinteger]) -> Arcs:
    """Arcs of that kind; the upper half of a short one may come out negative."""
    return ((offer << (4 * kind.itemsize)) | cost).astype(kind)


def _along_the_curve(place: npt.NDArray[np.float64] | None, count: int) -> Ints:
    return np.arange(count) if place is None else hilbert_order(place[:, 0], place[:, 1])
