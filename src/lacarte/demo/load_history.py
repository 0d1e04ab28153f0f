"""Needs, orders, ratings and the events that tell of them, as records."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from lacarte.demo.content import Content
from lacarte.demo.history import DrawnNeed, DrawnOrder
from lacarte.kernel.events import DomainEvent, record_past
from lacarte.kernel.models import User
from lacarte.loop.needs.events import NeedReceived, NeedWithdrawn
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.events import OrderChanged, OrderCompleted, OrderPlaced
from lacarte.loop.orders.models import Order
from lacarte.loop.priority.actions import weigh
from lacarte.loop.voice.events import OrderRated
from lacarte.loop.voice.models import Rating
from lacarte.registers.menu.models import Hold, ServiceType

if TYPE_CHECKING:
    from lacarte.demo.load import Written

_BATCH = 2_000
Happened = tuple[DomainEvent, UUID, User | None, datetime]


def write_history(content: Content, drawn: list[DrawnNeed], written: Written, now: datetime) -> None:
    """Write all needs with what became of them, and weigh those that are open."""
    unknown = ServiceType.objects.get(number=0)
    needs = [_need(one, written, unknown) for one in drawn]
    Need.objects.bulk_create(needs, batch_size=_BATCH)
    pairs = [(need, order) for need, one in zip(needs, drawn, strict=True) for order in one.orders]
    holds = [
        Hold(
            lot=written.lots[order.offer, order.week],
            state=Hold.State.RELEASED if order.gives_back else Hold.State.CONFIRMED,
            created_at=order.requested,
        )
        for _, order in pairs
    ]
    Hold.objects.bulk_create(holds, batch_size=_BATCH)
    orders = [_order(need, one, hold, written) for (need, one), hold in zip(pairs, holds, strict=True)]
    Order.objects.bulk_create(orders, batch_size=_BATCH)
    Rating.objects.bulk_create(
        (rating for order, (_, one) in zip(orders, pairs, strict=True) if (rating := _rating(order, one))),
        batch_size=_BATCH,
    )
    by_need: dict[UUID, list[tuple[Order, DrawnOrder]]] = {}
    for order, (need, one) in zip(orders, pairs, strict=True):
        by_need.setdefault(need.pk, []).append((order, one))
    record_past(
        event
        for need, one in zip(needs, drawn, strict=True)
        for event in _events(need, one, by_need.get(need.pk, []))
    )
    waiting = Need.objects.filter(state__in=[Need.State.OPEN, Need.State.ORDERED])
    weigh(waiting.select_related("service_type", "region"))


def _need(one: DrawnNeed, written: Written, unknown: ServiceType) -> Need:
    service = written.services[one.service] if one.service >= 0 else unknown
    person = written.persons[one.person] if one.person >= 0 else None
    return Need(
        secret=secrets.token_urlsafe(24),
        state=one.state,
        channel=one.channel,
        subject=service.subject,
        person=person,
        household=person.household if person else None,
        service_type=service,
        type_certainty=one.certainty,
        region=written.neighbourhoods[one.place],
        text=one.text,
        language=one.language,
        longitude=one.longitude,
        latitude=one.latitude,
        received_at=one.received,
        closed_at=one.closed,
    )


def _order(need: Need, one: DrawnOrder, hold: Hold, written: Written) -> Order:
    answered = next((step.at for step in one.steps if step.state in ("accepted", "rejected")), None)
    last = one.steps[-1] if one.steps else None
    ended = last is not None and last.state in ("completed", "rejected", "failed", "cancelled")
    return Order(
        need=need,
        offer_at_place=written.places[one.offer],
        hold=hold,
        state=one.state,
        reason=last.reason if last else "",
        requested_at=one.requested,
        responded_at=answered,
        ended_at=last.at if last and ended else None,
        contact_due=one.contact_due,
        resolution_due=one.resolution_due,
    )


def _rating(order: Order, one: DrawnOrder) -> Rating | None:
    if one.rating is None:
        return None
    said = one.rating
    return Rating(
        order=order,
        contacted_in_time=said.contacted_in_time,
        solved=said.solved,
        satisfaction=said.satisfaction,
        at=said.at,
    )


def _events(need: Need, one: DrawnNeed, orders: list[tuple[Order, DrawnOrder]]) -> Iterator[Happened]:
    """What happened to a need, in its order."""
    actor = None
    yield NeedReceived(need=need.pk, channel=one.channel), need.pk, actor, one.received
    for order, drawn in orders:
        yield OrderPlaced(order=order.pk, need=need.pk), need.pk, actor, drawn.requested
        source = "requested"
        for step in drawn.steps:
            if drawn.rating is not None and step.at == drawn.rating.at:
                break  # the rating itself tells of it
            changed = OrderChanged(order=order.pk, need=need.pk, source=source, target=step.state)
            yield changed, need.pk, actor, step.at
            if step.state == "completed":
                yield OrderCompleted(order=order.pk, need=need.pk), need.pk, actor, step.at
            source = step.state
        if said := drawn.rating:
            rated = OrderRated(order=order.pk, need=need.pk, solved=said.solved, satisfaction=said.satisfaction)
            yield rated, need.pk, actor, said.at
    if one.state == "withdrawn" and not orders and one.closed:
        yield NeedWithdrawn(need=need.pk), need.pk, actor, one.closed
