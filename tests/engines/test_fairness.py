"""Served rates by group, the waiting guarantee, and intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.matching.fairness.guarantee import guarantee_kept, order_for
from lacarte.engines.matching.fairness.rates import disparity, served_rates, waiting_quantile, wilson

DRAWS = 4_000


def of_groups(*counts: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """``served`` and ``group`` for (served, people) a group."""
    served = np.concatenate([np.arange(people) < count for count, people in counts])
    return served, np.repeat(np.arange(len(counts)), [people for _, people in counts])


def test_wilson_as_published() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table I: 81/263, 15/148, 0/20, 1/29."""
    low, high = wilson(np.array([81, 15, 0, 1]), np.array([263, 148, 20, 29]))
    assert low.round(4).tolist() == [0.2553, 0.0624, 0.0, 0.0061]
    assert high.round(4).tolist() == [0.3662, 0.1605, 0.1611, 0.1718]


def test_rates_of_each_group() -> None:
    rates = served_rates(*of_groups((30, 40), (10, 40)))
    assert rates.people.tolist() == [40, 40]
    assert rates.served.tolist() == [30, 10]
    assert rates.rate.tolist() == [0.75, 0.25]
    assert (rates.low < rates.rate).all() and (rates.rate < rates.high).all()


def test_few_people_are_never_shown_nor_found_by_subtraction() -> None:
    rates = served_rates(*of_groups((3, 4), (10, 20), (10, 30), (20, 40)), at_least=10)
    assert rates.shown.tolist() == [False, False, True, True]
    assert rates.people.tolist() == [-1, -1, 30, 40]
    assert np.isnan(rates.rate[:2]).all() and np.isnan(rates.low[:2]).all() and np.isnan(rates.high[:2]).all()
    assert served_rates(*of_groups((1, 2), (1, 3), (9, 30)), at_least=10).shown.tolist() == [False] * 3


@given(st.lists(st.integers(1, 30), max_size=8), st.integers(1, 12))
def test_what_is_hidden_is_enough_people_in_more_than_one_group(people: list[int], at_least: int) -> None:
    rates = served_rates(*of_groups(*[(0, count) for count in people] or [(0, 0)]), at_least=at_least)
    sizes = np.array(people, dtype=int)
    assert (sizes[rates.shown] >= at_least).all()
    hidden = sizes[~rates.shown]
    assert len(hidden) in (0, len(sizes)) or (len(hidden) > 1 and hidden.sum() >= at_least)


@pytest.mark.parametrize(("n", "share"), [(12, 0.5), (40, 0.5), (60, 0.9), (200, 0.9)])
def test_the_interval_of_a_quantile_holds_it_nineteen_times_in_twenty(n: int, share: float) -> None:
    days = np.random.default_rng(3).exponential(30, (DRAWS, n)).ravel()
    found = waiting_quantile(days, np.repeat(np.arange(DRAWS), n), share)
    truth = -30 * np.log(1 - share)
    assert ((found.low <= truth) & (truth <= found.high)).mean() > 0.945


def test_the_ranks_of_the_median_as_published() -> None:
    """n = 20: ranks 6 and 15 (Conover 1999, Practical Nonparametric Statistics, section 3.2)."""
    found = waiting_quantile(np.arange(1.0, 21.0), np.zeros(20, dtype=int))
    assert (found.value[0], found.low[0], found.high[0]) == (10, 6, 15)
    large = waiting_quantile(np.arange(1_000_000.0), np.zeros(1_000_000, dtype=int))
    assert large.low[0] == pytest.approx(500_000 - 980, abs=2)
    assert large.high[0] == pytest.approx(500_000 + 980, abs=2)


def test_too_few_people_have_no_upper_limit() -> None:
    found = waiting_quantile(np.arange(1.0, 11.0), np.zeros(10, dtype=int), share=0.9)
    assert (found.value[0], found.high[0]) == (9, np.inf)


def test_the_interval_of_a_ratio_holds_it_nineteen_times_in_twenty() -> None:
    draw = np.random.default_rng(4)
    held = 0
    for _ in range(DRAWS // 4):
        served = np.concatenate([draw.random(40) < 0.3, draw.random(60) < 0.5])
        found = disparity(served, np.repeat([0, 1], [40, 60]), level=0.9)  # two groups: 0.95 each
        held += found.low[0] <= 0.6 <= found.high[0]
    assert held / (DRAWS // 4) > 0.93


def test_disparity_says_who_differs() -> None:
    found = disparity(*of_groups((20, 100), (80, 100), (52, 100)))
    assert found.ratio.round(3).tolist() == [0.303, 2.222, 1.04]
    assert found.differs.tolist() == [True, True, False]
    nobody = disparity(*of_groups((0, 20), (0, 20)))
    assert not nobody.differs.any() and (nobody.low == 0).all() and (nobody.high == np.inf).all()
    one_only = disparity(*of_groups((5, 20), (0, 100)))
    assert one_only.ratio[0] == np.inf and one_only.high[0] == np.inf and one_only.differs.all()
    assert not disparity(*of_groups((5, 20))).shown.any()


def test_among_many_alike_groups_hardly_ever_one_differs() -> None:
    """All alike: by the plain 95 % interval one in twenty would, so nearly every report would accuse somebody."""
    draw = np.random.default_rng(6)
    reports = [disparity(draw.random(1000) < 0.5, np.repeat(np.arange(20), 50)).differs.any() for _ in range(300)]
    assert np.mean(reports) < 0.09


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"served": np.ones(2, dtype=bool)}, "served has 2 entries, group has 3"),
        ({"served": np.ones(3, dtype=int)}, "served holds int64"),
        ({"at_least": 0}, "at_least is 0"),
        ({"level": 1.0}, "level is 1.0"),
    ],
)
def test_rates_of_something_else_are_refused(changes: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        served_rates(**{"served": np.ones(3, dtype=bool), "group": np.zeros(3, dtype=int), **changes})
    with pytest.raises(ValueError, match=r"days\[1\] = nan"):
        waiting_quantile(np.array([1.0, np.nan]), np.zeros(2, dtype=int))


def waiting(classes: list[int], days: list[int], **more: object) -> tuple[list[int], list[int]]:
    n = len(classes)
    found = order_for(
        np.array(classes, dtype=np.uint8),
        np.array(days, dtype=np.int32),
        np.array(more.pop("need_index", [0.0] * n)),
        np.array(more.pop("lottery", range(n)), dtype=np.uint64),
        **{"promote_after": {}, **more},  # type: ignore[arg-type]
    )
    return found[0].tolist(), found[1].tolist()


def test_who_waits_long_enough_moves_up_but_never_into_class_0() -> None:
    promise = {3: 90, 2: 60}
    classes, _ = waiting([3, 3, 3, 2, 1, 0], [89, 90, 150, 60, 9999, 0], promote_after=promise)
    assert classes == [3, 2, 1, 1, 1, 0]
    with pytest.raises(ValueError, match=r"promote_after\[1\] = 5"):
        waiting([1], [9], promote_after={1: 5})


def test_the_older_first_then_the_needier_then_the_draw() -> None:
    days, index, draw = [5, 9, 9, 9, 1], [3.0, 1.0, 2.0, 2.0, 9.0], [0, 0, 7, 3, 0]
    assert waiting([1] * 5, days, need_index=index, lottery=draw)[1] == [3, 2, 1, 0, 4]
    assert waiting([1] * 5, days, need_index=index, lottery=draw, first="need index")[1] == [1, 4, 3, 2, 0]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 400)), max_size=30), st.integers(1, 5))
def test_ranks_begin_anew_in_each_class_and_merge_evenly(needs: list[tuple[int, int]], levels: int) -> None:
    classes, ranks = waiting([c for c, _ in needs], [d for _, d in needs], promote_after={2: 30})
    merged = waiting([c for c, _ in needs], [d for _, d in needs], promote_after={2: 30}, levels=levels)[1]
    for each in set(classes):
        mine = sorted((rank, level) for c, rank, level in zip(classes, ranks, merged, strict=True) if c == each)
        assert [rank for rank, _ in mine] == list(range(len(mine)))
        assert [level for _, level in mine] == sorted(level for _, level in mine)
        sizes = np.bincount([level for _, level in mine])
        assert len(sizes) == min(levels, len(mine)) and sizes.max() - sizes.min() <= 1


def test_a_broken_guarantee_names_who_and_how_many_places_are_missing() -> None:
    before, after = np.array([3, 3, 3, 2, 2], dtype=np.uint8), np.array([2, 2, 3, 1, 1], dtype=np.uint8)
    found = guarantee_kept(np.array([-1, 4, -1, -1, -1], dtype=np.int32), before, after, np.array([7, 7, 7, 9, 9]))
    assert (found.promoted, found.broken.tolist()) == (4, [0, 3, 4])
    assert (found.zone.tolist(), found.missing.tolist()) == ([7, 9], [1, 2])
    assert not found.kept
    assert guarantee_kept(np.array([0], dtype=np.int32), before[:1], after[:1], np.array([7])).kept
    with pytest.raises(ValueError, match="zone has 1 entries"):
        guarantee_kept(np.zeros(5, dtype=np.int32), before, after, np.array([7]))


def test_negative_waits_are_refused() -> None:
    with pytest.raises(ValueError, match=r"waiting_days\[1\] = -1"):
        waiting([1, 1], [0, -1])
    with pytest.raises(ValueError, match=r"need_index\[0\] = nan"):
        waiting([1], [0], need_index=[np.nan])
    with pytest.raises(ValueError, match="levels is 0"):
        waiting([1], [0], levels=0)
    with pytest.raises(ValueError, match="first is 'age'"):
        waiting([1], [0], first="age")
    with pytest.raises(ValueError, match="lottery has 2 entries"):
        waiting([1], [0], lottery=[1, 2])


def test_nobody() -> None:
    assert len(served_rates(np.zeros(0, dtype=bool), np.zeros(0, dtype=int)).group) == 0
    assert len(disparity(np.zeros(0, dtype=bool), np.zeros(0, dtype=int)).group) == 0
    assert waiting([], []) == ([], [])
