"""The numbers on everybody's decision card: what they got, how near it is, and what a nearer one would have cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.problem import Problem, Result

Ints = npt.NDArray[np.int64]
Offers = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Cards:
    """For each of ``n`` needs; costs in the problem's units.

    ``pair`` is the candidate pair that serves it, -1 where it is unserved. ``nearer`` is the pair of its cheapest
    offer where that is cheaper than what it got (for an unserved need: its cheapest offer), -1 where there is none.
    ``rank`` counts the offers that are cheaper than its own, so 0 is the nearest. ``surcharge`` is what the objective
    would lose, at least, if the need had the nearer offer instead: (cost + price there) - (own cost + own price), 0
    for unserved needs; never negative in a result with gap 0. ``gain`` is what being served at these prices is worth
    against being unserved: penalty - (own cost + own price).
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
    pair, nearer = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    rank, surcharge, gain = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    _cards.at_size(n)(
        problem.candidate_start, problem.candidate_offer, problem.candidate_cost, assignment, price, problem.penalty,
        pair, nearer, rank, surcharge, gain,
    )  # fmt: skip
    wrong = (pair < 0) & (assignment != -1)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(f"assignment[{at}] = {assignment[at]} is not among the candidates of need {at}")
    return Cards(pair, nearer, rank, surcharge, gain)


@kernel
def _cards(
    first: Ints, offer: Offers, cost: Offers, assignment: Offers, price: Ints, penalty: Ints,
    pair: Ints, nearer: Ints, rank: Offers, surcharge: Ints, gain: Ints,
) -> None:  # fmt: skip
    """Fill the last five arrays."""
    for i in range(len(assignment)):
        mine, best = -1, -1
        for t in range(first[i], first[i + 1]):
            if offer[t] == assignment[i] and (mine < 0 or cost[t] < cost[mine]):
                mine = t
            if best < 0 or cost[t] < cost[best]:
                best = t
        pair[i], nearer[i], rank[i], surcharge[i], gain[i] = mine, best, 0, 0, 0
        if mine < 0:
            continue
        paid = cost[mine] + price[offer[mine]]
        gain[i] = penalty[i] - paid
        if cost[best] == cost[mine]:
            nearer[i] = -1
            continue
        surcharge[i] = cost[best] + price[offer[best]] - paid
        rank[i] = _cheaper(first[i], first[i + 1], offer, cost, cost[mine])


@kernel
def _cheaper(begin: int, end: int, offer: Offers, cost: Offers, than: int) -> int:
    """How many different offers are cheaper; a candidate may be listed twice."""
    found = 0
    for t in range(begin, end):
        if cost[t] < than:
            found += 1
            for s in range(begin, t):
                if offer[s] == offer[t] and cost[s] < than:
                    found -= 1
                    break
    return found
