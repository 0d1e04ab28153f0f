"""Numbers about few people are not told, and cannot be had by subtraction either."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.loop.planning.few import FEW, Told, fallen, running, told, told_apart

counts = st.lists(st.integers(0, 40), max_size=12)


def test_a_number_of_few_is_not_told_and_nobody_is_no_secret() -> None:
    assert [told(n) for n in (0, 1, 9, 10)] == [Told(0), FEW, FEW, Told(10)]


@given(counts)
def test_groups_that_hide_are_many_together(groups: list[int]) -> None:
    found = told_apart(groups)
    hidden = [count for count, one in zip(groups, found, strict=True) if not one.exact]
    shown = [count for count in groups if count >= 10]
    assert not hidden or sum(hidden) >= 10 or not shown
    assert all(one.people <= count for count, one in zip(groups, found, strict=True))
    assert all(one.exact or one == FEW or count >= 10 for count, one in zip(groups, found, strict=True))


@given(counts)
def test_a_running_sum_gives_no_step_of_few_away(steps: list[int]) -> None:
    found, total, unseen = running(steps), 0, 0
    for step, one in zip(steps, found, strict=True):
        total += step
        unseen += step if 0 < step < 10 else 0
        assert one.people <= total < one.people + (1 if one.exact else 10)
        if one.exact:
            assert unseen == 0 or unseen >= 10
            unseen = 0


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(30, 0, Told(0)), (30, 5, FEW), (30, 25, Told(30, exact=False)), (30, 15, Told(15)), (5, 0, Told(0))],
)
def test_what_has_fallen_gives_neither_the_rest_nor_the_difference_away(
    before: int, after: int, expected: Told
) -> None:
    assert fallen(before, after) == expected
