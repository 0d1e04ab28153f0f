"""Bundles against brute force, their certificate, and their errors."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.matching import Problem, solve
from lacarte.engines.matching.bundles.solve import (
    MUST,
    REQUIRED,
    BundleProblem,
    BundleResult,
    Rule,
    check_bundles,
    prices_from,
    solve_bundles,
)
from lacarte.engines.matching.bundles.value import rating
from lacarte.engines.matching.bundles.zones import polish

Part = list[tuple[int, int]]  # lot and cost of each candidate


def bundles(parts: list[list[Part]], capacity: list[int], classes: list[int], **more: Any) -> BundleProblem:
    """A problem from nested lists; ``rules``: a list of (first, second, kind, saving) for each bundle."""
    every = [part for bundle in parts for part in bundle]
    rules = more.pop("rules", [[] for _ in parts])
    first, second, kind, saving = np.array([r for own in rules for r in own], dtype=np.int64).reshape(-1, 4).T
    return BundleProblem(
        part_start=np.cumsum([0, *map(len, parts)]),
        candidate_start=np.cumsum([0, *map(len, every)]),
        candidate_lot=np.array([lot for part in every for lot, _ in part], dtype=np.int32),
        candidate_cost=np.array([cost for part in every for _, cost in part], dtype=np.int32),
        capacity=np.array(capacity, dtype=np.int32),
        priority_class=np.array(classes, dtype=np.uint8),
        rule_start=np.cumsum([0, *map(len, rules)]),
        rule_first=first,
        rule_second=second,
        rule_kind=kind,
        rule_saving=saving,
        **more,
    )


@st.composite
def small_bundles(draw: st.DrawFn, most_parts: int = 3) -> BundleProblem:
    k = draw(st.integers(1, 4))
    part = st.lists(st.tuples(st.integers(0, k - 1), st.integers(0, 9)), max_size=3)
    parts = draw(st.lists(st.lists(part, min_size=1, max_size=most_parts), max_size=4))
    lots = {
        name: draw(st.lists(st.integers(0, 2), min_size=k, max_size=k))
        for name in ("lot_provider", "lot_place", "lot_day", "lot_begin")
    }
    rules = []
    for bundle in parts:
        pairs = list(itertools.permutations(range(len(bundle)), 2))
        saving = st.sampled_from([REQUIRED, 0, 2, 5])
        rule = st.tuples(st.sampled_from(pairs or [(0, 0)]), st.sampled_from(list(Rule)), saving)
        found = draw(st.lists(rule, max_size=3)) if pairs else []
        rules.append([(*pair, kind, saved) for pair, kind, saved in found])
    count = sum(map(len, parts))
    return bundles(
        parts,
        draw(st.lists(st.integers(0, 2), min_size=k, max_size=k)),
        draw(st.lists(st.sampled_from([0, 3, 255]), min_size=len(parts), max_size=len(parts))),
        rules=rules,
        skip_cost=draw(st.lists(st.sampled_from([MUST, MUST, 0, 4]), min_size=count, max_size=count)),
        order=draw(st.lists(st.integers(-1, 1), min_size=len(parts), max_size=len(parts))),
        lot_end=np.array(lots["lot_begin"]) + 1,
        **lots,
    )


def ways(p: BundleProblem, b: int) -> Iterator[tuple[int, list[int]]]:
    """Every allowed composition of a bundle: its cost and the candidates, -1 where a part is left out."""
    parts = range(p.part_start[b], p.part_start[b + 1])
    own = [
        [*range(p.candidate_start[q], p.candidate_start[q + 1]), *([-1] if p.skip_cost[q] >= 0 else [])]
        for q in parts
    ]
    for picked in itertools.product(*own):
        cost = sum(
            int(p.candidate_cost[c] if c >= 0 else p.skip_cost[q]) for q, c in zip(parts, picked, strict=True)
        )
        allowed = any(c >= 0 for c in picked)
        for r in range(p.rule_start[b], p.rule_start[b + 1]):
            x, y = picked[p.rule_first[r]], picked[p.rule_second[r]]
            if x < 0 or y < 0:
                continue
            a, z = int(p.candidate_lot[x]), int(p.candidate_lot[y])
            holds = [
                p.lot_provider[a] == p.lot_provider[z],
                p.lot_place[a] == p.lot_place[z],
                p.lot_day[a] == p.lot_day[z],
                p.lot_end[a] <= p.lot_begin[z] or p.lot_end[z] <= p.lot_begin[a],
                p.lot_end[a] <= p.lot_begin[z],
            ][p.rule_kind[r]]
            allowed = allowed and (holds or p.rule_saving[r] != REQUIRED)
            cost -= max(int(p.rule_saving[r]), 0) if holds else 0
        if allowed:
            yield cost, list(picked)


def brute_force(p: BundleProblem) -> tuple[list[int], int, dict[int, int]]:
    """Unserved in each class, most urgent first, then the objective: the best of all answers.

    And for each class the most that can be served of it and of those before.
    """
    n = len(p.priority_class)
    best, most = ([n + 1], 0), dict.fromkeys(p.priority_class.tolist(), 0)
    for picked in itertools.product(*([(int(p.penalty[b]), []), *ways(p, b)] for b in range(n))):
        lots = [p.candidate_lot[c] for _, own in picked for c in own if c >= 0]
        if (np.bincount(lots, minlength=len(p.capacity)).astype(int) > p.capacity).any():
            continue
        rank = p.priority_class.tolist()
        missed = [sum(not own and rank[b] == k for b, (_, own) in enumerate(picked)) for k in (0, 3, 255)]
        best = min(best, (missed, sum(cost for cost, _ in picked)))
        for k in most:
            most[k] = max(most[k], sum(bool(own) and rank[b] <= k for b, (_, own) in enumerate(picked)))
    return (*best, most)


def missed_by(p: BundleProblem, result: BundleResult) -> list[int]:
    return [int((p.priority_class == k).sum()) - result.served_by_class.get(k, 0) for k in (0, 3, 255)]


@settings(max_examples=60, deadline=None)
@given(small_bundles())
def test_the_complete_search_finds_the_best_of_all_answers(p: BundleProblem) -> None:
    result = solve_bundles(p, exact=True, sweeps=6)
    missed, objective, _ = brute_force(p)
    assert result.proven
    assert missed_by(p, result) == missed
    assert (result.objective, result.bound, result.gap) == (objective, objective, 0)
    assert check_bundles(p, result).bound <= objective


@settings(max_examples=100, deadline=None)
@given(small_bundles(), st.integers(0, 3))
def test_prices_give_an_allowed_answer_and_true_bounds(p: BundleProblem, seed: int) -> None:
    result = solve_bundles(p, exact=False, sweeps=12, seed=seed)
    missed, objective, most = brute_force(p)
    assert (missed, objective) <= (missed_by(p, result), result.objective)
    assert result.bound <= objective
    assert all(result.served_at_most[k] >= most[k] for k in most)
    assert check_bundles(p, result).bound == result.bound


@settings(max_examples=40, deadline=None)
@given(small_bundles(most_parts=1))
def test_bundles_of_one_part_are_needs(p: BundleProblem) -> None:
    needs = Problem(p.candidate_start, p.candidate_lot, p.candidate_cost, p.capacity, p.priority_class, p.order)
    expected = solve(needs)
    result = solve_bundles(p)
    assert (p.step, p.penalty.tolist()) == (needs.step, needs.penalty.tolist())
    assert (result.objective, result.gap) == (expected.objective, expected.gap)
    assert check_bundles(p, result).gap == expected.gap
    assert solve_bundles(p, exact=True, sweeps=4).objective == expected.objective
    assert prices_from(expected, p).tolist() == expected.price.tolist()
    started = solve_bundles(p, exact=False, sweeps=1, prices=prices_from(expected, p))
    assert started.bound == expected.bound


def crowded(n: int = 60, k: int = 12) -> BundleProblem:
    """Many bundles of two parts for too few places."""
    draw = np.random.default_rng(5)
    parts = [
        [[(int(j), int(draw.integers(50))) for j in draw.integers(0, k, 3)] for _ in range(2)] for _ in range(n)
    ]
    rules = [[(0, 1, Rule.SAME_PLACE, 20)] for _ in range(n)]
    places = {"lot_place": np.arange(k) // 2, "rules": rules}
    return bundles(parts, [4] * k, draw.integers(0, 3, n).tolist(), **places)


def test_the_same_seed_gives_the_same_answer() -> None:
    for exact in (False, True):
        one, two = (solve_bundles(crowded(24, 6), exact=exact, sweeps=10, seed=7) for _ in range(2))
        assert one.choice.tolist() == two.choice.tolist()
        assert one.price.tolist() == two.price.tolist()


def test_prices_come_close_in_a_crowd() -> None:
    p = crowded()
    best, quick = solve_bundles(p, exact=True), solve_bundles(p, exact=False)
    assert best.proven
    assert quick.served_by_class[0] == best.served_by_class[0]
    assert best.objective <= quick.objective <= 1.05 * best.objective
    assert 0.9 * best.objective <= quick.bound


def test_a_bundle_is_served_as_a_whole_or_not_at_all() -> None:
    whole = bundles([[[(0, 1)], [(1, 1)]]], [1, 0], [0])
    assert solve_bundles(whole).choice.tolist() == [-1, -1]
    partly = replace(whole, skip_cost=np.array([MUST, 7], dtype=np.int32))
    result = solve_bundles(partly)
    assert (result.choice.tolist(), result.cost, result.gap) == ([0, -1], 8, 0)
    nothing = replace(whole, capacity=np.array([0, 0], dtype=np.int32), skip_cost=np.array([3, 7], dtype=np.int32))
    assert solve_bundles(nothing).served_by_class == {}


def test_the_more_urgent_bundle_is_served_though_it_costs_three_others() -> None:
    three = [[[(j, 0)] for j in range(3)], *([[(j, 0)]] for j in range(3))]
    for exact in (True, False):
        result = solve_bundles(bundles(three, [1, 1, 1], [0, 1, 1, 1]), exact=exact)
        assert result.served_by_class == {0: 1}
    assert solve_bundles(bundles(three, [1, 1, 1], [1, 0, 0, 0])).served_by_class == {0: 3}


@pytest.mark.parametrize(
    ("kind", "saving", "chosen"),
    [
        (Rule.SAME_PLACE, 5, [0, 2]),  # the dearer lot of the second part is at the same place
        (Rule.SAME_PLACE, 1, [0, 1]),
        (Rule.SAME_PROVIDER, REQUIRED, [0, 2]),
        (Rule.SAME_DAY, REQUIRED, [-1, -1]),
        (Rule.APART, REQUIRED, [0, 2]),
        (Rule.AFTER, REQUIRED, [0, 2]),
    ],
)
@pytest.mark.parametrize("exact", [True, False])
def test_rules_between_two_parts(kind: Rule, saving: int, chosen: list[int], exact: bool) -> None:
    lots = {"lot_place": [0, 1, 0], "lot_provider": [4, 5, 4], "lot_day": [0, 1, 2]}
    times = {"lot_begin": [60, 90, 120], "lot_end": [120, 150, 180]}
    p = bundles([[[(0, 0)], [(1, 0), (2, 3)]]], [1, 1, 1], [0], rules=[[(0, 1, kind, saving)]], **lots, **times)
    result = solve_bundles(p, exact=exact)
    assert result.choice.tolist() == chosen
    check_bundles(p, result)


def test_two_parts_do_not_share_one_place() -> None:
    p = bundles([[[(0, 1)], [(0, 1), (1, 9)]]], [1, 1], [0])
    assert [solve_bundles(p, exact=e).choice.tolist() for e in (True, False)] == [[0, 2], [0, 2]]


@pytest.mark.parametrize("stage", ["prices", "filled", "dived", "improved"])
def test_ctrl_c_returns_the_best_so_far_with_its_certificate(stage: str) -> None:
    def stop(at: str, objective: int, bound: int) -> None:
        assert bound <= objective
        if at == stage:
            raise KeyboardInterrupt

    p = crowded()
    result = solve_bundles(p, exact=False, tolerance=0, sweeps=10, progress=stop)
    assert check_bundles(p, result).gap == result.gap
    assert stage == "prices" or sum(result.served_by_class.values()) > 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells which signals are caught")
def test_an_exact_search_leaves_ctrl_c_as_it_was() -> None:
    solve_bundles(crowded(24, 6), exact=True)
    caught = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("SigCgt"))
    assert int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1, "Python is not told of Ctrl-C any more"


def test_a_result_that_was_tampered_with_is_noticed() -> None:
    p = bundles([[[(0, 3)], [(1, 0)]], [[(0, 5)], [(2, 0)]]], [1, 1, 1], [0, 0])
    result = solve_bundles(p, exact=False)
    for changes, says in (
        ({"choice": np.array([0, 1, 2, 3], dtype=np.int32)}, "lot 0 serves more"),
        ({"choice": np.array([0, -1, -1, -1], dtype=np.int32)}, "part 1 is not"),
        ({"choice": np.array([1, 1, -1, -1], dtype=np.int32)}, r"choice\[0\] is not a candidate"),
        ({"price": np.array([-1, 0, 0])}, r"price\[0\] is negative"),
        ({"cost": 0}, "not what the result says"),
        ({"bound": result.objective, "gap": 0, "price": np.zeros(3, dtype=np.int64)}, "the prices prove"),
    ):
        with pytest.raises(ValueError, match=says):
            check_bundles(p, replace(result, **changes))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"candidate_cost": [3, -1]}, r"candidate_cost\[1\] = -1 is negative"),
        ({"candidate_lot": [0, 4]}, r"candidate_lot\[1\] = 4 is not one of the 1 lots"),
        ({"part_start": [0, 0, 2]}, r"part_start\[0\] = 0 parts, 1 to 5"),
        ({"part_start": [0, 2]}, "part_start has 2 entries"),
        ({"skip_cost": [-2, 0]}, r"skip_cost\[0\] = -2 is below -1"),
        ({"rule_start": [0, 1, 1], "rule_kind": [9]}, r"rule_kind\[0\] = 9 is no kind"),
        ({"rule_start": [0, 1, 1], "rule_second": [1]}, r"rule_second\[0\] = 1 is no part of its bundle"),
        ({"rule_start": [0, 1, 1]}, r"rule_second\[0\] = 0 is the first part too"),
        ({"lot_begin": [5], "lot_end": [4]}, r"lot_end\[0\] = 4 is before lot_begin"),
        ({"candidate_cost": [2**31 - 1, 0], "priority_class": [0, 1], "capacity": [2**31]}, "does not fit int32"),
    ],
)
def test_errors_name_the_array_and_the_index(changes: dict[str, Any], says: str) -> None:
    good = {
        "part_start": [0, 1, 2],
        "candidate_start": [0, 1, 2],
        "candidate_lot": [0, 0],
        "candidate_cost": [3, 5],
        "capacity": [1],
        "priority_class": [0, 0],
    }
    one_rule = {"rule_first": [0], "rule_second": [0], "rule_kind": [0], "rule_saving": [0]}
    extra = one_rule if "rule_start" in changes else {}
    with pytest.raises(ValueError, match=says):
        BundleProblem(**{**good, **extra, **changes})


def test_what_is_too_large_to_be_exact_is_refused() -> None:
    huge = 2**31 - 1
    with pytest.raises(ValueError, match="too large to be exact"):
        bundles([[[(0, huge)]] * 5] * 30, [1] * 1000, list(range(30)))


def test_nobody_and_nothing() -> None:
    assert solve_bundles(bundles([], [], [])).gap == 0
    assert solve_bundles(bundles([], [3], []), exact=False).objective == 0
    assert solve_bundles(bundles([[[], []]], [], [0]), exact=False).choice.tolist() == [-1, -1]
    with pytest.raises(ValueError, match="prices must be 1"):
        solve_bundles(bundles([], [3], []), prices=np.array([], dtype=np.int64))


def test_compiled_and_in_plain_python_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    p = crowded()
    plain = solve_bundles(p, exact=False, tolerance=0)
    monkeypatch.setattr("lacarte.engines.compiling.COMPILE_FROM", 0)
    compiled = solve_bundles(p, exact=False, tolerance=0)
    assert compiled.choice.tolist() == plain.choice.tolist()
    assert (compiled.price.tolist(), compiled.bound) == (plain.price.tolist(), plain.bound)


@settings(max_examples=20, deadline=None)
@given(small_bundles(), st.integers(0, 3))
def test_contested_zones_only_make_an_answer_better(p: BundleProblem, seed: int) -> None:
    start = np.full(p.parts, -1, dtype=np.int64)
    best = rating(p, start)
    for choice in polish(p, start, np.ones(len(p.priority_class)), seed):
        assert rating(p, choice) < best
        best = rating(p, choice)
    missed, objective, _ = brute_force(p)
    assert (missed, objective) <= ([best[0][k] for k in (0, 3, 255)], best[1])
