"""Our own solver against the oracle: the same people served in every class and order, at the same cost, proved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.compiling import Kernel
from lacarte.engines.matching import Problem, certify, solve
from lacarte.engines.matching.auction import phases
from lacarte.engines.matching.auction import result as results
from lacarte.engines.matching.auction.sample import how_sparse

pytestmark = pytest.mark.filterwarnings("error")  # an overflow, in plain Python, is a warning


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small problems run compiled, as large ones do."""
    monkeypatch.setattr(Kernel, "at_size", lambda kernel, _: kernel.compiled)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to 30 needs and 8 offers; degenerate in every way: nothing at all, no places, ties, repeated pairs."""
    k = draw(st.integers(1, 8))
    largest = draw(st.sampled_from([0, 2, 40, 5000, 2**31 - 1]))
    pairs = st.tuples(st.integers(0, k - 1), st.integers(0, largest))
    rows = draw(st.lists(st.lists(pairs, max_size=6), max_size=30))
    n, flat = len(rows), [pair for row in rows for pair in row]
    most = draw(st.sampled_from([1, 4, 2**31 - 1]))
    orders = draw(st.sampled_from([1, 2, 1000]))
    places = draw(st.booleans())
    return Problem(
        candidate_start=np.cumsum([0, *map(len, rows)]),
        candidate_offer=np.array([o for o, _ in flat], dtype=np.int32),
        candidate_cost=np.array([c for _, c in flat], dtype=np.int32),
        capacity=np.array(draw(st.lists(st.integers(0, most), min_size=k, max_size=k)), dtype=np.int32),
        priority_class=np.array(
            draw(st.lists(st.sampled_from([0, 1, 7, 255]), min_size=n, max_size=n)), dtype=np.uint8
        ),
        order=np.array(draw(st.lists(st.integers(-1, orders), min_size=n, max_size=n)), dtype=np.int32),
        need_place=np.random.default_rng(n).random((n, 2)) if places else None,
        offer_place=np.full((k, 2), np.nan) if places else None,
    )


def served(problem: Problem, assignment: np.ndarray) -> list[tuple[int, int, int]]:
    """How many are served of each class and order."""
    kinds: dict[tuple[int, int], int] = {}
    for i in np.flatnonzero(assignment >= 0).tolist():
        kind = (int(problem.priority_class[i]), int(problem.order[i]))
        kinds[kind] = kinds.get(kind, 0) + 1
    return sorted((*kind, count) for kind, count in kinds.items())


@settings(max_examples=400, deadline=None)
@given(problems())
def test_it_agrees_with_the_oracle(problem: Problem) -> None:
    ours, oracle = solve(problem, solver="auction", tolerance=0), solve(problem, solver="flow")
    assert served(problem, ours.assignment) == served(problem, oracle.assignment)
    assert (ours.cost, ours.gap, certify(problem, ours).gap) == (oracle.cost, 0, 0)


@settings(max_examples=200, deadline=None)
@given(problems(), st.integers(2, 5))
def test_it_agrees_with_the_oracle_where_it_starts_from_the_prices_of_a_sample(
    problem: Problem, every: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phases, "how_sparse", lambda needs, offers: every)
        ours = solve(problem, solver="auction", tolerance=0)
    oracle = solve(problem, solver="flow")
    assert served(problem, ours.assignment) == served(problem, oracle.assignment)
    assert (ours.cost, ours.gap) == (oracle.cost, 0)


def test_a_sample_is_taken_only_where_many_want_each_offer() -> None:
    assert [how_sparse(n, 1000) for n in (1000, 39_999, 40_000, 100_000, 10**9)] == [1, 1, 4, 10, 16]


@settings(max_examples=100, deadline=None)
@given(problems(), st.sampled_from([1e-6, 0.05, 0.3]))
def test_a_tolerance_costs_no_person_and_no_more_than_it_says(problem: Problem, tolerance: float) -> None:
    ours, oracle = solve(problem, solver="auction", tolerance=tolerance), solve(problem, solver="flow")
    assert served(problem, ours.assignment) == served(problem, oracle.assignment)
    assert ours.cost - oracle.cost <= ours.gap <= tolerance * ours.cost


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("every", [1, 4])
def test_compiled_it_agrees_with_the_oracle_on_many_problems_and_on_any_number_of_threads(
    every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phases, "how_sparse", lambda needs, offers: every)
    draw = np.random.default_rng(3)
    for _ in range(60):
        problem = city(draw, n=int(draw.integers(1, 300)), k=int(draw.integers(1, 20)))
        ours, alone, oracle = (
            solve(problem, solver="auction", tolerance=0, threads=2),
            solve(problem, solver="auction", tolerance=0, threads=1),
            solve(problem, solver="flow"),
        )
        assert (ours.objective, ours.gap) == (oracle.objective, 0)
        assert np.array_equal(ours.assignment, alone.assignment)
        assert np.array_equal(ours.price, alone.price)


def city(draw: np.random.Generator, n: int, k: int) -> Problem:
    """Needs with their nearest offers, some of them without any place known."""
    need, offer = draw.random((n, 2)) * 1000, draw.random((k, 2)) * 1000
    cost = np.hypot(*(need[:, None] - offer[None]).T).T.astype(np.int32)
    near = np.argsort(cost, axis=1, kind="stable")[:, : min(6, k)]
    need[draw.random(n) < 0.1] = np.nan
    return Problem(
        candidate_start=np.arange(n + 1) * near.shape[1],
        candidate_offer=near.ravel(),
        candidate_cost=np.take_along_axis(cost, near, axis=1).ravel(),
        capacity=draw.integers(0, 2 * n // k + 2, k),
        priority_class=draw.integers(0, 4, n),
        order=draw.integers(0, int(draw.choice([1, 5, 10_000])), n),
        need_place=need,
        offer_place=offer,
    )


def test_strictness_is_proved_and_where_the_small_step_is_not_enough_it_grows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Serving both needs sends the first one far: that must be worth it, though costs are larger than the step.
    chain = Problem(
        candidate_start=np.array([0, 2, 3]),
        candidate_offer=np.array([0, 1, 0]),
        candidate_cost=np.array([0, 1000, 999]),
        capacity=np.array([1, 1]),
        priority_class=np.array([0, 0]),
    )
    monkeypatch.setattr(results, "FIRST_STEP", 1)
    steps: list[int] = []
    grow = results.Auction.raise_step

    def watched(auction: results.Auction, step: int) -> None:
        steps.append(step)
        grow(auction, step)

    monkeypatch.setattr(results.Auction, "raise_step", watched)
    assert solve(chain, solver="auction").assignment.tolist() == [1, 0]
    assert steps


@pytest.mark.parametrize("whole", range(8))
def test_an_interrupted_auction_gives_the_best_so_far_and_says_what_it_may_lack(whole: int) -> None:
    problem = city(np.random.default_rng(1), n=200, k=10)
    left = whole

    def interrupt(what: str, epsilon: float) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    found = solve(problem, solver="auction", progress=interrupt)
    assert certify(problem, found).gap == found.gap >= 0
    assert found.objective - found.gap <= solve(problem).objective <= found.objective
    assert found.gap > 0 or whole > 0
    assert (found.assignment >= 0).any()


@pytest.mark.parametrize(("offers", "cost"), [(2**16, 2**16 - 1), (2**16 + 1, 3), (9, 2**16)])
def test_arcs_are_short_or_long_as_numbers_need(offers: int, cost: int) -> None:
    last = offers - 1
    problem = Problem(
        candidate_start=np.array([0, 2, 4, 5]),
        candidate_offer=np.array([last, 0, last, last - 1, last]),
        candidate_cost=np.array([0, cost, cost, 1, 2]),
        capacity=np.ones(offers, dtype=np.int32),
        priority_class=np.array([1, 1, 0]),
    )
    result = solve(problem, solver="auction", tolerance=0)
    assert (result.assignment.tolist(), result.cost, result.gap) == ([0, last - 1, last], cost + 3, 0)


def test_progress_tells_how_fine_prices_are() -> None:
    told: list[float] = []
    solve(
        city(np.random.default_rng(1), n=200, k=10),
        solver="auction",
        progress=lambda what, epsilon: told.append(epsilon),
    )
    assert told == sorted(told, reverse=True)
    assert told[-1] < 0.01


@pytest.mark.parametrize("wrong", [{"tolerance": -0.1}, {"tolerance": 1.0}, {"threads": 0}])
def test_settings_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        solve(city(np.random.default_rng(1), n=2, k=1), **wrong)  # type: ignore[arg-type]


def chain(length: int, others: int, cost: int) -> Problem:
    """Needs of the least urgent order that must all move on by one, at ``cost`` each, beside others."""
    n = length + others + 1
    rows = [[(i, 0), (i + 1, cost)] for i in range(length)] + [[(0, 0)]] + [[(length + 1, 1)]] * others
    flat = [pair for row in rows for pair in row]
    return Problem(
        candidate_start=np.cumsum([0, *map(len, rows)]),
        candidate_offer=np.array([o for o, _ in flat]),
        candidate_cost=np.array([c for _, c in flat]),
        capacity=np.array([1] * (length + 1) + [others]),
        priority_class=np.zeros(n, dtype=np.uint8),
        order=np.array([others + 1] * (length + 1) + list(range(others))),
    )


@pytest.mark.parametrize("solver", ["auction", "flow"])
def test_costs_near_the_largest_and_many_orders_lose_nobody_and_overflow_nowhere(solver: str) -> None:
    problem = chain(60, 1500, 2**31 - 1)
    result = solve(problem, solver=solver)  # type: ignore[arg-type]
    assert (int((result.assignment >= 0).sum()), result.gap) == (1561, 0)


@pytest.mark.usefixtures("compiled")
def test_prices_that_would_not_fit_are_counted_in_coarser_parts() -> None:
    problem = chain(200, 20_000, 2**31 - 1)
    result = solve(problem, solver="auction")
    assert int((result.assignment >= 0).sum()) == 20_201
    assert certify(problem, result).gap <= 1e-6 * result.cost


@pytest.mark.parametrize("solver", ["auction", "flow"])
def test_without_any_candidate_nobody_is_served(solver: str) -> None:
    for offers in (0, 3):
        nobody = Problem(
            np.zeros(21, int), np.zeros(0, int), np.zeros(0, int), np.ones(offers, int), np.zeros(20, int)
        )
        result = solve(nobody, solver=solver)  # type: ignore[arg-type]
        assert (result.assignment.tolist(), result.gap) == ([-1] * 20, 0)


def test_numbers_too_large_to_be_exact_are_refused_by_name() -> None:
    n = 70_000
    huge: Callable[..., np.ndarray] = np.full
    problem = Problem(
        candidate_start=np.arange(n + 1),
        candidate_offer=np.zeros(n, dtype=np.int32),
        candidate_cost=huge(n, 2**31 - 1),
        capacity=np.ones(60_000, dtype=np.int32),
        priority_class=np.zeros(n, dtype=np.uint8),
        order=np.arange(n),
    )
    with pytest.raises(ValueError, match="70000 levels of class and order"):
        solve(problem)
    assert solve(replace(problem, order=np.zeros(n, dtype=np.int32))).gap == 0
