"""Verbs that change orders."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.events import OrderChanged, OrderCompleted, OrderPlaced
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import ENDED, UNMET, Who, find
from lacarte.registers.menu.actions import release
from lacarte.registers.menu.models import Hold, OfferAtPlace
from lacarte.registers.places.queries import calendar_of


class OrderRefusedError(ValueError):
    """The change is not possible now; the message says why."""


@transaction.atomic
def place_order(need: Need, *, offer_at_place: OfferAtPlace, hold: Hold | None = None) -> Order:
    """Send a need to a provider, with deadlines by the region's working calendar.

    Raises :class:`OrderRefusedError` when the need does not wait for an offer (any more).
    """
    need = Need.objects.select_for_update().select_related("service_type", "region").get(pk=need.pk)
    if need.state != Need.State.OPEN:
        raise OrderRefusedError(_("This need does not wait for an offer."))
    now, calendar, kind = clock.now(), calendar_of(need.region), need.service_type
    order = Order.objects.create(
        need=need,
        offer_at_place=offer_at_place,
        hold=hold,
        requested_at=now,
        contact_due=calendar.deadline(now, kind.contact_days),
        resolution_due=calendar.deadline(now, kind.resolution_days),
    )
    Need.objects.filter(pk=need.pk).update(state=Need.State.ORDERED)
    publish(OrderPlaced(order=order.pk, need=need.pk), stream=need.pk)
    return order


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
    closed = None if state == Need.State.OPEN else order.ended_at
    Need.objects.filter(pk=need.pk).update(state=state, closed_at=closed)
