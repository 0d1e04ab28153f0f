"""Verbs that change orders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish, publish_many
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.matching.actions import refuse
from lacarte.loop.matching.models import Match
from lacarte.loop.matching.publishing import give_up, mark_ordered
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.events import OrderChanged, OrderCompleted, OrderPlaced
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import ENDED, UNMET, Who, find
from lacarte.registers.menu.actions import release
from lacarte.registers.menu.models import Hold, OfferAtPlace
from lacarte.registers.places.queries import calendars_of

_BATCH = 500


class OrderRefusedError(ValueError):
    """The change is not possible now; the message says why."""


@transaction.atomic
def place_order(need: Need, *, offer_at_place: OfferAtPlace, hold: Hold | None = None) -> Order:
    """Send a need to a provider, with deadlines by the region's working calendar.

    Raises :class:`OrderRefusedError` when the need does not wait for an offer (any more).
    """
    waiting = _lock_waiting([need.pk])
    if not waiting:
        raise OrderRefusedError(_("This need does not wait for an offer."))
    return _send([(waiting[need.pk], offer_at_place.pk, hold)])[0]


@transaction.atomic
def place_many(decisions: Sequence[UUID]) -> list[Order]:
    """Send the needs of decisions that hold a unit (``matching.Match``) to their providers, with that unit.

    A need that does not wait any more gives its unit back. Decisions that were dealt with before are passed
    over: they are read once their needs are locked.
    """
    needs = Match.objects.filter(pk__in=decisions).values_list("need", flat=True)
    waiting = _lock_waiting(list(needs))
    held = Match.objects.filter(pk__in=decisions, outcome=Match.Outcome.HELD).select_related("hold").in_bulk()
    rows = [held[pk] for pk in decisions if pk in held]
    for gone in (row for row in rows if row.need_id not in waiting):
        give_up(gone)
    standing = [row for row in rows if row.need_id in waiting]
    mark_ordered(row.pk for row in standing)
    return _send([(waiting[row.need_id], row.offer_at_place_id, row.hold) for row in standing])


def _lock_waiting(needs: Sequence[UUID]) -> dict[UUID, Need]:
    """Those of the needs that wait for an offer; nobody else changes them until the transaction ends."""
    locked = Need.objects.select_for_update(of=("self",)).select_related("service_type", "region")
    return {need.pk: need for need in locked.filter(pk__in=needs, state=Need.State.OPEN).order_by("pk")}


def _send(sent: list[tuple[Need, UUID, Hold | None]]) -> list[Order]:
    now, calendars = clock.now(), calendars_of({need.region for need, *_ in sent})
    due = cache(lambda region, days: calendars[region].deadline(now, days))
    orders = [
        Order(
            need=need,
            offer_at_place_id=offer,
            hold=held,
            requested_at=now,
            contact_due=due(need.region_id, need.service_type.contact_days),
            resolution_due=due(need.region_id, need.service_type.resolution_days),
        )
        for need, offer, held in sent
    ]
    Order.objects.bulk_create(orders, batch_size=_BATCH)
    Need.objects.filter(pk__in=[need.pk for need, *_ in sent]).update(state=Need.State.ORDERED, changed_at=now)
    publish_many((OrderPlaced(order=order.pk, need=order.need_id), order.need_id, None) for order in orders)
    return orders


def who_is(user: User, need: Need) -> Who:
    """As what ``user`` acts on a need: its resident, or an official with a mandate (else ``PermissionDenied``)."""
    if need.person is not None and need.person.user_id == user.pk:
        return Who.RESIDENT
    require(user, Action.WORK, need)
    return Who.WORKER


@transaction.atomic
def change(order: Order, *, to: str, actor: User | None, reason: str = "", who: Who | None = None) -> Order:
    """Take an order to another state, if the table and the mandate allow it. ``actor`` None: the system itself.

    ``who`` is given when the caller has checked as what somebody acts, such as a resident with the need's
    private link and no account. Raises ``PermissionDenied`` or :class:`OrderRefusedError`.
    """
    order = Order.objects.select_for_update().get(pk=order.pk)
    need = Need.objects.select_related("person").get(pk=order.need_id)
    who = who or (who_is(actor, need) if actor else Who.SYSTEM)
    transition = find(order.state, to, who)
    if transition is None:
        names = {"from": OrderState(order.state).label, "to": to}
        raise OrderRefusedError(_("An order that is “%(from)s” cannot become “%(to)s”.") % names)
    if transition.needs_reason and not reason.strip():
        raise OrderRefusedError(_("Please say why."))
    source, now = order.state, clock.now()
    order.state, order.reason = to, reason.strip()
    if to in (OrderState.ACCEPTED, OrderState.REJECTED) and order.responded_at is None:
        order.responded_at = now
    if to in ENDED:
        order.ended_at = now
        _end(order, need)
    order.save()
    publish(OrderChanged(order=order.pk, need=need.pk, source=source, target=to), stream=need.pk, actor=actor)
    if to == OrderState.COMPLETED:
        publish(OrderCompleted(order=order.pk, need=need.pk), stream=need.pk, actor=actor)
    return order


def _end(order: Order, need: Need) -> None:
    """Close the need, or let it wait again; an order that brought nothing gives its capacity back."""
    if order.state == OrderState.COMPLETED:
        state = Need.State.MET
    else:
        state = Need.State.OPEN if order.state in UNMET else Need.State.WITHDRAWN
        if order.hold:
            release(order.hold)
        if state == Need.State.OPEN:
            refuse(need.pk, order.offer_at_place_id)
    closed = None if state == Need.State.OPEN else order.ended_at
    Need.objects.filter(pk=need.pk).update(state=state, closed_at=closed, changed_at=order.ended_at)
