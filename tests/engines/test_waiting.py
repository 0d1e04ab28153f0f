"""The range of a wait holds as often as it says, and agrees with exact quantiles."""

from __future__ import annotations

import numpy as np
import pytest

from lacarte.engines.waiting import occasions, turns_take


@pytest.mark.parametrize(("turns", "seen"), [(1, 5), (3, 5), (10, 20), (40, 8)])
def test_eight_of_ten_queues_end_within_the_range(turns: int, seen: int) -> None:
    draw, inside, times = np.random.default_rng(5), 0, 4000
    for _ in range(times):
        gaps = draw.exponential(3.0, seen + turns)
        low, high = turns_take(turns, seen, float(gaps[:seen].sum())) or (0, 0)
        inside += low <= gaps[seen:].sum() <= high
    assert abs(inside / times - 0.8) < 0.025


def held(size: int, often: int, turn: int, *, together: bool) -> float:
    """How often the range holds where ``size`` turns come at once, reckoned by occasions or by each of them."""
    draw, inside, times = np.random.default_rng(8), 0, 4000
    needed = -(-turn // size)
    for _ in range(times):
        gaps = draw.exponential(9.0, often + needed)
        past, wait = float(gaps[:often].sum()), gaps[often:].sum()
        moments = np.repeat(np.cumsum(gaps[:often]), size)
        seen = occasions(moments, 1 / 24) if together else len(moments)
        low, high = turns_take(needed if together else turn, seen, past) or (0, 0)
        inside += low <= wait <= high
    return inside / times


@pytest.mark.parametrize("size", [1, 3, 5])
def test_the_range_holds_where_turns_come_several_at_once(size: int) -> None:
    assert abs(held(size, 10, 4, together=True) - 0.8) < 0.03
    if size > 1:
        assert held(size, 10, 4, together=False) < 0.7, "each of them counted it would be too narrow"


def test_occasions_are_counted_once() -> None:
    assert occasions([], 1.0) == 0
    assert occasions([3.0, 1.0, 1.5, 9.0], 1.0) == 3


def test_more_turns_take_longer_and_a_longer_past_says_it_better() -> None:
    one, ten, known = turns_take(1, 10, 90.0), turns_take(10, 10, 90.0), turns_take(10, 400, 3600.0)
    assert one
    assert ten
    assert known
    assert one < ten
    assert ten[0] < known[0] < 90 < known[1] < ten[1]


def test_of_no_past_nothing_is_said() -> None:
    assert turns_take(3, 0, 90.0) is None


@pytest.mark.parametrize(
    ("turns", "seen", "over", "chance"), [(0, 1, 1, 0.8), (1, -1, 1, 0.8), (1, 1, 0, 0.8), (1, 1, 1, 1)]
)
def test_numbers_that_say_nothing_are_refused(turns: int, seen: int, over: float, chance: float) -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        turns_take(turns, seen, over, chance)
