"""Balance across regions inside each class: exact against brute force, and nobody lost by class."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, Result, solve
from lacarte.engines.matching.fairness.balance import Balance, max_min_exact, max_min_order
from tests.engines.small import problem

Case = tuple[Problem, np.ndarray]
Way = Callable[..., tuple[np.ndarray, Balance]]


@st.composite
def cases(draw: st.DrawFn, needs: int = 6) -> Case:
    k = draw(st.integers(1, 3))
    pair = st.tuples(st.integers(0, k - 1), st.integers(0, 9))
    rows = draw(st.lists(st.lists(pair, max_size=3), max_size=needs))
    capacity = draw(st.lists(st.integers(0, 2), min_size=k, max_size=k))
    classes = draw(st.lists(st.sampled_from([0, 3]), min_size=len(rows), max_size=len(rows)))
    region = draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    return problem(rows, capacity, classes), np.array(region, dtype=np.int64)


def crowded(seed: int, n: int = 90, k: int = 9) -> Case:
    """Regions side by side, plenty in some and little in others, shared at the edges."""
    draw = np.random.default_rng(seed)
    place = np.sort(draw.random(n) * k)
    rows = [sorted({(int(at + d) % k, int(draw.integers(1, 90))) for d in (-0.7, 0, 0.7)}) for at in place]
    capacity = draw.integers(0, 2 * n // k, k) * (np.arange(k) % 3 > 0)
    classes = draw.integers(0, 2, n)
    return problem(rows, capacity.tolist(), classes.tolist()), (place * 1.5).astype(np.int64)


def brute_force(p: Problem, region: np.ndarray) -> tuple[Any, ...]:
    """(Missed in each class, minus the sorted rates in each class, cost): the least is the best of all."""
    best: tuple[Any, ...] | None = None
    start, classes = p.candidate_start, np.unique(p.priority_class)
    for choice in itertools.product(*[[None, *range(start[i], start[i + 1])] for i in range(len(region))]):
        load = np.bincount([p.candidate_offer[c] for c in choice if c is not None], minlength=len(p.capacity))
        if (load > p.capacity).any():
            continue
        served = np.array([c is not None for c in choice], dtype=bool)
        missed = [int((~served & (p.priority_class == c)).sum()) for c in classes]
        rates = [
            sorted(float(served[mine].mean()) for g in np.unique(region) if (mine := here & (region == g)).any())
            for here in (p.priority_class == c for c in classes)
        ]
        value = (
            missed,
            [[-r for r in row] for row in rates],
            sum(int(p.candidate_cost[c]) for c in choice if c is not None),
        )
        best = value if best is None or value < best else best
    assert best is not None
    return best


def value(p: Problem, balance: Balance) -> tuple[Any, ...]:
    rows = [row > 0 for row in balance.people]
    rates = [sorted((a[w] / n[w]).tolist()) for a, n, w in zip(balance.after, balance.people, rows, strict=True)]
    missed = (balance.people - balance.after).sum(axis=1).tolist()
    return missed, [[-r for r in row] for row in rates], balance.cost_after


@settings(max_examples=150, deadline=None)
@given(cases())
def test_exact_is_the_best_of_all_assignments(case: Case) -> None:
    p, region = case
    _, balance = max_min_exact(p, region, solve)
    assert value(p, balance) == brute_force(p, region)
    assert balance.worst_after.tolist() == pytest.approx(balance.bound.tolist())


@settings(max_examples=60, deadline=None)
@given(cases(needs=12), st.sampled_from([max_min_exact, max_min_order]))
def test_solving_with_the_order_serves_exactly_these_and_nobody_is_lost(case: Case, way: Way) -> None:
    p, region = case
    order, balance = way(p, region, solve)
    result = solve(replace(p, order=order))
    assert ((result.assignment < 0) == (order == 1)).all()
    assert result.cost == balance.cost_after
    assert result.served_by_class == solve(p).served_by_class
    assert (balance.worst_after >= balance.worst_before).all()


@pytest.mark.parametrize("seed", range(12))
def test_the_quick_way_lies_between_what_was_and_what_is_best(seed: int) -> None:
    p, region = crowded(seed)
    _, exact = max_min_exact(p, region, solve)
    _, quick = max_min_order(p, region, solve)
    assert (quick.worst_before <= quick.worst_after).all()
    assert (quick.worst_after <= exact.worst_after).all()
    assert (exact.worst_after <= quick.bound + 1e-12).all()
    assert quick.cost_before == exact.cost_before <= exact.cost_after


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2, 3, 50]))
@example(119, 3)  # one class gains in a round in which the other loses
def test_each_class_keeps_the_best_of_all_rounds(seed: int, levels: int) -> None:
    p, region = crowded(seed)
    tried: list[np.ndarray] = []

    def watched(asked: Problem) -> Result:
        result = solve(asked)
        tried.append(result.assignment >= 0)
        return result

    _, balance = max_min_order(p, region, watched, levels=levels)
    for c, after, people in zip(balance.classes, balance.after, balance.people, strict=True):
        some = people > 0
        rates = [
            sorted([served[(p.priority_class == c) & (region == g)].mean() for g in balance.region[some]])
            for served in tried[:-1]  # the last one is asked for the bound only
        ]
        assert sorted(after[some] / people[some]) == max(rates)


def test_balance_does_something() -> None:
    """Two places, two people of one region and one of another, who is further away."""
    p = problem([[(0, 1)], [(0, 2)], [(0, 9)]], [2], [1, 1, 1])
    for way in (max_min_exact, max_min_order):
        order, balance = way(p, np.array([7, 7, 4]), solve)
        assert order.tolist() == [0, 1, 0]
        assert (balance.region.tolist(), balance.people.tolist()) == ([4, 7], [[1, 2]])
        assert (balance.before.tolist(), balance.after.tolist()) == ([[0, 2]], [[1, 1]])
        assert (balance.cost_before, balance.cost_after) == (3, 10)
        assert balance.bound.tolist() == [0.5]


def test_inside_a_region_the_given_order_goes_first() -> None:
    p = replace(problem([[(0, 9)], [(0, 1)], [(0, 5)]], [2], [1, 1, 1]), order=[0, 1, 1])
    order, _ = max_min_order(p, np.array([7, 7, 4]), solve)
    assert order.tolist() == [0, 1, 0]
    with pytest.raises(ValueError, match=r"order\[1\] differs"):
        max_min_exact(p, np.array([7, 7, 4]), solve)


@pytest.mark.skipif(not compiling.available(), reason="needs numba")
def test_the_compiled_bound_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    p, region = crowded(3)
    plain = max_min_order(p, region, solve)[1]
    monkeypatch.setattr(compiling, "COMPILE_FROM", 0)
    assert max_min_order(p, region, solve)[1].bound.tolist() == plain.bound.tolist()


def test_a_solver_that_loses_people_is_found_out() -> None:
    p, region = crowded(1)

    def loses(asked: Problem) -> Any:
        result = solve(asked)
        assignment = result.assignment.copy()
        if len(np.unique(asked.order)) > 1:
            assignment[np.argmax(assignment >= 0)] = -1
        return replace(result, assignment=assignment)

    with pytest.raises(RuntimeError, match="changed who is served by class"):
        max_min_order(p, region, loses)


def test_what_does_not_fit_is_refused() -> None:
    p = problem([[(0, 2**31 - 1)]] * 3, [1], [1, 1, 1])
    with pytest.raises(ValueError, match="region has 2 entries, there are 3 needs"):
        max_min_order(p, np.array([0, 0]), solve)
    with pytest.raises(ValueError, match="levels is 0"):
        max_min_order(p, np.array([0, 0, 0]), solve, levels=0)
    many = problem([[(0, 2**31 - 1)]] * 40_000, [1], [1] * 40_000)
    with pytest.raises(ValueError, match="too many needs for these costs"):
        max_min_exact(many, np.zeros(40_000, dtype=np.int64), solve)


def test_nobody() -> None:
    for way in (max_min_exact, max_min_order):
        order, balance = way(problem([], [1], []), np.zeros(0, dtype=np.int64), solve)
        assert len(order) == 0 and balance.cost_after == 0
