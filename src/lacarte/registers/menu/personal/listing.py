"""One person's list: services in order of entitlement, each with its best offers and what they cost in effort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, isnan
from typing import Generic, TypeVar
from uuid import UUID

import numpy as np
from django.utils import timezone

from lacarte.kernel import clock
from lacarte.registers.menu.capacity.finding import CapacityState
from lacarte.registers.menu.eligibility import Eligibility, Judged, Verdict
from lacarte.registers.menu.models import OfferAtPlace, ServiceType
from lacarte.registers.menu.personal.columns import Floats, Ints, Offers, offers
from lacarte.registers.menu.personal.free import Free, free_of
from lacarte.registers.menu.personal.ranking import (
    Effort,
    Order,
    Ranked,
    Where,
    Wishes,
    wait_minutes,
    weigh,
)

J = TypeVar("J", bound=Judged)

#: How many offers of a service are shown, and how many are looked at for when they are free: of those that are
#: best in all else, and more where the time decides.
EACH = 3
_SHORT, _SHORT_BY_TIME, _MOST_BY_TIME = 8, 60, 600
#: What is shown of an offer; long texts are read when its own page is.
_SHOWN = (
    *("address", "longitude", "latitude", "reach_metres", "step_free", "region__name", "offer__code"),
    *("offer__service_type__code", "offer__name", "offer__languages", "offer__price_minor", "offer__currency"),
    *("offer__price_note", "offer__conditions", "offer__provider__code", "offer__provider__name"),
    "offer__provider__kind",
)


@dataclass(frozen=True, eq=False)
class ListedOffer:
    """An offer at a place for one person: the way (``None``: unknown), the next free time, and the effort."""

    place: OfferAtPlace  # with its offer, provider and region
    metres: float | None
    free: datetime | None
    state: CapacityState
    effort: Effort


@dataclass(frozen=True, eq=False)
class ListedService(Generic[J]):
    """A service with its best offers; ``serving`` reach this person, ``fitting`` of them are as wished."""

    service_type: ServiceType
    judged: J
    offers: list[ListedOffer]
    fitting: int
    serving: int
    living: int


@dataclass(frozen=True, eq=False)
class PersonalList(Generic[J]):
    """A page of the list; ``judged`` has an answer for each of the ``total`` services, by number."""

    services: list[ListedService[J]]
    judged: Mapping[int, J]
    total: int


def personal_list(
    kinds: Sequence[ServiceType],
    where: Where,
    eligibility: Eligibility[J],
    wishes: Wishes | None = None,
    *,
    each: int = EACH,
    first: int = 0,
    most: int = 20,
) -> PersonalList[J]:
    """The services ``kinds``, from the ``first`` on at most ``most``, each with its best ``each`` offers.

    Services that this person is not entitled to come last; else the order of ``kinds`` stays, so that nothing
    jumps while somebody answers. Three queries, whatever there is, and those of ``eligibility``.
    """
    wished = wishes or Wishes()
    judged = eligibility([kind.number for kind in kinds])
    ordered = sorted(kinds, key=lambda kind: judged[kind.number].verdict is Verdict.NO)
    shown = ordered[first : first + most]
    table, now = offers(), clock.now()
    rows = table.rows_of(kind.number for kind in shown)
    ranked = weigh(table, rows, where, wished, timezone.localdate(now))
    picked = {
        kind.number: _short_list(table, ranked, kind, wished, max(each, _fewest(wished, len(shown))))
        for kind in shown
    }
    free = free_of([table.keys[ranked.rows[at]] for short in picked.values() for at in short])
    best = {number: _best(table, ranked, short, free, wished, now)[:each] for number, short in picked.items()}
    places = _places([table.keys[ranked.rows[at]] for some in best.values() for at in some])
    return PersonalList(
        services=[
            _listed(kind, judged[kind.number], table, ranked, best[kind.number], free, places, now)
            for kind in shown
        ],
        judged=judged,
        total=len(kinds),
    )


def these_offers(keys: Sequence[UUID], where: Where, wishes: Wishes | None = None) -> list[ListedOffer]:
    """The living ones of these offers at places, in this order, weighed as in a list; three queries."""
    table, now = offers(), clock.now()
    rows = np.array([table.at[key.hex] for key in keys if key.hex in table.at], dtype=np.int64)
    ranked = weigh(table, rows, where, wishes or Wishes(), timezone.localdate(now))
    living = [table.keys[row] for row in ranked.rows]
    free, places = free_of(living), _places(living)
    return [
        _offer(places[key], ranked, at, free.get(key, Free()), now)
        for at, key in enumerate(living)
        if key in places
    ]


def _of_kind(table: Offers, ranked: Ranked, kind: ServiceType) -> Ints:
    low, high = np.searchsorted(table.service_type[ranked.rows], [kind.number, kind.number + 1])
    return np.arange(low, high)


def _fewest(wished: Wishes, kinds: int) -> int:
    """How many offers of each service are looked at for when they are free: more where the time decides."""
    if wished.before is None and wished.order is not Order.SOON:
        return _SHORT
    return min(_SHORT_BY_TIME, max(_SHORT, _MOST_BY_TIME // max(kinds, 1)))


def _short_list(table: Offers, ranked: Ranked, kind: ServiceType, wished: Wishes, most: int) -> Ints:
    """The offers of a service that are worth a look at when they are free, the best first."""
    at = _of_kind(table, ranked, kind)
    at = at[ranked.serves[at] & ranked.fits[at]]
    return at[np.lexsort((ranked.known[at], _sort_key(table, ranked, at, wished)))][:most]


def _sort_key(table: Offers, ranked: Ranked, at: Ints, wished: Wishes) -> Floats:
    """What is known without asking when they are free; NaN comes last."""
    if wished.order is Order.NEAR:
        return ranked.metres[at]
    if wished.order is Order.CHEAP:
        return table.price_minor[ranked.rows[at]]
    return ranked.known[at]


def _best(
    table: Offers, ranked: Ranked, short: Ints, free: Mapping[str, Free], wished: Wishes, now: datetime
) -> list[int]:
    """The short list in its last order, without what is free too late."""
    found: list[tuple[float, float, int]] = []
    keys = _sort_key(table, ranked, short, wished)
    for at, key, effort in zip(short.tolist(), keys.tolist(), ranked.known[short].tolist(), strict=True):
        when = free.get(table.keys[ranked.rows[at]], Free())
        if wished.before is not None and (when.at is None or when.at >= wished.before):
            continue
        effort += wait_minutes(when.at, when.state, now)
        if wished.order is Order.SOON:
            key = when.at.timestamp() if when.at else inf
        elif wished.order is Order.BEST:
            key = effort
        found.append((inf if isnan(key) else key, effort, at))
    return [at for _, _, at in sorted(found, key=lambda one: one[:2])]


def _offer(place: OfferAtPlace, ranked: Ranked, at: int, when: Free, now: datetime) -> ListedOffer:
    metres = float(ranked.metres[at])
    effort = Effort(
        way=float(ranked.way[at]),
        language=float(ranked.language[at]),
        price=float(ranked.price[at]),
        wait=wait_minutes(when.at, when.state, now),
    )
    return ListedOffer(place, None if isnan(metres) else metres, when.at, when.state, effort)


def _places(keys: Sequence[str]) -> dict[str, OfferAtPlace]:
    """The records of the offers that are shown, as they are now: one that was paused meanwhile is not."""
    living = OfferAtPlace.objects.filter(pk__in=keys, offer__paused=False)
    return {
        place.pk.hex: place
        for place in living.select_related("offer__provider", "offer__service_type", "region").only(*_SHOWN)
    }


def _listed(
    kind: ServiceType,
    judged: J,
    table: Offers,
    ranked: Ranked,
    best: Sequence[int],
    free: Mapping[str, Free],
    places: Mapping[str, OfferAtPlace],
    now: datetime,
) -> ListedService[J]:
    at = _of_kind(table, ranked, kind)
    keys = [(row, table.keys[ranked.rows[row]]) for row in best]
    shown = [_offer(places[key], ranked, row, free.get(key, Free()), now) for row, key in keys if key in places]
    serving = ranked.serves[at]
    return ListedService(kind, judged, shown, int((serving & ranked.fits[at]).sum()), int(serving.sum()), len(at))
