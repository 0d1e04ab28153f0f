"""The supply that the history of requests shows: what each provider closed a week is what it can do a week."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from lacarte.kernel import clock
from lacarte.registers.menu.keeping import note
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import root
from lacarte.registers.providers.models import Provider, SubjectKind
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.row import Row

_WEEK = timedelta(days=7)
_WEEKS_OF_SUPPLY = 4


@dataclass
class History:
    """How many requests each provider closed of each service type (by its code), and over how long."""

    closed: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def note(self, row: Row, code: str) -> None:
        """Count one request."""
        self.first = min(self.first or row.received, row.received)
        self.last = max(self.last or row.received, row.received)
        if row.closed and row.provider:
            self.closed[row.provider, code] += 1

    @property
    def weeks(self) -> float:
        """From the first request to the last; one at least."""
        return max((self.last - self.first) / _WEEK, 1.0) if self.first and self.last else 1.0

    def as_json(self) -> dict[str, Any]:
        """What a later run needs to go on with it."""
        closed = [[provider, code, count] for (provider, code), count in self.closed.items()]
        span = [at.isoformat() if at else None for at in (self.first, self.last)]
        return {"closed": closed, "span": span}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> History:
        """The history that :meth:`as_json` wrote."""
        first, last = (datetime.fromisoformat(at) if at else None for at in kept["span"])
        return cls(Counter({(provider, code): n for provider, code, n in kept["closed"]}), first, last)


def give_supply(history: History) -> int:
    """Give each provider, for the coming weeks, the capacity that its own past shows; never less than one.

    Offers that are there already are left alone. Returns how many were added.
    """
    city = Region.objects.filter(parent__number=0).order_by("number").first() or root()
    types = ServiceType.objects.in_bulk({code for _, code in history.closed}, field_name="code")
    providers = _providers({name for name, _ in history.closed}, city)
    offers: dict[str, tuple[Offer, int]] = {}
    for (name, code), closed in sorted(history.closed.items()):
        kind, provider = types.get(code), providers[name]
        if kind is not None:  # nobody has taken it off the menu since
            said = slug(next(iter(kind.name.values())))
            offer = Offer(
                code=f"{provider.code[:60]}-{said[:59]}", service_type=kind, provider=provider, name=kind.name
            )
            offers.setdefault(offer.code, (offer, closed))
    there = Offer.objects.in_bulk(list(offers), field_name="code")
    new = [(offer, closed) for code, (offer, closed) in offers.items() if code not in there]
    Offer.objects.bulk_create([offer for offer, _ in new])
    places = [OfferAtPlace(offer=offer, region=city) for offer, _ in new]
    OfferAtPlace.objects.bulk_create(places)
    note([*(offer for offer, _ in new), *places])
    weekly = [math.ceil(closed / history.weeks) for _, closed in new]
    CapacityLot.objects.bulk_create(chain.from_iterable(map(_lots, places, weekly)))
    return len(new)


def _providers(names: set[str], city: Region) -> dict[str, Provider]:
    """The providers of these names, made where they are missing."""
    codes = {name: slug(name)[:120] for name in sorted(names)}
    known = Provider.objects.in_bulk(set(codes.values()), field_name="code")
    new: dict[str, Provider] = {}
    for name, code in codes.items():
        if code not in known:
            government = SubjectKind.GOVERNMENT
            new.setdefault(code, Provider(code=code, name={"en": name}, kind=government, region=city))
    Provider.objects.bulk_create(new.values())
    return {name: known.get(code) or new[code] for name, code in codes.items()}


def _lots(place: OfferAtPlace, units: int) -> list[CapacityLot]:
    now = clock.now()
    return [
        CapacityLot(offer_at_place=place, starts_at=now + _WEEK * k, ends_at=now + _WEEK * (k + 1), units=units)
        for k in range(_WEEKS_OF_SUPPLY)
    ]
