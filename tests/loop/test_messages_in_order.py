"""What goes to one address arrives in its order, once, however long nothing could be handed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Job, Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.carriers import Memory
from lacarte.loop.needs.messages.conversation import send
from lacarte.loop.needs.messages.delivering import DELIVER, GIVE_UP, late_messages
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.registers.people.models import Person
from lacarte.site.health import findings
from tests.background import work
from tests.city import City, official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


class Clock:
    """The clock of a test."""

    now = datetime.now(UTC) + timedelta(days=2)  # ahead of what dates itself today


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    told = Clock()
    monkeypatch.setattr(clock, "now", lambda: told.now)
    return told


def a_need(**left: str) -> Need:
    need = receive(text="broken lift", channel=Channel.WEB, person=Person(**left))
    work()
    Memory.sent.clear()
    return need


def said(need: Need, *words: str, at: Clock) -> None:
    for one in words:
        at.now += timedelta(seconds=1)
        send(need, one)


def arrived() -> list[str]:
    return [letter.text for letter in Memory.sent.values()]


def test_what_comes_later_waits_for_what_could_not_go_and_follows_at_once(city: City, at: Clock) -> None:
    need = a_need(email="li@x.example")
    Memory.refuses.append(OSError("the mail server is away"))
    said(need, "one", "two", "three", at=at)
    work(failing=True)
    assert arrived() == []
    waiting = Job.objects.filter(name=DELIVER, state=Job.State.READY)
    assert sorted(waiting.values_list("attempts", flat=True)) == [0, 0, 1], "to wait is not to fail"
    at.now += timedelta(seconds=10)
    work(failing=True)
    assert arrived() == ["one", "two", "three"]


def test_what_cannot_go_out_is_on_the_operations_page_with_the_reason(
    city: City, at: Clock, client: Client
) -> None:
    need = a_need(email="li@x.example")
    Memory.refuses.extend(OSError("the mail server is away") for _ in range(9))
    said(need, "one", "two", at=at)
    work(failing=True)
    assert late_messages() == [], "not at the first failure"
    at.now += timedelta(minutes=6)
    late = late_messages()
    assert [(one.medium, one.count, one.error) for one in late] == [
        ("email", 2, "OSError: the mail server is away")
    ]
    client.force_login(official(Role.ADMINISTRATOR))
    assert "OSError: the mail server is away" in client.get("/operations/").text
    assert "lacarte_messages_late 2" in client.get("/metrics").text
    assert "2 by email since" in {one.what: one.words for one in findings()}["messages"]


def test_nobody_waits_for_what_goes_to_others(city: City, at: Clock) -> None:
    one, other = a_need(email="li@x.example"), a_need(email="wang@x.example")
    Memory.refuses.append(OSError("full"))
    said(one, "to Li", at=at)
    said(other, "to Wang", at=at)
    work(failing=True)
    assert arrived() == ["to Wang"]


def test_danger_passes_what_waits(city: City, at: Clock) -> None:
    need = a_need(phone="13800138000")
    Memory.refuses.append(OSError("not now"))
    said(need, "The mechanic comes.", at=at)
    work(failing=True)
    send(need, "Leave the house.", at_once=True)
    work(failing=True)
    assert arrived() == ["Leave the house.", "The mechanic comes."], "and what waited is tried at once"


def test_what_will_never_arrive_keeps_back_nothing_for_ever(city: City, at: Clock) -> None:
    need = a_need(email="li@x.example")
    said(need, "lost", at=at)
    Job.objects.filter(name=DELIVER).delete()  # as if somebody had removed its job
    at.now += GIVE_UP
    said(need, "later", at=at)
    work(failing=True)
    assert arrived() == ["later"]
    assert Message.objects.get(text="lost").state == Message.State.QUEUED
