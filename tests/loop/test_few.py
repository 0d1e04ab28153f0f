"""Numbers about few people are not told, and cannot be had by subtraction either."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.loop.planning.few import FEW, Told, fallen, running, told, told_apart, told_of

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
def test_the_total_leaves_more_than_one_reading_of_groups_that_hide(groups: list[int]) -> None:
    found = told_apart(groups)
    hidden = [(count, one.people) for count, one in zip(groups, found, strict=True) if not one.exact]
    total, least = sum(count for count, _ in hidden), sum(at_least or 1 for _, at_least in hidden)
    greatest = 10**9 if any(at_least for _, at_least in hidden) else 9 * len(hidden)
    left = [count for count, one in zip(groups, found, strict=True) if one.exact and count]
    assert not hidden or least < total < greatest or not left


@pytest.mark.parametrize(
    ("groups", "people"), [([10, 1, 30], [10, 0, 10]), ([9, 9, 30], [0, 0, 10]), ([12, 1, 30], [10, 0, 30])]
)
def test_a_group_that_the_bounds_would_give_away(groups: list[int], people: list[int]) -> None:
    assert [one.people for one in told_apart(groups)] == people


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


@given(st.integers(10, 60), st.data())
def test_of_a_total_neither_few_nor_all_but_few_are_told(total: int, data: st.DataObject) -> None:
    people = data.draw(st.integers(0, total))
    found = told_of(total, told(people), people)
    assert found.people <= people
    assert not found.exact or total - people == 0 or total - people >= 10
    assert found.exact or total - people < 10 or people < 10
