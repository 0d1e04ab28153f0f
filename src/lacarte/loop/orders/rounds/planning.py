"""The order of a day's stops: made once, kept, and changed by whoever goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.engines.routing import Tour, tour, tour_along
from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.reasons import checked, given
from lacarte.loop.orders.events import OrderNotToday
from lacarte.loop.orders.models import NotToday, Order, OrderState, Reason, Round
from lacarte.loop.orders.rounds.today import MOST, outside, stops_of, today
from lacarte.loop.orders.rounds.travel import Point, Stop, as_stops, depot_of, point_of, window_of

_KEPT = timedelta(days=7)


class Start(StrEnum):
    """From where a round is put in order."""

    DEPOT = "depot"
    FIRST = "first"  # the first booked
    HERE = "here"


@transaction.atomic
def round_of(user: User, day: date, *, since: Point | None = None) -> list[Stop]:
    """The stops of a day in their order, what was begun first; made on the first look, kept from then on.

    What came since is put where it costs the least way. ``since`` is where they were last, for about when they
    come to each; without it, at their provider's.
    """
    row, now = _locked(user, day), clock.now()
    placed, elsewhere = _placed(stops_of(user, day, row.stops))
    stops = as_stops(placed, since or depot_of(placed), now)
    at = {str(order.pk): one for one, order in enumerate(placed)}
    known = [at[key] for key in row.stops if key in at]
    found = tour_along(stops, known) if known else tour(stops)
    begun_first = sorted(found.order, key=lambda one: placed[one].state != OrderState.IN_PROGRESS)
    turn = _in_turn(placed, Tour.of(stops, begun_first), now)
    for order in sorted(elsewhere, key=lambda one: _turn_of(row, one)):  # no way to these can be reckoned
        turn.insert(_turn_of(row, order), Stop(order, None, missed=False))
    _keep(row, [stop.order for stop in turn])
    return turn


@transaction.atomic
def order_anew(user: User, day: date, *, start: Start, here: Point | None = None) -> None:
    """Put a day's stops in a good order of travel from ``start``; ``here`` is used for it and not kept.

    Raises :class:`OrderRefusedError` where there is no such start.
    """
    row = _locked(user, day)
    placed, elsewhere = _placed(stops_of(user, day, row.stops))
    booked = sorted((order for order in placed if window_of(order)), key=lambda one: window_of(one) or ())
    begins = {
        Start.HERE: here,
        Start.DEPOT: depot_of(placed),
        Start.FIRST: point_of(booked[0]) if booked else None,
    }
    if placed and begins[start] is None:
        raise OrderRefusedError(_NO_START[start]())
    found = tour(as_stops(placed, begins[start], clock.now()))
    _keep(row, [*(placed[one] for one in found.order), *elsewhere])


@transaction.atomic
def do_next(order: Order, *, actor: User) -> None:
    """Put an order first among what is left of today, also one that was not of today or was put off.

    Raises :class:`OrderRefusedError` for one that is not theirs to go out for (any more).
    """
    day = today()
    _require_outside(order, actor)
    row = _locked(actor, day)
    NotToday.objects.filter(order=order, day=day).delete()
    row.stops = [str(order.pk), *(key for key in row.stops if key != str(order.pk))]
    row.save(update_fields=["stops", "changed_at"])


@transaction.atomic
def not_today(order: Order, *, actor: User, reason: str = "", words: str = "") -> NotToday:
    """Leave an order for another day; its state stays. Said twice it is left once.

    ``reason`` is a coded one for putting something on hold, ``words`` are the crew's own; one of them is asked
    for. Raises :class:`OrderRefusedError`.
    """
    Order.objects.select_for_update().get(pk=order.pk)
    day, why = today(), given(reason, Reason.Of.ON_HOLD)
    words = checked(words, empty="" if why else _("Please say why."))
    _require_outside(order, actor)
    said, new = NotToday.objects.get_or_create(
        order=order, day=day, defaults={"reason": why, "words": words, "said_by": actor, "at": clock.now()}
    )
    if new:
        event = OrderNotToday(order=order.pk, need=order.need_id, day=day.isoformat(), reason=reason)
        publish(event, stream=order.need_id, actor=actor)
    return said


def forget_rounds() -> None:
    """The order of days that are over is of no use to anybody."""
    Round.objects.filter(day__lt=today() - _KEPT).delete()


_NO_START = {
    Start.HERE: lambda: _("We do not know where you are. Please allow it on your phone, or choose another start."),
    Start.DEPOT: lambda: _("Your provider has not said where it is. Please choose another start."),
    Start.FIRST: lambda: _("Nothing is booked for a time of day today. Please choose another start."),
}


def _require_outside(order: Order, actor: User) -> None:
    if not outside(actor).filter(pk=order.pk).exists():
        raise OrderRefusedError(_("There is nothing more to do outside for this order."))


def _locked(user: User, day: date) -> Round:
    row, _new = Round.objects.select_for_update().get_or_create(user=user, day=day)
    return row


def _keep(row: Round, in_turn: Sequence[Order]) -> None:
    stops = [str(order.pk) for order in in_turn]
    if stops != row.stops:
        row.stops, row.changed_at = stops, clock.now()
        row.save(update_fields=["stops", "changed_at"])


def _placed(orders: Sequence[Order]) -> tuple[list[Order], list[Order]]:
    """Those that a way can be reckoned to, and those that have words for where they are only."""
    return [o for o in orders if point_of(o) is not None], [o for o in orders if point_of(o) is None]


def _turn_of(row: Round, order: Order) -> int:
    return row.stops.index(str(order.pk)) if str(order.pk) in row.stops else MOST


def _in_turn(placed: Sequence[Order], found: Tour, now: datetime) -> list[Stop]:
    return [
        Stop(placed[one], now + timedelta(seconds=begins), missed=one in found.missed)
        for one, begins in zip(found.order, found.begins, strict=True)
    ]
