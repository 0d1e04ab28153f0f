"""Decisions become orders; deadlines are watched."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from lacarte.kernel import clock
from lacarte.kernel.events import publish, subscribe
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.matching.actions import matches_of
from lacarte.loop.matching.events import MatchingRunEnded
from lacarte.loop.matching.models import Match
from lacarte.loop.orders.actions import OrderRefusedError, place_order
from lacarte.loop.orders.events import OrderOverdue
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import ENDED
from lacarte.registers.menu.actions import NoCapacityError, confirm, hold
from lacarte.registers.menu.models import CapacityLot
from lacarte.registers.menu.queries import with_free_units

logger = logging.getLogger(__name__)


@subscribe(MatchingRunEnded, own_transactions=True)
def place_orders(event: MatchingRunEnded, record: Event) -> None:
    """Place the order of every decision that still stands; the others wait for the next run.

    Each order is a transaction of its own: a need that has an order is passed over when this runs twice.
    """
    matches = matches_of(event.run)
    lots = _lots({match.offer_at_place_id for match in matches})
    dropped = 0
    for match in matches:
        try:
            with transaction.atomic():
                _place(match, lots[match.offer_at_place_id])
        except (OrderRefusedError, NoCapacityError):
            dropped += 1
    if dropped:
        logger.info("%s of %s decisions were overtaken and wait for the next run", dropped, len(matches))


def _lots(offers: set[UUID]) -> dict[UUID, list[CapacityLot]]:
    found: dict[UUID, list[CapacityLot]] = defaultdict(list)
    free = with_free_units(CapacityLot.objects.filter(ends_at__gt=clock.now())).filter(free__gt=0)
    for lot in free.order_by("starts_at", "pk"):
        if lot.offer_at_place_id in offers:
            found[lot.offer_at_place_id].append(lot)
    return found


def _place(match: Match, lots: list[CapacityLot]) -> None:
    """Take a unit of the earliest lot that has one, and send the need to the provider."""
    while lots:
        try:
            held = hold(lots[0])
        except NoCapacityError:
            lots.pop(0)
            continue
        place_order(match.need, offer_at_place=match.offer_at_place, hold=confirm(held))
        return
    raise NoCapacityError("all units went elsewhere in the meantime")


@every(timedelta(hours=1), "orders.overdue")
def watch_deadlines() -> None:
    """Say once for each order that its time is over."""
    late = Order.objects.filter(
        Q(resolution_due__lt=clock.now())
        | Q(contact_due__lt=clock.now(), state__in=[OrderState.REQUESTED, OrderState.RECEIVED])
    ).exclude(state__in=ENDED)
    said = set(Event.objects.filter(name=OrderOverdue.name).values_list("payload__order", flat=True))
    with transaction.atomic():
        for order in late:
            if str(order.pk) not in said:
                publish(OrderOverdue(order=order.pk, need=order.need_id), stream=order.need_id)
