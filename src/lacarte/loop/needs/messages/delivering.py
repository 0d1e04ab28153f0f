"""Messages to residents are carried out of the house, each once, however often it has to be tried.

What goes to one address goes in its order: a message waits while an earlier one could not be handed over yet.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import translation

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import publish_many
from lacarte.kernel.jobs import LaterError, Payload, job
from lacarte.kernel.models import Job
from lacarte.loop.needs.events import MessageLost
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError, carrier_of
from lacarte.loop.needs.messages.quiet import AWAKE, morning_for
from lacarte.loop.needs.messages.reaching import language_for, language_of_person
from lacarte.loop.needs.messages.reply_address import reply_address
from lacarte.loop.needs.models import Message

logger = logging.getLogger(__name__)

DELIVER = "needs.deliver-message"
#: After this time nobody waits for it any more: the desk sees that it did not arrive.
GIVE_UP = timedelta(days=2)
_ATTEMPTS = 80  # more than fit into GIVE_UP
_MOST_ANSWERED = 10
#: What is due for so long cannot go out, or nobody works.
_LATE = timedelta(minutes=5)
#: How often what waits for an earlier message looks again; it is told at once when that has gone, mostly.
_LOOKS_AGAIN = timedelta(minutes=5)


def set_out(message: Message, *, passes: bool = False) -> None:
    """Have a message delivered, from ``not_before`` on, within the caller's transaction.

    What is about a danger ``passes`` what waits before it.
    """
    payload = {"message": str(message.pk), "passes": passes}
    jobs.enqueue(DELIVER, payload, run_at=message.not_before, key=_job_of(message.pk))


def _job_of(key: UUID) -> str:
    return f"{DELIVER}:{key}"


@job(DELIVER, attempts=_ATTEMPTS, own_transactions=True)
def deliver(payload: Payload) -> None:
    """Hand one message over. Killed half-way it is handed over again, with the same key: it arrives once."""
    message = (
        Message.objects.select_related("need__person__user", "need__region", "follower__person")
        .filter(pk=payload["message"], state=Message.State.QUEUED)
        .first()
    )
    if message is None:
        return
    carrier, now, passes = carrier_of(message.medium), clock.now(), payload.get("passes")
    if message.not_before is not None or not (passes or now - message.at < AWAKE):
        morning = morning_for(message.need, message.medium, now)
        if morning > now:  # it was tried until the evening, or the worker slept until the next night
            Message.objects.filter(pk=message.pk).update(not_before=morning)
            raise LaterError(morning)
    if carrier is None or now - (message.not_before or message.at) > GIVE_UP:
        _end(message, Message.State.FAILED)
        return
    if not passes and _on_its_way(message, now).filter(_before(message)).exists():
        raise LaterError(now + _LOOKS_AGAIN)
    try:
        with translation.override(_language(message)):
            carrier.send(letter_of(message))
    except UndeliverableError as error:
        logger.warning("message %s cannot be delivered: %s", message.pk, error)
        _end(message, Message.State.FAILED)
    else:
        _end(message, Message.State.SENT)


def _on_its_way(message: Message, now: datetime) -> QuerySet[Message]:
    """What else is due to the same address and has not gone. What has waited too long keeps nothing back."""
    same = Message.objects.filter(medium=message.medium, address=message.address, gateway=message.gateway)
    due = Q(not_before=None) | Q(not_before__lte=now)
    return same.filter(due, incoming=False, state=Message.State.QUEUED, at__gt=now - GIVE_UP)


def _before(message: Message) -> Q:
    return Q(at__lt=message.at) | Q(at=message.at, pk__lt=message.pk)


def _end(message: Message, state: Message.State) -> None:
    with transaction.atomic():
        ended = Message.objects.filter(pk=message.pk, state=Message.State.QUEUED).update(state=state)
        if ended and state == Message.State.FAILED:
            _say_lost([message])
        behind = _on_its_way(message, clock.now()).values_list("pk", flat=True)
        jobs.hasten([_job_of(key) for key in behind])


@dataclass(frozen=True)
class Late:
    """Messages of one medium that have been due for a while, since when, and what went wrong last."""

    medium: Message.Medium
    count: int
    since: datetime
    error: str


def late_messages() -> list[Late]:
    """What is due and has not gone out, by medium, the longest first. Letters wait for people: not counted."""
    before = clock.now() - _LATE
    due = Q(not_before=None, at__lt=before) | Q(not_before__lt=before)
    queued = Message.objects.filter(due, incoming=False, state=Message.State.QUEUED)
    queued = queued.exclude(medium=Message.Medium.LETTER).order_by()
    counted = queued.values_list("medium").annotate(n=Count("pk"), since=Min("at")).order_by("since")
    return [Late(Message.Medium(medium), n, since, _last_error(queued, medium)) for medium, n, since in counted]


def _last_error(queued: QuerySet[Message], medium: str) -> str:
    """What went wrong with the messages that have waited longest."""
    keys = [_job_of(key) for key in queued.filter(medium=medium).order_by("at").values_list("pk", flat=True)[:50]]
    wrong = Job.objects.filter(key__in=keys).exclude(last_error="").order_by("-run_at")
    return wrong.values_list("last_error", flat=True).first() or ""


def came_back(message_ids: Iterable[str]) -> int:
    """E-mails of ours, by Message-ID, could not be delivered after all. Returns how many we know of."""
    keys = [key for name in message_ids if (key := key_of(name))]
    ours = Message.objects.filter(pk__in=keys, incoming=False, medium=Message.Medium.EMAIL)
    with transaction.atomic():
        rows = list(ours.select_for_update())
        lost = [row for row in rows if row.state != Message.State.FAILED]
        Message.objects.filter(pk__in=[row.pk for row in lost]).update(state=Message.State.FAILED)
        _say_lost(lost)
    return len(rows)


def _say_lost(messages: Iterable[Message]) -> None:
    """Of what somebody who follows a need was told nothing is said: it is no part of the need's thread."""
    own = (row for row in messages if row.follower_id is None)
    publish_many((MessageLost(need=row.need_id, message=row.pk), row.need_id, None) for row in own)


def key_of(message_id: str) -> UUID | None:
    """The key of the message of ours that may have this Message-ID: nobody guesses a key that was not sent."""
    try:
        return UUID(message_id.strip("<> ").partition("@")[0])
    except ValueError:
        return None


def letter_of(message: Message) -> Letter:
    """A message as it is carried. Who only follows a need has no part in its conversation."""
    need, own = message.need, message.follower is None
    return Letter(
        key=message.pk,
        to=message.address,
        text=message.text,
        language=_language(message),
        reference=need.reference,
        at=message.at,
        subject=message.subject,
        gateway=message.gateway,
        reply_to=reply_address(need) if own and message.medium == Message.Medium.EMAIL else "",
        answers_to=_answered(message) if own else (),
        automatic=message.author_id is None,
    )


def _language(message: Message) -> str:
    follower = message.follower
    return language_for(message.need) if follower is None else language_of_person(follower.person)


def _answered(message: Message) -> tuple[str, ...]:
    """The Message-IDs of what the resident wrote before by e-mail, so that their program shows one thread."""
    before = Message.objects.filter(
        need=message.need_id, incoming=True, medium=Message.Medium.EMAIL, at__lte=message.at
    ).order_by("-at", "-id")
    named = [one.external_id for one in before[:_MOST_ANSWERED] if one.external_id and one.external_id[0] == "<"]
    return tuple(reversed(named))
