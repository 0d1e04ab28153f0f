"""Whoever told a need, told of the same thing or follows it hears how it goes, once, by the way they left."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.cases.following import follow, unfollow
from lacarte.loop.needs.cases.joining import join
from lacarte.loop.needs.messages.carriers import Letter, Memory
from lacarte.loop.needs.messages.conversation import thread
from lacarte.loop.needs.messages.hearing import Heard, hear
from lacarte.loop.needs.messages.reaching import Medium
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.models import Order
from lacarte.loop.voice.actions import rate
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City, official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


def told(city: City, email: str, number: int = 0, channel: Channel = Channel.WEB) -> Need:
    """A need of a place by somebody, far enough from the others not to be like them; its confirmation has gone."""
    need = receive(
        text=f"Lift {number}",
        channel=channel,
        service_type=city.lift,
        person=Person(email=email),
        longitude=122.01 + number / 100,
        latitude=28.05,
    )
    news()
    return need


def fan(need: Need, **left: str) -> Person:
    person = Person.objects.create(name="Fan", **left)
    follow(need, person)
    return person


def news() -> dict[str, Letter]:
    """What was sent since it was last asked, by whom it is to."""
    work()
    sent = list(Memory.sent.values())
    Memory.sent.clear()
    assert len({letter.to for letter in sent}) == len(sent), "each hears once"
    return {letter.to: letter for letter in sent}


def done(order: Order, *to: str) -> None:
    worker = official(Role.CASE_WORKER)
    for state in to or ("accepted", "in-progress", "completed"):
        change(order, to=state, actor=worker, reason="no spare part")


def test_all_of_a_case_hear_that_it_is_ordered_and_met(city: City) -> None:
    lead, other = told(city, "lead@x.example"), told(city, "other@x.example", 1)
    join(other, lead, actor=official(Role.CASE_WORKER))
    fan(lead, email="fan@x.example", language="zh-hans")
    fan(other, phone="138 0013 8000", language="en")
    news()
    order = place_order(lead, offer_at_place=city.offer)
    ordered = news()
    assert set(ordered) == {"lead@x.example", "other@x.example", "fan@x.example", "13800138000"}
    assert "asked the provider" in ordered["lead@x.example"].text
    done(order)
    met = news()
    assert set(met) == set(ordered)
    assert "What you told us of is done" in met["other@x.example"].text
    assert "What you follow is done" in met["13800138000"].text
    assert met["fan@x.example"].language == "zh-hans"
    rate(order, contacted_in_time=True, solved=False, satisfaction=1)
    assert set(news()) == {"other@x.example", "fan@x.example", "13800138000"}


def test_who_follows_several_of_a_case_hears_of_it_once_each_time(city: City) -> None:
    lead, other, third = (told(city, f"{number}@x.example", number) for number in range(3))
    for need in (other, third):
        join(need, lead, actor=official(Role.CASE_WORKER))
    both = fan(lead, email="both@x.example")
    follow(third, both)
    for need in (other, third):
        fan(need, email="again@x.example")  # as somebody else, in another browser
    assert other.person is not None
    follow(lead, other.person)
    news()
    everybody = {"0@x.example", "1@x.example", "2@x.example", "both@x.example", "again@x.example"}
    for _round in range(2):
        order = place_order(lead, offer_at_place=city.offer)
        assert set(news()) == everybody
        done(order)
        met = news()
        assert set(met) == everybody
        assert "What you told us of is done" in met["1@x.example"].text
        rate(order, contacted_in_time=True, solved=False, satisfaction=1)
        assert set(news()) == everybody - {"0@x.example"}
        lead.refresh_from_db()


def test_who_follows_gets_no_key_to_the_conversation(city: City, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"mail_address": "needs@city.example"}
    need = told(city, "lead@x.example")
    fan(need, email="fan@x.example")
    fan(need, phone="13800138000")
    place_order(need, offer_at_place=city.offer)
    letters = news()
    assert letters["lead@x.example"].reply_to
    for to in ("fan@x.example", "13800138000"):
        assert need.secret not in letters[to].text
        assert f"/needs/{need.reference}/" in letters[to].text
        assert (letters[to].reply_to, letters[to].answers_to) == ("", ())
    assert {message.address for message in thread(need)} == {"lead@x.example"}
    message = Message.objects.get(address="fan@x.example")
    for number, answer in enumerate(
        [
            Heard(
                Medium.EMAIL, "fan@x.example", "thanks", "<1@x>", clock.now(), answers_to=(f"<{message.pk}@y>",)
            ),
            Heard(Medium.SMS, "13800138000", "thanks", "2", clock.now()),
        ]
    ):
        assert hear(answer).began, number


def test_withdrawn_rejected_and_cancelled_are_told(city: City) -> None:
    one, two, three = (told(city, f"{number}@x.example", number) for number in range(3))
    for need in (one, two, three):
        fan(need, email=f"fan-{need.reference}@x.example")
    withdraw(one, actor=None)
    assert "withdrawn" in news()["0@x.example"].text
    order = place_order(two, offer_at_place=city.offer)
    news()
    done(order, "rejected")
    letters = news()
    assert set(letters) == {"1@x.example", f"fan-{two.reference}@x.example"}
    assert "another offer" in letters["1@x.example"].text
    done(place_order(three, offer_at_place=city.offer), "cancelled")
    assert {letter.text.split(".")[0] for letter in news().values()} == {
        "What you told us of was withdrawn",
        "What you follow was withdrawn by whoever told us of it",
    }


def test_who_stopped_following_and_who_a_sensor_stands_for_hear_nothing(city: City) -> None:
    need = told(city, "lead@x.example", channel=Channel.IMPORT)
    gone = fan(need, email="gone@x.example")
    fan(need, email="fan@x.example")
    unfollow(need, gone)
    place_order(need, offer_at_place=city.offer)
    assert set(news()) == {"fan@x.example"}


def test_what_is_over_when_it_could_be_told_is_not(city: City) -> None:
    need = told(city, "lead@x.example")
    order = place_order(need, offer_at_place=city.offer)
    done(order)
    assert "is done" in news()["lead@x.example"].text
