"""The three rates: answered in time, solved, satisfied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.loop.orders.models import Order
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import SubjectKind

#: Fewer than this and a rate would tell about persons.
SMALLEST_GROUP = 10


@dataclass(frozen=True)
class Rates:
    """Shares from 0 to 1; ``None`` where fewer than :data:`SMALLEST_GROUP` stand behind it."""

    label: str
    orders: int
    ratings: int
    response: float | None
    resolution: float | None
    satisfaction: float | None


def rates(by: str = "region") -> list[Rates]:
    """The three rates by ``"region"`` (districts) or by ``"provider"`` (kinds).

    Response: first answered by its deadline, of those whose deadline is over or that were answered.
    Resolution: said to be solved, of those rated. Satisfaction: good or very good, of those rated.
    """
    if by not in ("region", "provider"):
        raise ValueError(f"rates are by region or by provider, not by {by}")
    column = "need__region_id" if by == "region" else "offer_at_place__offer__provider__kind"
    now = clock.now()
    counted: QuerySet[Order, Any] = (
        Order.objects.order_by()
        .values(group=F(column))
        .annotate(
            orders=Count("pk"),
            due=Count("pk", filter=Q(responded_at__isnull=False) | Q(contact_due__lt=now)),
            answered=Count("pk", filter=Q(responded_at__lte=F("contact_due"))),
            ratings=Count("rating"),
            solved=Count("rating", filter=Q(rating__solved=True)),
            satisfied=Count("rating", filter=Q(rating__satisfaction__gte=4)),
        )
    )
    rows = [dict(row) for row in counted]
    return _by_district(rows) if by == "region" else _by_kind(rows)


_COUNTS = ("orders", "due", "answered", "ratings", "solved", "satisfied")


def _by_district(rows: list[dict[str, Any]]) -> list[Rates]:
    """Neighbourhoods add up to the districts they lie in."""
    districts = list(Region.objects.filter(parent__parent__number=0, number__gt=0))
    if not districts:
        districts = list(Region.objects.filter(parent__number=0, number__gt=0))
    found = []
    for district in districts:
        inside = [row for row in rows if row["group"] in district.interval]
        if inside:
            found.append(_rates(str(district), {c: sum(row[c] for row in inside) for c in _COUNTS}))
    return found


def _by_kind(rows: list[dict[str, Any]]) -> list[Rates]:
    return [_rates(str(SubjectKind(row["group"]).label), row) for row in sorted(rows, key=lambda r: r["group"])]


def _rates(label: str, counts: dict[str, Any]) -> Rates:
    def share(part: str, whole: str) -> float | None:
        return counts[part] / counts[whole] if counts[whole] >= SMALLEST_GROUP else None

    return Rates(
        label=label or _("Everywhere"),
        orders=counts["orders"],
        ratings=counts["ratings"],
        response=share("answered", "due"),
        resolution=share("solved", "ratings"),
        satisfaction=share("satisfied", "ratings"),
    )
