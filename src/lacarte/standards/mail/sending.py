"""E-mails to residents."""

from __future__ import annotations

import smtplib
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError

#: SMTP replies of 500 and more are final (RFC 5321, section 4.2.1).
_FINAL = 500
_LONGEST_REFERENCES = 10


class Mail:
    """Carries e-mails: by the server that is set, else into the outbox."""

    def __init__(self, medium: str) -> None:
        self.medium = medium

    def route(self, gateway: str) -> str | None:
        """There is always a way out."""
        return ""

    def send(self, letter: Letter) -> None:
        """Hand it over. Sent again it has the same Message-ID, by which mailboxes know that it is the same."""
        try:
            validate_email(letter.to)
        except Exception as error:
            raise UndeliverableError("that is no e-mail address") from error
        try:
            email_of(letter).send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words in error.recipients.values()]
            if all(code >= _FINAL for code in codes):
                raise UndeliverableError(f"the server refuses the address ({codes})") from None
            raise ConnectionError(f"the server refuses the address for now ({codes})") from None  # names nobody
        except smtplib.SMTPDataError as error:
            if error.smtp_code >= _FINAL:
                raise UndeliverableError(f"the server refuses the message ({error.smtp_code})") from None
            raise


def email_of(letter: Letter) -> EmailMessage:
    """A letter as an e-mail that machines do not answer (RFC 3834) and that threads with what it answers."""
    headers = {
        "Message-ID": message_id(letter.key),
        "Date": _date(letter),
        "Content-Language": {"zh-hans": "zh-Hans"}.get(letter.language, letter.language),
        "Auto-Submitted": "auto-replied" if letter.automatic else "no",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if letter.answers_to:
        headers["In-Reply-To"] = letter.answers_to[-1]
        headers["References"] = " ".join(letter.answers_to[-_LONGEST_REFERENCES:])
    return EmailMessage(
        subject=" ".join(letter.subject.split()) or f"[{letter.reference}]",
        body=letter.text + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=headers,
    )


def message_id(key: UUID) -> str:
    """The Message-ID (RFC 5322, section 3.6.4) of the message with this key."""
    return f"<{key}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"


def _date(letter: Letter) -> str:
    return letter.at.strftime("%a, %d %b %Y %H:%M:%S +0000")
