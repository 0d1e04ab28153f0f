"""A case is taken to somebody who decides: what is late, keeps coming back, or has lost its provider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish, publish_many
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted, require
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.reasons import checked
from lacarte.loop.orders.events import EscalationDecided, OrderEscalated
from lacarte.loop.orders.models import Escalation, Order
from lacarte.registers.places.queries import calendars_of

Why = Escalation.Why
#: Working days within which somebody decides.
DECIDE_DAYS = 1
#: What an order's being late has to do with; it ends with the order.
OF_THE_ORDER = (Why.CONTACT, Why.RESOLUTION, Why.WITHDRAWN)


def escalate(order: Order, why: Why, level: int = 1) -> Escalation | None:
    """Take a case to an official, within the caller's transaction; ``None`` when that was done at this level."""
    rows = escalate_many([order], why, level)
    return rows[0] if rows else None


def escalate_many(orders: Sequence[Order], why: Why, level: int = 1) -> list[Escalation]:
    """As :func:`escalate`, of many orders, which nobody else changes meanwhile. Returns what is new.

    What was late, in time again because its deadline moved, and is late once more, is new.
    """
    done = Escalation.objects.filter(order__in=[order.pk for order in orders], why=why, level=level)
    before = {row.order_id: row for row in done}
    new = [order for order in orders if order.pk not in before or _is_over(before[order.pk], order)]
    needs = Need.objects.select_related("region").in_bulk([order.need_id for order in new])
    calendars, now = calendars_of({need.region for need in needs.values()}), clock.now()
    rows = [
        Escalation(
            pk=before[order.pk].pk if order.pk in before else uuid7(),
            need=needs[order.need_id],
            order=order,
            why=why,
            level=level,
            raised_at=now,
            decide_by=calendars[needs[order.need_id].region_id].deadline(now, DECIDE_DAYS),
        )
        for order in new
    ]
    Escalation.objects.filter(pk__in=[row.pk for row in rows]).delete()  # the log has what was decided then
    Escalation.objects.bulk_create(rows)
    publish_many((_said(row), row.need_id, None) for row in rows)
    return rows


def late_since(why: str) -> str:
    """The column of an order with the deadline whose passing is ``why``; empty for what is no lateness."""
    return {Why.CONTACT: "contact_due", Why.RESOLUTION: "resolution_due"}.get(Why(why), "")


def _is_over(row: Escalation, order: Order) -> bool:
    due = late_since(row.why)
    return bool(due) and row.ended_at is not None and row.raised_at < getattr(order, due)


@transaction.atomic
def settle_in_time() -> int:
    """End what was escalated as late and is in time again: its deadline has moved. Returns how many."""
    now = clock.now()
    return sum(
        settle(Escalation.objects.filter(**{"why": why, f"order__{late_since(why)}__gte": now}))
        for why in (Why.CONTACT, Why.RESOLUTION)
    )


def open_escalations(user: User) -> QuerySet[Escalation]:
    """What waits for a decision that ``user`` may make, first what is due first."""
    waiting = Escalation.objects.filter(ended_at=None).order_by("decide_by", "pk")
    return permitted(waiting, user, Action.WORK, "need__").select_related("need", "order__offer_at_place__offer")


@transaction.atomic
def decide(escalation: Escalation, words: str, *, actor: User) -> Escalation:
    """Note what an official decided. Raises ``PermissionDenied``, :class:`OrderRefusedError` when it was done."""
    row = Escalation.objects.select_for_update().get(pk=escalation.pk)
    require(actor, Action.WORK, Need.objects.get(pk=row.need_id))
    if row.ended_at is not None:
        who = row.decided_by or _("Somebody")
        raise OrderRefusedError(_("%(who)s has decided this already.") % {"who": who})
    _end(row, checked(words, empty=_("Please say what you have decided.")), actor)
    return row


def settle(rows: QuerySet[Escalation], *, actor: User | None = None, words: str = "") -> int:
    """End escalations that need no other decision, within the caller's transaction. Returns how many."""
    waiting = list(rows.filter(ended_at=None).select_for_update(of=("self",)))
    for row in waiting:
        _end(row, words, actor)
    return len(waiting)


def set_decisions_anew(orders: Iterable[Order]) -> None:
    """Reckon until when officials decide on ``orders``, by calendars that have changed."""
    waiting = Escalation.objects.filter(ended_at=None, order__in=[order.pk for order in orders])
    rows = list(waiting.select_for_update(of=("self",)).select_related("need__region"))
    calendars = calendars_of({row.need.region for row in rows})
    for row in rows:
        row.decide_by = calendars[row.need.region_id].deadline(row.raised_at, DECIDE_DAYS)
    Escalation.objects.bulk_update(rows, ["decide_by"])


def _said(row: Escalation) -> OrderEscalated:
    return OrderEscalated(
        order=row.order_id, need=row.need_id, why=row.why, level=row.level, decide_by=row.decide_by
    )


def _end(row: Escalation, words: str, actor: User | None) -> None:
    row.ended_at, row.decided_by, row.decision = clock.now(), actor, words
    row.save(update_fields=["ended_at", "decided_by", "decision"])
    said = EscalationDecided(order=row.order_id, need=row.need_id, why=row.why, needless=actor is None)
    publish(said, stream=row.need_id, actor=actor)
