"""Explanations of a finished match: for every need as arrays, for one need as one object.

Why this offer, why not a nearer one, why nothing, and what would change it. Nothing here names another person: of
holders, only a class that at least two of them share is given, and orders are rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.explanation.cards import Cards, cards
from lacarte.engines.matching.explanation.counterfactuals import NO_ORDER, Changes, Possible, changes
from lacarte.engines.matching.explanation.exchange import Exchange, Ints, Scale, exchange, scale_of
from lacarte.engines.matching.explanation.worth import Worth, worth
from lacarte.engines.matching.explanation.zones import Zones, zones
from lacarte.engines.matching.problem import Problem, Result

Kind = Literal["reach", "later", "one_place", "places", "class", "order"]


@dataclass(frozen=True)
class Holders:
    """Who holds an offer: at least ``count`` (two or more) are in ``priority_class``, which is its least urgent.

    Their orders go up to ``order`` at most (rounded up).
    """

    priority_class: int
    order: int
    count: int


@dataclass(frozen=True)
class Choice:
    """A candidate: its ``cost`` and the parts of that, its ``rank`` of ``candidates`` (0: cheapest), the price."""

    offer: int
    cost: int
    price: int
    rank: int
    candidates: int
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Nearer:
    """The cheapest offer, and why it went to others.

    Going there would save the need ``saved`` and cost the others ``others_lose`` at least, in units of the
    objective (below 0 in a result with a gap: perhaps nobody loses). ``surcharge`` is the difference that the
    prices say; from the problem's ``step`` on, ``someone_goes_without``.
    """

    offer: int
    cost: int
    price: int
    saved: int
    surcharge: int
    others_lose: int
    someone_goes_without: bool
    has_places: bool
    holders: Holders | None


@dataclass(frozen=True)
class Zone:
    """These offers have so many places; so many needs as urgent as this one or more can go nowhere else."""

    offers: tuple[int, ...]
    places: int
    needs: int
    deficit: int


@dataclass(frozen=True)
class Change:
    """Something that would serve the need, whatever optimum is chosen then.

    ``amount`` is the cost (reach), the day (later), the places (one_place, places), the class or the order.
    """

    kind: Kind
    amount: int
    offer: int = -1


@dataclass(frozen=True)
class Explanation:
    """All that is said to the person of one need. ``changes``: what she can do herself comes first."""

    need: int
    outcome: Literal["served", "full", "no-offer"]
    priority_class: int
    order: int
    gain: int = 0
    own: Choice | None = None
    nearer: Nearer | None = None
    zone: Zone | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, eq=False)
class Explanations:
    """Everything about every need as arrays; :meth:`of` makes one object of what concerns one need."""

    problem: Problem
    result: Result
    scale: Scale
    cards: Cards
    graph: Exchange
    worth: Worth
    zones: Zones
    changes: Changes
    beyond: Possible | None
    later: Possible | None
    parts: Mapping[str, npt.NDArray[np.integer]] = field(default_factory=dict)
    grain: int = 10

    def of(self, need: int) -> Explanation:
        """The explanation of one need. Raises ``ValueError`` for a need that is not there."""
        problem = self.problem
        if not 0 <= need < len(problem.priority_class):
            raise ValueError(f"need {need} is not one of the {len(problem.priority_class)} needs")
        mine = int(problem.priority_class[need]), int(problem.order[need])
        if self.cards.pair[need] >= 0:
            own = self._choice(need, int(self.cards.pair[need]), int(self.cards.rank[need]))
            return Explanation(need, "served", *mine, int(self.cards.gain[need]), own, self._nearer(need))
        if self.zones.of_need[need] < 0:
            return Explanation(need, "no-offer", *mine, changes=self._changes(need))
        return Explanation(need, "full", *mine, zone=self._zone(need), changes=self._changes(need))

    def holders(self, offer: int) -> Holders | None:
        """The least urgent class that holds an offer; ``None`` where fewer than two holders share it."""
        priority_class, order, count = (int(values[offer]) for values in self._marginal)
        return Holders(priority_class, _up(order, self.grain), count) if count >= 2 else None

    @cached_property
    def _marginal(self) -> tuple[Ints, Ints, Ints]:
        """Least urgent class, last order in it, and how many holders are in it, by offer."""
        held = np.repeat(np.arange(len(self.problem.capacity)), np.diff(self.graph.holder_start))
        their_class = self.problem.priority_class[self.graph.holder].astype(np.int64)
        last = np.full(len(self.problem.capacity), -1, dtype=np.int64)
        np.maximum.at(last, held, their_class)
        among = their_class == last[held]
        order = np.full(len(last), NO_ORDER, dtype=np.int64)
        np.maximum.at(order, held[among], self.problem.order[self.graph.holder[among]].astype(np.int64))
        return last, order, np.bincount(held[among], minlength=len(last))

    def _choice(self, need: int, pair: int, rank: int) -> Choice:
        offer, start = int(self.problem.candidate_offer[pair]), self.problem.candidate_start
        candidates = len(np.unique(self.problem.candidate_offer[start[need] : start[need + 1]]))
        parts = tuple((name, int(values[pair])) for name, values in self.parts.items())
        cost = int(self.problem.candidate_cost[pair])
        return Choice(offer, cost, int(self.result.price[offer]), rank, candidates, parts)

    def _nearer(self, need: int) -> Nearer | None:
        pair, own = int(self.cards.nearer[need]), int(self.cards.pair[need])
        if pair < 0:
            return None
        offer, cost = int(self.problem.candidate_offer[pair]), int(self.problem.candidate_cost[pair])
        saved, surcharge = int(self.problem.candidate_cost[own]) - cost, int(self.cards.surcharge[need])
        lose = surcharge + saved - self.result.gap
        price = int(self.result.price[offer])
        places = int(self.problem.capacity[offer]) > 0
        without = places and surcharge - self.result.gap >= self.problem.step
        return Nearer(offer, cost, price, saved, surcharge, lose, without, places, self.holders(offer))

    def _zone(self, need: int) -> Zone:
        at, waiting = int(self.zones.of_need[need]), int(self.zones.ahead[need])
        places = int(self.zones.places[at])
        return Zone(tuple(self.zones.offers(at).tolist()), places, places + waiting, waiting)

    def _changes(self, need: int) -> tuple[Change, ...]:
        what, found = self.changes, []
        if self.beyond is not None and what.reach[need] >= 0:
            entry = int(what.reach[need])
            found.append(Change("reach", int(self.beyond.cost[entry]), int(self.beyond.offer[entry])))
        if self.later is not None and what.later[need] >= 0:
            entry = int(what.later[need])
            found.append(Change("later", int(self.later.days[entry]), int(self.later.offer[entry])))
        if what.one_place_at[need] >= 0:
            found.append(Change("one_place", 1, int(what.one_place_at[need])))
        if what.order[need] != NO_ORDER:
            found.append(Change("order", int(what.order[need])))
        if what.priority_class[need] >= 0:
            found.append(Change("class", int(what.priority_class[need])))
        if what.places[need] > 0 and what.one_place_at[need] < 0:
            found.append(Change("places", int(what.places[need]), int(what.places_at[need])))
        return tuple(found)


def explain(
    problem: Problem, result: Result, beyond: Possible | None = None, later: Possible | None = None,
    parts: Mapping[str, npt.NDArray[np.integer]] | None = None, grain: int = 10,
) -> Explanations:  # fmt: skip
    """Explain an optimal result to everybody in it.

    ``beyond`` and ``later`` are candidates just outside the rules and on later days, ``parts`` are named parts of
    each candidate's cost (``[m]``), ``grain`` is what orders are rounded to. With gap 0 costs decide between needs
    that are as urgent; with a gap only levels do, and less can be said. Raises ``ValueError``, naming array and
    index, for what does not fit, and where the result is not optimal in its levels.
    """
    if grain < 1:
        raise ValueError(f"grain is {grain}, it must be at least 1")
    if later is not None and later.day is None:
        raise ValueError("later.day is missing: it must say on which day each candidate is to be had")
    for name, values in (parts or {}).items():
        if len(values) != len(problem.candidate_offer):
            raise ValueError(
                f"parts[{name!r}] has {len(values)} entries, there are {len(problem.candidate_offer)} pairs"
            )
    numbers = cards(problem, result)
    scale = scale_of(problem, result)
    graph = exchange(problem, numbers.pair, scale)
    value = worth(problem, numbers.pair, scale, graph)
    scarce = zones(problem, numbers.pair, scale, graph, value)
    what = changes(problem, numbers.pair, numbers.nearer, scale, value, scarce, beyond, later, grain)
    return Explanations(
        problem, result, scale, numbers, graph, value, scarce, what, beyond, later, dict(parts or {}), grain
    )


def _up(order: int, grain: int) -> int:
    """``order`` rounded up to a multiple of ``grain``."""
    return -(-order // grain) * grain
