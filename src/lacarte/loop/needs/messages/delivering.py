"""Messages to residents are carried out of the house, each once, however often it has to be tried."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation

from lacarte.kernel import clock
from lacarte.kernel.jobs import Payload, job
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError, carrier_of
from lacarte.loop.needs.messages.reaching import language_for, language_of_person
from lacarte.loop.needs.messages.reply_address import reply_address
from lacarte.loop.needs.models import Message

logger = logging.getLogger(__name__)

DELIVER = "needs.deliver-message"
#: After this time nobody waits for it any more: the desk sees that it did not arrive.
GIVE_UP = timedelta(days=2)
_ATTEMPTS = 80  # more than fit into GIVE_UP
_MOST_ANSWERED = 10


@job(DELIVER, attempts=_ATTEMPTS, own_transactions=True)
def deliver(payload: Payload) -> None:
    """Hand one message over. Killed half-way it is handed over again, with the same key: it arrives once."""
    message = (
        Message.objects.select_related("need__person__user", "follower__person")
        .filter(pk=payload["message"], state=Message.State.QUEUED)
        .first()
    )
    if message is None:
        return
    carrier = carrier_of(message.medium)
    if carrier is None or clock.now() - message.at > GIVE_UP:
        _end(message, Message.State.FAILED)
        return
    try:
        with translation.override(_language(message)):
            carrier.send(letter_of(message))
    except UndeliverableError as error:
        logger.warning("message %s cannot be delivered: %s", message.pk, error)
        _end(message, Message.State.FAILED)
    else:
        _end(message, Message.State.SENT)


def _end(message: Message, state: Message.State) -> None:
    with transaction.atomic():
        Message.objects.filter(pk=message.pk, state=Message.State.QUEUED).update(state=state)


def came_back(message_ids: Iterable[str]) -> int:
    """E-mails of ours, by Message-ID, could not be delivered after all. Returns how many we know of."""
    keys = [key for name in message_ids if (key := key_of(name))]
    ours = Message.objects.filter(pk__in=keys, incoming=False, medium=Message.Medium.EMAIL)
    return ours.update(state=Message.State.FAILED)


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
