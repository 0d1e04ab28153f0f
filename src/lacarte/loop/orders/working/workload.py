"""How much each official has to do, of what the reader may work on, and the cases behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, mandates_for, may, permitted, valid_mandates
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.lights import Light, light, lit
from lacarte.loop.orders.models import Assignment, Order, Pause
from lacarte.loop.orders.states import NOT_ANSWERED
from lacarte.loop.orders.working.handling import Handling
from lacarte.loop.orders.working.seeing import at_work, nobodys, works_on

#: Not more than this is counted of what is nobody's, or listed of anybody's.
MOST_COUNTED, MOST_LISTED = 1000, 200


@dataclass(frozen=True)
class Load:
    """What one official has to do, in cases; ``hours`` of working time left where there is a basis."""

    official: User
    open: int = 0
    red: int = 0
    amber: int = 0
    today: int = 0  # the next deadline is today
    waiting: int = 0  # for the resident
    hours: float | None = None
    no_basis: int = 0  # of how many cases nobody knows how long such take


@dataclass(frozen=True)
class Nobodys:
    """Open cases that nobody works on, up to :data:`MOST_COUNTED`, and how many a withdrawn account left."""

    open: int
    left: int


@dataclass(frozen=True)
class OpenCase:
    """A case of a list: its light (none without an order), next deadline and since when it is somebody's work."""

    need: Need
    light: Light | None
    due: datetime | None


def officials_seen_by(user: User) -> QuerySet[User]:
    """Who may work on something that ``user`` may work on too, by name."""
    mine = valid_mandates(user, Action.WORK).filter(
        service_first__lte=OuterRef("service_last"),
        service_last__gte=OuterRef("service_first"),
        region_first__lte=OuterRef("region_last"),
        region_last__gte=OuterRef("region_first"),
    )
    meeting = mandates_for(Action.WORK).filter(Exists(mine))
    return User.objects.filter(pk__in=meeting.values("holder")).order_by("first_name", "last_name", "username")


def workload(user: User) -> list[Load]:
    """What each official has to do, of the cases that ``user`` may work on; six queries."""
    cases = at_work().filter(may(user, Action.WORK, "need__"), need__closed_at=None)
    rows: Any = cases.order_by().values("official").annotate(**_counts())
    counted = {row.pop("official"): row for row in rows}
    open_ones: dict[object, list[tuple[int, int, datetime]]] = defaultdict(list)
    began = cases.order_by().annotate(first=Min("need__assignments__since"))
    for whose, kind, region, first in began.values_list("official", "need__service_type", "need__region", "first"):
        open_ones[whose].append((kind, region, first))
    handling = Handling()
    loads = []
    for official in officials_seen_by(user):
        hours, no_basis = handling.left(open_ones[official.pk])
        loads.append(Load(official, **counted.get(official.pk, {}), hours=hours, no_basis=no_basis))
    return loads


def nobodys_load(user: User) -> Nobodys:
    """What ``user`` may work on and nobody does; two queries that stop at :data:`MOST_COUNTED`."""
    free = permitted(Need.objects.filter(nobodys()), user, Action.WORK).order_by()
    gone = Q(ended=Assignment.Ended.LEFT) | Q(until=None, official__is_active=False)
    left = free.filter(Exists(Assignment.objects.filter(gone, need=OuterRef("pk"))))
    return Nobodys(*(rows.values("pk")[: MOST_COUNTED + 1].count() for rows in (free, left)))


def cases_of(user: User, official: User | None, of: Light | None = None) -> list[OpenCase]:
    """Open cases of ``official``, or nobody's, that ``user`` may work on: the first due first, at most 200.

    ``of``: only those with this light. Three queries.
    """
    whose = nobodys() if official is None else works_on(official) & Q(closed_at=None)
    rows = permitted(Need.objects.filter(whose), user, Action.WORK).select_related("service_type", "region")
    running = Order.objects.filter(need=OuterRef("pk"), ended_at=None)
    if of is not None:
        rows = rows.filter(Exists(running.filter(lit(of))))
    due = Case(When(state__in=NOT_ANSWERED, then=F("contact_due")), default=F("resolution_due"))
    rows = rows.annotate(due=Subquery(running.values(due=due)[:1]))
    needs = list(rows.order_by(F("due").asc(nulls_last=True), "received_at", "pk")[:MOST_LISTED])
    lights = lights_of(needs)
    return [OpenCase(need, lights.get(need.pk), need.due) for need in needs]


def lights_of(needs: Sequence[Need]) -> dict[object, Light]:
    """The light of each need that has an order under way, by key; two queries."""
    orders = list(Order.objects.filter(need__in=needs, ended_at=None))
    pauses = Pause.objects.filter(order__in=orders, ended_at=None).values_list("order", "since")
    stopped, now = dict(pauses), clock.now()
    return {order.need_id: light(order, paused_since=stopped.get(order.pk), now=now) for order in orders}


def _counts() -> dict[str, Count]:
    now = clock.now()
    midnight = datetime.combine(timezone.localdate(now) + timedelta(days=1), time())
    today = (now, timezone.make_aware(midnight))
    unanswered = Q(state__in=NOT_ANSWERED)
    due_today = Q(unanswered, contact_due__range=today) | Q(~unanswered, resolution_due__range=today)
    of = {
        "red": lit(Light.RED, now),
        "amber": lit(Light.AMBER, now),
        "waiting": lit(Light.PAUSED, now),
        "today": (lit(Light.AMBER, now) | lit(Light.GREEN, now)) & due_today,
    }
    orders = {
        name: Order.objects.filter(which, need=OuterRef("need"), ended_at=None) for name, which in of.items()
    }
    return {"open": Count("pk")} | {name: Count("pk", filter=Exists(rows)) for name, rows in orders.items()}
