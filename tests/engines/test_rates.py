"""Rates compared fairly: against published examples, SciPy, and what has to be true of any counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import rates
from lacarte.engines.rates.funnels import binomial_cdf
from lacarte.engines.rates.shrinking import log_likelihood
from lacarte.engines.rates.special import beta_cdf, beta_quantile, digamma, log_beta, log_gamma, trigamma

#: Families of 12 children in Saxony by their number of boys (Geissler 1889; Lindsey and Altham, 1998).
_FAMILIES = (3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7)


def drawn(seed: int, groups: int = 200, a: float = 8, b: float = 2) -> tuple[np.ndarray, np.ndarray]:
    """Counts of groups whose shares are drawn from Beta(a, b)."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 300, groups)
    return rng.binomial(n, rng.beta(a, b, groups)), n


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_newcombes_table(successes: int, trials: int, low: float, high: float) -> None:
    found = rates.wilson(successes, trials)
    assert (round(float(found.low), 4), round(float(found.high), 4)) == (low, high)


def test_wilsons_interval_covers_the_true_share_about_as_often_as_it_says() -> None:
    """On average over shares, by the exact probability of each count."""
    n, k = 30, np.arange(31)
    low, high = rates.wilson(k, n)
    covered = []
    for p in np.linspace(0.02, 0.98, 97):
        chance = np.diff(np.concatenate([[0.0], binomial_cdf(k, np.full(31, n), float(p))]))
        covered.append(chance[(low <= p) & (p <= high)].sum())
    assert 0.945 < np.mean(covered) < 0.965


def test_the_prior_of_the_saxon_families_is_the_published_one_or_likelier() -> None:
    boys = np.repeat(np.arange(13), _FAMILIES)
    of = np.full(boys.size, 12)
    found = rates.fit(boys, of)
    assert found.a == pytest.approx(34.096, abs=0.02)
    assert found.b == pytest.approx(31.572, abs=0.02)
    assert log_likelihood(found, boys, of) >= log_likelihood(rates.Prior(34.09558, 31.5715), boys, of)
    start = rates.fit_by_moments(boys, of)
    assert start.mean == pytest.approx(found.mean, abs=1e-4)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), a=st.floats(0.3, 40), b=st.floats(0.3, 40))
def test_no_prior_nearby_is_likelier_than_the_fitted_one(seed: int, a: float, b: float) -> None:
    k, n = drawn(seed, 40, a, b)
    found = rates.fit(k, n)
    best = log_likelihood(found, k, n)
    for along, across in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98), (1.02, 1.02), (0.98, 0.98)):
        other = rates.Prior(found.a * along, found.b * across)
        if 0.01 < other.weight < 1e5:
            assert log_likelihood(other, k, n) <= best + 1e-7 * abs(best)


def test_the_prior_is_found_again_that_the_groups_were_drawn_from() -> None:
    found = rates.fit(*drawn(4, 4000, 12, 3))
    assert found.mean == pytest.approx(0.8, abs=0.01)
    assert found.weight == pytest.approx(15, rel=0.15)


def test_groups_that_differ_by_chance_alone_are_drawn_together_and_two_groups_teach_nothing() -> None:
    rng = np.random.default_rng(2)
    n = rng.integers(20, 200, 300)
    k = rng.binomial(n, 0.7)
    found = rates.shrink(k, n, rates.fit(k, n))
    assert np.ptp(found.mean) < 0.05 < np.ptp(k / n)
    assert rates.fit([1, 5], [10, 10]) == rates.JEFFREYS
    assert rates.fit([7, 8, 9, 0], [7, 8, 9, 0]) == rates.JEFFREYS


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_a_shrunk_share_lies_between_its_own_and_the_usual_and_moves_more_for_few(seed: int) -> None:
    k, n = drawn(seed, 60)
    prior = rates.fit(k, n)
    found = rates.shrink(k, n, prior)
    own = k / n
    assert np.all((found.mean - own) * (found.mean - prior.mean) <= 1e-12)
    weight = np.abs(found.mean - own)[own != prior.mean] / np.abs(own - prior.mean)[own != prior.mean]
    expected = prior.weight / (prior.weight + n)[own != prior.mean]
    assert weight == pytest.approx(expected)
    assert np.all((found.low < found.mean) & (found.mean < found.high))


def test_credible_intervals_hold_what_they_say_when_groups_are_drawn_from_the_prior() -> None:
    rng = np.random.default_rng(11)
    truth = rng.beta(8, 2, 3000)
    n = rng.integers(5, 200, 3000)
    k = rng.binomial(n, truth)
    found = rates.shrink(k, n, rates.fit(k, n))
    assert np.mean((found.low <= truth) & (truth <= found.high)) == pytest.approx(0.95, abs=0.012)


def test_exact_funnel_limits_leave_outside_what_they_say() -> None:
    n = np.array([10, 25, 60, 150, 400, 2000])
    for level in (rates.WARNING, rates.CONTROL):
        low, high = rates.limits(0.8, n, level)
        for size, least, most in zip(n.tolist(), low, high, strict=True):
            count = np.arange(size + 1)
            chance = np.diff(np.concatenate([[0.0], binomial_cdf(count, np.full(size + 1, size), 0.8)]))
            assert chance[count / size < least].sum() <= (1 - level) / 2 + 1e-9
            assert chance[count / size > most].sum() <= (1 - level) / 2 + 1e-9
    assert np.all(np.diff(rates.limits(0.8, n, 0.95).low) >= 0), "larger groups are judged more strictly"
    assert float(rates.limits(0.8, 10, 0.95).high) == 1.0, "ten of ten is no wonder"


def test_scatter_widens_the_funnel_by_its_root_and_one_outlier_does_not_hide_itself() -> None:
    n = np.full(20, 100)
    plain, wide = rates.limits(0.5, n, 0.95), rates.limits(0.5, n, 0.95, scatter=4.0)
    assert 0.5 - wide.low == pytest.approx(2 * (0.5 - plain.low))
    k = np.full(20, 50)
    k[::2], k[1::2] = 45, 55
    calm = rates.dispersion(k, n, 0.5)
    k[0] = 0
    assert rates.dispersion(k, n, 0.5) == pytest.approx(calm) == pytest.approx(1.0)
    k[:] = np.where(np.arange(20) % 2, 70, 30)
    assert rates.dispersion(k, n, 0.5) == pytest.approx(16.0), "each is four standard errors away"


def test_ranks_are_ranges_that_the_seed_draws_again_and_that_hold_the_true_rank() -> None:
    rng = np.random.default_rng(5)
    held = []
    for seed in range(30):
        truth = rng.beta(8, 2, 25)
        n = rng.integers(30, 200, 25)
        k = rng.binomial(n, truth)
        est = rates.shrink(k, n, rates.fit(k, n))
        best, worst = rates.ranks(est.a, est.b, seed=seed)
        again = rates.ranks(est.a, est.b, seed=seed)
        assert (best == again.best).all()
        assert (worst == again.worst).all()
        rank = np.argsort(np.argsort(-truth)) + 1
        held.append(np.mean((best <= rank) & (rank <= worst)))
    assert np.mean(held) > 0.9
    best, worst = rates.ranks([900, 500, 100], [100, 500, 900], seed=1)
    assert best.tolist() == worst.tolist() == [1, 2, 3]


def test_bounds_are_what_the_silent_could_have_said() -> None:
    low, high = rates.bounds(30, 40, 100)
    assert (float(low), float(high)) == (0.3, 0.9)
    low, high = rates.bounds(30, 40, 40)
    assert float(low) == float(high) == 0.75
    with pytest.raises(ValueError, match="5 successes of 4 trials"):
        rates.wilson(5, 4)


@settings(max_examples=300)
@given(counts=st.lists(st.integers(0, 60), max_size=12), smallest=st.integers(2, 15))
def test_what_is_hidden_cannot_be_found_by_subtraction(counts: list[int], smallest: int) -> None:
    hide = rates.hidden(counts, smallest)
    for count, hidden in zip(counts, hide, strict=True):
        assert hidden or not 0 < count < smallest
        assert count or not hidden
    inside = [count for count, hidden in zip(counts, hide, strict=True) if hidden]
    if inside and sum(counts) >= 2 * smallest and sum(count >= smallest for count in counts) >= 1:
        assert len(inside) >= 2
        assert sum(inside) >= smallest
    if not any(0 < count < smallest for count in counts):
        assert not inside


def test_tasting_tea_is_as_likely_as_fisher_says() -> None:
    assert rates.excess_chance(4, 4, 4, 8) == pytest.approx(1 / 70)
    assert rates.excess_chance(3, 4, 4, 8) == pytest.approx(17 / 70)
    assert rates.excess_chance(0, 4, 4, 8) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="in all"):
        rates.excess_chance(5, 4, 4, 8)


def test_an_excess_is_seldom_found_where_nothing_is_the_matter() -> None:
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(1500):
        marked, inside = rng.random(80) < 0.2, rng.random(80) < 0.3
        both = int((marked & inside).sum())
        found += rates.excess_chance(both, int(inside.sum()), int(marked.sum()), 80) <= 0.05
    assert found / 1500 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1500)


def _ordinary(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Ratings that come in batches, as those do that are asked for together."""
    batches = np.sort(rng.uniform(0, 90, n // 5))
    at = np.repeat(batches, 5) + rng.exponential(0.02, 5 * batches.size)
    return at, rng.choice([1, 2, 3, 4, 5], at.size, p=[0.05, 0.1, 0.15, 0.3, 0.4])


def test_batches_of_ratings_are_no_burst() -> None:
    rng = np.random.default_rng(8)
    found = 0
    for seed in range(120):
        at, said = _ordinary(rng, 60)
        burst = rates.burst(at.tolist(), said.tolist(), [0.05, 0.25, 1], seed=seed, shuffles=199)
        found += burst is not None and burst.chance <= 0.05
    assert found / 120 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 120)


def test_a_burst_is_found_with_its_value_and_time() -> None:
    at, said = _ordinary(np.random.default_rng(9), 150)
    at, said = np.concatenate([at, 40 + np.arange(25) / 600]), np.concatenate([said, np.full(25, 5)])
    found = rates.burst(at.tolist(), said.tolist(), [0.05, 0.25, 1], seed=1)
    assert found is not None
    assert (found.value, found.chance < 0.001) == (5, True)
    assert found.count >= 20
    assert 39 < found.since <= found.until < 42
    assert rates.burst([1, 2, 3], [5, 5, 5], [1], seed=1) is None, "who always says the same does not pile up"
    assert rates.burst([], [], [1], seed=1) is None


def test_special_functions_are_those_of_scipy() -> None:
    special = pytest.importorskip("scipy.special")
    x = 10 ** np.random.default_rng(1).uniform(-3, 6, 2000)
    assert log_gamma(x) == pytest.approx(special.gammaln(x), rel=1e-11, abs=1e-11)
    assert digamma(x) == pytest.approx(special.digamma(x), rel=1e-11, abs=1e-11)
    assert trigamma(x) == pytest.approx(special.polygamma(1, x), rel=1e-11)
    a, b, u = np.random.default_rng(2).uniform(0, 1, (3, 2000))
    a, b = 10 ** (a * 6 - 1), 10 ** (b * 6 - 1)
    assert log_beta(a, b) == pytest.approx(special.betaln(a, b), rel=1e-8, abs=1e-8)
    assert beta_cdf(u, a, b) == pytest.approx(special.betainc(a, b, u), abs=1e-10)
    assert beta_quantile(u, a, b) == pytest.approx(special.betaincinv(a, b, u), rel=1e-8, abs=1e-12)


def test_binomial_limits_are_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    n = np.array([5, 17, 80, 333, 5000])
    found = rates.limits(0.7, n, 0.95)
    assert found.low * n == pytest.approx(stats.binom.ppf(0.025, n, 0.7))
    assert binomial_cdf([3, 7], [10, 10], 0.4) == pytest.approx(stats.binom.cdf([3, 7], 10, 0.4))
    assert rates.excess_chance(7, 12, 15, 60) == pytest.approx(stats.hypergeom.sf(6, 60, 15, 12))


def test_log_gamma_of_whole_numbers_is_the_factorial() -> None:
    n = np.arange(1, 20)
    assert log_gamma(n) == pytest.approx([math.lgamma(int(k)) for k in n], abs=1e-12)
    assert beta_cdf(0.5, 3, 3) == pytest.approx(0.5)
    assert beta_cdf([0, 1], 2, 5).tolist() == [0.0, 1.0]
    assert beta_quantile([0, 1], 2, 5).tolist() == [0.0, 1.0]
