"""Who is on duty is called to a danger that nobody has looked at, once each time, until somebody looks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Job, Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.carriers import Letter, Memory, UndeliverableError
from lacarte.loop.needs.models import Channel, Danger, Message, Need
from lacarte.loop.needs.urgency.calling import CALL, call_one
from lacarte.loop.needs.urgency.dangers import take, tell_late
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City, official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]
DUTY, PHONE, WEST, EAST = "duty@city.example", "+8613800138000", "west@city.example", "east@city.example"


@pytest.fixture(autouse=True)
def duty(settings: LazySettings, city: City) -> None:
    calls = [DUTY, "+86 138 0013 8000", f"{city.west.code}={WEST}", f"{city.east.code}={EAST}"]
    settings.CONFIGURED = settings.CONFIGURED | {"danger_call": calls, "site_address": "https://city.example"}


def fire(city: City) -> Need:
    """A danger whose teller has gone without leaving how to be reached."""
    text = "the kitchen of Zhang Wei is on fire"
    return receive(
        text=text, channel=Channel.WEB, service_type=city.care, region=city.west, person=Person(name="Zhang Wei")
    )


def calls(at: datetime) -> dict[str, Letter]:
    """What goes out to whom when the clock stands there."""
    Memory.sent.clear()
    with clock.stopped_at(at):
        tell_late()
        work()
    sent = list(Memory.sent.values())
    assert len({letter.to for letter in sent}) == len(sent), "each is called once"
    return {letter.to: letter for letter in sent}


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


def test_they_are_called_after_a_minute_and_again_until_somebody_looks(city: City, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"danger_minutes": 2}
    fire(city)
    start = Danger.objects.get().raised_at
    called = {DUTY, PHONE, WEST}
    for after, who in ((50, set()), (61, called), (71, set()), (170, set()), (182, called), (303, called)):
        assert set(calls(start + seconds(after))) == who, after
    take(Danger.objects.get(), actor=official(Role.CALL_TAKER))
    assert calls(start + seconds(900)) == {}


def test_a_call_names_the_need_and_nothing_of_what_was_said(city: City) -> None:
    need = fire(city)
    for letter in calls(Danger.objects.get().raised_at + seconds(75)).values():
        assert f"https://city.example/desk/needs/{need.reference}/" in letter.text
        assert "75 seconds" in letter.text
        assert need.reference in letter.subject
        for secret in ("Zhang", "kitchen", need.secret):
            assert secret not in letter.text + letter.subject
    assert not Message.objects.filter(need=need).exists(), "it is no part of the conversation"


def test_a_worker_that_is_killed_before_it_notes_the_call_calls_nobody_twice(city: City) -> None:
    fire(city)
    late = Danger.objects.get().raised_at + seconds(61)
    first = calls(late)
    with clock.stopped_at(late):
        for job in Job.objects.filter(name=CALL):
            call_one(job.payload)
    assert {letter.to: letter for letter in Memory.sent.values()} == first
    assert len(Memory.sent) == 3


def test_who_cannot_be_reached_keeps_back_no_other_and_is_tried_again(city: City) -> None:
    fire(city)
    late = Danger.objects.get().raised_at + seconds(61)
    Memory.refuses += [ConnectionError("no network"), UndeliverableError("no such number")]
    with clock.stopped_at(late):
        tell_late()
        work(failing=True)
    assert len(Memory.sent) == 1
    with clock.stopped_at(late + seconds(20)):
        work(failing=True)
    assert len(Memory.sent) == 2


def test_whoever_looks_meanwhile_ends_the_calls_that_are_still_to_be_made(city: City) -> None:
    fire(city)
    with clock.stopped_at(Danger.objects.get().raised_at + seconds(61)):
        tell_late()
        while not Job.objects.filter(name=CALL).exists():
            assert jobs.work_once()
        take(Danger.objects.get(), actor=official(Role.CALL_TAKER))
        work()
    assert Memory.sent == {}


def test_what_gets_worse_after_somebody_looked_is_called_for_anew_within_its_own_minute(city: City) -> None:
    fire(city)
    start = Danger.objects.get().raised_at
    assert calls(start + seconds(61))
    Danger.objects.update(raised_at=start + seconds(90))
    assert calls(start + seconds(140)) == {}
    assert set(calls(start + seconds(151))) == {DUTY, PHONE, WEST}


def test_a_region_that_is_not_known_keeps_nobody_from_being_called(
    city: City, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"danger_call": [f"nowhere={DUTY}"]}
    fire(city)
    assert set(calls(Danger.objects.get().raised_at + seconds(61))) == {DUTY}
    assert "there is no region “nowhere”" in caplog.text


def test_without_the_setting_nobody_is_called(city: City, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"danger_call": []}
    fire(city)
    assert calls(Danger.objects.get().raised_at + seconds(61)) == {}
