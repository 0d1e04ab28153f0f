"""Where to open sites: against brute force, a published optimum, and its own bound."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.siting import Locations, branching, covering, maximal_covering, p_median

PMED1 = Path(__file__).parents[1] / "data" / "pmed1.txt"


def everywhere(distance: np.ndarray, **more: Any) -> Locations:
    """Every demand may use every site."""
    n, k = distance.shape
    return Locations(
        start=np.arange(n + 1) * k,
        site=np.tile(np.arange(k), n),
        distance=distance.ravel(),
        cost=more.pop("cost", np.ones(k, dtype=np.int64)),
        **more,
    )


@st.composite
def locations(draw: st.DrawFn) -> Locations:
    n, k = draw(st.integers(0, 8)), draw(st.integers(1, 6))
    rows = [draw(st.lists(st.integers(0, k - 1), unique=True, max_size=k)) for _ in range(n)]
    m = sum(map(len, rows))
    return Locations(
        start=np.cumsum([0, *map(len, rows)]),
        site=np.array([j for row in rows for j in row], dtype=np.int32),
        distance=np.array(draw(st.lists(st.integers(0, 9), min_size=m, max_size=m)), dtype=np.int32),
        cost=np.array(draw(st.lists(st.integers(0, 3), min_size=k, max_size=k)), dtype=np.int64),
        weight=np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), dtype=np.int64),
        existing=np.array(draw(st.lists(st.sampled_from([False, False, True]), min_size=k, max_size=k))),
        beyond=draw(st.sampled_from([-1, 5, 30])),
    )


def choices(x: Locations, budget: int) -> list[np.ndarray]:
    """Every choice of sites that the budget allows, existing ones open."""
    k = len(x.cost)
    every = [np.array(way, dtype=bool) for way in itertools.product([False, True], repeat=k)]
    return [c for c in every if c[x.existing].all() and x.cost[c & ~x.existing].sum() <= budget]


def way(x: Locations, opened: np.ndarray) -> int:
    """The weighted distances to the nearest open site."""
    nearest = np.full(len(x.weight), x.beyond)
    use = opened[x.site]
    np.minimum.at(nearest, x.demands[use], x.distance[use])
    return int((x.weight * nearest).sum())


def within(x: Locations, opened: np.ndarray, reach: int) -> int:
    """The weight of demands with an open site within reach."""
    use = opened[x.site] & (x.distance <= reach)
    return int(x.weight[np.unique(x.demands[use])].sum())


@settings(max_examples=150, deadline=None)
@given(locations(), st.integers(0, 6))
def test_the_p_median_is_the_least_way_and_proves_it(x: Locations, budget: int) -> None:
    found = p_median(x, budget)
    assert found.value == way(x, found.open) == min(way(x, c) for c in choices(x, budget))
    assert found.gap == 0
    assert found.open[x.existing].all()
    assert found.spent == x.cost[found.open & ~x.existing].sum() <= budget


@settings(max_examples=150, deadline=None)
@given(locations(), st.integers(0, 6), st.integers(0, 9))
def test_the_covering_reaches_most_people_and_proves_it(x: Locations, budget: int, reach: int) -> None:
    found = maximal_covering(x, budget, reach)
    assert found.value == within(x, found.open, reach) == max(within(x, c, reach) for c in choices(x, budget))
    assert found.gap == 0
    assert found.value == x.weight[found.covered].sum()
    assert found.spent == x.cost[found.open & ~x.existing].sum() <= budget


@settings(max_examples=100, deadline=None)
@given(locations(), st.integers(0, 6), st.integers(0, 9))
def test_without_branching_the_bounds_still_hold(x: Locations, budget: int, reach: int) -> None:
    median, cover = p_median(x, budget, branches=0), maximal_covering(x, budget, reach, branches=0)
    assert median.bound <= min(way(x, c) for c in choices(x, budget)) <= median.value
    assert cover.value <= max(within(x, c, reach) for c in choices(x, budget)) <= cover.bound


@settings(max_examples=60, deadline=None)
@given(locations(), st.integers(0, 6))
def test_each_demand_is_served_by_its_nearest_open_site(x: Locations, budget: int) -> None:
    found = p_median(x, budget)
    for i, site in enumerate(found.nearest.tolist()):
        mine = range(x.start[i], x.start[i + 1])
        options = [(int(x.distance[at]), int(x.site[at])) for at in mine if found.open[x.site[at]]]
        if site >= 0:
            assert {j: d for d, j in options}[site] == min(options)[0]
        else:
            assert options == []


def shortest_paths(text: str) -> tuple[np.ndarray, int]:
    """The distances of an OR-Library instance, and how many sites to open."""
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    (n, _, p), *edges = [[int(word) for word in line] for line in lines]
    distance = np.where(np.eye(n, dtype=bool), 0, 10**6)
    for a, b, cost in edges:
        distance[a - 1, b - 1] = distance[b - 1, a - 1] = cost
    for via in range(n):
        distance = np.minimum(distance, distance[:, via : via + 1] + distance[via : via + 1])
    return distance, p


def test_the_published_optimum_of_pmed1_is_found_and_proved() -> None:
    distance, p = shortest_paths(PMED1.read_text())
    found = p_median(everywhere(distance), p)
    assert (found.value, found.bound, found.open.sum()) == (5819, 5819, 5)


def plane(n: int, k: int, seed: int, **more: Any) -> Locations:
    draw = np.random.default_rng(seed)
    people, sites = draw.random((n, 2)), draw.random((k, 2))
    return everywhere((np.linalg.norm(people[:, None] - sites, axis=2) * 1000).astype(np.int32), **more)


def test_the_solver_of_mixed_integer_problems_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    x = plane(150, 25, seed=3, weight=np.random.default_rng(4).integers(1, 50, 150))
    ours = maximal_covering(x, 4, reach=180)
    monkeypatch.setattr(branching, "ROUNDS", 1)
    monkeypatch.setattr(branching, "BRANCH_ROUNDS", 1)
    asked: list[bool] = []
    exact = covering._exact
    monkeypatch.setattr(covering, "_exact", lambda *args: asked.append(True) or exact(*args))
    theirs = maximal_covering(x, 4, reach=180, branches=1)
    assert asked and ours.gap == theirs.gap == 0
    assert ours.value == theirs.value


def test_compiled_and_plain_python_choose_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    x = plane(60, 20, seed=1)
    plain = p_median(x, 4)
    monkeypatch.setattr(compiling, "COMPILE_FROM", 0)
    compiled = p_median(x, 4)
    assert plain.open.tolist() == compiled.open.tolist()
    assert (plain.value, plain.bound) == (compiled.value, compiled.bound)


def test_ctrl_c_gives_the_best_so_far_with_a_bound_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    x = plane(40, 15, seed=2)
    best = p_median(x, 3).value

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(branching, "tighten", interrupted)
    found = p_median(x, 3)
    assert not found.complete
    assert found.bound <= best <= found.value == way(x, found.open)
    assert found.open.sum() == 3


def test_people_whom_the_same_sites_reach_are_one_demand() -> None:
    x = everywhere(np.zeros((50, 2), dtype=np.int32))
    merged, unreachable = covering._merged(x, 0)
    assert merged.weight.tolist() == [50]
    assert unreachable == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"site": [0, 4]}, r"site\[1\] = 4 is not one of the 2 sites"),
        ({"site": [1, 1]}, r"demand\[1\] = 0 lists a site twice"),
        ({"distance": [3, -1]}, r"distance\[1\] = -1 is negative"),
        ({"distance": [3]}, "distance has 1 entries, it should have 2"),
        ({"distance": [0.5, 1.0]}, "whole numbers"),
        ({"weight": [-2]}, r"weight\[0\] = -2 is negative"),
        ({"weight": [2**60], "distance": [9, 9]}, "too large to be exact"),
        ({"cost": [1, -1]}, r"cost\[1\] = -1 is negative"),
        ({"cost": [2**60, 2**60]}, "cost is too large"),
        ({"start": [0, 1]}, "start must go from 0 to the 2 pairs"),
        ({"start": [0, 3, 2]}, "weight has 1 entries|start"),
        ({"existing": [True]}, "existing has 1 entries"),
        ({"existing": [0, 1]}, "existing must be one row of True and False"),
        ({"existing": [[True, False]]}, "existing must be one row of True and False"),
        ({"beyond": -7}, "beyond = -7 is negative"),
        ({"beyond": 2.5}, r"beyond = 2.5 is not a whole number"),
    ],
)
def test_errors_name_the_array_and_the_index(changes: dict[str, Any], says: str) -> None:
    good: dict[str, Any] = {"start": [0, 2], "site": [0, 1], "distance": [3, 5], "cost": [1, 1], "weight": [1]}
    with pytest.raises(ValueError, match=says):
        Locations(**{**good, **changes})


@pytest.mark.parametrize("wrong", [-1, 1.5, float("nan"), "2", None])
def test_a_budget_a_reach_or_branches_below_0_or_not_whole_are_refused_by_name(wrong: Any) -> None:
    x = plane(3, 2, seed=0)
    why = f"= {wrong} is (negative|not a whole number)"
    with pytest.raises(ValueError, match=f"budget {why}"):
        p_median(x, wrong)
    with pytest.raises(ValueError, match=f"budget {why}"):
        maximal_covering(x, wrong, 5)
    with pytest.raises(ValueError, match=f"reach {why}"):
        maximal_covering(x, 1, wrong)
    with pytest.raises(ValueError, match=f"branches {why}"):
        p_median(x, 1, branches=wrong)


def test_existing_sites_may_be_a_list() -> None:
    x = everywhere(np.array([[1, 9], [9, 1]]), existing=[True, False])
    assert p_median(x, np.int64(0)).open.tolist() == [True, False]  # type: ignore[arg-type]
    found = p_median(x, 1)
    assert (found.open.tolist(), found.value, found.spent) == ([True, True], 2, 1)
    assert maximal_covering(x, 0, 1).open.tolist() == [True, False]


def test_nobody_and_nowhere() -> None:
    nothing = np.zeros(0, dtype=np.int32)
    empty = Locations(start=np.zeros(1, np.int64), site=nothing, distance=nothing, cost=np.zeros(0, np.int64))
    assert p_median(empty, 2).gap == 0
    assert maximal_covering(empty, 2, 5).gap == 0
