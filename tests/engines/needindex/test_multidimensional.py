"""The measures of Alkire and Foster: two published examples by hand, every completion of unknowns, the axioms."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lacarte.engines.needindex.multidimensional import (
    CANNOT_SAY,
    NOT_POOR,
    POOR,
    Poverty,
    adjusted,
    deprived,
    measure,
)
from lacarte.engines.needindex.regions import decompose

#: Income, years of schooling, not malnourished, improved sanitation.
PEOPLE = [[700, 14, 1, 1], [300, 13, 1, 0], [400, 3, 0, 0], [800, 1, 1, 1]]
LINES = [500, 5, 1, 1]
EQUAL = [0.25] * 4
#: Ten deprivations of four households: schooling, enrolment; nutrition, a child's death; six of living standard.
HOUSEHOLDS = [
    [0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
    [1, 1, 0, 1, 1, 0, 1, 0, 1, 1],
    [0, 0, 1, 0, 1, 1, 1, 0, 1, 0],
    [1, 0, 0, 1, 1, 0, 0, 0, 1, 1],
]
SIZES = [4, 7, 5, 4]
NESTED = [1 / 6] * 4 + [1 / 18] * 6


def test_four_people_in_four_dimensions_as_in_the_teaching_of_alkire_and_foster() -> None:
    """Counted by hand, two of four dimensions making poor.

    Deprived: nobody in row 1; income and sanitation in row 2; all in row 3; schooling in row 4. Scores are 0, 2/4,
    4/4, 1/4, so rows 2 and 3 are poor: H = 2/4. A = (2/4 + 1) / 2 = 3/4 and M0 = H A = 3/8. Leaving out row 4,
    deprived are 2, 1, 1, 2 of 4 people, and of the six deprivations these make up a third, a sixth, a sixth and a
    third. With row 4 it is 2, 2, 1, 2 of 4 people.
    """
    found = measure(deprived(PEOPLE, LINES), EQUAL, 2 / 4)
    assert found.score.low.tolist() == [0, 0.5, 1, 0.25]
    assert found.poor.tolist() == [NOT_POOR, POOR, POOR, NOT_POOR]
    assert (found.headcount.low, found.intensity.low, found.adjusted.low) == (0.5, 0.75, 0.375)
    assert found.censored.low.tolist() == [0.5, 0.25, 0.25, 0.5]
    assert found.uncensored.low.tolist() == [0.5, 0.5, 0.25, 0.5]
    assert found.contribution.low == pytest.approx([1 / 3, 1 / 6, 1 / 6, 1 / 3])
    assert_known(found)


def test_gaps_of_the_four_people() -> None:
    """Gaps of the poor: row 2 (500 - 300)/500 = 0.4 and 1; row 3 (500 - 400)/500 = 0.2, (5 - 3)/5 = 0.4, 1 and 1.

    M1 = (0.4 + 1 + 0.2 + 0.4 + 1 + 1) / 16 = 0.25; M2 = (0.16 + 1 + 0.04 + 0.16 + 1 + 1) / 16 = 0.21.
    """
    for power, expected in ((0, 0.375), (1, 0.25), (2, 0.21)):
        found = adjusted(PEOPLE, LINES, EQUAL, 0.5, power)
        assert float(found.low) == float(found.high) == pytest.approx(expected)


def test_four_households_as_in_the_technical_note_of_the_human_development_report() -> None:
    """The ten indicators of the global index, a third of the weight making poor; households of 4, 7, 5 and 4.

    Scores: 1/6 + 1/18 = 22.2 %; 3/6 + 4/18 = 72.2 %; 1/6 + 4/18 = 38.9 %; 2/6 + 3/18 = 50.0 %. All but the first
    are poor: H = (7 + 5 + 4) / 20 = 0.80; A = (7 × 13/18 + 5 × 7/18 + 4 × 9/18) / 16 = 9/16 = 0.563; M0 = 0.450.
    Health: (5 + 7 + 4) / 6 / 20 of 0.45 = 29.6 %.
    """
    found = measure(HOUSEHOLDS, NESTED, 1 / 3, SIZES)
    assert (100 * found.score.low).round(1).tolist() == [22.2, 72.2, 38.9, 50.0]
    assert float(found.headcount.low) == pytest.approx(0.8)
    assert float(found.intensity.low) == pytest.approx(9 / 16)
    assert float(found.adjusted.low) == pytest.approx(0.45)
    assert found.contribution.low[2:4].sum() == pytest.approx(0.296, abs=5e-4)
    assert_known(found)


def test_a_household_of_which_little_is_known_is_neither_poor_nor_not() -> None:
    nan = np.nan
    found = measure([[1, nan, nan, 0], [1, 1, nan, nan], [0, 0, 0, nan], [nan] * 4], EQUAL, 0.5)
    assert found.poor.tolist() == [CANNOT_SAY, POOR, NOT_POOR, CANNOT_SAY]
    assert (float(found.headcount.low), float(found.headcount.high)) == (0.25, 0.75)
    nobody = measure([[0, 0]], [0.5, 0.5], 1)
    assert float(nobody.adjusted.high) == 0
    assert np.isnan(nobody.intensity.low)
    assert np.isnan(nobody.contribution.high).all()


def test_of_whom_nearly_all_is_unknown_a_bound_is_told_that_holds() -> None:
    """Of 17 dimensions of the same weight, nine are the fewest that make up a half: 9/17."""
    found = measure([[np.nan] * 17], np.full(17, 1 / 17), 0.5)
    assert float(found.intensity.low) == pytest.approx(0.5)
    assert float(found.intensity.high) == pytest.approx(1)
    exact = measure([[np.nan] * 16 + [0]], np.full(17, 1 / 17), 0.5)
    assert float(exact.intensity.low) == pytest.approx(9 / 17)


def test_the_intensity_is_greatest_where_only_the_most_deprived_are_poor() -> None:
    """Both rows may be poor: the first at 2/3 at most, the second at 1. The mean is 1 where only the second is.

    It is least, 2/3, where either is poor by two dimensions of three.
    """
    found = measure([[1, np.nan, 0], [np.nan, 1, np.nan]], [1 / 3] * 3, 2 / 3)
    assert (float(found.intensity.low), float(found.intensity.high)) == pytest.approx((2 / 3, 1))


def assert_known(found: Poverty) -> None:
    """Nothing is open where everything is known."""
    for low, high in (found.score, found.headcount, found.intensity, found.adjusted, found.contribution):
        assert low == pytest.approx(high, nan_ok=True)


cells = st.sampled_from([0.0, 1.0])
cells_or_unknown = st.sampled_from([0.0, 1.0, 0.0, 1.0, np.nan])


@st.composite
def tables(draw: st.DrawFn, cell: st.SearchStrategy[float] = cells, most: int = 6) -> tuple:
    """Deprivations, weights, a poverty cut-off and sizes of households."""
    n, d = draw(st.integers(1, most)), draw(st.integers(1, 4))
    rows = np.array([[draw(cell) for _ in range(d)] for _ in range(n)])
    raw = np.array([draw(st.integers(1, 6)) for _ in range(d)], dtype=float)
    people = np.array([draw(st.integers(1, 8)) for _ in range(n)], dtype=float)
    return rows, raw / raw.sum(), draw(st.sampled_from([0.05, 1 / 3, 0.5, 0.8, 1.0])), people


@settings(deadline=None, max_examples=120)
@given(table=tables(cells_or_unknown, 3))
def test_intervals_hold_every_completion_and_no_more(table: tuple) -> None:
    """Whatever the unknown deprivations are, each figure lies in its interval, and both ends are reached."""
    rows, weights, cutoff, people = table
    unknown = np.argwhere(np.isnan(rows))
    assume(len(unknown) <= 7)
    found = measure(rows, weights, cutoff, people)
    groups = decompose(rows, weights, cutoff, np.arange(len(rows)) % 2, people)
    seen: dict[str, list] = {name: [] for name in ("headcount", "adjusted", "intensity", "uncensored", "censored")}
    shares, by_group = [], []
    for values in product([0.0, 1.0], repeat=len(unknown)):
        full = rows.copy()
        for (i, j), value in zip(unknown, values, strict=True):
            full[i, j] = value
        one = measure(full, weights, cutoff, people)
        for name, of in seen.items():
            of.append(getattr(one, name).low)
        shares.append(one.contribution.low)
        by_group.append(decompose(full, weights, cutoff, np.arange(len(rows)) % 2, people).contribution.low)
    for name, of in seen.items():
        assert_ends(getattr(found, name), of)
    assert_ends(groups.contribution, by_group)
    assert_inside(found.contribution, shares)


def assert_ends(found: tuple, seen: list) -> None:
    values = np.array(seen)
    if np.isnan(values).all():
        assert np.isnan(found[0]).all()
        return
    assert found[0] == pytest.approx(np.nanmin(values, axis=0))
    assert found[1] == pytest.approx(np.nanmax(values, axis=0))


def assert_inside(found: tuple, seen: list) -> None:
    for value in seen:
        if not np.isnan(value).any():
            assert np.all(found[0] <= value + 1e-9)
            assert np.all(value <= found[1] + 1e-9)


@settings(deadline=None)
@given(table=tables())
def test_m0_is_h_times_a_and_the_sum_of_weighted_censored_headcounts(table: tuple) -> None:
    rows, weights, cutoff, people = table
    found = measure(rows, weights, cutoff, people)
    h, a, m0 = float(found.headcount.low), float(found.intensity.low), float(found.adjusted.low)
    assert (h * a if h else 0.0) == pytest.approx(m0)
    assert float(found.censored.low @ weights) == pytest.approx(m0)
    assert np.all(found.censored.low <= found.uncensored.low + 1e-12)
    assert_known(found)
    if h:
        assert float(found.contribution.low.sum()) == pytest.approx(1)
        assert a >= cutoff - 1e-9


@settings(deadline=None)
@given(table=tables(), seed=st.integers(0, 99))
def test_regions_add_up_to_the_whole(table: tuple, seed: int) -> None:
    rows, weights, cutoff, people = table
    group = np.random.default_rng(seed).integers(0, 3, len(rows))
    found = decompose(rows, weights, cutoff, group, people)
    assert float(found.share.sum()) == pytest.approx(1)
    assert float(found.share @ found.adjusted.low) == pytest.approx(float(found.whole.adjusted.low))
    assert float(found.share @ found.headcount.low) == pytest.approx(float(found.whole.headcount.low))
    if found.whole.adjusted.low > 0:
        assert float(found.contribution.low.sum()) == pytest.approx(1)


@settings(deadline=None)
@given(table=tables(cells_or_unknown), times=st.integers(2, 4), seed=st.integers(0, 99))
def test_the_order_of_people_and_a_city_twice_as_large_change_nothing(table: tuple, times: int, seed: int) -> None:
    rows, weights, cutoff, people = table
    found = measure(rows, weights, cutoff, people)
    mixed = np.random.default_rng(seed).permutation(np.tile(np.arange(len(rows)), times))
    again = measure(rows[mixed], weights, cutoff, people[mixed])
    for name in ("headcount", "intensity", "adjusted", "uncensored", "censored", "contribution"):
        for a, b in zip(getattr(found, name), getattr(again, name), strict=True):
            assert a == pytest.approx(b, nan_ok=True)


@settings(deadline=None)
@given(table=tables(cells_or_unknown), at=st.tuples(st.integers(0, 5), st.integers(0, 3)))
def test_one_deprivation_more_never_lowers_m0_and_of_the_not_poor_is_left_out(table: tuple, at: tuple) -> None:
    rows, weights, cutoff, people = table
    i, j = at[0] % len(rows), at[1] % len(weights)
    less, more = rows.copy(), rows.copy()
    less[i, j], more[i, j] = 0, 1
    before, after = measure(less, weights, cutoff, people), measure(more, weights, cutoff, people)
    for a, b in zip((*before.adjusted, *before.headcount), (*after.adjusted, *after.headcount), strict=True):
        assert a <= b + 1e-12
    if after.poor[i] == NOT_POOR:
        assert float(after.adjusted.low) == pytest.approx(float(before.adjusted.low))
    elif before.poor[i] == POOR:
        assert after.adjusted.low > before.adjusted.low


@settings(deadline=None)
@given(seed=st.integers(0, 999))
def test_gaps_are_less_than_counts_and_what_is_not_known_of_them_is_an_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, z, weights = rng.uniform(0, 2, (8, 3)), np.ones(3), np.array([0.5, 0.3, 0.2])
    x[rng.random(x.shape) < 0.2] = np.nan
    m0, m1, m2 = (adjusted(x, z, weights, 0.5, power) for power in (0, 1, 2))
    counted = measure(deprived(x, z), weights, 0.5).adjusted
    assert (float(m0.low), float(m0.high)) == pytest.approx((float(counted.low), float(counted.high)))
    assert m2.low <= m1.low <= m0.low
    assert m2.high <= m1.high <= m0.high
    for fill in (0.0, 0.7, 2.0):
        full = adjusted(np.where(np.isnan(x), fill, x), z, weights, 0.5, 1)
        assert m1.low - 1e-12 <= full.low <= m1.high + 1e-12


@pytest.mark.parametrize(
    ("rows", "weights", "cutoff", "says"),
    [
        ([[0, 2]], [0.5, 0.5], 0.5, r"deprivation\[0, 1\] = 2.0"),
        ([[0, 1]], [0.5, 0.6], 0.5, "sum to 1"),
        ([[0, 1]], [1.0], 0.5, "2 dimensions"),
        ([[0, 1]], [0.5, 0.5], 0.0, "cut-off is 0.0"),
        ([], [], 0.5, "rows and columns"),
    ],
)
def test_what_does_not_fit_is_named(rows: list, weights: list, cutoff: float, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        measure(rows, weights, cutoff)


def test_other_things_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="people"):
        measure([[0, 1]], [0.5, 0.5], 0.5, [0])
    with pytest.raises(ValueError, match="cut-offs"):
        deprived([[1, 2]], [1])
    with pytest.raises(ValueError, match="above 0"):
        adjusted([[1.0]], [0.0], [1.0], 1, 1)
    with pytest.raises(ValueError, match="group has 2"):
        decompose([[1.0]], [1.0], 1, [0, 1])
