"""How groups fare: the index at service has the interval it says, and few people are not told of."""

from __future__ import annotations

import numpy as np
import pytest

from lacarte.engines.matching.fairness import group_report, index_at_service
from lacarte.engines.matching.fairness.at_service import t_quantile
from lacarte.engines.matching.fairness.rates import disparity, served_rates, waiting_quantile


def test_the_mean_index_of_twelve_by_hand() -> None:
    """Six at 0.4 and six at 0.6: mean 0.5, standard deviation √(12 × 0.01 / 11); t of 11 at 97.5 % is 2.201."""
    values = np.array([0.4, 0.6] * 6)
    found = index_at_service(values, values, np.ones(12, dtype=bool), np.zeros(12, dtype=np.int64))
    assert found.mean.tolist() == pytest.approx([0.5])
    half = 2.201 * np.sqrt(0.12 / 11) / np.sqrt(12)
    assert (found.low[0], found.high[0]) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-4)


@pytest.mark.parametrize(
    ("share", "freedom", "value"), [(0.975, 1, 12.706), (0.95, 10, 1.812), (0.995, 30, 2.750)]
)
def test_quantiles_of_student_are_those_of_the_tables(share: float, freedom: int, value: float) -> None:
    assert float(t_quantile(share, freedom)) == pytest.approx(value, abs=5e-4)


def test_quantiles_of_student_are_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    freedom = np.array([1, 2, 9, 40, 1000, 100_000])
    assert t_quantile(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-6)


def test_the_interval_holds_the_true_mean_about_as_often_as_it_says() -> None:
    """Of indices that lean to one side, as those of needs do."""
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(2000), 15)
    values = rng.beta(2, 4, group.size)
    found = index_at_service(values, values, np.ones(group.size, dtype=bool), group)
    assert np.mean((found.low <= 1 / 3) & (found.high >= 1 / 3)) == pytest.approx(0.95, abs=0.02)


def test_what_is_not_known_of_needs_widens_the_interval() -> None:
    rng = np.random.default_rng(1)
    low = rng.uniform(0.2, 0.5, 60)
    served, group = np.ones(60, dtype=bool), np.zeros(60, dtype=np.int64)
    known = index_at_service(low, low, served, group)
    open_one = index_at_service(low, low + 0.3, served, group)
    assert open_one.low[0] == pytest.approx(known.low[0])
    assert open_one.high[0] == pytest.approx(known.high[0] + 0.3)
    assert open_one.mean[0] == pytest.approx(known.mean[0] + 0.15)


def test_a_report_puts_the_tables_side_by_side_and_hides_few_people() -> None:
    rng = np.random.default_rng(2)
    group = np.repeat([1, 2, 3, 4], [200, 60, 30, 4])
    served = rng.random(len(group)) < 0.6
    served[group == 3] = np.arange(30) < 20
    days, low = rng.exponential(9, len(group)), rng.uniform(0, 0.7, len(group))
    found = group_report(served, days, low, low + 0.2, group)
    assert np.array_equal(found.rates.rate, served_rates(served, group).rate, equal_nan=True)
    assert np.array_equal(found.against_others.ratio, disparity(served, group).ratio, equal_nan=True)
    assert np.array_equal(found.median_wait.value, waiting_quantile(days, group).value, equal_nan=True)
    assert found.rates.shown.tolist() == [True, True, False, False], "the next smallest hides with the small one"
    assert found.at_service.shown.tolist() == [True, True, False, False]
    assert found.at_service.served[2:].tolist() == [-1, -1]
    assert np.isnan(found.at_service.mean[2:]).all()
    assert np.all(
        (found.at_service.low < found.at_service.mean)[:2] & (found.at_service.mean < found.at_service.high)[:2]
    )


def test_a_mean_of_few_who_were_served_is_hidden_in_a_group_that_is_shown() -> None:
    served = np.arange(40) < 6
    index = np.full(40, 0.5)
    found = index_at_service(index, index, served, np.zeros(40, dtype=np.int64))
    assert (found.shown.tolist(), found.served.tolist()) == ([False], [-1])


def test_an_index_that_is_none_is_refused() -> None:
    served, group = np.ones(2, dtype=bool), np.zeros(2, dtype=np.int64)
    with pytest.raises(ValueError, match="index_high holds"):
        index_at_service(np.array([0.1, 0.2]), np.array([0.1, 1.2]), served, group)
    with pytest.raises(ValueError, match="index_low has 1"):
        index_at_service(np.array([0.1]), np.array([0.1, 0.2]), served, group)
