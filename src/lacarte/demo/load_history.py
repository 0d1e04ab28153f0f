"""Needs, orders, ratings and the events that tell of them, as records."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from lacarte.demo.history import DrawnNeed, DrawnOrder, DrawnRating
from lacarte.engines.geography import cells
from lacarte.kernel import clock
from lacarte.kernel.events import DomainEvent, record_past
from lacarte.kernel.ids import new_reference
from lacarte.kernel.models import User
from lacarte.loop.matching.models import Refusal
from lacarte.loop.needs.events import NeedClassified, NeedReceived, NeedWithdrawn
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.events import OrderChanged, OrderCompleted, OrderOverdue, OrderPlaced
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import UNMET
from lacarte.loop.priority.actions import weigh
from lacarte.loop.voice.events import OrderRated
from lacarte.loop.voice.models import Rating
from lacarte.registers.menu.models import Hold, ServiceType

if TYPE_CHECKING:
    from lacarte.demo.load import Written

_BATCH = 2_000
Happened = tuple[DomainEvent, UUID, User | None, datetime]


def write_history(rng: np.random.Generator, drawn: list[DrawnNeed], written: Written, now: datetime) -> None:
    """Write all needs with what became of them, and weigh each as of its end, or as of now."""
    unknown = ServiceType.objects.get(number=0)
    needs = [_need(rng, one, written, unknown) for one in drawn]
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
    Refusal.objects.bulk_create(_refusals(orders), batch_size=_BATCH)
    ratings = [_rating(order, one.rating) for order, (_, one) in zip(orders, pairs, strict=True) if one.rating]
    Rating.objects.bulk_create(ratings, batch_size=_BATCH)
    by_need: dict[UUID, list[tuple[Order, DrawnOrder]]] = {}
    for order, (need, one) in zip(orders, pairs, strict=True):
        by_need.setdefault(need.pk, []).append((order, one))
    record_past(
        event
        for need, one in zip(needs, drawn, strict=True)
        for event in _events(need, one, by_need.get(need.pk, []), written.users, now)
    )
    _weigh(needs, now)


def _weigh(needs: list[Need], now: datetime) -> None:
    """Waiting ends when a need is closed, so each is weighed at its own time, a day's needs together."""
    days: dict[date, list[Need]] = {}
    for need in needs:
        days.setdefault((need.closed_at or now).date(), []).append(need)
    for those in days.values():
        with clock.stopped_at(max(need.closed_at or now for need in those)):
            weigh(those)


def _need(rng: np.random.Generator, one: DrawnNeed, written: Written, unknown: ServiceType) -> Need:
    service = written.services[one.service] if one.service >= 0 else unknown
    person = written.persons[one.person] if one.person >= 0 else None
    return Need(
        reference=new_reference(lambda signs: signs[rng.integers(len(signs))]),
        secret=secrets.token_urlsafe(24),
        registered_by=written.users["call-taker"] if one.channel == Channel.PHONE else None,
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
        cell=int(cells(one.longitude, one.latitude)),
        received_at=one.received,
        closed_at=one.closed,
        changed_at=max([one.received, *_changes(one)]),
    )


def _changes(one: DrawnNeed) -> Iterator[datetime]:
    """When something became of a need that the public may see."""
    for order in one.orders:
        yield order.requested
        yield from (step.at for step in order.steps)
    if one.closed is not None:
        yield one.closed


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


def _refusals(orders: list[Order]) -> list[Refusal]:
    """The pairs that came to nothing."""
    return [
        Refusal(need=order.need, offer_at_place=order.offer_at_place, at=order.ended_at)
        for order in orders
        if order.state in UNMET and order.ended_at
    ]


def _rating(order: Order, said: DrawnRating) -> Rating:
    return Rating(
        order=order,
        contacted_in_time=said.contacted_in_time,
        solved=said.solved,
        satisfaction=said.satisfaction,
        comment=said.comment,
        at=said.at,
    )


def _events(
    need: Need, one: DrawnNeed, orders: list[tuple[Order, DrawnOrder]], users: dict[str, User], now: datetime
) -> Iterator[Happened]:
    """What happened to a need, and who did it."""
    pk = need.pk
    yield NeedReceived(need=pk, channel=one.channel), pk, need.registered_by, one.received
    if one.classified and one.classified <= now:
        said = NeedClassified(need=pk, service_type=need.service_type_id)
        yield said, pk, users["case-worker"], one.classified
    for order, drawn in orders:
        yield from _order_events(pk, order, drawn, users["case-worker"], now)
    cancelled = bool(orders) and orders[-1][0].state == OrderState.CANCELLED
    if one.state == Need.State.WITHDRAWN and not cancelled and one.closed:
        yield NeedWithdrawn(need=pk), pk, None, one.closed


def _order_events(need: UUID, order: Order, drawn: DrawnOrder, worker: User, now: datetime) -> Iterator[Happened]:
    yield OrderPlaced(order=order.pk, need=need), need, None, drawn.requested
    source = OrderState.REQUESTED.value
    for step in drawn.steps:
        if drawn.rating is not None and step.at == drawn.rating.at:
            break  # the rating itself tells of it
        actor = worker if step.state not in (OrderState.RECEIVED, OrderState.CANCELLED) else None
        yield OrderChanged(order=order.pk, need=need, source=source, target=step.state), need, actor, step.at
        if step.state == OrderState.COMPLETED:
            yield OrderCompleted(order=order.pk, need=need), need, actor, step.at
        source = step.state
    if (late := _late_since(order, now)) is not None:
        yield OrderOverdue(order=order.pk, need=need), need, None, late
    if said := drawn.rating:
        rated = OrderRated(order=order.pk, need=need, solved=said.solved, satisfaction=said.satisfaction)
        yield rated, need, None, said.at


def _late_since(order: Order, now: datetime) -> datetime | None:
    """The deadline that was missed first, if one was: what the watch over deadlines would have said."""
    if order.contact_due < min(order.responded_at or order.ended_at or now, now):
        return order.contact_due
    return order.resolution_due if order.resolution_due < min(order.ended_at or now, now) else None
