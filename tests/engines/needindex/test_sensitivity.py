"""How often the order of two needs flips: against every corner of the box, exact volumes and a closed form."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.needindex import index
from lacarte.engines.needindex.sensitivity import sensitivity

WEIGHTS = {"urgency": 0.4, "vulnerability": 0.3, "deprivation": 0.15, "waiting": 0.15}
ONE_CLASS = np.zeros(2)


def parts(seed: int, n: int, unknown: float = 0.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    drawn = {name: rng.random(n) for name in WEIGHTS}
    for values in drawn.values():
        values[rng.random(n) < unknown] = np.nan
    return drawn


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 9999), by=st.sampled_from([0.05, 0.2, 0.5]))
def test_what_can_flip_does_so_in_a_corner_of_the_box_of_weights(seed: int, by: float) -> None:
    """By brute force: all 16 corners, each scaled to sum to 1, and the index as it is reckoned."""
    given_parts, classes = parts(seed, 12, 0.1), np.random.default_rng(seed).integers(0, 2, 12)
    pairs = [(a, b) for a, b in combinations(range(12), 2) if classes[a] == classes[b]]
    base = index(given_parts, WEIGHTS).total
    flipped, alone = np.zeros(len(pairs), dtype=bool), {name: np.zeros(len(pairs), dtype=bool) for name in WEIGHTS}
    for signs in product((-1, 0, 1), repeat=4):
        moved = {name: w * (1 + by * sign) for (name, w), sign in zip(WEIGHTS.items(), signs, strict=True)}
        total = index(given_parts, {name: w / sum(moved.values()) for name, w in moved.items()}).total
        turned = np.array([(base[a] - base[b]) * (total[a] - total[b]) < -1e-12 for a, b in pairs])
        flipped |= turned
        if np.count_nonzero(signs) == 1:
            alone[list(WEIGHTS)[int(np.flatnonzero(signs)[0])]] |= turned
    found = sensitivity(given_parts, WEIGHTS, classes, seed=1, by=by)
    assert (found.pairs, found.looked_at) == (len(pairs), len(pairs))
    assert found.can_flip == pytest.approx(flipped.mean(), abs=1e-9)
    assert found.by_weight == pytest.approx({name: turned.mean() for name, turned in alone.items()})
    assert float(found.can_flip_between.low) == float(found.can_flip_between.high) == found.can_flip


def test_how_often_two_needs_flip_is_the_volume_of_the_weights_that_flip_them() -> None:
    """Two parts of weight 1/2, differences 0.5 and -0.45: flips where 0.5 x < 0.45 y, x and y from 0.8 to 1.2.

    That is x < 0.9 y. y below 0.8/0.9 = 8/9 leaves no x; the triangle above it is cut off at no side, as
    0.9 × 1.2 = 1.08 < 1.2. Its area is (1.2 - 8/9) × (1.08 - 0.8) / 2, of 0.4² in all: 0.272.
    """
    found = sensitivity({"a": [0.5, 0.0], "b": [0.0, 0.45]}, {"a": 0.5, "b": 0.5}, ONE_CLASS, seed=3, draws=20_000)
    assert found.flips == pytest.approx((1.2 - 8 / 9) * 0.28 / 2 / 0.16, abs=0.01)
    assert found.can_flip == 1


def test_who_is_before_in_every_part_stays_so_and_ties_are_told_apart() -> None:
    ahead = sensitivity({"a": [0.9, 0.1], "b": [0.8, 0.7]}, {"a": 0.5, "b": 0.5}, ONE_CLASS, seed=1, by=1.0)
    assert (ahead.can_flip, ahead.flips, ahead.tied) == (0, 0, 0)
    tied = sensitivity({"a": [0.9, 0.1], "b": [0.1, 0.9]}, {"a": 0.5, "b": 0.5}, ONE_CLASS, seed=1)
    assert (tied.can_flip, tied.tied) == (0, 1)
    nobody = sensitivity({"a": [0.9, 0.1]}, {"a": 1.0}, [0, 1], seed=1)
    assert (nobody.pairs, nobody.looked_at, nobody.can_flip, nobody.flips) == (0, 0, 0, 0)
    still = sensitivity(parts(1, 50), WEIGHTS, np.zeros(50), seed=1, by=0.0)
    assert (still.can_flip, still.flips) == (0, 0)


def test_pairs_that_are_drawn_tell_of_all_pairs_and_the_seed_draws_them_again() -> None:
    given_parts, classes = parts(7, 600), np.arange(600) % 3
    all_pairs = sensitivity(given_parts, WEIGHTS, classes, seed=1)
    held = 0
    for seed in range(60):
        some = sensitivity(given_parts, WEIGHTS, classes, seed=seed, most_pairs=2000, draws=20)
        assert (some.looked_at, some.pairs) == (2000, all_pairs.pairs)
        held += bool(some.can_flip_between.low <= all_pairs.can_flip <= some.can_flip_between.high)
    assert held >= 52, "of 60 intervals of 95 %; fewer than 52 is likely less than once in a thousand"
    again = sensitivity(given_parts, WEIGHTS, classes, seed=some.seed, by=some.by, most_pairs=2000, draws=20)
    assert (again.can_flip, again.flips) == (some.can_flip, some.flips)
    assert some.flips < some.can_flip / 2
    assert some.tied == all_pairs.tied == 0, "no need is drawn beside itself"


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 999))
def test_more_room_for_the_weights_lets_no_fewer_pairs_flip(seed: int) -> None:
    found = [sensitivity(parts(seed, 30), WEIGHTS, np.zeros(30), seed=1, by=by).can_flip for by in (0.1, 0.2, 0.4)]
    assert found == sorted(found)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="parts are"):
        sensitivity({"a": [1.0]}, {"b": 1.0}, [0], seed=1)
    with pytest.raises(ValueError, match="2 classes for 1 needs"):
        sensitivity({"a": [1.0]}, {"a": 1.0}, [0, 0], seed=1)
    with pytest.raises(ValueError, match="cannot move"):
        sensitivity({"a": [1.0]}, {"a": 1.0}, [0], seed=1, by=1.5)
