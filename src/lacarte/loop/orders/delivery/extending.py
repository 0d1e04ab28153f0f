"""A later deadline: whoever works on an order asks for it with a reason, somebody else grants or refuses it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted, require
from lacarte.loop.orders.delivery.deadlines import set_anew
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.reasons import checked, given
from lacarte.loop.orders.delivery.seeing import locked, require_part
from lacarte.loop.orders.events import OrderExtended
from lacarte.loop.orders.models import Extension, Order, Reason
from lacarte.loop.orders.states import ENDED

MOST_DAYS = 60
State = Extension.State


@transaction.atomic
def ask_for_extension(order: Order, *, days: int, code: str, actor: User, words: str = "") -> Extension:
    """Ask for ``days`` working days more. Raises ``PermissionDenied``, :class:`OrderRefusedError`."""
    order, need = locked(order)
    require_part(actor, order, need)
    why = given(code, Reason.Of.EXTENSION)
    if why is None:
        raise OrderRefusedError(_("Please choose a reason."))
    if not 1 <= days <= MOST_DAYS:
        raise OrderRefusedError(_("From 1 to %(n)d working days can be asked for.") % {"n": MOST_DAYS})
    if order.state in ENDED:
        raise OrderRefusedError(_("This order has ended."))
    if order.extensions.filter(state=State.ASKED).exists():
        raise OrderRefusedError(_("A later deadline has been asked for already."))
    return Extension.objects.create(order=order, days=days, reason=why, words=checked(words), asked_by=actor)


@transaction.atomic
def decide_extension(asked: Extension, *, grants: bool, actor: User, words: str = "") -> Order:
    """Grant a later deadline or refuse it; the answer of a provider has its own deadline, which stays.

    Raises ``PermissionDenied`` for whoever asked and for anybody but an official with the mandate,
    :class:`OrderRefusedError` when it was decided or the order has ended.
    """
    order, need = locked(asked.order)
    require(actor, Action.WORK, need)
    row = Extension.objects.select_for_update().get(pk=asked.pk)
    if row.asked_by_id == actor.pk:
        raise PermissionDenied(_("Somebody else than who asked for it decides."))
    if row.state != State.ASKED:
        who = row.decided_by or _("Somebody")
        raise OrderRefusedError(_("%(who)s has decided this already.") % {"who": who})
    if order.state in ENDED:
        raise OrderRefusedError(_("This order has ended."))
    row.answer = checked(words, empty="" if grants else _("Please say why."))
    row.state, row.decided_by, row.decided_at = State.GRANTED if grants else State.REFUSED, actor, clock.now()
    row.save()
    if grants:
        set_anew([order.pk])
        order.refresh_from_db()
        said = OrderExtended(order=order.pk, need=need.pk, due=order.resolution_due, reason=row.reason_id)
        publish(said, stream=need.pk, actor=actor)
    return order


def extensions_to_decide(user: User) -> QuerySet[Extension]:
    """What ``user`` may grant or refuse, oldest first; nobody decides what they asked for."""
    asked = Extension.objects.filter(state=State.ASKED).exclude(asked_by=user)
    rows = permitted(asked, user, Action.WORK, "order__need__")
    return rows.select_related("order__need", "reason", "asked_by").order_by("asked_at")
