"""The matching engine against brute force, its proof, and its errors."""

from __future__ import annotations

import importlib
import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.compiling import Kernel, available
from lacarte.engines.matching import Problem, certify, solve
from tests.engines.small import problem

certify_module = importlib.import_module("lacarte.engines.matching.certify")


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    k = draw(st.integers(1, 3))
    pair = st.tuples(st.integers(0, k - 1), st.integers(0, 9))
    rows = draw(st.lists(st.lists(pair, max_size=4), max_size=5))
    capacity = draw(st.lists(st.integers(0, 2), min_size=k, max_size=k))
    classes = draw(st.lists(st.sampled_from([0, 1, 7, 255]), min_size=len(rows), max_size=len(rows)))
    return problem(rows, capacity, classes)


def brute_force(p: Problem) -> tuple[list[int], int]:
    """Unserved in each class, most urgent first, then cost: the lexicographic optimum over all assignments."""
    start = p.candidate_start
    ways = [[None, *range(start[i], start[i + 1])] for i in range(len(p.priority_class))]
    best = None
    for choice in itertools.product(*ways):
        load = np.bincount([p.candidate_offer[c] for c in choice if c is not None], minlength=len(p.capacity))
        if (load <= p.capacity).all():
            missed = [
                sum(c is None and k == p.priority_class[i] for i, c in enumerate(choice)) for k in range(256)
            ]
            value = (missed, sum(int(p.candidate_cost[c]) for c in choice if c is not None))
            best = value if best is None or value < best else best
    assert best is not None
    return best


@settings(max_examples=150, deadline=None)
@given(small_problems())
def test_it_is_the_lexicographic_optimum_and_proves_it(p: Problem) -> None:
    result = solve(p)
    missed, cost = brute_force(p)
    unserved = result.assignment < 0
    assert [int((unserved & (p.priority_class == k)).sum()) for k in range(256)] == missed
    assert result.cost == cost
    assert result.gap == 0
    assert certify(p, result).gap == 0


@settings(max_examples=60, deadline=None)
@given(small_problems(), st.data())
def test_a_price_is_what_one_more_unit_saves(p: Problem, data: st.DataObject) -> None:
    offer = data.draw(st.integers(0, len(p.capacity) - 1))
    more = p.capacity.copy()
    more[offer] += 1
    before, after = solve(p), solve(replace(p, capacity=more))
    assert before.objective - after.objective == before.price[offer]


@pytest.mark.skipif(not available(), reason="numba is not installed")
def test_compiled_it_is_appraised_as_by_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    rows = [
        [(int(o), int(c)) for o, c in draw.integers(0, 20, (6, 2))] for _ in range(90)
    ]  # with pairs given twice
    p = problem(rows, draw.integers(0, 4, 20).tolist(), draw.integers(0, 3, 90).tolist())
    result = solve(p)
    price = draw.integers(0, 2**50, 20)
    plain = certify_module.appraise(p, result.assignment, price)
    monkeypatch.setattr(certify_module, "COMPILE_FROM", 0)
    monkeypatch.setattr(Kernel, "at_size", lambda kernel, _: kernel.compiled)
    assert certify_module.appraise(p, result.assignment, price) == plain
    wrong = result.assignment.copy()
    wrong[0] = next(offer for offer in range(20) if offer not in {o for o, _ in rows[0]})
    with pytest.raises(ValueError, match="not among its candidates"):
        certify_module.appraise(p, wrong, price)


def test_a_result_that_was_tampered_with_is_noticed() -> None:
    p = problem([[(0, 3)], [(0, 5)]], [1], [0, 0])
    result = solve(p)
    assert result.assignment.tolist() == [0, -1]
    with pytest.raises(ValueError, match="more needs than"):
        certify(p, replace(result, assignment=np.array([0, 0], dtype=np.int32)))
    with pytest.raises(ValueError, match=r"is .* and not .*, as the result says"):
        certify(p, replace(result, assignment=np.array([-1, 0], dtype=np.int32)))
    for wrong in ({"cost": -5}, {"step": 7}, {"served_by_class": {0: 99}}, {"gap": -1}, {"objective": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            certify(p, replace(result, **wrong))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="negative"):
        certify(p, replace(result, price=np.array([-1])))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"candidate_cost": [3, -1]}, r"candidate_cost\[1\] = -1 is negative"),
        ({"candidate_offer": [0, 4]}, r"candidate_offer\[1\] = 4 is not one of the 1 offers"),
        ({"capacity": [-2]}, r"capacity\[0\] = -2 is negative"),
        ({"candidate_start": [0, 2, 1]}, r"candidate_start\[2\] = 1 goes down"),
        ({"candidate_start": [0, 2]}, "candidate_start has 2 entries"),
        ({"candidate_cost": [1]}, "candidate_cost has 1 entries"),
        ({"priority_class": [0, 300]}, r"priority_class\[1\] = 300 does not fit uint8"),
        ({"candidate_cost": [0.5, 1.0]}, "whole numbers"),
    ],
)
def test_errors_name_the_array_and_the_index(changes: dict, says: str) -> None:
    good = {
        "candidate_start": [0, 1, 2],
        "candidate_offer": [0, 0],
        "candidate_cost": [3, 5],
        "capacity": [1],
        "priority_class": [0, 0],
    }
    with pytest.raises(ValueError, match=says):
        Problem(**{**good, **changes})  # type: ignore[arg-type]


def test_nobody_and_nothing() -> None:
    assert solve(problem([], [], [])).gap == 0
    assert solve(problem([[], []], [0], [0, 1])).assignment.tolist() == [-1, -1]
