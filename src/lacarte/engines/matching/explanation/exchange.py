"""The exchange graph of a finished match: who holds which offer, and what moving a holder elsewhere would cost.

Everything an explanation says is a path in this graph: somebody comes to an offer, a holder moves on to another
offer, a holder of that one moves on, … The graph has one edge for each pair of offers between which somebody
could move, so it is some twenty times smaller than the candidate graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import in_blocks, kernel
from lacarte.engines.matching.problem import Problem, Result

Ints = npt.NDArray[np.int64]
Offers = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Scale:
    """The units that values are counted in.

    ``exact``: levels and costs together, as in the objective, with the prices that prove the result. A result
    with a gap proves nothing about single costs; then only levels count (``unit`` and all prices are 0).
    """

    exact: bool
    unit: int  # what one unit of cost counts
    step: int  # what one level counts
    price: Ints  # [k]
    weight: Ints  # [n], 1 for the least urgent level, more for the more urgent

    @property
    def worth(self) -> Ints:
        """``int64[n]``: what serving each need is worth."""
        return self.weight * self.step


@dataclass(frozen=True, eq=False)
class Exchange:
    """Holders by offer, and edges ``from -> target[start[from]:start[from + 1]]`` with the least ``slack``.

    A slack is what moving one holder costs more than it pays at the prices of the scale; never negative.
    """

    holder_start: Ints  # [k + 1]
    holder: Offers  # [served], needs
    free: npt.NDArray[np.bool_]  # [k], has a place left
    start: Ints  # [k + 1]
    target: Offers  # [e]
    slack: Ints  # [e]

    def reversed(self, at_size: int) -> Exchange:
        """The same graph with every edge turned round."""
        k = len(self.free)
        start = np.zeros(k + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.target, minlength=k), out=start[1:])
        target, slack = np.empty_like(self.target), np.empty_like(self.slack)
        _turn.at_size(at_size)(self.start, self.target, self.slack, start[:-1].copy(), target, slack)
        return Exchange(self.holder_start, self.holder, self.free, start, target, slack)


def scale_of(problem: Problem, result: Result) -> Scale:
    """Count costs too where the result is proved to the unit (gap 0), otherwise levels only."""
    weight = problem.levels - problem.level
    if result.gap == 0:
        return Scale(True, 1, problem.step, np.asarray(result.price, dtype=np.int64), weight)
    return Scale(False, 0, 1, np.zeros(len(problem.capacity), dtype=np.int64), weight)


def exchange(problem: Problem, pair: Ints, scale: Scale) -> Exchange:
    """The exchange graph of a match.

    ``pair[n]`` is the candidate pair that serves each need, or -1. Raises ``ValueError`` where an offer is
    over-full or the prices do not prove the match.
    """
    n, k = len(pair), len(problem.capacity)
    offer = np.where(pair >= 0, problem.candidate_offer[pair] if len(problem.candidate_offer) else 0, -1)
    load = np.bincount(offer[pair >= 0], minlength=k)
    if (load > problem.capacity).any():
        at = int(np.argmax(load > problem.capacity))
        raise ValueError(f"assignment: offer {at} serves {load[at]} needs and has {problem.capacity[at]} places")
    holder_start = np.zeros(k + 1, dtype=np.int64)
    np.cumsum(load, out=holder_start[1:])
    holder = np.empty(int(holder_start[-1]), dtype=np.int32)
    _group.at_size(n)(offer.astype(np.int32), holder_start[:-1].copy(), holder)
    start, target, slack = _graph(problem, pair, scale, holder_start, holder)
    if (slack < 0).any():
        at = int(np.searchsorted(start, np.argmax(slack < 0), side="right")) - 1
        raise ValueError(
            f"price[{at}]: somebody served there would rather be elsewhere; the result is not optimal"
        )
    return Exchange(holder_start, holder, load < problem.capacity, start, target, slack)


def _graph(
    problem: Problem, pair: Ints, scale: Scale, holder_start: Ints, holder: Offers
) -> tuple[Ints, Offers, Ints]:
    """Start, target and slack of all edges."""
    n, k = len(pair), len(problem.capacity)
    start = np.zeros(k + 1, dtype=np.int64)
    run = _edges.at_size(n)

    def block(begin: int, end: int) -> tuple[Offers, Ints]:
        inside = holder[holder_start[begin] : holder_start[end]]
        most = int((problem.candidate_start[inside + 1] - problem.candidate_start[inside]).sum())
        target, slack = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int64)
        edges = run(
            begin, end, problem.candidate_start, problem.candidate_offer, problem.candidate_cost, pair,
            scale.price, scale.unit, holder_start, holder, np.full(k, -1, dtype=np.int64), start, target, slack,
        )  # fmt: skip
        return target[:edges].copy(), slack[:edges].copy()

    middle = int(np.searchsorted(holder_start, holder_start[-1] // 2))
    found = in_blocks(block, [0, middle, k], threads=2)
    np.cumsum(start, out=start)
    return start, np.concatenate([target for target, _ in found]), np.concatenate([slack for _, slack in found])


@kernel
def _group(offer: Offers, next_seat: Ints, holder: Offers) -> None:
    """Needs by the offer that serves them (a counting sort)."""
    for i in range(len(offer)):
        j = offer[i]
        if j >= 0:
            holder[next_seat[j]] = i
            next_seat[j] += 1


@kernel
def _edges(
    first_offer: int, end_offer: int, first: Ints, offer: Offers, cost: Offers, pair: Ints, price: Ints, unit: int,
    holder_start: Ints, holder: Offers, seat: Ints, count: Ints, target: Offers, slack: Ints,
) -> int:  # fmt: skip
    """Fill the edges from some offers, and how many each has into ``count[offer + 1]``; return how many there are.

    ``seat[j]`` is where the edge to ``j`` was last put. Staying is an edge too; it says nothing and does no harm.
    """
    edges = 0
    for here in range(first_offer, end_offer):
        begin = edges
        for h in range(holder_start[here], holder_start[here + 1]):
            i = holder[h]
            mine = unit * cost[pair[i]] + price[here]
            offers, costs = offer[first[i] : first[i + 1]], cost[first[i] : first[i + 1]]
            for t in range(len(offers)):
                there = offers[t]
                more = unit * costs[t] + price[there] - mine
                at = seat[there]
                if at < begin:
                    seat[there], target[edges], slack[edges] = edges, there, more
                    edges += 1
                else:  # a minimum without a branch is a third faster
                    slack[at] = min(slack[at], more)
        count[here + 1] = edges - begin
    return edges


@kernel
def _turn(start: Ints, target: Offers, slack: Ints, next_seat: Ints, source: Offers, turned: Ints) -> None:
    """Every edge, grouped by where it ends."""
    for j in range(len(start) - 1):
        for e in range(start[j], start[j + 1]):
            seat = next_seat[target[e]]
            next_seat[target[e]] += 1
            source[seat], turned[seat] = j, slack[e]
