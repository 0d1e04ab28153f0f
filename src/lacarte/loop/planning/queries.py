"""What stays unmet, where, and what one more unit of capacity would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncWeek

from lacarte.kernel import clock
from lacarte.kernel.permissions import Action, AnyUser, may, permitted
from lacarte.loop.matching.models import Price, Shortage
from lacarte.loop.matching.queries import latest_run
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.privacy import passed_on
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region


@dataclass(frozen=True)
class UnmetRow:
    """One service type in one region."""

    service_type: ServiceType
    region: Region
    waiting: int
    urgent: int  # of them in class 0 or 1
    oldest_days: int
    full: int  # of them: offers reach them and had nothing free in the last run
    out_of_reach: int  # of them: no offer with capacity reached them
    reasons: dict[str, int]  # why not, for how many of those


def unmet(user: AnyUser) -> list[UnmetRow]:
    """Needs that wait for an offer, by service type and region, where ``user`` may plan; most waiting first."""
    rows = (
        permitted(Need.objects.filter(state=Need.State.OPEN), user, Action.PLAN)
        .order_by()
        .values("service_type_id", "region_id")
        .annotate(waiting=Count("pk"), oldest=Min("received_at"))
        .order_by("-waiting", "service_type_id", "region_id")
    )
    urgent = _urgent(user)
    types, regions = ServiceType.objects.in_bulk(), Region.objects.in_bulk()
    short = {(one.service_type_id, one.region_id): one for one in Shortage.objects.filter(run=latest_run())}
    return [_row(row, types[row["service_type_id"]], regions[row["region_id"]], urgent, short) for row in rows]


def _row(
    row: Mapping[str, Any],
    kind: ServiceType,
    region: Region,
    urgent: dict[tuple[int, int], int],
    short: Mapping[tuple[int, int], Shortage],
) -> UnmetRow:
    oldest: datetime = row["oldest"]
    found = short.get((kind.pk, region.pk))
    return UnmetRow(
        service_type=kind,
        region=region,
        waiting=row["waiting"],
        urgent=urgent.get((kind.pk, region.pk), 0),
        oldest_days=(clock.now() - oldest).days,
        full=found.full if found else 0,
        out_of_reach=found.out_of_reach if found else 0,
        reasons=(found.reasons or {"reach": found.out_of_reach}) if found and found.out_of_reach else {},
    )


def _urgent(user: AnyUser) -> dict[tuple[int, int], int]:
    rows = (
        permitted(Need.objects.filter(state=Need.State.OPEN, priority_class__lte=1), user, Action.PLAN)
        .order_by()
        .values_list("service_type_id", "region_id")
        .annotate(n=Count("pk"))
    )
    return {(kind, region): n for kind, region, n in rows}


@dataclass(frozen=True)
class Week:
    """One week: needs that came and needs that were met in it; those that tell of the same thing are one."""

    begins: date
    received: int
    met: int


def by_week(user: AnyUser, weeks: int = 12) -> list[Week]:
    """The last ``weeks`` weeks, oldest first, where ``user`` may plan."""
    today = clock.now().date()
    monday = today - timedelta(days=today.weekday())
    since = monday - timedelta(weeks=weeks - 1)
    needs = permitted(Need.objects.filter(passed_on(), lead=None).order_by(), user, Action.PLAN)
    came = _weekly(needs.filter(received_at__date__gte=since), "received_at")
    met = _weekly(needs.filter(state=Need.State.MET, closed_at__date__gte=since), "closed_at")
    begins = [since + timedelta(weeks=k) for k in range(weeks)]
    return [Week(begin, came.get(begin, 0), met.get(begin, 0)) for begin in begins]


def _weekly(needs: QuerySet[Need], column: str) -> dict[date, int]:
    rows = needs.annotate(week=TruncWeek(column)).values_list("week").annotate(n=Count("pk"))
    return {week.date(): n for week, n in rows}


def best_uses(user: AnyUser, n: int = 10) -> list[Price]:
    """The offers where one more unit of capacity would help most by the last run, where ``user`` may plan."""
    run = latest_run()
    if run is None:
        return []
    where = {"service_at": "offer_at_place__offer__service_type_id", "region_at": "offer_at_place__region_id"}
    prices = Price.objects.filter(may(user, Action.PLAN, **where), run=run).select_related(
        "offer_at_place__offer__provider", "offer_at_place__offer__service_type", "offer_at_place__region"
    )
    return list(prices.order_by("-price", "pk")[:n])
