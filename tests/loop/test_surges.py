"""Burning issues are found where they are, last while they last, and end."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Channel, Need, Surge
from lacarte.loop.needs.surges.finding import _annual, _tree, burning, daily, look, needs_of
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City, official
from tests.loop.surging import DAY, NOW, come, hold_back

pytestmark = pytest.mark.django_db


def usual(city: City, a_day: float = 1.0, days: int = 91) -> None:
    """Needs of two types in two districts, as they always come."""
    draw = np.random.default_rng(7)
    for region in (city.west, city.east):
        for kind in (city.care, city.lift):
            n = int(draw.poisson(a_day * days))
            come(city, region, kind, (draw.random(n) * 24 * days).tolist())


def test_nothing_burns_where_all_is_as_usual(city: City) -> None:
    usual(city)
    looked = look(NOW, DAY)
    assert (looked.begun, looked.going, looked.ended) == ([], [], [])
    assert not burning().exists()


def test_an_empty_city_has_no_issues() -> None:
    assert look(NOW, DAY).begun == []


def test_a_burst_is_found_in_its_district_and_of_its_type_with_its_word(city: City) -> None:
    usual(city)
    come(city, city.west, city.lift, [0.5 * i for i in range(24)], text="the lift at Harbour Tower is out again")
    (surge,) = look(NOW, DAY).begun
    assert (surge.region, surge.service_type) == (city.west, city.lift)
    assert surge.count >= 24
    assert surge.expected < 4
    assert surge.chance < 1e-6
    assert "harbour tower" in surge.topic
    assert needs_of(surge).count() == surge.count
    counts = daily(surge)
    assert len(counts) == 28
    assert counts[-1] == surge.count
    assert [event.name for event in timeline(surge.pk)] == ["surge.began"]


def test_what_rises_everywhere_is_told_of_the_whole_city(city: City) -> None:
    usual(city)
    for region in (city.west, city.east):
        come(city, region, city.lift, [1.0 * i for i in range(20)])
    (surge,) = look(NOW, DAY).begun
    assert surge.region.number in (0, city.city.number)
    assert surge.service_type == city.lift


def test_an_issue_goes_on_and_ends(city: City) -> None:
    usual(city)
    come(city, city.west, city.lift, [0.5 * i for i in range(24)])
    (surge,) = look(NOW, DAY).begun
    again = look(NOW + timedelta(hours=1), DAY)
    assert again.begun == []
    assert [one.pk for one in again.going] == [surge.pk]
    assert Surge.objects.get().until == NOW + timedelta(hours=1)
    over = look(NOW + timedelta(days=2), DAY)
    assert [one.pk for one in over.ended] == [surge.pk]
    assert Surge.objects.get().ended_at == NOW + timedelta(days=2)
    assert not burning().exists()
    assert [event.name for event in timeline(surge.pk)] == ["surge.began", "surge.ended"]


def test_one_who_says_it_often_is_counted_once(city: City) -> None:
    usual(city)
    person = Person.objects.create(name="Ada")
    come(city, city.west, city.lift, [0.5 * i for i in range(24)], person=person)
    assert look(NOW, DAY).begun == []


def test_no_persons_words_become_the_topic(city: City) -> None:
    usual(city)
    come(city, city.west, city.lift, [0.5 * i for i in range(24)])
    for i in range(4):
        come(city, city.west, city.lift, [1.0 + i], text="zanzibar lift")
    (surge,) = look(NOW, DAY).begun
    assert "zanzibar" not in surge.topic


def test_words_that_all_the_city_uses_are_no_topic_where_little_was_told_before(city: City) -> None:
    come(
        city,
        city.east,
        city.care,
        [30.0 + 12 * i for i in range(150)],
        text="the stairs of the house are the worst",
    )
    come(city, city.west, city.lift, [0.5 * i for i in range(24)], text="the lamps of the bridge are out")
    (surge,) = look(NOW, DAY).begun
    assert surge.region == city.west
    assert "the" not in surge.topic.split()
    assert surge.topic.split()[0] in ("lamps", "bridge", "out")


def test_officials_see_the_issues_that_their_mandate_covers(city: City) -> None:
    usual(city)
    come(city, city.west, city.lift, [0.5 * i for i in range(24)])
    look(NOW, DAY)
    assert burning(official(Role.CASE_WORKER, city.west)).count() == 1
    assert burning(official(Role.CASE_WORKER, city.east)).count() == 0
    assert burning(official(Role.PLANNER)).count() == 0


def test_the_same_season_of_last_year_is_no_surprise(city: City) -> None:
    usual(city, a_day=2.0, days=450)
    rise = [24.0 * d + 24 * 364 + hour for d in range(-6, 8) for hour in np.linspace(0.1, 23, 18)]
    come(city, city.west, city.lift, rise)
    come(city, city.west, city.lift, [1.0 * i for i in range(9)])
    with_year = look(NOW, DAY).begun
    Need.objects.filter(received_at__lt=NOW - timedelta(days=100)).delete()
    Surge.objects.all().delete()
    without = look(NOW, DAY).begun
    assert len(without) >= len(with_year)
    if with_year and without:
        assert with_year[0].chance > without[0].chance


def test_a_job_looks_by_itself(city: City) -> None:
    from lacarte.kernel import schedule

    usual(city)
    come(city, city.west, city.lift, [0.1 * i for i in range(24)])
    with clock.stopped_at(NOW.replace(hour=12, minute=0)):
        schedule.enqueue_due()
        work()
    assert burning().exists()


def test_what_is_held_or_was_turned_away_makes_no_issue(city: City) -> None:
    usual(city)
    hold_back(city)
    assert look(NOW, DAY).begun == []


def test_what_is_held_gives_an_issue_neither_its_number_nor_its_headline(city: City) -> None:
    usual(city)
    come(city, city.west, city.lift, [i / 4 for i in range(20)], text="the lift at harbour steps is stuck")
    hold_back(city)
    (surge,) = look(NOW, DAY).begun
    assert "zhang" not in surge.topic
    assert surge.count < 40
    assert needs_of(surge).count() == surge.count
    assert daily(surge)[-1] == surge.count


def test_what_was_held_a_year_ago_is_no_season(city: City) -> None:
    usual(city, days=460)
    numbers, parents = _tree(ServiceType.objects.order_by("number"))
    before = _annual(NOW, numbers, parents)
    hold_back(city, 400)
    Need.objects.exclude(channel=Channel.IMPORT).update(received_at=NOW - timedelta(days=364))
    assert _annual(NOW, numbers, parents).tolist() == before.tolist()
