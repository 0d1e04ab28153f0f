"""How an order was before a change, and the way back to it for whoever made the change, for some minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish, recall
from lacarte.kernel.models import User
from lacarte.loop.matching.models import Refusal
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.pausing import reopen
from lacarte.loop.orders.delivery.seeing import locked, require_part
from lacarte.loop.orders.events import OrderChanged, OrderChangeUndone, OrderCompleted
from lacarte.loop.orders.models import Order, OrderChange, OrderState
from lacarte.loop.orders.states import UNMET, Who
from lacarte.registers.menu.capacity.holding import NoCapacityError, retake
from lacarte.registers.menu.models import Hold

#: Who acts for others has a moment to think again; what whoever has the need does counts at once.
GRACED = frozenset({Who.WORKER, Who.PROVIDER})
_TIMES = ("responded_at", "ended_at")


def grace() -> timedelta:
    """How long a change can be taken back, and so how long its followers wait."""
    return timedelta(minutes=int(settings.CONFIGURED["undo_minutes"]))


def told_at(who: Who, now: datetime) -> datetime | None:
    """When followers of a change are told; ``None``: at once."""
    return now + grace() if who in GRACED and grace() else None


def as_it_is(order: Order, need: Need) -> dict[str, Any]:
    """All that a change may touch, as JSON."""
    refused = Refusal.objects.filter(need=need, offer_at_place=order.offer_at_place_id).values_list(
        "at", flat=True
    )
    held = order.hold is not None and order.hold.state == Hold.State.CONFIRMED
    return {
        "state": order.state,
        "reason": order.reason,
        **{name: _as_text(getattr(order, name)) for name in _TIMES},
        "need": [need.state, _as_text(need.closed_at)],
        "held": held,
        "refused": _as_text(refused.first()),
    }


def can_undo(made: OrderChange | None, *, actor: User | None, now: datetime | None = None) -> bool:
    """Whether ``actor`` may still take back the newest change of an order, as far as time and person go."""
    return made is not None and _why_not(made, actor, now or clock.now()) == ""


@transaction.atomic
def undo(order: Order, *, actor: User) -> Order:
    """Take back the newest change of an order with all that came of it: nobody has been told yet.

    The need, the unit of capacity, refusals, the clock and what was still to be sent are as before. Raises
    :class:`OrderRefusedError` when somebody else made it, its time is over, or things have gone on since, and
    ``PermissionDenied`` for who may not work on it any more.
    """
    order = locked(order)[0]
    need = Need.objects.select_for_update(of=("self",)).select_related("person").get(pk=order.need_id)
    made = newest_change(order)
    if made is None or made.version != order.version:
        raise OrderRefusedError(_("There is nothing to take back: this order has been changed since."))
    if why := _why_not(made, actor, clock.now()):
        raise OrderRefusedError(why)
    require_part(actor, order, need)  # they may have lost what let them make it
    _require_untouched(order, need, made)
    if not all(recall(key, kind) for key, kind in zip(made.told, (OrderChanged, OrderCompleted), strict=False)):
        raise OrderRefusedError(_("What follows from it has begun, so it cannot be taken back any more."))
    _restore(order, need, made)
    said = OrderChangeUndone(order=order.pk, need=need.pk, source=made.source, target=made.target)
    publish(said, stream=need.pk, actor=actor)
    return order


def newest_change(order: Order) -> OrderChange | None:
    """The last change of an order that still holds."""
    return order.changes.filter(undone_at=None).select_related("actor").order_by("-version").first()


def overtaken(order: Order, who: Who) -> str:
    """What somebody reads who decided on an order that another has changed meanwhile."""
    last, state = newest_change(order), OrderState(order.state).label
    named = last is not None and last.version == order.version and last.actor is not None
    if last is None or not named or who not in GRACED:
        return _("This was changed meanwhile: it is now “%(state)s”. Please look again.") % {"state": state}
    at = formats.time_format(timezone.localtime(last.at), "TIME_FORMAT")
    return _("%(who)s changed this at %(time)s: it is now “%(state)s”. Please look again.") % {
        "who": last.actor,
        "time": at,
        "state": state,
    }


def _why_not(made: OrderChange, actor: User | None, now: datetime) -> str:
    if made.undone_at is not None or made.who not in GRACED:
        return _("This cannot be taken back.")
    if actor is None or made.actor_id != actor.pk:
        return _("Only whoever made this change can take it back.")
    if now >= made.at + grace():
        minutes = int(settings.CONFIGURED["undo_minutes"])
        return _("A change can be taken back for %(n)d minutes; that time is over.") % {"n": minutes}
    return ""


def _require_untouched(order: Order, need: Need, made: OrderChange) -> None:
    after = state_of_need(made.target) or made.before["need"][0]
    rated = Order.objects.filter(pk=order.pk, rating__isnull=False).exists()
    others = Order.objects.filter(need=need, pk__gt=order.pk).exists()
    asked = order.pauses.filter(since__gte=made.at).exclude(ended_by=made).exists()
    if order.state != made.target or need.state != after or rated or others or asked:
        raise OrderRefusedError(_("This request has gone on since, so the change cannot be taken back."))


def state_of_need(state: str) -> str | None:
    """What becomes of a need whose order comes to ``state``; ``None``: nothing."""
    if state == OrderState.COMPLETED:
        return Need.State.MET
    if state == OrderState.CANCELLED:
        return Need.State.WITHDRAWN
    return Need.State.OPEN if state in UNMET else None


def _restore(order: Order, need: Need, made: OrderChange) -> None:
    before, now = made.before, clock.now()
    if before["held"] and order.hold is not None and order.hold.state == Hold.State.RELEASED:
        try:
            retake(order.hold)
        except NoCapacityError as error:
            raise OrderRefusedError(_("The place that this had is somebody else's by now.")) from error
    order.state, order.reason = before["state"], before["reason"]
    for name in _TIMES:
        setattr(order, name, _as_time(before[name]))
    order.version += 1
    order.save(update_fields=["state", "reason", *_TIMES, "version"])
    if made.target in UNMET:
        refusals = Refusal.objects.filter(need=need, offer_at_place=order.offer_at_place_id)
        refusals.update(at=_as_time(before["refused"])) if before["refused"] else refusals.delete()
    state, closed = before["need"]
    Need.objects.filter(pk=need.pk).update(state=state, closed_at=_as_time(closed), changed_at=now)
    OrderChange.objects.filter(pk=made.pk).update(undone_at=now)
    reopen(made)


def _as_text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _as_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
