"""Deprivation of places: ranks by population, unknown columns as intervals, and the census of San Francisco."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lacarte.engines.needindex.places import place_deprivation, population_rank

CENSUS = Path(__file__).parents[4] / "shared" / "data" / "sf" / "tract_census.csv"


def test_three_places_by_hand() -> None:
    """Of 100 people 20 live where it is lowest: rank (0 + 10)/100; then (20 + 15)/100, then (50 + 25)/100."""
    low, high = population_rank([1.0, 2.0, 3.0], [20, 30, 50])
    assert low.tolist() == high.tolist() == [0.1, 0.35, 0.75]
    found = place_deprivation(
        {"income": [10_000.0, 20_000.0, 30_000.0], "age": [1.0, 2.0, 3.0]},
        [20, 30, 50],
        low_is_deprived=["income"],
    )
    assert found.ranks["income"].low.tolist() == pytest.approx([0.9, 0.65, 0.25])
    assert found.index.tolist() == pytest.approx([0.5, 0.5, 0.5])
    weighted = place_deprivation(
        {"income": [10_000.0, 20_000.0, 30_000.0], "age": [1.0, 2.0, 3.0]},
        [20, 30, 50],
        low_is_deprived=["income"],
        weights={"income": 0.75, "age": 0.25},
    )
    assert weighted.index.tolist() == pytest.approx([0.7, 0.575, 0.375])


@st.composite
def columns(draw: st.DrawFn, unknown: bool = False) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(1, 7))
    values = [np.nan if unknown and draw(st.booleans()) else float(draw(st.integers(0, 4))) for _ in range(n)]
    people = [draw(st.integers(0, 50)) for _ in range(n)]
    assume(sum(people) > 0)
    return np.array(values), np.array(people, dtype=float)


@settings(deadline=None)
@given(column=columns())
def test_the_mean_rank_of_people_is_a_half_and_turning_round_mirrors_it(column: tuple) -> None:
    values, people = column
    rank = population_rank(values, people).low
    assert float(rank @ people / people.sum()) == pytest.approx(0.5)
    assert population_rank(-values, people).low == pytest.approx(1 - rank)
    assert np.all(np.diff(rank[np.argsort(values, kind="stable")]) >= -1e-12)


@settings(deadline=None, max_examples=80)
@given(column=columns(unknown=True))
def test_a_rank_lies_in_its_interval_whatever_the_unknown_values_are_and_reaches_both_ends(column: tuple) -> None:
    values, people = column
    unknown = np.flatnonzero(np.isnan(values))
    assume(len(unknown) <= 3)
    found, seen = population_rank(values, people), []
    for fill in product((-1.0, 0.0, 1.5, 2.0, 9.0), repeat=len(unknown)):
        full = values.copy()
        full[unknown] = fill
        seen.append(population_rank(full, people).low)
    assert np.all(found.low <= np.min(seen, axis=0) + 1e-12)
    assert np.all(found.high >= np.max(seen, axis=0) - 1e-12)
    assert found.low == pytest.approx(np.min(seen, axis=0))
    assert found.high == pytest.approx(np.max(seen, axis=0))


@pytest.mark.skipif(not CENSUS.exists(), reason="the census tracts of San Francisco are shared, not kept here")
def test_tracts_of_san_francisco() -> None:
    with CENSUS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def column(name: str) -> np.ndarray:
        return np.array([float(row[name]) if row[name] not in ("", "NA") else np.nan for row in rows])

    people, income = column("Population"), column("Income")
    found = place_deprivation({"income": income, "age": column("Med.Age")}, people, low_is_deprived=["income"])
    assert len(rows) == 197
    assert np.all((found.between.low >= 0) & (found.between.high <= 1) & (found.between.low <= found.index))
    known = ~np.isnan(income)
    rank = found.ranks["income"].low
    assert np.all(np.diff(rank[known][np.argsort(income[known], kind="stable")]) <= 1e-12)
    lived_in = known & (people > 0)
    assert rank[lived_in].argmax() == income[lived_in].argmin()
    some = income.copy()
    some[:5] = np.nan
    less = place_deprivation({"income": some, "age": column("Med.Age")}, people, low_is_deprived=["income"])
    width = less.between.high - less.between.low
    unknown_people = people[:5].sum() / people.sum()
    assert width[:5].min() > 0.45, "of one of two columns nearly nothing is known"
    assert width[5:][known[5:]].max() <= (unknown_people + people[~known].sum() / people.sum()) / 2 + 1e-9
    assert np.all(
        (less.between.low <= found.between.low + 1e-12) & (found.between.high <= less.between.high + 1e-12)
    )


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match=r"population\[1\] = -1"):
        population_rank([1, 2], [3, -1])
    with pytest.raises(ValueError, match="nobody lives"):
        population_rank([1, 2], [0, 0])
    with pytest.raises(ValueError, match="shape"):
        population_rank([1, 2], [1])
    with pytest.raises(ValueError, match="low is deprived in"):
        place_deprivation({"age": [1]}, [1], low_is_deprived=["income"])
    with pytest.raises(ValueError, match="weights"):
        place_deprivation({"age": [1]}, [1], weights={"age": 0.5})
