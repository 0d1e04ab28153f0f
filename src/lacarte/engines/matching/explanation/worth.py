"""What one place more or less at each offer is worth, exactly, and to whom.

Dual prices are not unique: any price between what one more place saves (``gain``) and what one place less costs
(``loss``) proves the same match. What a person is told about must hold in every optimum, so both ends are computed
here as shortest paths in the exchange graph (Dijkstra on slacks, which the prices keep non-negative).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.explanation.exchange import Exchange, Ints, Offers, Scale
from lacarte.engines.matching.problem import Problem

#: A distance that no path has.
FAR = 2**62


@dataclass(frozen=True, eq=False)
class Worth:
    """For each of ``k`` offers: who gains by one more place, and who loses by one less.

    ``pull`` is the weight of the most urgent unserved need that reaches the offer by exchanges, 0 if none does.
    ``winner`` is the need that one more place would serve, -1 if nobody; where ``contested``, another need is as
    good, so none of them is sure. ``gain`` is what that place would save of the objective.

    ``hold`` is the weight of the least urgent holder that can be reached from the offer by exchanges: 0 where
    that is a free place, ``FAR`` where there is nobody (no places at all); ``marginal`` is one such need, or -1.
    ``rest`` is what a newcomer costs beside pushing that holder out, in units of cost. A newcomer at cost ``c``
    gets in, in every optimum, if she is more urgent than ``hold``, or as urgent and ``c + rest < 0``.
    """

    pull: Ints
    winner: Ints
    contested: npt.NDArray[np.bool_]
    gain: Ints
    hold: Ints
    marginal: Ints
    rest: Ints

    def admits(self, offer: Offers, cost: Offers, weight: Ints) -> npt.NDArray[np.bool_]:
        """``bool``: would needs of ``weight`` be served, in every optimum, if they had these candidates too?"""
        cheaper = (self.hold[offer] == weight) & (cost + self.rest[offer] < 0)
        return np.asarray((self.hold[offer] < weight) | cheaper)


def worth(problem: Problem, pair: Ints, scale: Scale, graph: Exchange) -> Worth:
    """What one place more and one place less mean at each offer.

    ``pair[n]`` is the candidate pair that serves each need, or -1. Raises ``ValueError`` where the prices do not
    prove the match.
    """
    n, k = len(pair), len(problem.capacity)
    near, who, also = scale.price.copy(), np.full(k, -1, dtype=np.int64), np.full(k, -1, dtype=np.int64)
    unserved = np.flatnonzero(pair < 0)
    _bids.at_size(n)(
        problem.candidate_start, problem.candidate_offer, problem.candidate_cost, unserved, scale.price,
        scale.unit, scale.worth, near, who, also,
    )  # fmt: skip
    if scale.exact and (near < 0).any():
        raise ValueError(
            f"price[{int(np.argmax(near < 0))}]: an unserved need would pay more; the result is not optimal"
        )
    distance, winner = np.empty(k, dtype=np.int64), np.full(k, -1, dtype=np.int64)
    settled = np.zeros(k, dtype=np.int64)
    search = _search.at_size(n)
    search(graph.start, graph.target, graph.slack, near, who, also, 2, distance, winner, settled)
    last, push_out = _ends(problem, pair, scale, graph)
    back = graph.reversed(n)
    far, marginal = np.empty(k, dtype=np.int64), np.full(k, -1, dtype=np.int64)
    nobody = np.full(k, -1, dtype=np.int64)
    done = np.zeros(k, dtype=np.int64)
    search(back.start, back.target, back.slack, push_out, last, nobody, 1, far, marginal, done)
    hold = np.where(far >= FAR, FAR, np.where(marginal >= 0, scale.weight[marginal] if n else 0, 0))
    rest = np.where(far >= FAR, 0, scale.price + far - np.where(far >= FAR, 0, hold) * scale.step)
    pull = np.where(winner >= 0, scale.weight[winner] if n else 0, 0)
    return Worth(pull, winner, settled == 2, scale.price - distance, hold, marginal, rest)


def _ends(problem: Problem, pair: Ints, scale: Scale, graph: Exchange) -> tuple[Ints, Ints]:
    """For each offer the holder who is cheapest to push out (-1 for a free place) and the slack of doing so."""
    if scale.exact and (graph.free & (scale.price > 0)).any():
        at = int(np.argmax(graph.free & (scale.price > 0)))
        raise ValueError(f"price[{at}] is not 0, though the offer has free places; the result is not optimal")
    last = np.full(len(graph.free), -1, dtype=np.int64)
    slack = np.where(graph.free, 0, FAR)
    held = np.repeat(np.arange(len(graph.free)), np.diff(graph.holder_start))
    cost = scale.unit * problem.candidate_cost[pair[graph.holder]].astype(np.int64)
    more = scale.worth[graph.holder] - cost - scale.price[held]
    if (more < 0).any():
        raise ValueError(
            f"price[{held[np.argmax(more < 0)]}]: a holder would rather go without; the result is not optimal"
        )
    _cheapest_out.at_size(len(pair))(graph.holder_start, graph.holder, more, last, slack)
    return last, slack


@kernel
def _cheapest_out(holder_start: Ints, holder: Offers, more: Ints, last: Ints, slack: Ints) -> None:
    """The cheapest holder of each offer, the first of those alike; free places come before anybody."""
    for j in range(len(last)):
        for h in range(holder_start[j], holder_start[j + 1]):
            if more[h] < slack[j]:
                slack[j], last[j] = more[h], holder[h]


@kernel
def _bids(
    first: Ints, offer: Offers, cost: Offers, unserved: Ints, price: Ints, unit: int, worth: Ints,
    near: Ints, who: Ints, also: Ints,
) -> None:  # fmt: skip
    """The unserved need that wants each offer most, and another one that wants it as much."""
    for u in range(len(unserved)):
        i = unserved[u]
        for t in range(first[i], first[i + 1]):
            j = offer[t]
            slack = unit * cost[t] + price[j] - worth[i]
            if slack < near[j]:
                near[j], who[j], also[j] = slack, i, -1
            elif slack == near[j] and who[j] >= 0 and who[j] != i:
                also[j] = i


@kernel
def _search(
    start: Ints, target: Offers, slack: Ints, near: Ints, who: Ints, also: Ints,
    most: int, distance: Ints, label: Ints, settled: Ints,
) -> None:  # fmt: skip
    """Dijkstra from every offer at its ``near``; ``label`` is whose path is shortest.

    With ``most`` = 2, ``settled`` ends as 2 where the path of somebody else is as short, else as 1. ``also`` names
    such another need at the outset, -1 if there is none.
    """
    heap: list[tuple[Any, Any, Any]] = [(near[j], j, who[j]) for j in range(len(near))]
    for j in range(len(near)):
        distance[j] = near[j]
        if also[j] >= 0:
            heap.append((near[j], j, also[j]))
    heapq.heapify(heap)
    while len(heap) > 0:
        here, j, need = heapq.heappop(heap)
        if here >= FAR:
            break
        if here > distance[j] or settled[j] == most or (settled[j] == 1 and need == label[j]):
            continue
        if settled[j] == 0:
            label[j] = need
        settled[j] += 1
        for e in range(start[j], start[j + 1]):
            there, to = here + slack[e], np.int64(target[e])
            second = most == 2 and settled[to] == 1 and label[to] != need and there == distance[to]
            if there < distance[to] or (most == 2 and settled[to] == 0 and there == distance[to]) or second:
                distance[to] = there
                heapq.heappush(heap, (there, to, need))
