"""A standing match that follows what happens: needs come and go, capacities change, and it stays the optimum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.checking import whole_numbers
from lacarte.engines.compiling import Kernel
from lacarte.engines.matching.auction.graph import graph, packed
from lacarte.engines.matching.certify import Certificate, certify
from lacarte.engines.matching.problem import Problem, Result
from lacarte.engines.matching.standing.holders import NOBODY
from lacarte.engines.matching.standing.levels import PROMISED, Levels
from lacarte.engines.matching.standing.market import BROKEN, OFFER, Market, grown, market
from lacarte.engines.matching.standing.places import HALF, add_arcs, detach, offer_of, proof, settle_all_in
from lacarte.engines.matching.standing.searches import best_use, way_in

__all__ = ["Arrive", "Change", "Promise", "SetCapacity", "Standing", "Withdraw"]


@dataclass(frozen=True)
class Arrive:
    """A new need with its candidates; it gets the next number."""

    offers: Sequence[int]
    costs: Sequence[int]
    priority_class: int
    order: int = 0


@dataclass(frozen=True)
class Withdraw:
    """A need that is no more."""

    need: int


@dataclass(frozen=True)
class SetCapacity:
    """An offer has ``units`` from now on, used ones included."""

    offer: int
    units: int


@dataclass(frozen=True)
class Promise:
    """A need is told what it got: from now on it is the last of its class to lose it, and moved if it must be."""

    need: int


Change = Arrive | Withdraw | SetCapacity | Promise


class Standing:
    """A match that stays optimal, or within a known gap of it, under every change.

    People who were promised their place keep it unless somebody more urgent would go without, and as few of
    them as possible are moved to another one: a move counts more than any cost and less than serving anybody.
    Not for use by two threads at once.
    """

    def __init__(self, problem: Problem, result: Result, epsilon: int = 0, most: int = 2**62) -> None:
        """Stand on ``result``, which must be proved optimal.

        With ``epsilon`` 0 and ``most`` left out every change leads to the exact optimum. With an ``epsilon``
        nobody is moved for less than that (units of cost), so that fewer people are. With ``most`` no change
        looks at more offers and people than that, unless somebody could be served that way. ``gap`` follows both.
        Raises ``ValueError`` if ``result`` is not the problem's or its gap is not 0, or the numbers are too large
        to be exact.
        """
        certify(problem, result)
        if result.gap != 0:
            raise ValueError(f"the match has a gap of {result.gap}; solve with tolerance=0 first")
        if epsilon < 0:
            raise ValueError(f"epsilon is {epsilon}, it must be 0 or more")
        self.largest_cost, self.epsilon, self.most = problem.largest_cost, epsilon, most
        offers = len(problem.capacity)
        broken = (offers + 2) * (self.largest_cost + epsilon + 1)
        step = (offers + 2) * (self.largest_cost + epsilon + broken + 1)
        self._class = problem.priority_class.tolist()
        self._order = problem.order.tolist()
        keys = problem.priority_class.astype(np.int64) * 2**33 + problem.order
        _, firsts, level = np.unique(keys, return_index=True, return_inverse=True)
        known = [(self._class[i], self._order[i]) for i in firsts.tolist()]
        self.levels = Levels(known, step)
        weight = np.array([self.levels.weight(*one) for one in known], dtype=np.int64)
        numbered = graph(problem, 1)
        self._market: Market = market(
            problem, result, numbered, weight, level, step, (broken, epsilon, self.largest_cost)
        )
        self._offer = numbered.offer
        self._inside = np.empty(offers, dtype=np.int64)
        self._inside[numbered.offer] = np.arange(offers)
        self._need = numbered.need.tolist()  # of those inside; later needs have one number
        self._need_inside = np.argsort(numbered.need).tolist()
        self._capacity = problem.capacity[numbered.offer].astype(np.int64)
        self._arcs, self._extra, self._searches = len(problem.candidate_offer), 0, 0
        self._size = len(problem.priority_class)
        self._lost = 0
        self._level = {one: offers + 1 + at for at, one in enumerate(weight.tolist())}
        self._run(settle_all_in, self._size)

    def __len__(self) -> int:
        """How many needs there ever were."""
        return len(self._class)

    @property
    def gap(self) -> int:
        """How far the match may be from the optimum at the most, in units of cost, without a look at any arc.

        That is ``epsilon`` for each need, and what searches may have missed that were cut short since the last
        :meth:`certificate`; which usually proves far less.
        """
        return self._lost + self.epsilon * len(self)

    @property
    def assignment(self) -> npt.NDArray[np.int32]:
        """``int32[n]``: the offer of each need, -1 for none; a copy."""
        held = self._market.held[self._need_inside] >> OFFER
        return np.asarray(np.append(self._offer, -1)[np.minimum(held, len(self._offer))], dtype=np.int32)

    @property
    def price(self) -> npt.NDArray[np.int64]:
        """``int64[k]``: prices; ``levels.step`` is what one weight is worth in them. A copy."""
        return np.asarray(self._market.price[self._inside])

    def offer_of(self, need: int) -> int:
        """The offer of ``need``, -1 for none. Raises ``ValueError`` when there never was such a need."""
        if not 0 <= need < len(self):
            raise ValueError(f"there is no need {need}")
        inside = offer_of(self._market, self._need_inside[need])
        return int(self._offer[inside]) if inside >= 0 else -1

    def update(self, changes: Iterable[Change]) -> list[int]:
        """Apply ``changes`` in turn; the needs whose offer changed, each once, in no particular order.

        Raises ``ValueError`` naming the change that cannot be; the ones before it stand.
        """
        moved: set[int] = set()
        for change in changes:
            match change:
                case Arrive():
                    moved |= self._arrive(change)
                case Withdraw():
                    moved |= self._withdraw(change.need)
                case SetCapacity():
                    moved |= self._set_capacity(change.offer, change.units)
                case Promise():
                    self._promise(change.need)
                case _:
                    raise TypeError(f"{change!r} is no change")
        return list(moved)

    def certificate(self) -> Certificate:
        """Prove the match anew over all arcs, nothing remembered.

        Costs of broken promises are part of the objective.
        """
        sums = self._run(proof, 0, len(self))
        paid, least = ((int(high) << HALF) + int(low) for high, low in (sums[:2], sums[2:]))
        prices = zip(self._market.price[: len(self._capacity)].tolist(), self._capacity.tolist(), strict=True)
        proved = Certificate(paid, least - sum(price * units for price, units in prices))
        self._lost = min(self._lost, proved.gap)
        return proved

    def _arrive(self, change: Arrive) -> set[int]:
        offers = whole_numbers("offers", np.array(change.offers, dtype=None if change.offers else int), np.int64)
        costs = whole_numbers("costs", np.array(change.costs, dtype=None if change.costs else int), np.int64)
        whole_numbers("priority_class", [change.priority_class], np.uint8)
        whole_numbers("order", [change.order], np.int32)
        if len(offers) != len(costs):
            raise ValueError(f"the need {len(self)} has {len(offers)} offers and {len(costs)} costs")
        if len(offers) and not (offers.min() >= 0 and offers.max() < len(self._capacity)):
            raise ValueError(f"the need {len(self)} names an offer that is not one of {len(self._capacity)}")
        if len(costs) and not (costs.min() >= 0 and costs.max() <= self.largest_cost):
            raise ValueError(
                f"the need {len(self)} has a cost outside 0..{self.largest_cost}, the largest of the standing "
                "match; solve the whole problem anew"
            )
        without = self._going_without(change.priority_class, change.order)
        i, first, last = len(self), self._arcs, self._arcs + len(offers)
        m = self._market = grown(self._market, i + 1, last, self._extra + len(offers), 0)
        m.row[i], m.row_end[i] = first, last
        m.arc[first:last] = packed(self._inside[offers], costs, m.arc.dtype)
        m.held[i], m.without[i], m.promise[i] = without << OFFER, without, NOBODY
        self._run(add_arcs, i, self._extra)
        self._arcs, self._extra = last, self._extra + len(offers)
        self._class.append(change.priority_class)
        self._order.append(change.order)
        self._need.append(i)
        self._need_inside.append(i)
        return self._search(way_in, i, -1)

    def _withdraw(self, need: int) -> set[int]:
        m, i = self._market, self._living(need)
        m.without[i] = len(self._capacity)  # from where nobody is ever moved
        if offer_of(m, i) < 0:
            m.held[i] = int(m.without[i]) << OFFER
            return set()
        return self._freed(self._run(detach, i)) | {need}

    def _set_capacity(self, offer: int, units: int) -> set[int]:
        if not 0 <= offer < len(self._capacity):
            raise ValueError(f"there is no offer {offer}")
        whole_numbers("units", [units], np.int64)
        if not 0 <= units < 2**31:
            raise ValueError(f"offer {offer} cannot have {units} units")
        m, j, moved = self._market, int(self._inside[offer]), set[int]()
        while self._capacity[j] < units:
            self._capacity[j] += 1
            moved |= self._freed(j)
            if m.price[j] == 0:  # nobody wants one more: the rest is free
                m.free[j] += units - self._capacity[j]
                self._capacity[j] = units
        while self._capacity[j] > units:
            spare = min(int(m.free[j]), int(self._capacity[j]) - units)
            m.free[j] -= spare
            self._capacity[j] -= spare
            if self._capacity[j] > units:
                self._capacity[j] -= 1
                moved |= self._search(way_in, -1, j)
        return moved

    def _promise(self, need: int) -> None:
        i = self._living(need)
        here = offer_of(self._market, i)
        if here < 0:
            raise ValueError(f"need {need} has no place that could be promised")
        without = self._going_without(self._class[need], PROMISED)
        m = self._market
        m.held[i] &= ~BROKEN
        m.promise[i], m.without[i] = here, without

    def _going_without(self, priority_class: int, order: int) -> int:
        """The place of those who go without, of this level."""
        weight = self.levels.weight(priority_class, order)
        if weight not in self._level:
            at = len(self._capacity) + 1 + len(self._level)
            self._market = grown(self._market, 0, 0, 0, at + 1)
            self._market.price[at] = weight * self.levels.step
            self._level[weight] = at
        return self._level[weight]

    def _living(self, need: int) -> int:
        """The need's number inside."""
        known = 0 <= need < len(self)
        if not known or self._market.without[self._need_inside[need]] == len(self._capacity):
            raise ValueError(f"there is no need {need}, or it was withdrawn")
        return int(self._need_inside[need])

    def _freed(self, offer: int) -> set[int]:
        """One more place at ``offer`` (inside)."""
        if self._market.price[offer] == 0:
            self._market.free[offer] += 1
            return set()
        return self._search(best_use, offer)

    def _search(self, kernel: Kernel[..., int], *where: int) -> set[int]:
        self._searches += 1
        self._market.changed[0] = 0
        self._lost += int(self._run(kernel, *where, self._searches, self.most))
        moved = self._market.changed[1 : 1 + self._market.changed[0]].tolist()
        return {self._need[i] for i in moved}

    def _run(self, kernel: Kernel[..., Any], *arguments: int) -> Any:
        return kernel.at_size(self._size)(self._market, *arguments)
