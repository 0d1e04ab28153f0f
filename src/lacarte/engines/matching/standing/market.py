"""The arrays of a standing match: made from a solved problem, and grown as needs arrive."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.auction import kernels as auction_kernels
from lacarte.engines.matching.auction import price_kernels
from lacarte.engines.matching.auction.graph import Graph, Ints
from lacarte.engines.matching.problem import Problem, Result
from lacarte.engines.matching.standing.kernels import Market

#: Spare room that is made at a time, as a part of what there is.
SPARE = 8
_BY_NEED = ("row", "row_end", "limit", "promise", "mate", "mate_cost", "value", "after", "before")
_BY_EXTRA = ("extra_next", "extra_need", "extra_cost")


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
    column = np.zeros(k + 1, dtype=np.int64)
    count = np.zeros(k, dtype=np.int64)
    auction_kernels.count_columns.at_size(n)(0, n, first, first[1:], arc, count)
    np.cumsum(count, out=column[1:])
    need, cost = np.empty(len(arc), dtype=np.int32), np.empty(len(arc), dtype=np.int32)
    auction_kernels.fill_columns.at_size(n)(0, n, first, first[1:], arc, column[:-1].copy(), need, cost)
    mate_cost = np.zeros(n, dtype=np.int64)
    price_kernels.costs_of_places.at_size(n)(first, arc, mate, mate_cost)
    price = _lifted(problem, result.price[numbered.offer], numbered, mate, weight, level, step)
    return Market(
        row=first[:-1].copy(), row_end=first[1:].copy(), arc=arc,
        limit=weight[level] * step, promise=np.full(n, -1, dtype=np.int32),
        terms=np.array(terms, dtype=np.int64), column=column, column_need=need, column_cost=cost,
        extra=np.full(k, -1, dtype=np.int64), extra_next=np.empty(0, dtype=np.int64),
        extra_need=np.empty(0, dtype=np.int32), extra_cost=np.empty(0, dtype=np.int32), price=price,
        free=problem.capacity[numbered.offer] - np.bincount(mate[mate >= 0], minlength=k),
        mate=mate, mate_cost=mate_cost, value=weight[level] * step,
        holder=np.full(k, -1, dtype=np.int32), after=np.full(n, -1, dtype=np.int32),
        before=np.full(n, -1, dtype=np.int32), near=np.zeros(k, dtype=np.int64),
        mover=np.zeros(k, dtype=np.int32), via=np.zeros(k, dtype=np.int32), mover_cost=np.zeros(k, dtype=np.int64),
        mark=np.zeros(k, dtype=np.int64), heap=np.zeros(k, dtype=np.int32), place=np.zeros(k, dtype=np.int32),
        met=np.zeros(k, dtype=np.int32), changed=np.zeros(2 * k + 2, dtype=np.int32),
    )  # fmt: skip


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


def grown(market: Market, needs: int, arcs: int, extra: int) -> Market:
    """``market`` with room for so many needs, arcs and extra arcs; the same arrays where they do already."""
    longer = {}
    for names, wanted in ((_BY_NEED, needs), (("arc",), arcs), (_BY_EXTRA, extra)):
        for name in names:
            array = getattr(market, name)
            if len(array) < wanted:
                longer[name] = np.concatenate([array, np.zeros(wanted // SPARE + 1024, dtype=array.dtype)])
    return market._replace(**longer) if longer else market
