"""The supply that the history of requests shows: what each provider closed a week is what it can do a week."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lacarte.kernel import clock
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
    added = 0
    for (provider_name, code), closed in sorted(history.closed.items()):
        provider, _ = Provider.objects.get_or_create(
            code=slug(provider_name)[:120],
            defaults={"name": {"en": provider_name}, "kind": SubjectKind.GOVERNMENT, "region": city},
        )
        kind = types.get(code)
        if kind is None:  # somebody has taken it off the menu since
            continue
        offer, fresh = Offer.objects.get_or_create(
            code=f"{provider.code[:60]}-{slug(next(iter(kind.name.values())))[:59]}",
            defaults={"service_type": kind, "provider": provider, "name": kind.name},
        )
        if fresh:
            place = OfferAtPlace.objects.create(offer=offer, region=city)
            CapacityLot.objects.bulk_create(_lots(place, math.ceil(closed / history.weeks)))
            added += 1
    return added


def _lots(place: OfferAtPlace, units: int) -> list[CapacityLot]:
    now = clock.now()
    return [
        CapacityLot(offer_at_place=place, starts_at=now + _WEEK * k, ends_at=now + _WEEK * (k + 1), units=units)
        for k in range(_WEEKS_OF_SUPPLY)
    ]
