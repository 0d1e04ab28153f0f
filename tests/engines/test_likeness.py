"""Whether two reports tell of the same thing: words of any language, numbers, places, times, photos."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.likeness import (
    FEATURES,
    Report,
    features,
    fit,
    numbers,
    outlook,
    overlap,
    pieces,
    probabilities,
    reasons,
)
from lacarte.engines.likeness.words import numbers_agree
from tests.engines.likeness_sample import by_hand, pairs


def shared(one: str, other: str) -> float:
    both, shorter = overlap(pieces(one), pieces(other))
    return both / shorter


def chance(one: Report, other: Report) -> float:
    return float(probabilities(features(one, [other]))[0])


LAMP = Report(
    words="The street lamp in front of 14 Canal Street is out",
    longitude=121.0,
    latitude=28.0,
    kind=101,
    area=100,
    language="en",
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Street lamp broken", "STREET   LAMP, broken!!"),
        ("Straßenlaterne défectueuse", "strassenlaterne defectueuse"),
        ("ｓｔｒｅｅｔ ｌａｍｐ", "street lamp"),
        ("路灯坏了，请修理", "路灯坏了 请修理"),
    ],
)
def test_case_width_accents_and_signs_between_words_do_not_matter(one: str, other: str) -> None:
    assert pieces(one).of == pieces(other).of


@pytest.mark.parametrize(
    ("one", "like", "unlike"),
    [
        ("The lift is broken again", "lift brocken agian", "Rubbish in the park"),
        ("阳光小区电梯坏了没人修", "阳光小区的电梯又坏了", "公园里垃圾成堆"),
        ("сломан лифт в подъезде", "лифт в подъезде не работает", "мусор лежит в парке"),
        ("المصعد معطل في المبنى", "المصعد في المبنى معطل منذ أمس", "القمامة في الحديقة"),
        ("ลิฟต์เสียที่อาคารพักอาศัย", "ลิฟต์ที่อาคารพักอาศัยเสีย", "ขยะกองอยู่ริมถนน"),
        ("लिफ्ट खराब है इमारत में", "इमारत में लिफ्ट खराब", "सड़क पर कचरा पड़ा है"),
        ("エレベーターが故障しています", "エレベーター故障中です", "公園のごみがひどい"),
        ("엘리베이터가 고장났어요", "엘리베이터 고장입니다", "공원에 쓰레기가 많아요"),
    ],
)
def test_words_are_compared_in_any_script(one: str, like: str, unlike: str) -> None:
    assert shared(one, like) > 2 * np.nan_to_num(shared(one, unlike)) + 0.1


def test_what_everybody_writes_tells_little() -> None:
    thanks = overlap(pieces("尊敬的领导，希望有关部门尽快解决"), pieces("尊敬的领导，希望有关部门重视问题"))
    named = overlap(pieces("丽发新城搅拌站粉尘"), pieces("搅拌站在丽发新城旁"))
    assert thanks[0] < named[0]


def test_of_too_few_words_nothing_is_said() -> None:
    assert all(isnan(value) for value in overlap(pieces("ok"), pieces("ok")))
    assert all(isnan(value) for value in overlap(pieces(""), pieces("a long sentence about lamps")))


@pytest.mark.parametrize(
    ("text", "houses", "buildings"),
    [
        ("The lamp at 14 Canal Street", {14}, set()),
        ("building 5, Sunshine Court", set(), {"5"}),
        ("Lift in block B of the estate, flat 12", {12}, {"b"}),
        ("阳光小区5栋电梯坏了", set(), {"5"}),
        ("阳光小区五号楼", set(), {"5"}),
        ("翡翠苑二十三栋", set(), {"23"}),
        ("和平路20号旁边", {20}, set()),
        ("和平路２０号旁边", {20}, set()),
        ("No light for 3 days, since 11:30 pm on 2026-01-05", set(), set()),
        ("停水3天，晚上11点，有20人受影响", set(), set()),
        ("Ring me at 13800138000, it costs 3.50", set(), set()),
    ],
)
def test_numbers_of_addresses_are_told_from_times_and_amounts(text: str, houses: set, buildings: set) -> None:
    assert (numbers(text).houses, numbers(text).buildings) == (houses, buildings)


def test_a_neighbours_number_is_no_other_house_and_another_building_is_another() -> None:
    def agree(one: str, other: str) -> tuple[bool, bool, bool]:
        return numbers_agree(numbers(one), numbers(other))

    assert agree("14 Canal Street", "14 Canal Street") == (True, False, False)
    assert agree("14 Canal Street", "16 Canal Street") == (False, False, False)
    assert agree("14 Canal Street", "62 Canal Street") == (False, True, False)
    assert agree("8 Park Road, building 2", "8 Park Road, building 3") == (False, False, True)
    assert agree("阳光小区5栋", "阳光小区五号楼") == (True, False, False)


def test_farther_older_and_another_type_are_less_probable() -> None:
    same = replace(LAMP, words="Lamp dark at 14 Canal Street")
    farther = replace(same, latitude=28.0015)
    older = replace(same, hours=24 * 40)
    another = replace(same, kind=201, area=200)
    assert all(chance(LAMP, other) < chance(LAMP, same) for other in (farther, older, another))
    assert chance(LAMP, same) > 0.9


def test_the_order_of_the_two_does_not_matter() -> None:
    for pair in by_hand():
        assert chance(pair.one, pair.other) == pytest.approx(chance(pair.other, pair.one)), pair


def test_a_missing_point_is_no_point_at_zero() -> None:
    nowhere = replace(LAMP, longitude=nan, latitude=nan)
    row = features(LAMP, [nowhere])[0]
    assert np.isfinite(row).all()
    assert row[FEATURES.index("where_unknown")] == 1
    assert "near" not in reasons(row)


def test_another_language_speaks_neither_for_nor_against() -> None:
    chinese = replace(LAMP, words="运河街14号门口路灯坏了", language="zh-hans")
    row = dict(zip(FEATURES, features(LAMP, [chinese])[0], strict=True))
    assert (row["words_unknown"], row["words"], row["same_number"]) == (1, 0, 1)
    assert chance(LAMP, chinese) > 0.9


def test_the_reasons_are_what_speaks_for_it() -> None:
    other = replace(LAMP, latitude=28.0001, hours=3, photos=(0b111,))
    told = reasons(features(replace(LAMP, photos=(0,)), [other])[0])
    assert told == ("near", "same-time", "same-type", "same-words", "same-photo", "same-number")
    assert reasons(features(LAMP, [Report(latitude=28.002, longitude=121.0, hours=900)])[0]) == ()


def test_nothing_to_compare_with_is_no_error() -> None:
    assert probabilities(features(LAMP, [])).shape == (0,)


word = st.text(max_size=60)
report = st.builds(
    Report,
    words=word,
    where=word,
    longitude=st.one_of(st.just(nan), st.floats(-180, 180)),
    latitude=st.one_of(st.just(nan), st.floats(-90, 90)),
    hours=st.floats(-1e6, 1e6),
    kind=st.integers(0, 5),
    area=st.integers(0, 2),
    language=st.sampled_from(["", "und", "en", "zh-hans", "zh-hant", "ar"]),
    photos=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3).map(tuple),
)


@given(report, st.lists(report, max_size=5))
@settings(max_examples=200, deadline=None)
def test_whatever_was_written_each_pair_has_a_probability(one: Report, others: list[Report]) -> None:
    rows = features(one, others)
    assert rows.shape == (len(others), len(FEATURES))
    assert np.isfinite(rows).all()
    found = probabilities(rows)
    assert ((found >= 0) & (found <= 1)).all()


@given(report, st.lists(report, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_no_words_make_a_pair_more_probable_than_its_place_time_and_type_allow(
    one: Report, others: list[Report]
) -> None:
    looked = outlook(
        one,
        longitude=np.array([other.longitude for other in others]),
        latitude=np.array([other.latitude for other in others]),
        hours=np.array([other.hours for other in others]),
        kinds=np.array([other.kind for other in others]),
        areas=np.array([other.area for other in others]),
    )
    near = np.isfinite(looked.promise)
    assert (looked.at_most[near] >= probabilities(features(one, others))[near] - 1e-12).all()
    assert (looked.at_most[~near] == 0).all()


def test_a_fit_finds_the_weights_that_drew_the_labels() -> None:
    draw = np.random.default_rng(5)
    rows = np.column_stack([np.ones(20_000), draw.normal(size=(20_000, 2))])
    true = np.array([-2.0, 1.5, -0.5])
    labels = draw.random(20_000) < 1 / (1 + np.exp(-rows @ true))
    assert fit(rows, labels) == pytest.approx(true, abs=0.1)
    with pytest.raises(ValueError, match="both kinds"):
        fit(rows, np.ones(20_000))


def test_invented_quarters_that_weights_never_saw_are_told_apart() -> None:
    """The floors are a little below what is measured in full; docs/explanation/same-thing.md has those figures."""
    found = pairs("test", seeds=range(3))
    chances = probabilities(found.rows)
    joined, told = chances >= 0.97, chances >= 0.3
    assert found.same[joined].mean() > 0.97
    assert found.same[told].mean() > 0.78
    assert found.same[told].sum() / found.same.sum() > 0.78
    assert abs(chances.mean() - found.same.mean()) < 0.03, "said to be the same as often as they are"


def test_hard_pairs_written_by_hand_are_never_joined_wrongly_and_mostly_told_rightly() -> None:
    judged = [(pair, chance(pair.one, pair.other)) for pair in by_hand()]
    joined = [pair for pair, found in judged if found >= 0.97 and pair.other.kind == pair.one.kind]
    assert len(joined) > 15
    assert all(pair.same for pair in joined)
    assert all(found > 0.3 for pair, found in judged if pair.same)
    others = [found for pair, found in judged if not pair.same]
    assert sum(found < 0.3 for found in others) >= 0.6 * len(others)


def test_what_has_no_word_in_common_at_one_point_is_hardly_the_same_where_types_differ() -> None:
    judged = [(pair, chance(pair.one, pair.other)) for pair in by_hand() if pair.tag == "one-point"]
    assert len(judged) >= 8
    assert all(found < 0.4 for pair, found in judged if pair.other.kind), judged
    assert all(found < 0.7 for _, found in judged)
