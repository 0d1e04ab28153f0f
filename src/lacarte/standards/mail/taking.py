"""An e-mail is taken in: as a need, as part of a conversation, or as news that ours did not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from lacarte.kernel import clock
from lacarte.loop.needs.messages.delivering import came_back
from lacarte.loop.needs.messages.hearing import Enclosure, Heard, hear
from lacarte.loop.needs.models import Message
from lacarte.standards.mail.reading import read


class Became(StrEnum):
    """What became of an e-mail."""

    NEED = "need"
    JOINED = "joined"
    KNOWN = "known"
    RETURNED = "returned"
    PASSED_OVER = "passed-over"


@dataclass(frozen=True)
class TakenIn:
    """What became of an e-mail, and the message it is now, if it is one."""

    became: Became
    message: Message | None = None


def take(data: bytes, *, received_at: datetime | None = None, paced: bool = True) -> TakenIn:
    """Take in the e-mail ``data``. ``received_at`` is when our own server had it; without, its date is believed.

    What a machine sent begins no need; what one may have sent is read by a person first. Raises nothing for what
    is wrong with the e-mail itself, and :class:`HearLaterError` as :func:`hear` does.
    """
    mail = read(data)
    if mail.returned:
        came_back(mail.returned)
        return TakenIn(Became.RETURNED)
    now = clock.now()
    at = received_at or mail.date or now
    taken = hear(
        Heard(
            medium=Message.Medium.EMAIL,
            sender=mail.sender,
            name=mail.name,
            subject=mail.subject,
            text=mail.text,
            external_id=mail.message_id,
            at=min(at, now),
            sent_to=mail.sent_to,
            answers_to=mail.answers_to,
            automatic=mail.automatic or mail.sender == settings.CONFIGURED["mail_address"].lower() != "",
            doubtful=mail.doubtful,
            enclosures=tuple(Enclosure(name, inside) for name, inside in mail.enclosed),
        ),
        paced=paced,
    )
    if taken.message is None:
        return TakenIn(Became.PASSED_OVER)
    if taken.known:
        return TakenIn(Became.KNOWN, taken.message)
    return TakenIn(Became.NEED if taken.began else Became.JOINED, taken.message)
