"""Decisions become orders; deadlines are watched; people hear how it goes."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from lacarte.kernel import clock
from lacarte.kernel.events import publish_many, subscribe, subscribe_many
from lacarte.kernel.jobs import AT_ONCE
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.matching.events import MatchingRunPublished, ObjectionAnswered
from lacarte.loop.matching.models import Match, Objection
from lacarte.loop.matching.queries import by_urgency
from lacarte.loop.needs.cases.joining import keep_in_step
from lacarte.loop.needs.cases.news import News, tell_case, tell_need
from lacarte.loop.orders.actions import change, place_many
from lacarte.loop.orders.events import OrderChanged, OrderOverdue, OrderPlaced
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import ENDED, NOT_ANSWERED, UNMET, Who


@subscribe(MatchingRunPublished, own_transactions=True)
def place_orders(event: MatchingRunPublished, record: Event) -> None:
    """Place the order of every decision that holds a unit, most urgent first, some in each transaction.

    Run twice, it passes over the decisions that have an order.
    """
    held = by_urgency(Match.objects.filter(run=event.run, outcome=Match.Outcome.HELD))
    for at in range(0, len(held), AT_ONCE):
        place_many(held[at : at + AT_ONCE])


@subscribe(ObjectionAnswered)
def return_order(event: ObjectionAnswered, record: Event) -> None:
    """An objection was upheld: an order that its provider has not accepted yet is taken back, as returned."""
    objection = Objection.objects.select_related("match").get(pk=event.objection)
    about = objection.match
    if not event.upheld or about is None:
        return
    order = Order.objects.filter(
        need=event.need, offer_at_place=about.offer_at_place_id, state__in=NOT_ANSWERED
    ).first()
    if order is not None:
        change(order, to=OrderState.REJECTED, actor=None, who=Who.WORKER, reason=objection.answer)


@subscribe(OrderChanged)
def keep_case_in_step(event: OrderChanged, record: Event) -> None:
    """What is joined to the need is met with it, or goes on without it when the order was cancelled."""
    if event.target in ENDED:
        keep_in_step(event.need)


@subscribe_many(OrderPlaced)
def tell_placed(events: list[OrderPlaced]) -> None:
    """Whoever told it, and who follows it, hears that a provider was asked."""
    for event in events:
        tell_case(event.need, News.ORDERED, f"placed:{event.order}")


@subscribe(OrderChanged)
def tell_ended(event: OrderChanged, record: Event) -> None:
    """And how it ended. What is joined to it is told when it is met with it."""
    if event.target == OrderState.COMPLETED:
        tell_need(event.need, News.MET, f"ended:{event.order}")
    elif event.target in UNMET:
        tell_case(event.need, News.WAITS, f"ended:{event.order}")
    elif event.target == OrderState.CANCELLED:
        tell_need(event.need, News.WITHDRAWN, f"ended:{event.order}")


@every(timedelta(hours=1), "orders.overdue")
def watch_deadlines() -> None:
    """Say once for each order that its time is over."""
    late = Order.objects.filter(
        Q(resolution_due__lt=clock.now()) | Q(contact_due__lt=clock.now(), state__in=NOT_ANSWERED)
    ).exclude(state__in=ENDED)
    told = Event.objects.filter(name=OrderOverdue.name, stream__in=late.order_by().values("need"))
    said = set(told.values_list("payload__order", flat=True))
    with transaction.atomic():
        publish_many(
            (OrderOverdue(order=order.pk, need=order.need_id), order.need_id, None)
            for order in late
            if str(order.pk) not in said
        )
