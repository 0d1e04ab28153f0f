"""The mail server and the gateway are away for a day: afterwards everything goes out, once, in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from lacarte.kernel import clock
from lacarte.kernel.models import Job
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.conversation import send
from lacarte.loop.needs.messages.reaching import Medium
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City
from tests.standards.gateways.posting import SECRET, listening
from tests.standards.mail.smtp_server import Taken, taking_mail

pytestmark = pytest.mark.django_db
NOON = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)


class Clock:
    """The clock of a test."""

    now = NOON

    def passes(self, until: datetime) -> None:
        """Work goes on until then, looked at every half an hour."""
        while self.now < until:
            self.now += timedelta(minutes=30)
            work(failing=True)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    told = Clock()
    monkeypatch.setattr(clock, "now", lambda: told.now)
    return told


@pytest.fixture
def server(settings: LazySettings) -> Taken:
    """A mail server that is set, and is away until it is served."""
    with taking_mail(Taken()) as taken:
        pass
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", taken.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return taken


def tells(at: Clock, need: Need, words: str) -> None:
    at.now += timedelta(seconds=1)
    send(need, words)


def test_after_a_day_without_a_mail_server_all_goes_out_once_and_in_order(
    city: City, at: Clock, server: Taken
) -> None:
    needs = [
        receive(text="broken lift", channel=Channel.WEB, person=Person(email=f"{n}@x.example")) for n in range(2)
    ]
    work(failing=True)
    for hour in range(3):
        for need in needs:
            tells(at, need, f"news {hour}")
        at.passes(NOON + timedelta(hours=8 * (hour + 1)))
    assert server.mails == []
    assert not Job.objects.filter(state=Job.State.STUCK).exists()
    with taking_mail(server):
        at.passes(NOON + timedelta(hours=26))
        at.passes(NOON + timedelta(hours=40))
    for n in range(2):
        theirs = [mail.get_content().strip() for mail in server.mails if mail["To"] == f"{n}@x.example"]
        assert "received" in theirs[0]
        assert theirs[-3:] == ["news 0", "news 1", "news 2"]
    assert len({mail["Message-ID"] for mail in server.mails}) == len(server.mails)
    assert not Message.objects.exclude(state=Message.State.SENT).exclude(incoming=True).exists()


def test_a_gateway_that_comes_back_by_night_rings_in_the_morning(
    city: City, at: Clock, settings: LazySettings
) -> None:
    with listening([]) as (address, _posted):
        pass
    away = settings.CONFIGURED | {"quiet_hours": "21:00-08:00", "gateway_secrets": [f"relay {SECRET}"]}
    settings.CONFIGURED = away | {"gateways": [f"relay sms {address}"]}
    need = receive(text="broken lift", channel=Channel.WEB, person=Person(phone="13800138000"))
    at.passes(NOON + timedelta(hours=1))
    for n in range(3):
        tells(at, need, f"news {n}")
    at.passes(NOON + timedelta(hours=11))
    with listening([]) as (address, posted):
        settings.CONFIGURED = away | {"gateways": [f"relay sms {address}"]}
        at.passes(NOON + timedelta(hours=19, minutes=30))
        assert posted == []
        at.passes(NOON + timedelta(hours=22))
        said: list[Any] = [data for _heads, data in posted]
    assert [f"news {n}".encode() in data for n, data in zip(range(3), said[-3:], strict=True)] == [True] * 3
    assert len({heads["webhook-id"] for heads, _data in posted}) == len(posted) == 4
    assert Message.objects.filter(medium=Medium.SMS, state=Message.State.SENT).count() == 4
