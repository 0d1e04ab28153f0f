"""A forward and reverse auction with falling increments, for needs that want one unit and offers that have many.

In each phase nobody may do better by more than ``epsilon``. Needs that could bid again (forward); offers left
with a free place and a price lower it (reverse); then ``epsilon`` is divided. Method: Bertsekas and Castañon,
"A forward/reverse auction algorithm for asymmetric assignment problems", 1992, extended to capacities. What is
ours (docs/explanation/matching-engine.md): all prices fall by twice the increment before each phase, so
that hardly any priced place is left free; rows and columns are kept to the arcs that can still matter, and the
last pass over all arcs tells whether that was right; strict classes are solved with a small step between them,
proved by who reaches whom, and the prices lifted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.auction import kernels
from lacarte.engines.matching.auction.graph import Graph, Ints
from lacarte.engines.matching.auction.sample import how_sparse, sampled
from lacarte.engines.matching.problem import Problem

Progress = Callable[[str, float], None]

#: By how much the increment shrinks from phase to phase, and how far prices fall first, in increments.
SHRINK = 4
FALL = 2
#: Increments above this part of the mean cost are rough: priced places that are left free are not looked at.
FINE = 1 / 20
#: Arcs that cost more than the best by this many increments are set aside, in rough and in fine phases; the least
#: such window of a fine phase is a part of the mean cost.
ROUGH_WINDOW = 2
WINDOW = 4
LEAST_WINDOW = 1 / 20
#: How much finer than a unit of cost prices are at first, and by how much finer still if that does not do.
FIRST_SCALE = 1 << 12
FINER = 1 << 5
#: No price is larger, so that sums of a few of them fit 64 bits.
LARGEST = 1 << 60


@dataclass(eq=False)
class Columns:
    """The near arcs by offer, and how far down each price may go with them alone."""

    first: Ints  # [k + 1]
    need: npt.NDArray[np.int32]
    cost: npt.NDArray[np.int32] | npt.NDArray[np.uint16]
    floor: Ints  # [k]


@dataclass(eq=False)
class Auction:
    """The state of an auction over ``graph`` with ``weight: int64[n]`` (class steps lost if unserved) a need."""

    graph: Graph
    weight: Ints
    step: int  # cost units that one weight is worth
    mean_cost: float
    scale: int = FIRST_SCALE
    size: int = 0  # of the problem that this is a sample of: compiled as that is
    columns: Columns | None = None  # of the near arcs
    all_columns: Columns | None = None
    narrowed_at: int = 0
    limit: Ints = field(init=False)  # [n], scaled
    price: Ints = field(init=False)  # [k], scaled

    def __post_init__(self) -> None:
        n, room = len(self.weight), self.graph.room
        k = len(room)
        self.mate = np.full(n, -1, dtype=np.int32)
        self.mate_cost = np.zeros(n, dtype=np.int64)
        self.value = np.zeros(n, dtype=np.int64)
        self.highest = np.zeros(n, dtype=np.int64)
        self.dropped = np.zeros(n, dtype=np.uint8)
        self.near = self.graph.first[1:].copy()
        self.threshold = np.full(n, np.iinfo(np.int64).max)
        self.queue = np.empty(n, dtype=np.int32)
        self.deferred = np.empty(n, dtype=np.int32)
        self.heap_first = np.zeros(k + 1, dtype=np.int64)
        np.cumsum(room, out=self.heap_first[1:])
        self.bid = np.empty(int(self.heap_first[-1]), dtype=np.int64)
        self.who = np.empty(int(self.heap_first[-1]), dtype=np.int32)
        self.held = np.zeros(k, dtype=np.int64)
        self.price = np.zeros(k, dtype=np.int64)
        self.closed = room == 0
        self._fit()
        self._set_limits()
        self._keep()

    def _fit(self) -> None:
        """Count prices in coarser parts of a unit where they would not fit, or raise ``OverflowError``."""
        most = int(self.weight.max(initial=0)) * self.step
        while self.scale > 1 and most * self.scale >= LARGEST:
            self.scale //= 2
            self.price //= 2
        if most * self.scale >= LARGEST:
            raise OverflowError("prices would not fit 64 bits")

    def _keep(self) -> None:
        """Remember where things stand, for the case that somebody interrupts."""
        self._kept = self.mate.copy(), self.mate_cost.copy(), self.price.copy(), self.scale

    def restore(self) -> None:
        """Back to the end of the last whole phase."""
        self.mate, self.mate_cost, self.price, self.scale = self._kept
        self._set_limits()
        self.dropped[:] = 0
        self._refill()

    def _set_limits(self) -> None:
        self.limit = self.weight * (self.step * self.scale)
        self.price[self.closed] = self.limit.max(initial=0) + 1

    def raise_step(self, step: int) -> None:
        """Make each weight worth more; what is matched stays to start from."""
        self.step = step
        self.columns = None
        self._fit()
        self._set_limits()

    def refine(self) -> None:
        """Count prices in finer parts of a unit. Raises ``OverflowError`` when they would not fit."""
        if int(self.limit.max(initial=0)) * FINER >= LARGEST:
            raise OverflowError("prices cannot be counted any finer")
        self.scale *= FINER
        self.price *= FINER
        self._set_limits()
        self.columns = None

    def run(self, progress: Progress) -> None:
        """Phases from a coarse increment to the finest, until all arcs agree.

        Where there are many needs an offer, rough prices are those of an auction among some of the needs.
        """
        every = 1 if self.held.any() else how_sparse(len(self.weight), len(self.price))
        if every == 1:
            epsilon, previous = self._rough_phases(progress)
            self.finish(epsilon, previous, progress)
            return
        pick, few = sampled(self.graph, every)
        sample = Auction(few, self.weight[pick], self.step, self.mean_cost, self.scale, len(self.weight))
        epsilon, _ = sample._rough_phases(progress)
        self.price = np.where(sample.closed, 0, sample.price)
        self.price[self.closed] = self.limit.max(initial=0) + 1
        self.finish(epsilon, 0, progress)

    def _rough_phases(self, progress: Progress) -> tuple[int, int]:
        """Phases from a coarse increment down; the first fine increment, and the last rough one."""
        # Where there are many levels of class and order, prices reach far above costs.
        most = int(self.limit.max(initial=0))
        fine = max(int(self.mean_cost * self.scale * FINE), most // 1000, 1)
        epsilon, previous = max(int(self.mean_cost * self.scale), most // 40, 1), 0
        while epsilon > fine:
            self._rough_phase(epsilon, previous)
            self._keep()
            progress("prices are rough", epsilon / self.scale)
            previous, epsilon = epsilon, max(1, epsilon // SHRINK)
        return epsilon, previous

    def finish(self, epsilon: int, previous: int, progress: Progress) -> None:
        """Fine phases from ``epsilon`` down to 1, then as many passes over all arcs as it takes."""
        while True:
            self._fine_phase(epsilon, previous)
            self._keep()
            progress("prices are fine", epsilon / self.scale)
            if epsilon == 1:
                break
            previous, epsilon = epsilon, max(1, epsilon // SHRINK)
        while waiting := self._restart(1, self.graph.first[1:], -1):
            self.threshold[:] = -1  # every need looks at its whole row
            self._forward(waiting, 1)
            self._forward(self._narrow(1), 1)
            self._settle(1)

    def _rough_phase(self, epsilon: int, previous: int) -> None:
        self._lower(FALL * previous)
        self._forward(self._restart(epsilon, self.graph.first[1:], ROUGH_WINDOW * epsilon), epsilon)

    def _fine_phase(self, epsilon: int, previous: int) -> None:
        self._lower(FALL * previous)
        if self.columns is None or epsilon * SHRINK**2 <= self.narrowed_at:
            waiting = self._narrow(epsilon)
        else:
            waiting = self._restart(epsilon, self.near, -1)
        self._forward(waiting, epsilon)
        self._settle(epsilon)

    def _narrow(self, epsilon: int) -> int:
        """Restart over all arcs, and keep to those that can matter while prices move by no more than a window."""
        window = max(WINDOW * epsilon, int(LEAST_WINDOW * self.mean_cost * self.scale))
        waiting = self._restart(epsilon, self.graph.first[1:], window)
        self.columns = self._columns(self.near, np.maximum(self.price - window, 0))
        self.narrowed_at = epsilon
        return waiting

    def _lower(self, by: int) -> None:
        np.maximum(self.price - by, 0, out=self.price)
        self.price[self.closed] = self.limit.max(initial=0) + 1

    def _settle(self, epsilon: int) -> None:
        """Lower the prices of free places; where the near columns are not enough for that, with all there are."""
        assert self.columns is not None
        if self._reverse(epsilon, self.columns):
            if self.all_columns is None:
                self.all_columns = self._columns(self.graph.first[1:], np.zeros(len(self.price), dtype=np.int64))
            self._reverse(epsilon, self.all_columns)

    def _restart(self, epsilon: int, end: Ints, window: int) -> int:
        """Let go of those who could do better by more than ``epsilon``; how many wait in the queue."""
        g, work = self.graph, self._kernel(kernels.restart)

        def block(low: int, high: int) -> int:
            return work(
                low, high, g.first, end, g.arc, self.scale, self.limit, self.price, self.mate, self.mate_cost,
                epsilon, self.highest, self.dropped, self.value, window, self.near, self.threshold,
            )  # fmt: skip

        if sum(g.each_block(block)) == 0 and end is not self.near and window < 0:
            return 0
        return self._refill()

    def _refill(self) -> int:
        return self._kernel(kernels.refill)(
            self.mate, self.highest, self.dropped, self.heap_first, self.held, self.bid, self.who, self.queue
        )

    def _forward(self, waiting: int, epsilon: int) -> None:
        """Let those who wait bid: each block inside, then those on the boundary."""
        g, work = self.graph, self._kernel(kernels.forward)
        queue = self.queue[:waiting]
        cuts = dict(zip(g.bounds, np.searchsorted(queue, g.bounds).tolist(), strict=True))

        def bid(
            queue: npt.NDArray[np.int32], low: int, high: int, inside: bool, late: npt.NDArray[np.int32]
        ) -> int:
            return work(
                queue, low, high, inside, g.boundary, late, g.first, self.near, self.threshold, g.arc, self.scale,
                self.limit, self.price, g.room, self.mate, self.mate_cost, self.heap_first, self.held, self.bid,
                self.who, epsilon,
            )  # fmt: skip

        late = g.each_block(lambda a, b: bid(queue, cuts[a], cuts[b], True, self.deferred[a:b]))
        rest = [self.deferred[a : a + count] for a, count in zip(g.bounds, late, strict=False)]
        boundary = np.concatenate([*rest, self.deferred[:0]])
        bid(boundary, 0, len(boundary), False, self.deferred[:0])

    def _columns(self, end: Ints, floor: Ints) -> Columns:
        """The arcs up to ``end`` by offer; the blocks write side by side."""
        g, k = self.graph, len(self.price)
        count = np.zeros((len(g.bounds), k), dtype=np.int64)
        counting, filling = self._kernel(kernels.count_columns), self._kernel(kernels.fill_columns)
        g.each_block(lambda low, high: counting(low, high, g.first, end, g.arc, count[g.bounds.index(low)]))
        first = np.zeros(k + 1, dtype=np.int64)
        np.cumsum(count.sum(axis=0), out=first[1:])
        at = first[:-1] + np.cumsum(count, axis=0) - count
        short = g.arc.dtype == np.int32
        need, cost = np.empty(first[-1], np.int32), np.empty(first[-1], np.uint16 if short else np.int32)
        g.each_block(
            lambda low, high: filling(low, high, g.first, end, g.arc, at[g.bounds.index(low)], need, cost)
        )
        return Columns(first, need, cost, floor)

    def _reverse(self, epsilon: int, columns: Columns) -> bool:
        """Lower the prices of free places as far as ``columns`` go; whether a priced place stays free."""
        g, k, most = self.graph, len(self.price), int(self.graph.room.max(initial=0)) + 2
        self._kernel(kernels.values)(self.scale, self.limit, self.price, self.mate, self.mate_cost, self.value)
        self._kernel(kernels.reverse)(
            columns.first, columns.need, columns.cost, self.scale, self.limit, self.price, g.room, self.mate,
            self.mate_cost, self.heap_first, self.held, self.bid, self.who, epsilon, self.value, columns.floor,
            np.empty(k + 1, dtype=np.int32), np.zeros(k, dtype=np.uint8), np.empty(most, dtype=np.int64),
            np.empty(most, dtype=np.int64),
        )  # fmt: skip
        return bool(((self.held < g.room) & (self.price > 0)).any())

    def _kernel(self, one: kernels.AnyKernel) -> Callable[..., int]:
        return one.at_size(max(self.size, len(self.weight)))


def mean_cost(problem: Problem) -> float:
    """The mean cost of a candidate: the measure of what is coarse and what is fine."""
    return float(problem.candidate_cost.mean()) if problem.candidate_cost.size else 0.0
