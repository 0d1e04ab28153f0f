"""First come first served and greedy by priority: what they do, and that nobody does better than the optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, solve
from lacarte.engines.matching.baselines import first_come_first_served, greedy_by_priority, in_turn


def _random(seed: int, n: int = 30, k: int = 6) -> Problem:
    draw = np.random.default_rng(seed)
    start = np.concatenate([[0], np.cumsum(draw.integers(0, 4, n))])
    m = int(start[-1])
    return Problem(
        candidate_start=start,
        candidate_offer=draw.integers(0, k, m),
        candidate_cost=draw.integers(0, 20, m),
        capacity=draw.integers(0, 6, k),
        priority_class=draw.integers(0, 3, n),
    )


def _served(p: Problem, assignment: np.ndarray) -> list[int]:
    """How many of each class are served; refuses what is no assignment."""
    for need, offer in enumerate(assignment.tolist()):
        row = p.candidate_offer[p.candidate_start[need] : p.candidate_start[need + 1]]
        assert offer == -1 or offer in row
    taken = np.bincount(assignment[assignment >= 0], minlength=len(p.capacity))
    assert (taken <= p.capacity).all()
    return np.bincount(p.priority_class[assignment >= 0], minlength=3).tolist()


def _queue() -> Problem:
    """Three needs, less urgent first, want the one place; the last could go elsewhere, farther."""
    return Problem([0, 1, 2, 4], [0, 0, 0, 1], [5, 5, 5, 9], [1, 1], [2, 1, 0])


def test_first_come_first_served_goes_by_arrival_whatever_the_class() -> None:
    arrivals = {tuple(first_come_first_served(_queue(), seed).tolist()) for seed in range(30)}
    assert arrivals == {(0, -1, 1), (-1, 0, 1), (-1, -1, 0)}


def test_greedy_gives_the_place_to_the_most_urgent_and_moves_nobody() -> None:
    assert greedy_by_priority(_queue(), 3).tolist() == [-1, -1, 0]
    assert solve(_queue()).assignment.tolist() == [-1, 0, 1]


def test_inside_a_class_greedy_goes_by_order() -> None:
    same = Problem([0, 1, 2], [0, 0], [5, 5], [1], [1, 1], order=[7, -2])
    assert all(greedy_by_priority(same, seed).tolist() == [-1, 0] for seed in range(10))


def test_the_cheapest_free_place_is_taken_and_of_equal_ones_the_lower_number() -> None:
    p = Problem([0, 3], [2, 0, 1], [4, 9, 4], [1, 1, 1], [0])
    assert first_come_first_served(p, 1).tolist() == [1]
    assert first_come_first_served(replace(p, capacity=[1, 0, 0]), 1).tolist() == [0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_neither_serves_more_of_the_urgent_than_the_optimum(seed: int) -> None:
    p = _random(seed)
    best = _served(p, solve(p).assignment)
    assert _served(p, first_come_first_served(p, seed)) <= best
    assert _served(p, greedy_by_priority(p, seed)) <= best


@pytest.mark.parametrize("baseline", [first_come_first_served, greedy_by_priority])
def test_compiled_and_in_python_they_do_the_same(baseline, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    p = _random(5, 500, 40)
    plain = baseline(p, 2)
    monkeypatch.setattr(compiling, "COMPILE_FROM", 0)
    assert np.array_equal(plain, baseline(p, 2))


def test_nobody_and_nothing() -> None:
    empty = Problem([0], np.zeros(0, int), np.zeros(0, int), np.zeros(0, int), np.zeros(0, int))
    assert len(first_come_first_served(empty, 1)) == len(greedy_by_priority(empty, 1)) == 0


def test_a_known_order_of_arrival_is_kept_to() -> None:
    assert in_turn(_queue(), np.array([1, 2, 0])).tolist() == [-1, 0, 1]
    for wrong in ([0, 1], [0, 1, 1], [0, 1, 3]):
        with pytest.raises(ValueError, match="each of the 3 needs once"):
            in_turn(_queue(), np.array(wrong))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_nobody_waits_beside_a_free_place(seed: int) -> None:
    p = _random(seed)
    found = in_turn(p, np.arange(30)[::-1])
    left = p.capacity - np.bincount(found[found >= 0], minlength=len(p.capacity))
    for need in np.flatnonzero(found < 0):
        assert (left[p.candidate_offer[p.candidate_start[need] : p.candidate_start[need + 1]]] == 0).all()
