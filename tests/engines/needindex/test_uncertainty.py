"""Certainly before, or cannot say: counted fast, and by comparing every pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.needindex import index, index_between
from lacarte.engines.needindex.uncertainty import (
    AFTER,
    BEFORE,
    CANNOT_SAY,
    TIED,
    certainty,
    compare,
    places,
)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """On a coarse lattice, so that ends meet and needs are the same."""
    n = draw(st.integers(0, 12))
    ends = [sorted(draw(st.tuples(st.integers(0, 6), st.integers(0, 6)))) for _ in range(n)]
    classes = np.array([draw(st.integers(0, 2)) for _ in range(n)], dtype=int)
    return np.array([a for a, _ in ends]) / 6, np.array([b for _, b in ends]) / 6, classes


@settings(deadline=None)
@given(drawn=intervals())
def test_pairs_and_places_are_those_of_comparing_every_pair(drawn: tuple) -> None:
    low, high, classes = drawn
    pairs = [(a, b) for a, b in combinations(range(len(low)), 2) if classes[a] == classes[b]]
    said = [int(compare(low, high, a, b)) for a, b in pairs]
    found = certainty(low, high, classes)
    assert found.pairs == len(pairs)
    assert found.certain == sum(one in (BEFORE, AFTER) for one in said)
    assert found.tied == said.count(TIED)
    best, worst = places(low, high, classes)
    for i in range(len(low)):
        others = [j for j in range(len(low)) if j != i and classes[j] == classes[i]]
        assert best[i] == 1 + sum(int(compare(low, high, j, i)) == BEFORE for j in others)
        assert worst[i] == 1 + len(others) - sum(int(compare(low, high, j, i)) == AFTER for j in others)


@settings(deadline=None)
@given(seed=st.integers(0, 999))
def test_a_certain_order_holds_whatever_the_unknown_parts_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = {"a": 0.5, "b": 0.3, "c": 0.2}
    parts = {name: np.where(rng.random(9) < 0.3, np.nan, rng.random(9)) for name in weights}
    between = index(parts, weights)
    best, worst = places(between.total_low, between.total_high, np.zeros(9))
    a, b = np.triu_indices(9, 1)
    said = compare(between.total_low, between.total_high, a, b)
    for _ in range(5):
        full = {name: np.where(np.isnan(p), rng.random(9), p) for name, p in parts.items()}
        total = index(full, weights).total
        assert np.all(total[a][said == BEFORE] > total[b][said == BEFORE])
        assert np.all(total[a][said == AFTER] < total[b][said == AFTER])
        place = np.argsort(np.argsort(-total)) + 1
        assert np.all((best <= place) & (place <= worst))


def test_the_more_is_known_the_more_is_certain() -> None:
    known = index({"a": [0.9, 0.5, 0.1]}, {"a": 1.0})
    assert certainty(known.total_low, known.total_high, [0, 0, 0]).share == 1
    open_one = index({"a": [0.9, np.nan, 0.1]}, {"a": 1.0})
    assert certainty(open_one.total_low, open_one.total_high, [0, 0, 0]).share == pytest.approx(1 / 3)
    assert certainty([0.5], [0.5], [1]).share == 1
    assert int(compare([0.1, 0.2], [0.3, 0.4], 0, 1)) == CANNOT_SAY
    with pytest.raises(ValueError, match=r"low\[1\] = 0.5"):
        certainty([0.1, 0.5], [0.2, 0.4], [0, 0])
    with pytest.raises(ValueError, match="classes have the shape"):
        places([0.1, 0.5], [0.2, 0.6], [0])
    with pytest.raises(ValueError, match="shape"):
        certainty([0.1, 0.5], [0.2], [0, 0])


def test_a_part_may_be_partly_known() -> None:
    weights = {"household": 0.5, "waiting": 0.5}
    found = index_between(
        {"household": [0.25, np.nan], "waiting": [1.0, 0.0]},
        {"household": [0.75, np.nan], "waiting": [1.0, 0.0]},
        weights,
    )
    assert found.total_low.tolist() == [0.625, 0.0]
    assert found.total_high.tolist() == [0.875, 0.5]
    assert found.contributions["household"].tolist() == [0.25, 0.25]
    with pytest.raises(ValueError, match="household has a low above its high"):
        index_between({"household": [0.5], "waiting": [0.0]}, {"household": [0.4], "waiting": [0.0]}, weights)
