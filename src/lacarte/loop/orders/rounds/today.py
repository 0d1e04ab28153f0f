"""The orders that the members of a provider go out for on a day; only their own, by the query itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.orders.models import NotToday, Order, OrderChange, OrderState
from lacarte.loop.orders.queries import orders_of_members
from lacarte.loop.orders.states import ENDED
from lacarte.registers.menu.models import Hold

#: Nobody does more in a day, and an order of travel for so many is found while one waits.
MOST = 60
MOST_BESIDE = 20
_RUNNING = (OrderState.ACCEPTED, OrderState.IN_PROGRESS)
_OUTSIDE = (*_RUNNING, OrderState.ON_HOLD)
_WITH = (
    *("need__service_type", "need__region", "need__understanding", "hold__lot"),
    *("offer_at_place__offer__provider", "offer_at_place__region"),
)


def today() -> date:
    """The day that it is in the city."""
    return timezone.localdate(clock.now())


def ends_at(day: date) -> datetime:
    """When a day of the city is over."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def outside(user: User) -> QuerySet[Order]:
    """The orders under way of the providers of ``user`` that are for somewhere, with what pages show of them."""
    somewhere = Q(need__longitude__isnull=False) | ~Q(need__address="")
    return orders_of_members(user).filter(somewhere, state__in=_OUTSIDE).select_related(*_WITH)


def stops_of(user: User, day: date, picked: Collection[str] = ()) -> list[Order]:
    """What is to be done on a day: begun, booked until then, due, or ``picked`` (keys); the most urgent first.

    Without what was put off to another day, and at most :data:`MOST`.
    """
    ends = ends_at(day)
    booked = Q(hold__state=Hold.State.CONFIRMED, hold__lot__starts_at__lt=ends, hold__lot__ends_at__lte=ends)
    due = Q(resolution_due__lt=ends, state__in=_RUNNING)
    of_the_day = Q(state=OrderState.IN_PROGRESS) | booked | due | Q(pk__in=[UUID(key) for key in picked])
    return list(_not_put_off(outside(user).filter(of_the_day), day).order_by("resolution_due", "pk")[:MOST])


def beside(user: User, day: date, stops: Collection[Order]) -> list[Order]:
    """What could be done too: accepted or on hold and not of the day, the first due first."""
    others = outside(user).exclude(pk__in=[order.pk for order in stops])
    return list(_not_put_off(others, day).order_by("resolution_due", "pk")[:MOST_BESIDE])


def put_off(user: User, day: date) -> QuerySet[NotToday]:
    """What was left for another day, with why."""
    mine = NotToday.objects.filter(order__in=outside(user).values("pk"), day=day)
    return mine.select_related("order__need__service_type", "reason").order_by("at")


def ended_by(user: User, day: date) -> list[Order]:
    """What ``user`` ended on a day, the last first."""
    begins, ends = ends_at(day - timedelta(days=1)), ends_at(day)
    theirs = OrderChange.objects.filter(
        order=OuterRef("pk"), actor=user, target__in=ENDED, at__gte=begins, undone_at=None
    )
    found = orders_of_members(user).filter(Exists(theirs), ended_at__gte=begins, ended_at__lt=ends)
    return list(found.select_related(*_WITH).order_by("-ended_at", "pk")[:MOST])


def _not_put_off(orders: QuerySet[Order], day: date) -> QuerySet[Order]:
    return orders.filter(~Exists(NotToday.objects.filter(order=OuterRef("pk"), day=day)))
