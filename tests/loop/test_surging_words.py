"""A phrase that suddenly comes up is a burning issue, whatever service the needs were taken for."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from lacarte.loop.needs.models import Need, Surge
from lacarte.loop.needs.surges.finding import burning, daily, look, needs_of
from lacarte.loop.needs.surges.phrases import look_at_words
from tests.city import City
from tests.loop.surging import DAY, NOW, come, hold_back

pytestmark = pytest.mark.django_db
WORDS = ("路灯不亮", "垃圾成堆", "楼上噪音", "道路破损", "公交太慢", "停车困难", "污水外溢", "树枝太长")


def usual(city: City) -> None:
    draw = np.random.default_rng(5)
    for i in range(420):
        text = f"{WORDS[int(draw.integers(8))]}请{WORDS[int(draw.integers(8))]}处理"
        region, kind = (city.west, city.east)[i % 2], (city.care, city.lift)[i // 2 % 2]
        come(city, region, kind, [float(draw.random() * 24 * 91)], text=text)


def comes_up(city: City, n: int = 14) -> None:
    for i in range(n):
        kind = (city.care, city.lift)[i % 2]
        come(city, city.west, kind, [i * 1.5], text=f"反对{WORDS[i % 8]}伊景园滨河苑捆绑车位")


def test_nothing_comes_up_where_all_is_as_usual(city: City) -> None:
    usual(city)
    assert look_at_words(NOW).begun == []


def test_a_phrase_is_found_in_its_district_across_types(city: City) -> None:
    usual(city)
    comes_up(city)
    (surge,) = look_at_words(NOW).begun
    assert surge.by_words
    assert surge.topic in "伊景园滨河苑捆绑车位"
    assert "滨河苑" in surge.topic
    assert surge.region == city.west
    assert surge.service_type == city.area
    assert surge.count == 14
    assert needs_of(surge).count() == 14
    assert daily(surge)[-1] == 14
    assert burning().get() == surge


def test_it_goes_on_and_ends_and_is_left_alone_by_the_other_looks(city: City) -> None:
    usual(city)
    comes_up(city)
    (surge,) = look_at_words(NOW).begun
    look(NOW, DAY)
    assert Surge.objects.get(pk=surge.pk).ended_at is None
    again = look_at_words(NOW + timedelta(hours=6))
    assert (again.begun, [one.pk for one in again.going]) == ([], [surge.pk])
    over = look_at_words(NOW + timedelta(days=9))
    assert [one.pk for one in over.ended] == [surge.pk]


def test_one_person_alone_is_no_topic(city: City) -> None:
    from lacarte.registers.people.models import Person

    usual(city)
    come(city, city.west, city.lift, [i * 1.5 for i in range(14)], "伊景园滨河苑捆绑车位", Person.objects.create())
    assert look_at_words(NOW).begun == []


def test_a_phone_number_is_no_topic(city: City) -> None:
    usual(city)
    for i in range(14):
        come(city, city.west, city.lift, [i * 1.5], text=f"{WORDS[i % 8]} 13800138000")
    assert not any(sign.isdigit() for surge in look_at_words(NOW).begun for sign in surge.topic)


def test_an_empty_city_and_one_of_too_many_texts_are_left_alone(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look_at_words(NOW).begun == []
    usual(city)
    comes_up(city)
    monkeypatch.setattr("lacarte.loop.needs.surges.phrases.MOST_TEXTS", 100)
    assert look_at_words(NOW).begun == []
    assert Need.objects.count() > 100


def test_what_is_held_or_was_turned_away_gives_no_headline(city: City) -> None:
    usual(city)
    hold_back(city)
    assert look_at_words(NOW).begun == []
