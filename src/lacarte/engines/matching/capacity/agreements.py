"""What an agreement between regions is worth: more candidates for some needs, up to so many at a time.

The limit on how many cross crosses all other limits, so it gets a price of its own: solving at a price for
crossing bounds from below, what crosses at a price close to the right one gives a match, and the difference is
stated as the gap (Lagrange; Fisher, Management Science 1981). Mostly the limit does not bind or the gap is 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.capacity.chains import held_cost
from lacarte.engines.matching.capacity.growth import people_and_cost
from lacarte.engines.matching.capacity.sharing import Change, changes, protecting
from lacarte.engines.matching.flow import cheapest_flows
from lacarte.engines.matching.problem import Problem, Result

__all__ = ["Agreed", "Crossings", "agree", "worth_at_most"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Crossings:
    """The pairs that an agreement would add, ``need[i]`` to ``offer[i]`` at ``cost[i]``; ``most`` at a time."""

    need: npt.NDArray[np.int32]  # [x]
    offer: npt.NDArray[np.int32]  # [x]
    cost: npt.NDArray[np.int32]  # [x], >= 0
    most: int


@dataclass(frozen=True, eq=False)
class Agreed:
    """The match under the agreement.

    ``crossing`` is how many use it, ``worth`` what it saves of the objective (at ``step`` a level of need);
    ``price`` is about what one crossing more would save. ``gap`` is how far the match may be from the best
    that the limit and the promise to those served allow; 0 is a proof.
    """

    assignment: npt.NDArray[np.int32]  # [n]
    crossing: int
    worth: int
    price: int
    step: int
    change: Change
    gap: int


def worth_at_most(problem: Problem, result: Result, crossings: Crossings) -> int:
    """What the agreement can save at most, from today's prices alone: one pass, no solving, before signing.

    Each crossing saves at most what its need bears today (its cheapest way at today's prices) less what the new
    way would cost at today's prices; the ``most`` best of these, one a need, bound them all. In units of the
    objective, at the step of the problem with the new pairs.
    """
    joint, crosses = _joined(problem, crossings)
    levels, rest = people_and_cost(result.price, result.step)
    price = np.maximum(levels * joint.step + rest, 0)
    way, rows = joint.candidate_cost + price[joint.candidate_offer], joint.rows
    own, abroad = joint.penalty.copy(), np.full(len(joint.penalty), np.iinfo(np.int64).max)
    np.minimum.at(own, rows[~crosses], way[~crosses])
    np.minimum.at(abroad, rows[crosses], way[crosses])
    saving = np.sort(np.maximum(own - abroad, 0))[::-1][: crossings.most]
    gap = _objective(problem, joint.penalty, result) - int(own.sum()) + int((joint.capacity * price).sum())
    return gap + int(saving.sum())


def agree(
    problem: Problem,
    result: Result,
    crossings: Crossings,
    region: npt.NDArray[np.int32] | None = None,
    nobody_loses: bool = True,
) -> Agreed:
    """The best match under the agreement, what it is worth, and who gains and loses by region and class.

    ``region`` (``int32[n]``) is where each need lives. With ``nobody_loses``, everybody whom ``result`` serves
    stays served. Solves one flow with OR-tools where the limit does not bind, else some ten. Raises
    ``ValueError`` for pairs that do not fit, are there already, or numbers too large to be exact.
    """
    joint, crosses = _joined(problem, crossings)
    search = _Limited(protecting(joint, result) if nobody_loses else joint, crosses, crossings.most)
    chosen, price = search.solve()
    used = chosen >= 0
    assignment = np.full(len(chosen), -1, dtype=np.int32)
    assignment[used] = joint.candidate_offer[chosen[used]]
    after = int(joint.candidate_cost[chosen[used]].sum(dtype=np.int64)) + int(joint.penalty[~used].sum())
    return Agreed(
        assignment=assignment,
        crossing=int(crosses[chosen[used]].sum()),
        worth=_objective(problem, joint.penalty, result) - after,
        price=price,
        step=joint.step,
        change=changes(joint, result.assignment, assignment, region),
        gap=search.value(chosen) - search.bound,
    )


def _joined(problem: Problem, crossings: Crossings) -> tuple[Problem, npt.NDArray[np.bool_]]:
    """The problem with the new pairs, and which pairs are new."""
    n, k = len(problem.priority_class), len(problem.capacity)
    need, offer = np.asarray(crossings.need, dtype=np.int64), np.asarray(crossings.offer, dtype=np.int64)
    if crossings.most < 0:
        raise ValueError(f"most = {crossings.most} is negative")
    if not len(need) == len(offer) == len(crossings.cost):
        raise ValueError(f"need, offer and cost have {len(need)}, {len(offer)} and {len(crossings.cost)} entries")
    key, known = need * k + offer, problem.rows * k + problem.candidate_offer
    for wrong, why in (
        ((need < 0) | (need >= n), "there is no such need"),
        ((offer < 0) | (offer >= k), "there is no such offer"),
        (np.isin(key, known), "the need may use it already"),
    ):
        if wrong.any():
            at = int(np.argmax(wrong))
            raise ValueError(f"need[{at}] = {need[at]}, offer[{at}] = {offer[at]}: {why}")
    rows = np.concatenate([problem.rows, need])
    order = np.argsort(rows, kind="stable")
    joint = replace(
        problem,
        candidate_start=np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]),
        candidate_offer=np.concatenate([problem.candidate_offer, offer])[order],
        candidate_cost=np.concatenate([problem.candidate_cost, crossings.cost])[order],
    )
    return joint, order >= len(known)


def _objective(problem: Problem, penalty: Ints, result: Result) -> int:
    """What ``result`` costs where leaving a need unserved costs ``penalty``."""
    return int(held_cost(problem, result.assignment).sum()) + int(penalty[result.assignment < 0].sum())


class _Limited:
    """Finds the best match with at most ``most`` crossings, as far as a price for crossing can tell."""

    def __init__(self, problem: Problem, crosses: npt.NDArray[np.bool_], most: int) -> None:
        self.problem, self.crosses, self.most = problem, crosses, most
        self.bound = 0

    def value(self, chosen: Ints) -> int:
        """The objective of serving each need by the pair ``chosen`` (-1: not)."""
        used = chosen >= 0
        cost = int(self.problem.candidate_cost[chosen[used]].sum(dtype=np.int64))
        return cost + int(self.problem.penalty[~used].sum())

    def crossing(self, chosen: Ints) -> int:
        """How many cross."""
        return int(self.crosses[chosen[chosen >= 0]].sum())

    def solve(self) -> tuple[Ints, int]:
        """The pair that serves each need, and the price of crossing; leaves the proved ``bound``."""
        many = self._at(0)
        if self.crossing(many) <= self.most:
            return many, 0
        few, price = priced_flow(self.problem, ~self.crosses), 0
        while True:
            steeper = self.value(few) - self.value(many)
            price = max(price, steeper // (self.crossing(many) - self.crossing(few)))
            found = self._at(price)
            ends = [self.value(end) + price * self.crossing(end) for end in (few, many)]
            if self.value(found) + price * self.crossing(found) >= min(ends):
                break
            if self.crossing(found) <= self.most:
                few = found
            else:
                many = found
        best = self._filled(few, many)
        if self.value(best) > self.bound:
            self._at(price + 1)
        return best, price

    def _at(self, price: int) -> Ints:
        """The best match if each crossing cost ``price`` more; raises ``bound`` by what it proves."""
        chosen = priced_flow(self.problem, np.ones(len(self.crosses), dtype=bool), self.crosses * np.int64(price))
        proved = self.value(chosen) + price * (self.crossing(chosen) - self.most)
        self.bound = max(self.bound, proved)
        return chosen

    def _filled(self, few: Ints, many: Ints) -> Ints:
        """The best match that uses the crossings of ``few`` and, up to the limit, the most urgent of ``many``."""
        problem = self.problem
        keep = few[few >= 0]
        keep = keep[self.crosses[keep]]
        more = np.setdiff1d(many[many >= 0], keep)
        more = more[self.crosses[more]]
        urgent = np.lexsort((problem.candidate_cost[more], problem.level[problem.rows[more]]))
        keep = np.concatenate([keep, more[urgent][: self.most - len(keep)]])
        usable = ~self.crosses
        usable[keep] = True
        return priced_flow(problem, usable)


def priced_flow(problem: Problem, usable: npt.NDArray[np.bool_], surcharge: Ints | None = None) -> Ints:
    """``int64[n]``: the pair that serves each need, or -1, at least penalty, cost and ``surcharge``.

    Raises ``ValueError`` when the numbers are too large to be exact.
    """
    n, k = len(problem.priority_class), len(problem.capacity)
    cost = problem.candidate_cost + (0 if surcharge is None else surcharge)
    rows = problem.rows
    pairs = np.flatnonzero(usable & (cost < problem.penalty[rows]))
    if n == 0 or len(pairs) == 0:
        return np.full(n, -1, dtype=np.int64)
    if int(problem.penalty.max()) * (n + k + 2) >= 2**62:
        raise ValueError("candidate_cost is too large for this many needs and offers; use a coarser unit")
    sink, offers, needs = n + k, np.arange(n, n + k), np.arange(n)
    flows = cheapest_flows(
        tails=np.concatenate([rows[pairs], offers, needs]),
        heads=np.concatenate([n + problem.candidate_offer[pairs], np.full(k + n, sink)]),
        capacities=np.concatenate([np.ones(len(pairs)), problem.capacity, np.ones(n)]),
        costs=np.concatenate([cost[pairs], np.zeros(k, dtype=np.int64), problem.penalty]),
        supplies=np.concatenate([np.ones(n), np.zeros(k), [-n]]),
    )
    chosen = np.full(n, -1, dtype=np.int64)
    used = pairs[flows[: len(pairs)] > 0]
    chosen[rows[used]] = used
    return chosen
