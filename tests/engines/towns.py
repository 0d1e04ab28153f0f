"""Towns to look for candidates in, drawn and written down, and the ways to look."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from lacarte.engines.matching.candidates import build as module
from lacarte.engines.matching.candidates import grid as grid_module
from lacarte.engines.matching.candidates.build import Candidates, Needs, Offers, Rules
from lacarte.engines.matching.candidates.grid import Grid
from lacarte.engines.matching.candidates.pairs import Table

EVER = 2**31 - 1

some_bits = st.sampled_from([0, 0, 1, 2, 3, 1 << 63])
a_place = st.sampled_from([math.nan, 0.0, 300.0, 400.0, 900.0, -1200.0, 5000.0, 90000.0])
a_reach = st.sampled_from([math.inf, math.inf, 0.0, 500.0, 1000.0, 6000.0])
a_bucket = st.sampled_from([-2, 0, 1, 3])


def column(draw: st.DrawFn, of: st.SearchStrategy[Any], n: int, kind: Any) -> np.ndarray:
    return np.array(draw(st.lists(of, min_size=n, max_size=n)), dtype=kind)


@st.composite
def towns(draw: st.DrawFn) -> tuple[Needs, Offers, Rules]:
    """Small ones on a coarse lattice, so that ties, limits met exactly and shared places happen."""
    n, k = draw(st.integers(0, 7)), draw(st.integers(0, 6))
    region = st.sampled_from([0, 1, 2, 2**40])
    kinds = draw(
        st.lists(st.lists(st.sampled_from([3, 7, 2**50]), min_size=1, max_size=3), min_size=k, max_size=k)
    )
    shared = {"x": a_place, "y": a_place, "reach": a_reach, "languages": some_bits, "modes": some_bits}
    kind_of = {"x": np.float64, "y": np.float64, "reach": np.float64, "languages": np.uint64, "modes": np.uint64}
    first = column(draw, a_bucket, k, np.int32)
    needs = Needs(
        service_type=column(draw, st.sampled_from([3, 7, 2**50, 9]), n, np.int64),
        eligible=column(draw, some_bits, n, np.uint64),
        earliest=column(draw, a_bucket, n, np.int32),
        deadline=column(draw, st.sampled_from([EVER, EVER, 0, 2]), n, np.int32),
        region=column(draw, region, n, np.int64),
        household=column(draw, st.integers(1, 3), n, np.int32),
        priority_class=column(draw, st.integers(0, 2), n, np.uint8),
        **{name: column(draw, of, n, kind_of[name]) for name, of in shared.items()},
    )
    offers = Offers(
        service_type=np.array([kind for each in kinds for kind in each], dtype=np.int64),
        type_start=np.cumsum([0, *map(len, kinds)]),
        capacity=column(draw, st.sampled_from([0, 1, 1, 2, 2**31 - 1]), k, np.int32),
        required=column(draw, st.sampled_from([0, 0, 0, 1, 1 << 63]), k, np.uint64),
        first=first,
        last=np.maximum(column(draw, st.sampled_from([EVER, EVER, 1]), k, np.int32), first),
        region=column(draw, region, k, np.int64),
        household=column(draw, st.sampled_from([EVER, 2]), k, np.int32),
        cost=column(draw, st.sampled_from([0, 0, 100, 83]), k, np.int32),
        wait=column(draw, st.sampled_from([0, 0, 60]), k, np.int32),
        **{name: column(draw, of, k, kind_of[name]) for name, of in shared.items()},
    )
    deals = st.tuples(region, region, st.sampled_from([0, 4]), st.sampled_from([5, 2**51]))
    rules = Rules(
        language_misfit=draw(st.sampled_from([None, 0, 1800])),
        mode_misfit=draw(st.sampled_from([None, 700])),
        wait_per_bucket=draw(st.sampled_from([0, 50])),
        unknown_place_fits=draw(st.booleans()),
        remote_modes=draw(st.sampled_from([0, 0, 2, 1 << 63])),
        most=draw(st.integers(1, 3)),
        most_full=draw(st.integers(0, 2)),
        needs_a_unit=draw(st.sampled_from([0.0, 1.0, 1.5])),
        agreements=np.array(draw(st.lists(deals, max_size=4)), dtype=np.int64).reshape(-1, 4),
    )
    return needs, offers, rules


def use(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look by ``tables``, or by the ``grid`` with many rings, in plain Python or ``compiled``."""
    ways = {
        "tables": lambda made, threads: Table(made),
        "grid": lambda made, threads: Grid(made, 1, compiled=False),
        "compiled": lambda made, threads: Grid(made, threads),
    }
    monkeypatch.setattr(module, "_finder", ways[path])
    monkeypatch.setattr(grid_module, "_OFFERS_IN_A_CELL", 4.0 if path == "compiled" else 0.2)  # many rings
    monkeypatch.setattr(grid_module, "_BULK", (0.01, 0.99) if path == "compiled" else (0.2, 0.8))


def a_crowd(seed: int, n: int, k: int) -> tuple[Needs, Offers]:
    """Many of one kind on a lattice, so that limits are met exactly, ties abound and rings matter."""
    draw = np.random.default_rng(seed)
    wide = draw.choice([3, 12, 60])
    here, there = draw.integers(-wide, wide, (2, n)) * 100.0, draw.integers(-wide, wide, (2, k)) * 100.0
    here[0, draw.random(n) < 0.05] = there[0, draw.random(k) < 0.05] = np.nan
    reach = np.array([np.inf, 500, 1000, 2500, 5000])
    needs = Needs(
        draw.integers(0, 2, n) * 5,
        *here,
        languages=draw.integers(0, 4, n).astype(np.uint64),
        region=draw.integers(1, 4, n),
        reach=draw.choice(reach, n),
        priority_class=draw.integers(0, 2, n).astype(np.uint8),
    )
    offers = Offers(
        draw.choice([0, 0, 5], k),
        draw.choice([0, 1, 1, 2, 9], k),
        None,
        *there,
        reach=draw.choice(reach, k),
        languages=draw.integers(0, 4, k).astype(np.uint64),
        modes=draw.choice([1, 1, 1, 1, 2], k).astype(np.uint64),
        region=draw.integers(1, 3, k),
        cost=draw.choice([0, 0, 83, 100, 2000], k),
    )
    return needs, offers


def crowd_rules(seed: int, **more: Any) -> Rules:
    """Rules for a crowd, drawn except for ``more``."""
    draw = np.random.default_rng(seed)
    agreements = [[1, 2, 0, 9], [1, 3, 0, 3], [1, 3, 5, 5], [2, 1, 0, 4]]
    forbidden = [None, 900][draw.integers(2)]
    given = {"most": draw.integers(1, 9), "most_full": draw.integers(4), "needs_a_unit": draw.integers(8)}
    return Rules(forbidden, remote_modes=2, agreements=np.array(agreements), **(given | more))


def a_city(n: int, k: int, seed: int) -> tuple[Needs, Offers, Rules]:
    """Two towns 20 km apart, ``n`` needs and ``k`` offers of several types, some at no known place."""
    draw = np.random.default_rng(seed)
    at = draw.normal(0, 3000, (n, 2)) + draw.choice([0, 20_000], (n, 1))
    there = draw.normal(0, 4000, (k, 2)) + draw.choice([0, 20_000], (k, 1))
    at[draw.random(n) < 0.02] = np.nan
    there[draw.random(k) < 0.05] = np.nan
    needs = Needs(
        draw.integers(0, 4, n),
        at[:, 0],
        at[:, 1],
        languages=(1 << draw.integers(0, 3, n)).astype(np.uint64),
        modes=draw.integers(0, 4, n).astype(np.uint64),
        region=draw.integers(1, 4, n),
        reach=np.exp(draw.normal(8, 1, n)),
    )
    count = draw.integers(1, 3, k)
    offers = Offers(
        draw.integers(0, 3, count.sum()),
        draw.integers(0, 5, k),
        np.concatenate([[0], np.cumsum(count)]),
        there[:, 0],
        there[:, 1],
        modes=draw.integers(0, 4, k).astype(np.uint64),
        languages=draw.integers(0, 8, k).astype(np.uint64),
        cost=draw.integers(0, 900, k),
        region=draw.integers(1, 4, k),
    )
    agreements = [[1, 2, 0, 2], [2, 1, 1, 1], [3, 1, 0, 0], [3, 1, 2, 3], [3, 2, 0, 3]]
    rules = Rules(agreements=np.array(agreements), most=6, most_full=2, remote_modes=2, needs_a_unit=3.0)
    return needs, offers, rules


def same(a: Candidates, b: Candidates) -> None:
    """Two answers are one, to the last number."""
    for name in ("candidate_start", "candidate_offer", "candidate_cost"):
        assert np.array_equal(getattr(a.problem, name), getattr(b.problem, name)), name
    for name in ("travel", "misfit", "reason", "truncated"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name


def line(at: list[float], **more: Any) -> Needs:
    """Needs of one type along a street, metres from its beginning."""
    return Needs(np.zeros(len(at), dtype=np.int64), np.array(at, dtype=float), np.zeros(len(at)), **more)


def line_of_offers(at: list[float], capacity: list[int], **more: Any) -> Offers:
    """Offers along the same street."""
    types = np.zeros(len(at), dtype=np.int64)
    return Offers(types, np.array(capacity), x=np.array(at, dtype=float), y=np.zeros(len(at)), **more)
