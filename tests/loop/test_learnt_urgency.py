"""What officials said of urgency teaches which new needs a person looks at at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Danger, Need
from lacarte.loop.needs.urgency import learnt as learnt_urgency
from lacarte.loop.needs.urgency.dangers import set_urgency
from lacarte.loop.needs.urgency.learnt import FEWEST_DANGERS, FEWEST_OTHERS, LEARNT, examples, model
from lacarte.registers.menu.models import PriorityClass
from tests.background import work
from tests.city import City, build, official

pytestmark = pytest.mark.django_db
PLACES = ("harbour", "market", "station", "school", "bridge", "tower", "park", "mill", "square", "church")
CALM = ("the bench is broken", "please cut the hedge", "the bus is late", "my form was lost", "the lamp is dim")


@pytest.fixture
def city() -> City:
    learnt_urgency._model.cache_clear()
    return build()


def need(city: City, text: str) -> Need:
    return receive(text=text, channel=Channel.WEB, service_type=city.care, region=city.west)


def teach(city: City, dangers: int = FEWEST_DANGERS) -> None:
    """Crocodiles, which no rule knows, were set to be dangers."""
    worker = official(Role.CASE_WORKER, name="worker")
    for i in range(dangers):
        told = need(city, f"a crocodile crawls at the {PLACES[i % 10]} gate {i}")
        assert told.urgency is None
        set_urgency(told, PriorityClass.NOW, actor=worker, reason="it bites")
    for i in range(FEWEST_OTHERS):
        need(city, f"{CALM[i % 5]} at the {PLACES[i % 10]} gate {i}")
    Need.objects.update(received_at=clock.now() - timedelta(days=2))
    Danger.objects.update(seen_at=clock.now())
    work()


def test_a_need_like_earlier_dangers_is_looked_at_and_its_urgency_left_to_a_person(city: City) -> None:
    teach(city)
    like, calm = need(city, "another crocodile crawls near the fountain"), need(city, "the bench is wet")
    work()
    assert Danger.objects.filter(need=like, seen_at=None).exists()
    assert not Danger.objects.filter(need=calm).exists()
    like.refresh_from_db()
    assert like.urgency is None
    assert like.understanding.rules == [LEARNT]
    client = Client()
    client.force_login(official(Role.CALL_TAKER))
    assert "It reads like earlier dangers" in client.get("/desk/dangers/banner/").content.decode()


def test_what_the_rules_said_stays(city: City) -> None:
    teach(city)
    fire = need(city, "the bench is on fire")
    work()
    fire.refresh_from_db()
    assert fire.urgency == PriorityClass.NOW
    assert fire.understanding.rules == ["fire"]


def test_from_too_little_nothing_is_learnt(city: City) -> None:
    teach(city, FEWEST_DANGERS - 1)
    assert model() is None
    need(city, "another crocodile crawls near the fountain")
    work()
    assert not Danger.objects.filter(seen_at=None).exists()


def test_what_was_set_back_is_no_danger_to_learn_from(city: City) -> None:
    worker = official(Role.CASE_WORKER)
    told = need(city, "the barbecue is on fire, as it should be")
    set_urgency(told, None, actor=worker, reason="a barbecue")
    assert examples() == [(told.text, "other")]
