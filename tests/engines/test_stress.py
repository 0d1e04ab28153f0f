"""The auction, compiled, on the families that are hard on it: the oracle's optimum, proved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, Result, certify, solve
from tests.engines.stress import FAMILIES, base, chains, everybody_ranked

NEEDS, OFFERS = 3000, 300

pytestmark = pytest.mark.skipif(not compiling.available(), reason="numba is not installed")


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What large problems run is tested, on small ones."""
    monkeypatch.setattr(compiling, "COMPILE_FROM", 0)


def _same_optimum(p: Problem) -> Result:
    """The auction's result; refuses one that is not the oracle's optimum, or not proved."""
    ours, oracle = solve(p, solver="auction", tolerance=0), solve(p, solver="flow")
    assert ours.solver.startswith("auction" if len(p.candidate_offer) else "nothing")
    assert (ours.objective, ours.cost) == (oracle.objective, oracle.cost)
    assert ours.served_by_class == oracle.served_by_class
    assert certify(p, ours).gap == certify(p, oracle).gap == 0
    return ours


@pytest.mark.parametrize("family", FAMILIES)
def test_the_auction_finds_the_optimum_of_every_family(family: str) -> None:
    _same_optimum(FAMILIES[family](base(NEEDS, OFFERS)))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_default_tolerance_serves_the_same_people_and_says_what_it_may_lack(family: str) -> None:
    p = FAMILIES[family](base(NEEDS, OFFERS))
    result, oracle = solve(p, solver="auction"), solve(p, solver="flow")
    assert result.served_by_class == oracle.served_by_class
    assert 0 <= result.cost - oracle.cost <= certify(p, result).gap <= 1e-6 * result.cost


@pytest.mark.parametrize("family", ["unchanged", "equal_costs", "everybody_ranked", "expander"])
def test_the_number_of_threads_changes_nothing(family: str) -> None:
    p = FAMILIES[family](base(NEEDS, OFFERS))
    one, two = solve(p, solver="auction", threads=1), solve(p, solver="auction", threads=2)
    assert np.array_equal(one.assignment, two.assignment)
    assert np.array_equal(one.price, two.price)


def test_chains_are_shifted_from_end_to_end() -> None:
    result = _same_optimum(chains(base(300, 30)))
    assert result.assignment[:100].tolist() == [-1, *range(99)]
    assert (result.assignment < 0).sum() == 3


def test_where_nobody_has_the_same_order_nobody_earlier_could_be_served_for_somebody_later() -> None:
    p = everybody_ranked(base(600, 60))
    result = _same_optimum(p)
    for need in np.flatnonzero(result.assignment < 0)[:20]:
        later = p.level > p.level[need]
        forced = np.where(later, p.priority_class.max() + 1, p.priority_class).astype(np.uint8)
        # With everybody later out of the way, as the last class, this need still finds no place.
        alone = Problem(
            p.candidate_start, p.candidate_offer, p.candidate_cost, p.capacity, forced, np.where(later, 0, p.order)
        )
        assert solve(alone, solver="flow").assignment[need] == -1


@st.composite
def degenerate(draw: st.DrawFn) -> Problem:
    """Any size, ties, empty rows, doubles, no or endless places, extreme costs and orders; by a drawn seed."""
    seed = draw(st.integers(0, 2**32))
    n, k = draw(st.sampled_from([1, 3, 8, 30, 200])), draw(st.sampled_from([1, 2, 5, 20, 60]))
    random = np.random.default_rng(seed)
    degree = random.integers(0, draw(st.sampled_from([2, 4, 8])), n)
    m = int(degree.sum())
    return Problem(
        candidate_start=np.concatenate([[0], np.cumsum(degree)]),
        candidate_offer=random.integers(0, k, m),
        candidate_cost=random.integers(0, draw(st.sampled_from([1, 2, 4, 10_000, 2**31])), m),
        capacity=random.integers(0, draw(st.sampled_from([1, 2, 4, 2**31])), k),
        priority_class=random.integers(0, draw(st.sampled_from([1, 2, 4, 256])), n),
        order=random.integers(-(2**31), 2**31, n) if draw(st.booleans()) else None,  # type: ignore[arg-type]
    )


@settings(max_examples=400, deadline=None)
@given(degenerate())
def test_degenerate_problems_of_every_kind(p: Problem) -> None:
    _same_optimum(p)
