"""E-mails go out: final refusals are told from passing ones, and without a server they lie in the outbox."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError
from lacarte.standards.mail.outbox import Outbox
from lacarte.standards.mail.sending import Mail, email_of


def letter(to: str = "li@home.example", **more: str) -> Letter:
    return Letter(uuid7(), to, "路灯修好了。\n.\nFrom here on", "zh-hans", "7KQ2-M4XD", clock.now(), **more)


def failing(error: Exception) -> Callable[..., int]:
    def send(self: EmailMessage, fail_silently: bool = False) -> int:
        raise error

    return send


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"li@home.example": (550, b"no such user")}),
        smtplib.SMTPDataError(554, b"not wanted"),
    ],
)
def test_a_final_refusal_is_final(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmailMessage, "send", failing(error))
    with pytest.raises(UndeliverableError):
        Mail("email").send(letter())


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"li@home.example": (451, b"try again later")}),
        smtplib.SMTPDataError(452, b"full"),
        smtplib.SMTPAuthenticationError(535, b"wrong password"),
        ConnectionRefusedError(),
        TimeoutError(),
    ],
)
def test_a_passing_fault_is_tried_again(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmailMessage, "send", failing(error))
    with pytest.raises(OSError) as raised:
        Mail("email").send(letter())
    assert "li@home.example" not in str(raised.value), "the table of jobs keeps what went wrong, and no addresses"


@pytest.mark.parametrize("to", ["", "nobody", "a@b\r\nBcc: all@x.example", "a b@c.example"])
def test_what_is_no_address_is_final_and_nothing_slips_into_the_heads(to: str) -> None:
    with pytest.raises(UndeliverableError):
        Mail("email").send(letter(to))


def test_a_subject_of_several_lines_stays_one_head() -> None:
    written = email_of(letter(subject="Lamp\r\nBcc: all@x.example")).message()
    assert written["Subject"] == "Lamp Bcc: all@x.example"
    assert written["Bcc"] is None


def test_without_a_server_emails_lie_in_the_outbox_each_once(settings: LazySettings, tmp_path: Path) -> None:
    settings.OUTBOX = tmp_path / "outbox"
    one, other = letter(), letter()
    for _ in range(2):
        assert Outbox().send_messages([email_of(one), email_of(other)]) == 2
    files = sorted((tmp_path / "outbox").iterdir())
    assert len(files) == 2
    read = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert read["To"] == "li@home.example"
    assert read.get_content().rstrip("\n") == one.text
