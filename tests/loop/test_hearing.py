"""Messages from outside: whose they are, and what is held until a person has read it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import LazySettings

from lacarte.kernel import clock
from lacarte.kernel.rate_limit import under_attack
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.held.holding import why
from lacarte.loop.needs.messages.hearing import Heard, HearLaterError, hear
from lacarte.loop.needs.messages.reaching import Medium, way_to
from lacarte.loop.needs.models import Channel, Danger, Need
from lacarte.registers.people.models import Person
from tests.city import City

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


@pytest.mark.parametrize(
    ("medium", "sender", "gateway", "known"),
    [
        (Medium.CHAT, "mary@example.org", "chatty", False),
        (Medium.CHAT, "13800138000", "chatty", False),
        (Medium.SMS, "+8613800138000", "relay", True),
        (Medium.EMAIL, "Mary@example.org", "", True),
    ],
)
def test_whoever_calls_themselves_like_somebody_on_another_medium_is_not_believed(
    city: City, medium: Medium, sender: str, gateway: str, known: bool
) -> None:
    mary = Person(email="mary@example.org", phone="138 0013 8000")
    need = receive(text="the lift is broken", channel=Channel.WEB, person=mary)
    taken = hear(Heard(medium, sender, f"About {need.reference}", "1", clock.now(), gateway=gateway))
    assert taken.began is not known
    assert way_to(need).medium != Medium.CHAT


def test_a_name_in_a_chat_is_known_on_its_own_gateway_alone(city: City) -> None:
    def chat(gateway: str, text: str, key: str) -> Need:
        message = hear(Heard(Medium.CHAT, "li", text, key, clock.now(), gateway=gateway)).message
        assert message is not None
        return message.need

    need = chat("chatty", "the lift is broken", "1")
    assert chat("other", f"About {need.reference}", "2") != need
    assert chat("chatty", f"About {need.reference}", "3") == need


def sms(number: int, sender: str = "+8613800138000") -> Need:
    heard = Heard(Medium.SMS, sender, f"new the lift is broken, number {number}", str(number), clock.now())
    message = hear(replace(heard, gateway="relay")).message
    assert message is not None
    return message.need


def test_who_tells_more_than_the_pace_is_read_first_and_loses_nothing(city: City, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_contact": "3/hour", "attack_pace": "2/minute"}
    states = [sms(number).state for number in range(5)]
    assert states == ["open"] * 3 + ["held"] * 2
    assert [why(need) for need in Need.objects.filter(state=Need.State.HELD)] == ["pace"] * 2
    assert under_attack()
    assert sms(9, sender="+8613900139000").state == Need.State.OPEN, "of somebody else"
    assert Need.objects.count() == 6


def test_what_one_adds_beyond_the_pace_waits_outside_unless_it_tells_of_danger(
    city: City, settings: LazySettings
) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_message": "3/minute"}
    need = sms(0)

    def added(number: int, text: str = "and it still is", **how: bool) -> Need | None:
        message = Heard(Medium.SMS, "+8613800138000", text, f"added {number}", clock.now(), gateway="relay")
        taken = hear(message, **how).message
        return taken.need if taken else None

    assert [added(number) for number in range(3)] == [need] * 3
    for number in (2, 1):
        assert added(number) == need, "what is known already is no other"
    for number in (3, 3, 4):
        with pytest.raises(HearLaterError):
            added(number)
    assert added(5, "the building is on fire") == need
    assert Danger.objects.filter(need=need, seen_at=None).exists()
    assert added(6, paced=False) == need, "where nobody would bring it again"
    assert need.messages.filter(text="and it still is").count() == 4
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_message": "30/minute"}
    assert [added(number) for number in (3, 4)] == [need] * 2, "nothing is lost"


def test_each_name_in_a_chat_has_a_pace_of_its_own(city: City, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_contact": "1/hour"}
    for number, (name, state) in enumerate([("li", "open"), ("wang", "open"), ("li", "held")]):
        heard = Heard(Medium.CHAT, name, "new lift broken", str(number), clock.now(), gateway="chatty")
        message = hear(heard).message
        assert message is not None
        assert message.need.state == state


def test_a_message_heard_again_is_not_counted(city: City, settings: LazySettings) -> None:
    settings.CONFIGURED = settings.CONFIGURED | {"rate_limit_contact": "2/hour"}
    assert {sms(1).pk for _ in range(5)} == {sms(1).pk}
    assert sms(2).state == Need.State.OPEN
