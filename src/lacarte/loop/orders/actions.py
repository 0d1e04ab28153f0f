"""Verbs that change orders."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel import clock
from lacarte.kernel.events import DomainEvent, publish_many
from lacarte.kernel.models import User
from lacarte.loop.matching.actions import refuse
from lacarte.loop.matching.models import Match
from lacarte.loop.matching.publishing import give_up, mark_ordered
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.deadlines import assign
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.pausing import end_pause
from lacarte.loop.orders.delivery.reasons import checked, given
from lacarte.loop.orders.delivery.seeing import LIVING, locked, who_is
from lacarte.loop.orders.delivery.undoing import as_it_is, overtaken, state_of_need, told_at
from lacarte.loop.orders.events import OrderChanged, OrderCompleted, OrderPlaced
from lacarte.loop.orders.models import Order, OrderChange, OrderState, Reason
from lacarte.loop.orders.states import ENDED, Who, find
from lacarte.registers.menu.capacity.holding import release
from lacarte.registers.menu.models import Hold, OfferAtPlace

__all__ = ["OrderRefusedError", "change", "place_many", "place_order", "who_is"]

_BATCH = 500


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
    now = clock.now()
    orders = [Order(need=need, offer_at_place_id=offer, hold=held, requested_at=now) for need, offer, held in sent]
    assign(orders)
    Order.objects.bulk_create(orders, batch_size=_BATCH)
    Need.objects.filter(pk__in=[need.pk for need, *_ in sent]).update(state=Need.State.ORDERED, changed_at=now)
    publish_many((OrderPlaced(order=order.pk, need=order.need_id), order.need_id, None) for order in orders)
    return orders


@transaction.atomic
def change(
    order: Order,
    *,
    to: str,
    actor: User | None,
    reason: str = "",
    code: str = "",
    who: Who | None = None,
    seen: int | None = None,
) -> Order:
    """Take an order to another state, if the table and the mandate allow it. ``actor`` None: the system itself.

    ``reason`` are words, ``code`` is a coded reason; where the table asks for one, either will do. ``seen`` is
    the version that whoever decides has seen: if somebody else was quicker, they are told. ``who`` is given when
    the caller has checked as what somebody acts, such as a resident with the need's private link and no account.
    Raises ``PermissionDenied`` or :class:`OrderRefusedError`.
    """
    order, need = locked(order)
    who = who or (who_is(actor, order, need) if actor else Who.SYSTEM)
    if seen is not None and seen != order.version:
        raise OrderRefusedError(overtaken(order, who))
    why = _require(order, to, who, reason, code)
    before, now = as_it_is(order, need), clock.now()
    order.state, order.reason, order.version = to, checked(reason), order.version + 1
    if to in (OrderState.ACCEPTED, OrderState.REJECTED) and order.responded_at is None:
        order.responded_at = now
    if to in ENDED:
        order.ended_at = now
        _end(order, need)
    order.save(update_fields=["state", "reason", "version", "responded_at", "ended_at"])
    made = OrderChange.objects.create(
        order=order,
        version=order.version,
        source=before["state"],
        target=to,
        who=who,
        actor=actor,
        reason=why,
        words=order.reason,
        before=before,
        at=now,
    )
    if end_pause(order, actor=actor, by=made):
        order.refresh_from_db(fields=["contact_due", "contact_warn", "resolution_due", "resolution_warn"])
    _tell(made, need)
    return order


def _require(order: Order, to: str, who: Who, reason: str, code: str) -> Reason | None:
    """The coded reason, if the table lets ``who`` take an order there and all that must be said is."""
    transition = find(order.state, to, who)
    if transition is None:
        raise OrderRefusedError(cannot_become(order.state, to))
    why = given(code, to) if to in Reason.Of.values else None
    if transition.needs_reason and why is None and not reason.strip():
        raise OrderRefusedError(_("Please say why."))
    parts = order.contributions.filter(state__in=LIVING).count() if to == OrderState.COMPLETED else 0
    if parts:
        raise OrderRefusedError(parts_left(parts))
    return why


def cannot_become(state: str, to: str) -> str:
    """What is said where the table does not lead from one state to the other."""
    names = {"from": OrderState(state).label, "to": OrderState(to).label if to in OrderState.values else to}
    return _("An order that is “%(from)s” cannot become “%(to)s”.") % names


def parts_left(parts: int) -> str:
    """What is said of an order whose parts are not all done."""
    return ngettext("%(n)d part of it is not done yet.", "%(n)d parts of it are not done yet.", parts) % {
        "n": parts
    }


def _tell(made: OrderChange, need: Need) -> None:
    """Publish what was done. Followers of what can be taken back are told once it cannot."""
    named = {"order": made.order_id, "need": need.pk}
    code = made.reason_id or ""
    said: list[DomainEvent] = [OrderChanged(**named, source=made.source, target=made.target, reason=code)]
    if made.target == OrderState.COMPLETED:
        said.append(OrderCompleted(**named))
    later = told_at(Who(made.who), made.at)
    rows = publish_many([(one, need.pk, made.actor) for one in said], told_at=later)
    OrderChange.objects.filter(pk=made.pk).update(events=[str(row.pk) for row in rows])


def _end(order: Order, need: Need) -> None:
    """Close the need, or let it wait again; an order that brought nothing gives its capacity back."""
    state = state_of_need(order.state)
    if state != Need.State.MET and order.hold:
        release(order.hold)
    if state == Need.State.OPEN:
        refuse(need.pk, order.offer_at_place_id)
    closed = None if state == Need.State.OPEN else order.ended_at
    Need.objects.filter(pk=need.pk).update(state=state, closed_at=closed, changed_at=order.ended_at)
