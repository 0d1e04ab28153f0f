"""Somebody chooses a time for a need: it is held while they answer, becomes an order, and may be moved."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.events import OrderMoved
from lacarte.loop.orders.models import Order, OrderState, WaitingPlace
from lacarte.registers.menu.capacity.counting import is_open, living_holds
from lacarte.registers.menu.capacity.holding import confirm, extend, hold, move, release
from lacarte.registers.menu.models import CapacityLot, Hold

#: Until a provider begins, the resident may choose another time.
_MOVABLE = (OrderState.REQUESTED, OrderState.RECEIVED, OrderState.ACCEPTED)


class BookingRefusedError(ValueError):
    """The time cannot be had or changed; the message says why."""


def holder_of(need: Need) -> str:
    """Whose a time is that is held for a need without an order (``Hold.holder``)."""
    return f"need:{need.pk}"


def held_for(need: Need) -> Hold | None:
    """The time that is held for a need and not booked yet."""
    held = Hold.objects.filter(living_holds(), holder=holder_of(need), state=Hold.State.HELD)
    return held.select_related("lot__offer_at_place__offer__provider").order_by("-created_at").first()


@transaction.atomic
def hold_time(need: Need, lot: CapacityLot) -> Hold:
    """Hold a time for ``hold_minutes``; the one that was held for this need before becomes it.

    Chosen twice it is held once. Raises :class:`BookingRefusedError` and, for a time that is gone, over or of an
    offer that is paused, ``CapacityRefusedError``.
    """
    waiting = Need.objects.select_for_update(of=("self",)).filter(pk=need.pk, state=Need.State.OPEN).first()
    if waiting is None:
        raise BookingRefusedError(_("There is no time to be chosen for this any more."))
    if lot.offer_at_place.offer.service_type_id != waiting.service_type_id:
        raise BookingRefusedError(_("This time is for another service."))
    others = WaitingPlace.objects.filter(offer_at_place=lot.offer_at_place_id, state=WaitingPlace.State.WAITING)
    if others.exclude(need=waiting.pk).exists():
        raise BookingRefusedError(_("Others wait for what becomes free here. You can join the waiting list."))
    until = clock.now() + timedelta(minutes=int(settings.CONFIGURED["hold_minutes"]))
    kept = held_for(waiting)
    if kept is None:
        return hold(lot, expires_at=until, holder=holder_of(waiting))
    return kept if kept.lot_id == lot.pk else extend(move(kept, lot), expires_at=until)


@transaction.atomic
def book(need: Need) -> Order:
    """Make the time that is held an order. Sent twice it is one.

    Raises :class:`BookingRefusedError` where none is held any more, and as :func:`place_order`.
    """
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    kept = held_for(locked)
    if kept is None:
        booked = Order.objects.filter(need=locked, hold__holder=holder_of(locked)).exclude(ended_at__isnull=False)
        if (order := booked.first()) is not None:
            return order
        raise BookingRefusedError(_("The time to answer is over. Please choose again."))
    return place_order(locked, offer_at_place=kept.lot.offer_at_place, hold=confirm(kept))


def let_go(need: Need) -> bool:
    """Give back the time that is held for a need. Returns whether there was one."""
    kept = held_for(need)
    return kept is not None and release(kept)


def can_move(order: Order) -> bool:
    """Whether another time may be chosen for an order: it has one, and that is not over."""
    held = order.hold
    return held is not None and order.state in _MOVABLE and is_open(held.lot, clock.now())


@transaction.atomic
def move_time(order: Order, lot: CapacityLot, *, actor: User | None) -> Order:
    """Choose another time of the same offer for an order; the one before is free again.

    The caller has checked that it is theirs. Raises as :func:`hold_time`; the order then keeps its time.
    """
    Order.objects.select_for_update().get(pk=order.pk)  # alone: PostgreSQL would lose it if a join changed
    order = Order.objects.select_related("hold__lot").get(pk=order.pk)
    if order.hold is None or not can_move(order):
        raise BookingRefusedError(_("The time of this order cannot be changed any more."))
    if lot.offer_at_place_id != order.offer_at_place_id:
        raise BookingRefusedError(_("This time is of another offer. Please cancel the order first."))
    if lot.pk != order.hold.lot_id:
        move(order.hold, lot)
        publish(OrderMoved(order=order.pk, need=order.need_id, lot=lot.pk), stream=order.need_id, actor=actor)
    return order
