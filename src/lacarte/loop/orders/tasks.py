"""Decisions become orders; deadlines are watched."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from lacarte.kernel import clock
from lacarte.kernel.events import publish_many, subscribe
from lacarte.kernel.jobs import AT_ONCE
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.matching.events import MatchingRunEnded
from lacarte.loop.matching.queries import matches_of
from lacarte.loop.orders.actions import place_many
from lacarte.loop.orders.events import OrderOverdue
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import ENDED

logger = logging.getLogger(__name__)


@subscribe(MatchingRunEnded, own_transactions=True)
def place_orders(event: MatchingRunEnded, record: Event) -> None:
    """Place the order of every decision that still stands; the others wait for the next run.

    The most urgent come first, some in each transaction. Run twice, it passes over the needs that have an order.
    """
    decided = [(match.need_id, match.offer_at_place_id) for match in matches_of(event.run)]
    placed = sum(len(place_many(decided[at : at + AT_ONCE])) for at in range(0, len(decided), AT_ONCE))
    if placed < len(decided):
        overtaken = len(decided) - placed
        logger.info("%s of %s decisions were overtaken and wait for the next run", overtaken, len(decided))


@every(timedelta(hours=1), "orders.overdue")
def watch_deadlines() -> None:
    """Say once for each order that its time is over."""
    late = Order.objects.filter(
        Q(resolution_due__lt=clock.now())
        | Q(contact_due__lt=clock.now(), state__in=[OrderState.REQUESTED, OrderState.RECEIVED])
    ).exclude(state__in=ENDED)
    told = Event.objects.filter(name=OrderOverdue.name, stream__in=late.order_by().values("need"))
    said = set(told.values_list("payload__order", flat=True))
    with transaction.atomic():
        publish_many(
            (OrderOverdue(order=order.pk, need=order.need_id), order.need_id, None)
            for order in late
            if str(order.pk) not in said
        )
