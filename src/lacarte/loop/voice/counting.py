"""What the three rates are made of, counted in the database: one query, whatever is asked for.

Orders belong to the month in which they were sent to their provider. So nobody moves an order into another month
by closing it sooner or later, and the figures of the last months still fill up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.utils import timezone

from lacarte.kernel import clock, tree
from lacarte.loop.orders.models import Order, OrderState, Pause
from lacarte.loop.voice.exclusions import approved
from lacarte.loop.voice.models import Satisfaction

#: Fewer than this and a rate would tell about persons.
SMALLEST_GROUP = 10

#: By what is counted -> where it stands.
_AT = {
    "provider": "offer_at_place__offer__provider",
    "kind": "offer_at_place__offer__provider__kind",
    "region": "region",
    "type": "service_type",
}


@dataclass(frozen=True)
class Counts:
    """Of a group of orders. All but ``excluded`` are of those that count."""

    orders: int = 0
    excluded: int = 0  # left out, as two people decided
    due: int = 0  # answered, or should have been by now
    answered: int = 0  # of these, by the deadline
    completed: int = 0  # the provider said that it is done
    ratings: int = 0
    contacted: int = 0  # said that somebody got in touch in good time
    solved: int = 0
    satisfied: int = 0  # good or very good

    def __add__(self, other: Counts) -> Counts:
        """Both groups together."""
        return Counts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})


#: Each of the three rates: what is counted, out of what.
RATES = {
    "response": ("answered", "due"),
    "resolution": ("solved", "ratings"),
    "satisfaction": ("satisfied", "ratings"),
}


@dataclass(frozen=True)
class Cut:
    """Which orders: sent from ``since`` up to before ``until``, to one provider, from one region."""

    since: datetime | None = None
    until: datetime | None = None
    provider: UUID | None = None
    region: tree.Interval | None = None

    def orders(self) -> QuerySet[Order, Any]:
        """The orders that are meant."""
        where = Q()
        if self.since is not None:
            where &= Q(requested_at__gte=self.since)
        if self.until is not None:
            where &= Q(requested_at__lt=self.until)
        if self.provider is not None:
            where &= Q(offer_at_place__offer__provider=self.provider)
        if self.region is not None:
            where &= Q(region__gte=self.region.first, region__lte=self.region.last)
        return Order.objects.filter(where).order_by()


def count(by: str, cut: Cut = Cut(), months: Sequence[datetime] = ()) -> dict[Any, Counts]:
    """As :func:`count_now`, at most ``rates_minutes`` ago: anybody may ask for it, and of many it is much work."""
    kept = settings.CONFIGURED["rates_minutes"] * 60
    key = f"rates:{sha256(repr((by, cut, tuple(months))).encode()).hexdigest()}"
    found: dict[Any, Counts] | None = cache.get(key) if kept else None
    if found is None:
        found = count_now(by, cut, months)
        if kept:
            cache.set(key, found, kept)
    return dict(found)


def count_now(by: str, cut: Cut = Cut(), months: Sequence[datetime] = ()) -> dict[Any, Counts]:
    """The counts of each group of orders: by ``"provider"``, ``"kind"``, ``"region"``, ``"type"`` or ``"month"``.

    Groups without orders are not there. By month the key is the place in ``months``, where each begins; what is
    before the first is left out. Raises ``ValueError`` for another ``by``.
    """
    if by not in (*_AT, "month"):
        raise ValueError(f"rates are by region, provider, kind, type or month, not by {by}")
    group = _month(months) if by == "month" else F(_AT[by])
    rows: Any = cut.orders().values(group=group).annotate(**_aggregates())
    return {row.pop("group"): Counts(**row) for row in rows if row["group"] is not None}


def total(cut: Cut = Cut()) -> Counts:
    """All of them together."""
    return Counts(**cut.orders().aggregate(**_aggregates()))


def _month(months: Sequence[datetime]) -> Case:
    """Which month an order was sent in: compared with where months begin, which is quicker than to cut dates."""
    latest_first = sorted(enumerate(months), key=lambda pair: pair[1], reverse=True)
    return Case(*(When(requested_at__gte=begins, then=Value(place)) for place, begins in latest_first))


def _aggregates() -> dict[str, Count]:
    counts = ~approved()
    unanswered = Q(responded_at=None)
    called_off = Q(state=OrderState.CANCELLED, ended_at__lte=F("contact_due")) & unanswered
    asked = Pause.objects.filter(ended_at=None, since__lt=F("order__contact_due")).values("order")
    late = Q(contact_due__lt=clock.now()) & ~Q(pk__in=asked)  # while the clock stands still nothing becomes late
    due = (~unanswered | late) & ~called_off
    done = Q(state=OrderState.COMPLETED) | Q(rating__isnull=False)
    return {
        "orders": Count("pk", filter=counts),
        "excluded": Count("pk", filter=approved()),
        "due": Count("pk", filter=counts & due),
        "answered": Count("pk", filter=counts & Q(responded_at__lte=F("contact_due"))),
        "completed": Count("pk", filter=counts & done),
        "ratings": Count("rating", filter=counts),
        "contacted": Count("rating", filter=counts & Q(rating__contacted_in_time=True)),
        "solved": Count("rating", filter=counts & Q(rating__solved=True)),
        "satisfied": Count("rating", filter=counts & Q(rating__satisfaction__gte=Satisfaction.GOOD)),
    }


def months_before(moment: datetime, number: int) -> list[datetime]:
    """Where the last ``number`` months up to that of ``moment`` begin in the city's time, oldest first."""
    local = timezone.localtime(moment)
    place = local.year * 12 + local.month - 1
    return [month_of(*divmod(place - back, 12)) for back in reversed(range(number))]


def month_of(year: int, month: int) -> datetime:
    """When a month begins in the city's time; ``month`` from 0."""
    return datetime(year, month + 1, 1, tzinfo=timezone.get_default_timezone())


def month_after(begins: datetime) -> datetime:
    """When the month after that which ``begins`` does."""
    return month_of(*divmod(begins.year * 12 + begins.month, 12))
