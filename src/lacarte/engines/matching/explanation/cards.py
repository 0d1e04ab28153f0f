"""The numbers on everybody's card: what they got, how near it is, and what a nearer one would have cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import in_blocks, kernel
from lacarte.engines.matching.problem import Problem, Result

Ints = npt.NDArray[np.int64]
Offers = npt.NDArray[np.int32]

#: No pair: above every 2**31 x cost + place; and what masks the place out.
NONE, LOW = 2**62, 2**31 - 1


@dataclass(frozen=True, eq=False)
class Cards:
    """For each of ``n`` needs; costs in the problem's units.

    ``pair`` is the candidate pair that serves it, -1 where it is unserved. ``nearer`` is the pair of its
    cheapest offer where that is cheaper than what it got (for an unserved need: its cheapest offer), -1 where
    there is none. ``rank`` counts the offers that are cheaper than its own, so 0 is the nearest. ``surcharge``
    is what the objective would lose, at least, if the need had the nearer offer instead: (cost + price there) -
    (own cost + own price), 0 for unserved needs; never negative in a result with gap 0. ``gain`` is what being
    served at these prices is worth against being unserved: penalty - (own cost + own price).
    """

    pair: Ints
    nearer: Ints
    rank: Offers
    surcharge: Ints
    gain: Ints


def cards(problem: Problem, result: Result) -> Cards:
    """The numbers on everybody's card, in one pass over the candidates.

    Raises ``ValueError``, naming array and index, where the result does not fit the problem.
    """
    n, k = len(problem.priority_class), len(problem.capacity)
    assignment = np.asarray(result.assignment, dtype=np.int32)
    if len(assignment) != n or len(result.price) != k:
        raise ValueError(f"assignment or price has not the length of the problem, {n} needs and {k} offers")
    price = np.asarray(result.price, dtype=np.int64)
    if (price < 0).any():
        raise ValueError(f"price[{int(np.argmax(price < 0))}] is negative")
    if (price >= 2**62).any():
        raise ValueError(f"price[{int(np.argmax(price >= 2**62))}] is larger than any price can be")
    pair, nearer = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    rank, surcharge, gain = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    run = _cards.at_size(n)
    in_blocks(
        lambda first, last: run(
            first, last, problem.candidate_start, problem.candidate_offer, problem.candidate_cost, assignment,
            price, problem.penalty, pair, nearer, rank, surcharge, gain,
        ),
        [0, n // 2, n], threads=2,
    )  # fmt: skip
    wrong = (pair < 0) & (assignment != -1)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(f"assignment[{at}] = {assignment[at]} is not among the candidates of need {at}")
    return Cards(pair, nearer, rank, surcharge, gain)


@kernel
def _cards(
    begin: int, end: int, first: Ints, offer: Offers, cost: Offers, assignment: Offers, price: Ints, penalty: Ints,
    pair: Ints, nearer: Ints, rank: Offers, surcharge: Ints, gain: Ints,
) -> None:  # fmt: skip
    """Fill the last five arrays for the needs from ``begin`` to ``end``."""
    for i in range(begin, end):
        offers, costs = offer[first[i] : first[i + 1]], cost[first[i] : first[i + 1]]
        pair[i], nearer[i], rank[i], surcharge[i], gain[i] = -1, -1, 0, 0, 0
        least, own = _least(offers, costs, assignment[i])
        if own < NONE:
            at = assignment[i]
            pair[i], mine = first[i] + (own & LOW), own >> 31
            gain[i] = penalty[i] - mine - price[at]
            if (least >> 31) == mine:
                continue
            rank[i] = _cheaper(offers, costs, mine)
            surcharge[i] = (least >> 31) + price[offers[least & LOW]] - mine - price[at]
        if least < NONE:
            nearer[i] = first[i] + (least & LOW)


@kernel
def _least(offers: Offers, costs: Offers, which: int) -> tuple[int, int]:
    """The cheapest pair of a row, and the cheapest at offer ``which``: 2**31 x cost + place in the row, or NONE.

    Cost and place are one number so that the loop has no branches: this is where the time goes.
    """
    least: Any = NONE
    own: Any = NONE
    for t in range(len(offers)):
        key: Any = (np.int64(costs[t]) << 31) + t
        least = key if key < least else least
        key = key if offers[t] == which else NONE
        own = key if key < own else own
    return least, own


@kernel
def _cheaper(offers: Offers, costs: Offers, than: int) -> int:
    """How many different offers are cheaper; a candidate may be listed twice."""
    found = 0
    seen: Any = 0
    for t in range(len(offers)):
        if costs[t] < than:
            found += 1
            mark = 1 << (np.int64(offers[t]) & 63)
            if seen & mark and _is_cheaper(offers[:t], costs[:t], offers[t], than):
                found -= 1
            seen |= mark
    return found


@kernel
def _is_cheaper(offers: Offers, costs: Offers, which: int, than: int) -> bool:
    """Is offer ``which`` among those that are cheaper?"""
    for t in range(len(offers)):  # noqa: SIM110 - plain loops compile best
        if offers[t] == which and costs[t] < than:
            return True
    return False
