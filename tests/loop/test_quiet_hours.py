"""By night no phone rings for what can wait; what answers somebody, and danger, does not wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.carriers import Memory
from lacarte.loop.needs.messages.conversation import say, send, write
from lacarte.loop.needs.messages.delivering import GIVE_UP
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.pages.design.templatetags.design import message_tag
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City, official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]
# Some days ahead: what the mapper dates by itself is dated today, and has to lie before.
EVENING = (datetime.now(UTC) + timedelta(days=2)).replace(hour=22, minute=30, second=0, microsecond=0)
MORNING = (EVENING + timedelta(days=1)).replace(hour=8, minute=0)


class Clock:
    """The clock of a test."""

    now = EVENING


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Clock:
    settings.CONFIGURED["quiet_hours"] = "21:00-08:00"
    told = Clock()
    monkeypatch.setattr(clock, "now", lambda: told.now)
    return told


def told(at: Clock, **left: str) -> Need:
    """A need that was told in the afternoon; its confirmation has gone."""
    at.now = EVENING - timedelta(hours=6)
    need = receive(text="broken lift", channel=Channel.WEB, person=Person(**left))
    work()
    Memory.sent.clear()
    at.now = EVENING
    return need


def heard(*, failing: bool = False) -> list[str]:
    """What has gone out since it was last asked."""
    work(failing=failing)
    said = [letter.text for letter in Memory.sent.values()]
    Memory.sent.clear()
    return said


def test_an_sms_waits_for_the_morning_and_the_desk_sees_it(city: City, at: Clock) -> None:
    message = say(told(at, phone="13800138000"), "The mechanic comes at ten.", actor=official(Role.CASE_WORKER))
    assert heard() == []
    assert message_tag(message)["words"] == "Goes out at 08:00, after the quiet hours"
    at.now = MORNING - timedelta(seconds=1)
    assert heard() == []
    at.now = MORNING
    assert heard() == ["The mechanic comes at ten."]
    assert Message.objects.get(pk=message.pk).state == Message.State.SENT


def test_an_email_goes_out_by_night(city: City, at: Clock) -> None:
    say(told(at, email="li@x.example"), "Tomorrow.", actor=None)
    assert heard() == ["Tomorrow."]


def test_whoever_tells_something_by_night_hears_at_once_that_it_arrived(city: City, at: Clock) -> None:
    receive(text="broken lift", channel=Channel.WEB, person=Person(phone="13800138000"))
    assert len(heard()) == 1


def test_whoever_has_just_written_is_awake(city: City, at: Clock) -> None:
    need = told(at, phone="13800138000")
    wrote = write(need, "Is anybody there?", actor=None)
    Message.objects.filter(pk=wrote.pk).update(at=EVENING)
    send(need, "Yes.")
    assert heard() == ["Yes."]
    at.now += timedelta(minutes=31)
    send(need, "Good night.")
    assert heard() == []


def test_danger_does_not_wait(city: City, at: Clock) -> None:
    send(told(at, phone="13800138000"), "Leave the house.", at_once=True)
    assert heard() == ["Leave the house."]


def test_what_could_not_go_out_in_the_evening_does_not_ring_in_the_night(city: City, at: Clock) -> None:
    need = told(at, phone="13800138000")
    at.now = EVENING - timedelta(hours=2)
    Memory.refuses.append(OSError("the gateway is away"))
    send(need, "Tomorrow.")
    assert heard(failing=True) == []
    at.now = EVENING
    assert heard(failing=True) == []
    at.now = MORNING
    assert heard(failing=True) == ["Tomorrow."]


def test_what_waited_for_the_morning_has_as_long_as_anything_else_to_arrive(city: City, at: Clock) -> None:
    message = send(told(at, phone="13800138000"), "Tomorrow.")
    at.now = MORNING + GIVE_UP + timedelta(hours=2)  # by day
    assert heard() == []
    assert Message.objects.get(pk=message.pk).state == Message.State.FAILED


def test_where_there_are_no_quiet_hours_nothing_waits(city: City, at: Clock, settings: LazySettings) -> None:
    settings.CONFIGURED["quiet_hours"] = ""
    send(told(at, phone="13800138000"), "Now.")
    assert heard() == ["Now."]
