"""What a resident adds may be a matter of life and death: a person looks, and they are told at once what to do."""

from __future__ import annotations

from django.utils import translation

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import publish
from lacarte.loop.needs.actions import LONGEST_TEXT, receive
from lacarte.loop.needs.events import NeedWorsened
from lacarte.loop.needs.messages.reaching import language_for
from lacarte.loop.needs.models import Channel, Danger, Message, Need
from lacarte.loop.needs.urgency.judging import advice_of, judge, this_month
from lacarte.registers.menu.models import PriorityClass

BEGIN = "needs.begin-another"
_CLOSED = (Need.State.MET, Need.State.WITHDRAWN)


def advice_after(need: Need, message: Message, *, held: str = "") -> str:
    """Raise danger where what ``message`` adds to ``need`` speaks for it, within the caller's transaction.

    Returns what to tell the resident at once, in their language; empty where nothing is the matter. A need that is
    closed stays so: nobody looks there any more, so the message begins another, ``held`` if it is.
    """
    judged = judge(message.text, service_type=need.service_type, month=this_month())
    if not judged.danger:
        return ""
    if need.state in _CLOSED:
        jobs.enqueue(BEGIN, {"message": str(message.pk), "held": held}, key=f"{BEGIN}:{message.pk}")
        return ""  # the confirmation of the other need says it first
    now = clock.now()
    Need.objects.filter(pk=need.pk).update(urgency=PriorityClass.NOW, changed_at=now)
    if not Danger.objects.filter(need=need, seen_at=None).exists():
        Danger.objects.update_or_create(need=need, defaults={"raised_at": now, "seen_at": None, "seen_by": None})
    publish(NeedWorsened(need=need.pk), stream=need.pk)
    with translation.override(language_for(need)):
        return advice_of(judged.rules).advice


@jobs.job(BEGIN, own_transactions=True)
def begin_another(payload: jobs.Payload) -> None:
    """Understand it outside the transaction that has written it down: nobody waits for that. Twice, it is one."""
    told = Message.objects.select_related("need__person", "need__household", "need__region")
    message = told.get(pk=payload["message"])
    need = message.need
    receive(
        text=message.text[:LONGEST_TEXT],
        channel=Channel.WEB if message.medium == Message.Medium.PAGE else Channel.MESSAGE,
        person=need.person,
        household=need.household,
        region=need.region if need.longitude is None else None,
        longitude=need.longitude,
        latitude=need.latitude,
        external_id=f"message:{message.pk}",
        held=payload["held"],
    )
