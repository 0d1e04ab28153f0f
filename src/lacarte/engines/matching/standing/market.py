"""The arrays of a standing match: made from a solved problem, and grown as needs arrive."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.auction import kernels as auction_kernels
from lacarte.engines.matching.auction import price_kernels
from lacarte.engines.matching.auction.graph import Graph, Ints
from lacarte.engines.matching.problem import Problem, Result

Array = Any
Shorts = npt.NDArray[np.int32]
#: Spare room that is made at a time, as a part of what there is.
SPARE = 8
_BY_NEED = (
    *("row", "row_end", "promise", "held", "without", "other", "key", "left", "right", "up"),
    *("queue", "queued", "bound", "looked"),
)
_BY_EXTRA = ("extra_next", "extra_need", "extra_cost")


#: What a need has, packed into one number: its offer from bit 32 on, a broken promise at bit 31, the cost below.
OFFER = 32
BROKEN = 1 << 31
COST = BROKEN - 1
#: The price of having gone; nobody is ever moved from there.
GONE = -(1 << 61)


class Market(NamedTuple):
    """A standing match as arrays, with room for needs and arcs to come.

    ``n`` rows of needs (``row``, ``row_end`` into ``arc``), ``k`` columns of offers (those that were there at
    first, then a chain of ``extra`` arcs). Going without is a place too: after the ``k`` offers come that of needs
    that have gone, and one for each level, whose price is what going without costs there. ``promise`` is the
    offer a need was promised, or -1: any other costs ``terms[0]`` more. ``terms[1]`` is epsilon, ``terms[2]`` what
    a search that is cut short may lose at the most. The last group is scratch.
    """

    row: Array  # int64[n]
    row_end: Array  # int64[n]
    arc: Array  # int64[m] or int32[m]
    promise: Array  # int32[n]
    terms: Array  # int64[3]
    column: Array  # int64[k + 1]
    column_need: Array  # int32[m]
    column_cost: Array  # int32[m]
    extra: Array  # int64[k], the newest extra arc of each column, or -1
    extra_next: Array  # int64[e]
    extra_need: Array  # int32[e]
    extra_cost: Array  # int32[e]
    price: Array  # int64[k + 1 + levels]
    free: Array  # int64[k]
    held: Array  # int64[n], what each need has: see ``OFFER``
    without: Array  # int32[n], where it is when it goes without
    other: Array  # int64[n], of a holder: the best it could have instead costs at least that
    key: Array  # int64[n], ``other`` above what its place costs, price left out
    root: Array  # int32[k], the holder of each offer who is nearest to leaving, or -1
    left: Array  # int32[n], the tree of each offer's holders below it: see ``holders``
    right: Array  # int32[n]
    up: Array  # int32[n]
    near: Array  # int64[k], distance of the search
    mover: Array  # int32[k], who would move to (from) the offer
    via: Array  # int32[k], from (to) which offer
    mover_cost: Array  # int64[k]
    mark: Array  # int64[k], the number of the search that met the offer last
    heap: Array  # int32[k]
    place: Array  # int32[k], where in the heap the offer is
    met: Array  # int32[k], the offers that this search met
    queue: Array  # int32[n], holders who may move: the heap of the other half of a search
    queued: Array  # int32[n], where in it they are
    bound: Array  # int64[n], no way that leads on from them is nearer
    looked: Array  # int32[n], the people whom this search looked at
    changed: Array  # int32[2 * k + 2], how many needs moved, and who


def market(
    problem: Problem,
    result: Result,
    numbered: Graph,
    weight: Ints,
    level: Ints,
    step: int,
    terms: tuple[int, int, int],
) -> Market:
    """The arrays of ``result`` in the numbering of ``numbered``.

    ``weight`` is that of each level and ``level: int64[n]`` the level of each need, in the problem's numbering.
    """
    n, k, first, arc = len(problem.priority_class), len(problem.capacity), numbered.first, numbered.arc
    rank = np.empty(k + 1, dtype=np.int32)
    rank[numbered.offer], rank[-1] = np.arange(k), -1
    mate, level = rank[result.assignment[numbered.need]], level[numbered.need]
    mate_cost = _long(n)
    price_kernels.costs_of_places.at_size(n)(first, arc, mate, mate_cost)
    without = (k + 1 + level).astype(np.int32)
    column, column_need, column_cost = _by_offer(numbered)
    lifted = _lifted(problem, result.price[numbered.offer], numbered, mate, weight, level, step)
    return Market(
        row=first[:-1].copy(), row_end=first[1:].copy(), arc=arc, promise=_nobody(n),
        terms=np.array(terms, dtype=np.int64), column=column, column_need=column_need, column_cost=column_cost,
        extra=np.full(k, -1, dtype=np.int64), extra_next=_long(0), extra_need=_short(0), extra_cost=_short(0),
        price=np.concatenate([lifted, [GONE], weight * step]),
        free=problem.capacity[numbered.offer] - np.bincount(mate[mate >= 0], minlength=k),
        held=np.where(mate >= 0, mate, without).astype(np.int64) << OFFER | mate_cost, without=without,
        other=_long(n), key=_long(n), root=_nobody(k), left=_nobody(n), right=_nobody(n), up=_nobody(n),
        near=_long(k), mover=_short(k), via=_short(k), mover_cost=_long(k), mark=_long(k), heap=_short(k),
        place=_short(k), met=_short(k), queue=_short(n), queued=_short(n), bound=_long(n), looked=_short(n),
        changed=_short(2 * k + 2),
    )  # fmt: skip


def _long(size: int) -> Ints:
    return np.zeros(size, dtype=np.int64)


def _short(size: int) -> Shorts:
    return np.zeros(size, dtype=np.int32)


def _nobody(size: int) -> Shorts:
    return np.full(size, -1, dtype=np.int32)


def _by_offer(numbered: Graph) -> tuple[Ints, Shorts, Shorts]:
    """The arcs by offer: where each column begins and ends, and need and cost of each arc."""
    n, k, first, arc = len(numbered.need), len(numbered.offer), numbered.first, numbered.arc
    count, column = _long(k), _long(k + 1)
    auction_kernels.count_columns.at_size(n)(0, n, first, first[1:], arc, count)
    np.cumsum(count, out=column[1:])
    need, cost = _short(len(arc)), _short(len(arc))
    auction_kernels.fill_columns.at_size(n)(0, n, first, first[1:], arc, column[:-1].copy(), need, cost)
    return column, need, cost


def _lifted(
    problem: Problem,
    price: Ints,
    numbered: Graph,
    mate: npt.NDArray[np.int32],
    weight: Ints,
    level: Ints,
    step: int,
) -> Ints:
    """The prices with levels that weigh ``weight`` times ``step`` in place of the problem's own.

    Each price holds a whole number of the problem's steps: the weight of the most urgent unserved need that
    reaches the offer by exchange. Those, and only those, are worth more now.
    """
    unserved = np.flatnonzero(mate < 0)
    holders = np.argsort(mate, kind="stable")[len(unserved) :].astype(np.int32)
    held = np.bincount(mate[holders], minlength=len(price))
    first = np.concatenate([[0], np.cumsum(held)])
    steps = problem.levels - level
    label = np.zeros(len(held), dtype=np.int64)
    price_kernels.label_scarce.at_size(len(level))(
        unserved[np.argsort(-steps[unserved], kind="stable")], steps, numbered.first, numbered.arc, first, held,
        holders, label, np.empty(len(held) + 1, dtype=np.int64),
    )  # fmt: skip
    worth = np.concatenate([[0], weight[::-1]])
    return np.asarray(worth[label] * step + price - label * problem.step)


def grown(market: Market, needs: int, arcs: int, extra: int, prices: int) -> Market:
    """``market`` with room for so many needs, arcs, extra arcs and prices; arrays that have it are the same."""
    longer = {}
    for names, wanted in ((_BY_NEED, needs), (("arc",), arcs), (_BY_EXTRA, extra), (("price",), prices)):
        for name in names:
            array = getattr(market, name)
            if len(array) < wanted:
                longer[name] = np.concatenate([array, np.zeros(wanted // SPARE + 1024, dtype=array.dtype)])
    return market._replace(**longer) if longer else market
