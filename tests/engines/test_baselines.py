"""What is usual without an engine: never better than the optimum, and exactly what the rules of a queue say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, solve
from lacarte.engines.matching.baselines import first_come_first_served, greedy_by_class, in_sequence


def problem(rows: list[list[tuple[int, int]]], capacity: list[int], classes: list[int]) -> Problem:
    """Candidates as (offer, cost), a list for each need."""
    pairs = [pair for row in rows for pair in row]
    return Problem(
        candidate_start=np.cumsum([0, *map(len, rows)]),
        candidate_offer=np.array([offer for offer, _ in pairs], dtype=np.int32),
        candidate_cost=np.array([cost for _, cost in pairs], dtype=np.int32),
        capacity=np.array(capacity, dtype=np.int32),
        priority_class=np.array(classes, dtype=np.uint8),
    )


#: Offer 0 is near to both; only the second, who is urgent, can go nowhere else.
SHARED = problem([[(0, 5), (1, 9)], [(0, 7)]], [1, 1], [1, 0])


def test_who_comes_first_takes_the_only_place_of_somebody_urgent() -> None:
    served = first_come_first_served(SHARED)
    assert served.assignment.tolist() == [0, -1]
    assert (served.served_by_class, served.cost) == ({1: 1}, 5)


def test_by_class_the_urgent_choose_first() -> None:
    assert greedy_by_class(SHARED).assignment.tolist() == [1, 0]


def test_nobody_makes_room_for_somebody_who_comes_later() -> None:
    both_urgent = problem([[(0, 5), (1, 9)], [(0, 7)]], [1, 1], [0, 0])
    assert greedy_by_class(both_urgent).assignment.tolist() == [0, -1]
    assert (solve(both_urgent).assignment >= 0).all()


def test_arrival_decides_among_equals_and_numbers_among_those() -> None:
    one_place = problem([[(0, 1)], [(0, 1)], [(0, 1)]], [1], [0, 0, 0])
    assert first_come_first_served(one_place, np.array([3, 2, 2])).assignment.tolist() == [-1, 0, -1]
    assert greedy_by_class(one_place, np.array([3, 2, 2])).assignment.tolist() == [-1, 0, -1]
    assert greedy_by_class(one_place).assignment.tolist() == [0, -1, -1]


def test_of_equal_costs_the_first_listed_is_taken_and_full_offers_are_passed_over() -> None:
    equal = problem([[(2, 4), (1, 4), (0, 3)]], [0, 1, 1], [0])
    assert first_come_first_served(equal).assignment.tolist() == [2]


def test_nobody_and_nothing() -> None:
    assert first_come_first_served(problem([], [3], [])).served_by_class == {}
    assert greedy_by_class(problem([[]], [], [0])).assignment.tolist() == [-1]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="each of the 2 needs once"):
        in_sequence(SHARED, np.array([0, 0]))
    with pytest.raises(ValueError, match="arrival has 1 entries"):
        greedy_by_class(SHARED, np.array([0]))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    k = draw(st.integers(1, 4))
    pair = st.tuples(st.integers(0, k - 1), st.integers(0, 20))
    rows = draw(st.lists(st.lists(pair, max_size=4), max_size=8))
    return problem(
        rows,
        draw(st.lists(st.integers(0, 3), min_size=k, max_size=k)),
        draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows))),
    )


def counts(served: dict[int, int]) -> list[int]:
    return [served.get(urgency, 0) for urgency in range(3)]


@given(problems())
@settings(max_examples=150, deadline=None)
def test_no_queue_beats_the_optimum_and_none_overbooks_or_leaves_a_free_place_that_somebody_waits_for(
    some: Problem,
) -> None:
    best = counts(solve(some).served_by_class)
    for queue in (first_come_first_served(some), greedy_by_class(some)):
        assert counts(queue.served_by_class) <= best  # lists compare from the most urgent class on
        used = np.bincount(queue.assignment[queue.assignment >= 0], minlength=len(some.capacity))
        assert (used <= some.capacity).all()
        for need in np.flatnonzero(queue.assignment < 0):
            mine = some.candidate_offer[some.candidate_start[need] : some.candidate_start[need + 1]]
            assert (used[mine] == some.capacity[mine]).all()


@pytest.mark.skipif(not compiling.available(), reason="numba is not installed")
@given(problems())
@settings(max_examples=50, deadline=None)
def test_compiled_and_plain_agree(some: Problem) -> None:
    plain = greedy_by_class(some).assignment
    before, compiling.COMPILE_FROM = compiling.COMPILE_FROM, 0
    try:
        assert greedy_by_class(some).assignment.tolist() == plain.tolist()
    finally:
        compiling.COMPILE_FROM = before
