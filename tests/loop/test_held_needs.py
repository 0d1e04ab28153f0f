"""Abuse is held and read by a person; anger is not, and nothing is ever lost."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.demo.content import read
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import NeedRefusedError, receive, withdraw
from lacarte.loop.needs.held.abuse import REASONS, why_held
from lacarte.loop.needs.held.holding import release, turn_away, turned_away, why
from lacarte.loop.needs.models import Channel, Need
from tests.city import City, official

DATA = Path(__file__).parents[3] / "shared" / "data"
INSULT = "You are all a bunch of bastards"


def labelled() -> list[tuple[bool, str]]:
    """The labelled sample: whether a text should be held."""
    with (Path(__file__).parents[1] / "data" / "abuse.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["held"] == "yes", row["text"]) for row in csv.DictReader(file)]
    return [
        (held, text.removeprefix("<FLOOD>") * (60 if text.startswith("<FLOOD>") else 1)) for held, text in rows
    ]


def test_no_honest_text_of_the_sample_is_held() -> None:
    wrong = [text for held, text in labelled() if not held and why_held(text)]
    assert wrong == []


def test_nearly_all_abuse_of_the_sample_is_held() -> None:
    abuse = [text for held, text in labelled() if held]
    missed = [text for text in abuse if not why_held(text)]
    assert len(missed) <= 0.03 * len(abuse), missed


def test_every_reason_has_words() -> None:
    assert {why_held(text) for _, text in labelled()} - {""} <= set(REASONS)


def test_nothing_that_the_demo_city_says_is_held() -> None:
    texts = [text for service in read().services for those in service.texts.values() for text in those]
    assert len(texts) > 500
    assert [text for text in texts if why_held(text)] == []


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not here")
def test_hardly_any_real_message_to_a_city_is_held() -> None:
    with (DATA / "zh" / "messages_labelled.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next(name for name in ("text", "body", "content", "message") if name in rows[0])
    held = [row[column] for row in rows if why_held(row[column])]
    assert len(rows) > 1000
    assert len(held) <= len(rows) / 1000, held[:20]


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.SENSOR, Channel.IMPORT])
def test_what_officials_and_machines_write_is_not_held(channel: Channel) -> None:
    assert why_held(INSULT) == "abuse"
    assert why_held(INSULT, channel=channel) == ""


@pytest.mark.parametrize(
    "text", ["", " ", "*", "a*", "*" * 5000, "\u200b" * 100, "f" * 5000, "你" * 5000, "((((" * 900]
)
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    assert why_held(text) in ("", *REASONS)


def test_a_held_need_waits_for_a_person_and_is_passed_on(city: City) -> None:
    need = receive(text=INSULT, channel=Channel.WEB, service_type=city.care, region=city.west)
    assert (need.state, why(need)) == (Need.State.HELD, "abuse")
    worker = official(Role.CASE_WORKER)
    release(need, actor=worker)
    need.refresh_from_db()
    assert (need.state, why(need)) == (Need.State.OPEN, "")
    assert [event.name for event in timeline(need.pk)] == ["need.received", "need.held", "need.released"]
    with pytest.raises(NeedRefusedError):
        release(need, actor=worker)


def test_what_was_turned_away_can_be_taken_back(city: City) -> None:
    need = receive(text=INSULT, channel=Channel.WEB, region=city.west)
    worker = official(Role.CASE_WORKER)
    need = turn_away(need, actor=worker)
    assert turned_away(need)
    assert need.closed_at is not None
    need = release(need, actor=worker)
    assert (need.state, need.closed_at) == (Need.State.OPEN, None)


def test_what_its_sender_withdrew_cannot_be_passed_on(city: City) -> None:
    need = receive(text="help with washing", channel=Channel.WEB, service_type=city.care, region=city.west)
    withdraw(need, actor=None)
    with pytest.raises(NeedRefusedError):
        release(need, actor=official(Role.CASE_WORKER))


def test_only_who_works_on_the_need_decides(city: City) -> None:
    need = receive(text=INSULT, channel=Channel.WEB, service_type=city.care, region=city.west)
    for other in (official(Role.CALL_TAKER), official(Role.CASE_WORKER, city.east), official(Role.PLANNER)):
        for decide in (release, turn_away):
            with pytest.raises(PermissionDenied):
                decide(need, actor=other)


def test_the_channel_may_have_a_reason_of_its_own(city: City) -> None:
    need = receive(text="help", channel=Channel.WEB, service_type=city.care, region=city.west, held="trap")
    assert (need.state, why(need)) == (Need.State.HELD, "trap")


@pytest.mark.parametrize(
    "said", [{"address": INSULT}, {"times": INSULT}, {"answers": {"A": INSULT}}, {"answers": {"A": ["x", INSULT]}}]
)
def test_abuse_is_held_wherever_it_is_said(city: City, said: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"text": "help", "service_type": city.care, "region": city.west} | said
    need = receive(channel=Channel.WEB, **fields)
    assert (need.state, why(need)) == (Need.State.HELD, "abuse")
    assert receive(channel=Channel.PHONE, **fields).state == Need.State.OPEN
