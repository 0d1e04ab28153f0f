"""The resident is asked for something, and the clock stands still until they answer, or long enough."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.loop.needs.messages.conversation import send
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.deadlines import set_anew
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.reasons import checked
from lacarte.loop.orders.delivery.seeing import locked, require_part
from lacarte.loop.orders.events import ClockStarted, ClockStopped
from lacarte.loop.orders.models import Order, OrderChange, Pause
from lacarte.loop.orders.states import ENDED
from lacarte.registers.places.queries import calendar_of


def pause_of(order: Order) -> Pause | None:
    """The pause in which the clock of an order stands still."""
    return Pause.objects.filter(order=order.pk, ended_at=None).first()


def ask_resident(order: Order, question: str, *, actor: User) -> Pause:
    """Ask whoever has the need; it goes out by their own way, and is in the conversation on its page.

    The clock stands still until they write, or for ``pause_days`` working days. Raises ``PermissionDenied``, and
    :class:`OrderRefusedError` while they are asked already, or when the order has ended.
    """
    question = checked(question, empty=_("Please write what you want to know."))
    with transaction.atomic():
        order, need = locked(order)
        require_part(actor, order, need)
        if order.state in ENDED:
            raise OrderRefusedError(_("This order has ended."))
        if pause_of(order) is not None:
            raise OrderRefusedError(_("The resident has been asked already, and the clock stands still."))
        now, days = clock.now(), int(settings.CONFIGURED["pause_days"])
        until = calendar_of(need.region).deadline(now, days)
        pause = Pause.objects.create(order=order, question=question, asked_by=actor, since=now, until=until)
        send(need, question, author=actor)
        said = ClockStopped(order=order.pk, need=need.pk, until=until)
        publish(said, stream=need.pk, actor=actor)
    return pause


@transaction.atomic
def end_pause(
    order: Order, *, answered: bool = False, actor: User | None = None, by: OrderChange | None = None
) -> bool:
    """Let the clock go on, and move the deadlines by the working time for which it stood.

    ``by`` is the change of the order that shows that work goes on. Returns whether it stood still.
    """
    Order.objects.select_for_update().filter(pk=order.pk).first()  # before its pause, as whoever changes it does
    pause = Pause.objects.select_for_update().filter(order=order.pk, ended_at=None).first()
    if pause is None:
        return False
    ended = max(min(clock.now(), pause.until), pause.since)
    pause.ended_at, pause.answered, pause.ended_by = ended, answered, by
    pause.save(update_fields=["ended_at", "answered", "ended_by"])
    set_anew([order.pk])
    said = ClockStarted(order=order.pk, need=order.need_id, answered=answered)
    publish(said, stream=order.need_id, actor=actor)
    return True


def resume(order: Order, *, actor: User) -> bool:
    """The answer is not waited for any more. Returns whether it was. Raises ``PermissionDenied``."""
    with transaction.atomic():
        order, need = locked(order)
        require_part(actor, order, need)
        return end_pause(order, actor=actor)


def answered(need: Need) -> None:
    """Whoever has ``need`` wrote: the clocks that stood still for it go on."""
    for pause in Pause.objects.filter(order__need=need.pk, ended_at=None).select_related("order"):
        end_pause(pause.order, answered=True)


def end_pauses_over(now: datetime | None = None) -> int:
    """End the pauses in which nobody answered in time, one in each transaction. Returns how many."""
    over = Pause.objects.filter(ended_at=None, until__lte=now or clock.now()).order_by("until", "pk")
    return sum(end_pause(pause.order) for pause in over.select_related("order"))


def reopen(made: OrderChange) -> None:
    """The change that ended a pause was taken back, within the caller's transaction: it stands still again."""
    if Pause.objects.filter(ended_by=made).update(ended_at=None, answered=False, ended_by=None):
        set_anew([made.order_id])
