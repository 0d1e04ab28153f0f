"""Burning issues: few false alarms whatever the noise, bursts found soon and where they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.surges import (
    Happened,
    Scale,
    annual_ratio,
    emerging,
    expect,
    false_discovery_limit,
    find,
    grams,
    still,
    tail_chance,
    topics,
)
from tests.engines.surges_drawn import FAMILIES, counts, happened, node

ASKED = 0.2
DAY, WEEK = Scale(24, 1, 1.0), Scale(168, 1, 1.0)


@pytest.mark.parametrize("family", FAMILIES)
def test_false_alarms_are_as_rare_as_asked(family: str) -> None:
    """Where nothing is the matter any finding is false: the share of cities with one is the false share."""
    cities, alarms = 40, 0
    for seed in range(cities):
        rng = np.random.default_rng(seed)
        drawn = happened(counts(rng, family), rng)
        alarms += bool(find(drawn, [DAY if seed % 2 else WEEK], false_share=ASKED))
    assert alarms <= 1.5 * ASKED * cities


def test_the_check_of_false_alarms_can_fail() -> None:
    """As the test above, were the counts of weekdays that scatter taken for pure chance."""
    alarms = 0
    for seed in range(20):
        drawn = counts(np.random.default_rng(seed), "scatter")
        chance = tail_chance(drawn[:, :, 0], drawn[:, :, 1:].mean(axis=2) + 1e-3, np.full(drawn.shape[:2], 1e7))
        alarms += false_discovery_limit(chance.ravel(), ASKED, chance.size) > 0
    assert alarms > 1.5 * ASKED * 20


@pytest.mark.parametrize(("usual", "more", "days"), [(0.2, 8, 1), (1.0, 16, 1), (5.0, 40, 1), (1.0, 8, 5)])
def test_a_burst_is_found_in_its_cell(usual: float, more: int, days: int) -> None:
    found = 0
    for seed in range(10):
        rng = np.random.default_rng(100 + seed)
        drawn = counts(rng, "season and growth")
        drawn[7, 3] = rng.poisson(usual, drawn.shape[2])
        drawn[7, 3, :days] += more
        surges = find(happened(drawn, rng))
        found += any((one.place, one.kind) == node(7, 3) for one in surges)
    assert found >= 9


def test_a_burst_of_half_an_hour_is_found_within_the_hour() -> None:
    rng = np.random.default_rng(3)
    quiet = happened(counts(rng, "chance"), rng)
    place, kind = node(7, 3)
    burst = Happened(
        np.concatenate([quiet.place, np.full(8, place)]),
        np.concatenate([quiet.kind, np.full(8, kind)]),
        np.concatenate([quiet.age, np.linspace(0, 0.5, 8)]),
        quiet.place_parent,
        quiet.kind_parent,
    )
    (found,) = [one for one in find(burst, [Scale(1, 144, 0.3)]) if one.hours == 1]
    assert (found.place, found.kind) == (place, kind)


def test_what_rises_in_a_whole_district_is_told_of_the_district() -> None:
    rng = np.random.default_rng(5)
    drawn = counts(rng, "chance")
    drawn[::5, 3, 0] += 6  # the eight places of one district
    (found,) = find(happened(drawn, rng))
    assert found.place == 1
    assert found.kind == node(0, 3)[1]


def test_what_rises_in_one_place_is_not_told_of_its_district_too() -> None:
    rng = np.random.default_rng(6)
    drawn = counts(rng, "chance")
    drawn[7, 3, 0] += 25
    (found,) = find(happened(drawn, rng))
    assert (found.place, found.kind) == node(7, 3)


def test_an_issue_that_is_over_is_said_to_be() -> None:
    rng = np.random.default_rng(8)
    drawn = counts(rng, "chance")
    drawn[7, 3, 0] += 25
    place, kind = node(7, 3)
    (now, nothing) = still(happened(drawn, rng), [(place, kind, 24.0), (1, 1, 24.0)])
    assert now is not None
    assert now.chance < 1e-6
    assert nothing is None or nothing.chance > 1e-3


def test_the_past_may_be_longer_or_shorter_and_ages_may_be_wrong() -> None:
    empty = np.zeros(0, dtype=np.int64)
    root = np.array([-1])
    assert find(Happened(empty, empty, np.zeros(0), root, root)) == []
    one = np.zeros(3, dtype=np.int64)
    assert find(Happened(one, one, np.array([-5.0, 1e6, 2.0]), root, root)) == []


@pytest.mark.parametrize("parent", [[0], [1, 0], [-1, 5]])
def test_parents_that_make_no_tree_are_refused(parent: list[int]) -> None:
    none = np.zeros(0, dtype=np.int64)
    with pytest.raises(ValueError, match="makes no tree"):
        find(Happened(none, none, np.zeros(0), np.array(parent), np.array([-1])))


@given(count=st.integers(1, 400), mean=st.floats(1e-3, 300), size=st.floats(0.05, 1e8))
@settings(deadline=None)
def test_the_tail_is_that_of_the_negative_binomial(count: int, mean: float, size: float) -> None:
    (chance,) = tail_chance([count], [mean], [size])
    if count <= mean:
        assert chance == 1
        return
    assert 0 <= chance <= 1
    (next_one,) = tail_chance([count + 1], [mean], [size])
    assert next_one <= chance * (1 + 1e-9)


@pytest.mark.parametrize(
    ("count", "mean", "size"), [(3, 1.0, 0.5), (12, 4.0, 8.0), (40, 20.0, 5.0), (7, 2.0, 1e7)]
)
def test_the_tail_agrees_with_draws(count: int, mean: float, size: float) -> None:
    rng = np.random.default_rng(1)
    draws = rng.poisson(rng.gamma(size, mean / size, 400_000))
    (chance,) = tail_chance([count], [mean], [size])
    assert chance == pytest.approx((draws >= count).mean(), rel=0.06)


def test_the_procedure_of_benjamini_and_hochberg() -> None:
    chances = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
    assert false_discovery_limit(chances, 0.05, 10) == 0.008
    assert false_discovery_limit(chances, 0.05, 1000) == 0
    assert false_discovery_limit([], 0.05, 0) == 0
    with pytest.raises(ValueError, match="are of 1 hypotheses"):
        false_discovery_limit([0.1, 0.2], 0.05, 1)


def test_weekdays_and_growth_are_no_surprise() -> None:
    day = np.arange(91)
    weekday = np.array([2.0, 1.5, 1.0, 1.0, 1.0, 0.3, 0.2])[day % 7]
    rng = np.random.default_rng(2)
    table = rng.poisson(40 * weekday * np.exp(-0.01 * day), (30, 91))
    expected = expect(table, np.zeros(30, dtype=int))
    assert expected.mean.mean() == pytest.approx(80, rel=0.1)
    assert (expected.size > 5).all()


def test_too_short_a_past_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        expect(np.zeros((2, 20)), [0, 0])


def test_the_season_of_last_year_is_known_only_after_a_year() -> None:
    daily = np.full((1, 520), 10.0)
    assert annual_ratio(daily)[0] == pytest.approx(1)
    daily[0, 357:372] = 30
    assert annual_ratio(daily)[0] > 1.5
    assert annual_ratio(daily[:, :200])[0] == 1


def test_topics_are_what_is_said_now_and_was_not_before() -> None:
    before = ["路灯不亮请维修", "垃圾没有人清理", "楼上装修太吵"] * 20
    now = ["丽发新城搅拌站噪音太大", "搅拌站灰尘污染丽发新城小区", "反对在丽发新城旁建搅拌站", "路灯不亮请维修"]
    found = [one.words for one in topics(now, before)]
    assert {"丽发新城", "搅拌站"} <= set(found)
    english = topics(["the lift at Harbour Tower fell"] * 4, ["the lamp is out"] * 30, most=1)
    assert english[0].words in ("harbour tower", "harbour", "tower fell", "lift at harbour")
    assert topics(["a", "b"], before) == []
    assert topics([], []) == []


def test_words_and_phrases_of_a_text() -> None:
    assert {"春华镇", "水泥路", "water", "water pipe"} <= grams("春华镇的水泥路, Water pipe!")
    assert not any(any(sign.isdigit() for sign in gram) for gram in grams("call 13800138000 now"))


@given(st.text(max_size=80))
def test_any_text_has_phrases_without_digits(text: str) -> None:
    assert not any(sign.isdecimal() for gram in grams(text) for sign in gram)


def test_a_phrase_that_comes_up_is_found_and_named() -> None:
    rng = np.random.default_rng(4)
    words = ["路灯不亮", "垃圾成堆", "楼上噪音", "道路破损", "公交太慢", "停车困难", "污水外溢", "树枝太长"]
    texts = [f"{words[int(rng.integers(8))]}请{words[int(rng.integers(8))]}处理" for _ in range(900)]
    age = rng.random(900) * 24 * 91
    for i in range(14):
        texts.append(f"反对{words[i % 8]}伊景园滨河苑捆绑车位")
        age = np.append(age, i * 1.5)
    (first, *_) = emerging(texts, age)
    assert "伊景园滨河苑" in first.words or first.words in "伊景园滨河苑捆绑车位"
    assert first.count == 14
    assert first.expected < 1
    assert emerging(texts, age, days=(1,))[0].count == 14
    assert emerging(texts[:20], np.linspace(0, 100, 20)) == [], "too short a past"
    assert emerging([], []) == []
