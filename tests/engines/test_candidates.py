"""Candidates: every path against a brute force that reads like the rules, the guarantees, the errors."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.geography import haversine_metres, middle, project, travel_seconds
from lacarte.engines.geography.curve import hilbert_order
from lacarte.engines.matching import solve
from lacarte.engines.matching.candidates import build as module
from lacarte.engines.matching.candidates import grid as grid_module
from lacarte.engines.matching.candidates.build import Candidates, Needs, Offers, Reason, Rules, candidates, widen
from lacarte.engines.matching.candidates.columns import columns
from lacarte.engines.matching.candidates.grid import Grid
from lacarte.engines.matching.candidates.pairs import Table

EVER = 2**31 - 1


# The rules, once more, a pair at a time.


def metres(needs: Needs, offers: Offers, i: int, j: int) -> float:
    return math.sqrt(square(needs, offers, i, j))


def square(needs: Needs, offers: Offers, i: int, j: int) -> float:
    return float((offers.x[j] - needs.x[i]) ** 2 + (offers.y[j] - needs.y[i]) ** 2)


def apart(bits: Any, others: Any) -> bool:
    return bool(bits) and bool(others) and not int(bits) & int(others)


def is_remote(needs: Needs, offers: Offers, rules: Rules, i: int, j: int) -> bool:
    ways = int(offers.modes[j]) & rules.remote_modes
    return bool(ways) and (needs.modes[i] == 0 or bool(int(needs.modes[i]) & ways))


def types_of(offers: Offers, j: int) -> set[int]:
    return set(offers.service_type[offers.type_start[j] : offers.type_start[j + 1]].tolist())


def refusal(needs: Needs, offers: Offers, rules: Rules, i: int, j: int) -> Reason:
    kind, home, there = needs.service_type[i], needs.region[i], offers.region[j]
    deals = [d for d in rules.agreements.tolist() if d[:2] == [there, home] and d[2] <= kind <= d[3]]
    limit = min(needs.reach[i], offers.reach[j]) ** 2
    away = square(needs, offers, i, j)
    unknown = math.isnan(away)
    beyond = (math.isfinite(limit) and not rules.unknown_place_fits) if unknown else away > limit
    asked = [
        (Reason.TYPE, kind not in types_of(offers, j)),
        (Reason.AGREEMENT, home != there and home != 0 and there != 0 and not deals),
        (Reason.ELIGIBILITY, int(offers.required[j]) & ~int(needs.eligible[i]) != 0),
        (Reason.HOUSEHOLD, needs.household[i] > offers.household[j]),
        (Reason.MODE, rules.mode_misfit is None and apart(needs.modes[i], offers.modes[j])),
        (Reason.LANGUAGE, rules.language_misfit is None and apart(needs.languages[i], offers.languages[j])),
        (Reason.DEADLINE, max(needs.earliest[i], offers.first[j]) > min(needs.deadline[i], offers.last[j])),
        (Reason.REACH, beyond and not is_remote(needs, offers, rules, i, j)),
    ]
    return next((reason for reason, fails in asked if fails), Reason.NONE)


def cost_of(needs: Needs, offers: Offers, rules: Rules, i: int, j: int) -> tuple[int, int, int, int, int]:
    """Travel, wait, language, mode, offer."""
    away = metres(needs, offers, i, j)
    way = rules.unknown_travel if math.isnan(away) else math.floor(float(travel_seconds(away, rules.speeds)) + 0.5)
    return (
        0 if is_remote(needs, offers, rules, i, j) else way,
        max(int(offers.first[j]) - int(needs.earliest[i]), 0) * rules.wait_per_bucket,
        (rules.language_misfit or 0) * apart(needs.languages[i], offers.languages[j]),
        (rules.mode_misfit or 0) * apart(needs.modes[i], offers.modes[j]),
        int(offers.cost[j]) + int(offers.wait[j]),
    )


def possible(needs: Needs, offers: Offers, rules: Rules) -> dict[tuple[int, int], int]:
    """The cost of every pair that no rule forbids."""
    return {
        (i, j): sum(cost_of(needs, offers, rules, i, j))
        for i in range(len(needs))
        for j in range(len(offers))
        if refusal(needs, offers, rules, i, j) == Reason.NONE
    }


def least(pairs: dict[tuple[int, int], int], side: int, at: int, wanted: int) -> set[tuple[int, int]]:
    """The cheapest pairs of one need (side 0) or offer (1), ties to the lower number of the other."""
    mine = [(cost, pair[1 - side], pair) for pair, cost in pairs.items() if pair[side] == at]
    return {pair for _, _, pair in sorted(mine)[:wanted]}


def expected(needs: Needs, offers: Offers, rules: Rules) -> dict[tuple[int, int], int]:
    everything = possible(needs, offers, rules)
    has_room = {pair: cost for pair, cost in everything.items() if offers.capacity[pair[1]] > 0}
    full = {pair: cost for pair, cost in everything.items() if offers.capacity[pair[1]] == 0}
    kept = set().union(*(least(has_room, 0, i, rules.most) for i in range(len(needs))))
    whole = frozenset(kept)
    for j, wanted in enumerate(wanted_of(needs, offers, rules)):
        lacking = wanted - sum(pair[1] == j for pair in whole)
        left_out = {pair: cost for pair, cost in has_room.items() if pair not in whole}
        kept |= least(left_out, 1, j, max(lacking, 0))
    kept = kept.union(*(least(full, 0, i, rules.most_full) for i in range(len(needs))))
    return {pair: everything[pair] for pair in kept}


def wanted_of(needs: Needs, offers: Offers, rules: Rules) -> list[int]:
    mine = [int(np.isin(needs.service_type, list(types_of(offers, j))).sum()) for j in range(len(offers))]
    useful = [min(int(capacity), m) for capacity, m in zip(offers.capacity, mine, strict=True)]
    share = min(1.0, len(needs) / max(sum(useful), 1))
    return [min(math.ceil(u * share * rules.needs_a_unit), m) for u, m in zip(useful, mine, strict=True)]


def pairs_of(found: Candidates) -> dict[tuple[int, int], int]:
    p = found.problem
    rows, offers, costs = p.rows.tolist(), p.candidate_offer.tolist(), p.candidate_cost.tolist()
    pairs = dict(zip(zip(rows, offers, strict=True), costs, strict=True))
    assert len(pairs) == len(rows), "a pair twice"
    return pairs


# Small towns: coordinates on a coarse lattice, so that ties, limits met exactly and shared places happen.

some_bits = st.sampled_from([0, 0, 1, 2, 3, 1 << 63])
a_place = st.sampled_from([math.nan, 0.0, 300.0, 400.0, 900.0, -1200.0, 5000.0, 90000.0])
a_reach = st.sampled_from([math.inf, math.inf, 0.0, 500.0, 1000.0, 6000.0])
a_bucket = st.sampled_from([-2, 0, 1, 3])


def column(draw: st.DrawFn, of: st.SearchStrategy[Any], n: int, kind: Any) -> np.ndarray:
    return np.array(draw(st.lists(of, min_size=n, max_size=n)), dtype=kind)


@st.composite
def towns(draw: st.DrawFn) -> tuple[Needs, Offers, Rules]:
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


@pytest.fixture(params=["tables", "grid"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to look, the grid in plain Python."""
    use(request.param, monkeypatch)
    return str(request.param)


def use(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = {
        "tables": lambda made, threads: Table(made),
        "grid": lambda made, threads: Grid(made, 1, compiled=False),
        "compiled": lambda made, threads: Grid(made, threads),
    }
    monkeypatch.setattr(module, "_finder", ways[path])
    monkeypatch.setattr(grid_module, "_OFFERS_IN_A_CELL", 4.0 if path == "compiled" else 0.2)  # many rings
    monkeypatch.setattr(grid_module, "_BULK", (0.01, 0.99) if path == "compiled" else (0.2, 0.8))


def check(needs: Needs, offers: Offers, rules: Rules) -> Candidates:
    """All that is promised of an answer."""
    found = candidates(needs, offers, rules)
    assert pairs_of(found) == expected(needs, offers, rules)
    everything = possible(needs, offers, rules)
    start = found.problem.candidate_start
    for i in range(len(needs)):
        mine = slice(start[i], start[i + 1])
        row = list(zip(found.problem.candidate_cost[mine], found.problem.candidate_offer[mine], strict=True))
        assert row == sorted(row)
        able = [j for j in range(len(offers)) if (i, j) in everything and offers.capacity[j] > 0]
        assert found.truncated[i] == (len(able) > rules.most)
        refused = [refusal(needs, offers, rules, i, j) or Reason.CAPACITY for j in range(len(offers))]
        assert found.reason[i] == (Reason.NONE if able else max(refused, default=Reason.TYPE))
        parts = found.parts(mine)
        for at, (_, j) in enumerate(row):
            said = (parts.travel[at], parts.wait[at], parts.language[at], parts.mode[at], parts.offer[at])
            assert said == cost_of(needs, offers, rules, i, j)
    return found


@settings(max_examples=100, deadline=None)
@given(towns())
def test_tables_find_what_the_rules_say(town: tuple[Needs, Offers, Rules]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        use("tables", patch)
        check(*town)


@settings(max_examples=100, deadline=None)
@given(towns())
def test_the_grid_finds_what_the_rules_say(town: tuple[Needs, Offers, Rules]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        use("grid", patch)
        check(*town)


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
    draw = np.random.default_rng(seed)
    agreements = [[1, 2, 0, 9], [1, 3, 0, 3], [1, 3, 5, 5], [2, 1, 0, 4]]
    forbidden = [None, 900][draw.integers(2)]
    given = {"most": draw.integers(1, 9), "most_full": draw.integers(4), "needs_a_unit": draw.integers(8)}
    return Rules(forbidden, remote_modes=2, agreements=np.array(agreements), **(given | more))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_the_grid_is_as_good_as_the_tables_in_a_crowd(seed: int) -> None:
    needs, offers = a_crowd(seed, 24, 50)
    rules, answers = crowd_rules(seed), []
    price = np.random.default_rng(seed).choice([0, 0, 50, 3000], 50)
    for way in ("tables", "grid"):
        with pytest.MonkeyPatch.context() as patch:
            use(way, patch)
            found = candidates(needs, offers, rules)
            answers.append((found, widen(found, price)))
    same(answers[0][0], answers[1][0])
    same(answers[0][1], answers[1][1])
    if seed % 8 == 0:
        assert pairs_of(answers[0][0]) == expected(needs, offers, rules)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
@example(48129901, False)  # candidates cost nothing, what was left out costs more than a step is worth
def test_widening_ends_at_the_optimum_over_all_pairs(seed: int, grid: bool) -> None:
    needs, offers = a_crowd(seed, 24, 16)
    rules = crowd_rules(seed, most=1, needs_a_unit=0)
    with pytest.MonkeyPatch.context() as patch:
        use("grid" if grid else "tables", patch)
        found = candidates(needs, offers, rules)
        while True:
            result = solve(found.problem)
            wider = widen(found, result.price)
            if wider is found:
                break
            assert len(wider.travel) > len(found.travel)
            found = wider
        everything = solve(candidates(needs, offers, replace(rules, most=50)).problem)
    assert set(pairs_of(found)) <= set(possible(needs, offers, rules))
    assert everything.served_by_class == result.served_by_class
    assert everything.cost == result.cost


def a_city(n: int, k: int, seed: int) -> tuple[Needs, Offers, Rules]:
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
    for name in ("candidate_start", "candidate_offer", "candidate_cost"):
        assert np.array_equal(getattr(a.problem, name), getattr(b.problem, name)), name
    for name in ("travel", "misfit", "reason", "truncated"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name


def test_compiled_on_any_threads_and_by_tables_the_answer_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    if not compiling.available():
        pytest.skip("numba is not installed")
    city = a_city(3000, 250, 4)
    use("tables", monkeypatch)
    by_tables = candidates(*city)
    assert by_tables.truncated.any() and set(by_tables.counts) >= {Reason.NONE, Reason.TYPE, Reason.REACH}
    price = solve(by_tables.problem).price
    wider = widen(by_tables, price)
    use("compiled", monkeypatch)
    monkeypatch.setattr(grid_module, "_BLOCK", 700)
    for threads in (1, 2):
        compiled = candidates(*city, threads=threads)
        same(compiled, by_tables)
        same(widen(compiled, price), wider)
    assert len(wider.travel) > len(by_tables.travel)
    many = *city[:2], replace(city[2], most=100, most_full=80)
    compiled = candidates(*many)
    assert np.diff(compiled.problem.candidate_start).max() > 64
    use("tables", monkeypatch)
    same(compiled, candidates(*many))


def test_large_sets_take_the_compiled_way(monkeypatch: pytest.MonkeyPatch) -> None:
    made = columns(*a_city(50, 20, 1), np.zeros(20, dtype=np.int64))
    assert isinstance(module._finder(made, 2), Table)
    monkeypatch.setattr(compiling, "COMPILE_FROM", 50)
    assert isinstance(module._finder(made, 2), Grid) == compiling.available()


# What is promised, in words.


def line(at: list[float], **more: Any) -> Needs:
    return Needs(np.zeros(len(at), dtype=np.int64), np.array(at, dtype=float), np.zeros(len(at)), **more)


def line_of_offers(at: list[float], capacity: list[int], **more: Any) -> Offers:
    types = np.zeros(len(at), dtype=np.int64)
    return Offers(types, np.array(capacity), x=np.array(at, dtype=float), y=np.zeros(len(at)), **more)


def test_full_offers_crowd_nobody_out(path: str) -> None:
    needs, offers = line([0]), line_of_offers([1, 2, 3, 500], [0, 0, 0, 1])
    found = candidates(needs, offers, Rules(most=1, most_full=2))
    assert found.problem.candidate_offer.tolist() == [0, 1, 3]
    assert found.reason.tolist() == [Reason.NONE] and not found.truncated.any()
    assert solve(found.problem).assignment.tolist() == [3]


def test_capacity_that_only_truncated_needs_can_use_is_not_stranded(path: str) -> None:
    # Everybody's nearest offer has one place; all four can be served, but only if the far ones keep somebody.
    needs, offers = line([0, 1, 2, 3]), line_of_offers([0, 900, 901, 902], [1, 1, 1, 1])
    alone = candidates(needs, offers, Rules(most=1, needs_a_unit=0.0))
    assert solve(alone.problem).served_by_class == {0: 1}
    found = candidates(needs, offers, Rules(most=1, needs_a_unit=4.0))
    assert solve(found.problem).served_by_class == {0: 4}
    assert found.truncated.all()


def test_huge_capacities_do_not_make_everybody_a_candidate_of_everything(path: str) -> None:
    needs, offers = line(list(range(60))), line_of_offers(list(range(30)), [2**31 - 1] * 30)
    found = candidates(needs, offers, Rules(most=2, needs_a_unit=2.0))
    assert len(found.travel) <= 60 * 2 + 2 * 60 + 30


@pytest.mark.parametrize(
    ("offer", "need", "rules", "reason"),
    [
        ({"region": [2]}, {"region": [1]}, {}, Reason.AGREEMENT),
        ({"region": [2]}, {"region": [1]}, {"agreements": np.array([[1, 2, 0, 9]])}, Reason.AGREEMENT),
        ({"region": [2]}, {"region": [1]}, {"agreements": np.array([[2, 1, 1, 9]])}, Reason.AGREEMENT),
        ({"region": [2]}, {"region": [1]}, {"agreements": np.array([[2, 1, 0, 9]])}, Reason.NONE),
        ({"required": [3]}, {"eligible": [1]}, {}, Reason.ELIGIBILITY),
        ({"household": [3]}, {"household": [4]}, {}, Reason.HOUSEHOLD),
        ({"modes": [1]}, {"modes": [2]}, {}, Reason.MODE),
        ({"modes": [1]}, {"modes": [2]}, {"mode_misfit": 60}, Reason.NONE),
        ({"languages": [1]}, {"languages": [2]}, {"language_misfit": None}, Reason.LANGUAGE),
        ({"languages": [1]}, {"languages": [2]}, {}, Reason.NONE),
        ({"first": [5]}, {"deadline": [4]}, {}, Reason.DEADLINE),
        ({"last": [5]}, {"earliest": [6]}, {}, Reason.DEADLINE),
        ({}, {"earliest": [6], "deadline": [5]}, {}, Reason.DEADLINE),
        ({"reach": [99]}, {}, {}, Reason.REACH),
        ({"reach": [100]}, {}, {}, Reason.NONE),
        ({}, {"reach": [99]}, {}, Reason.REACH),
        ({"reach": [99], "modes": [4]}, {}, {"remote_modes": 4}, Reason.NONE),
        ({"capacity": [0]}, {}, {}, Reason.CAPACITY),
        ({"capacity": [0]}, {}, {"most_full": 0}, Reason.CAPACITY),
        ({"service_type": [8]}, {}, {}, Reason.TYPE),
    ],
)
def test_why_nobody_can_serve_a_need(path: str, offer: dict, need: dict, rules: dict, reason: Reason) -> None:
    needs = Needs(**{"service_type": [0], "x": [0.0], "y": [0.0]} | need)
    offers = Offers(**{"service_type": [0], "capacity": [1], "x": [100.0], "y": [0.0]} | offer)
    found = candidates(needs, offers, Rules(**rules))
    assert found.counts == {reason: 1}
    assert len(found.travel) == (reason == Reason.NONE or (reason == Reason.CAPACITY and "most_full" not in rules))


def test_the_reason_is_that_of_the_offer_that_came_farthest(path: str) -> None:
    needs = line([0], languages=np.array([1]), modes=np.array([1]), reach=np.array([50.0]))
    offers = line_of_offers([1, 100, 2], [1, 1, 1], modes=np.array([2, 1, 1]), languages=np.array([1, 1, 2]))
    assert candidates(needs, offers, Rules(language_misfit=None)).reason.tolist() == [Reason.REACH]


def test_one_coordinate_is_no_place(path: str) -> None:
    needs = Needs([0], [0.0], [math.nan], reach=[10.0])
    offers = line_of_offers([90_000, 5], [1, 1], cost=np.array([3, 4]))
    found = candidates(needs, offers, Rules(unknown_travel=500))
    assert found.problem.candidate_offer.tolist() == [0, 1]
    assert found.problem.candidate_cost.tolist() == [503, 504]
    assert candidates(needs, offers, Rules(unknown_place_fits=False)).counts == {Reason.REACH: 1}


def test_nobody_and_nothing(path: str) -> None:
    none, nothing = Needs(np.zeros(0, dtype=int)), Offers(np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    for needs, offers in ((none, nothing), (none, line_of_offers([0], [1])), (line([0, 1]), nothing)):
        found = candidates(needs, offers)
        assert len(found.travel) == 0 and found.reason.tolist() == [Reason.TYPE] * len(needs)
        assert widen(found, np.zeros(len(offers), dtype=np.int64)) is found
    with pytest.raises(ValueError, match="price has the shape"):
        widen(found, np.zeros(3, dtype=np.int64))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: line([0, math.inf]), r"x\[1\] = inf is not between"),
        (lambda: line([0, 2e8]), r"x\[1\] = 200000000.0 is not between"),
        (lambda: line([0], reach=[-1.0]), r"reach\[0\] = -1.0 is not between"),
        (lambda: line([0], reach=[math.nan]), r"reach\[0\] = nan is not a number"),
        (lambda: line([0], languages=[-1]), r"languages\[0\] = -1 is not between"),
        (lambda: line([0], priority_class=[256]), r"priority_class\[0\] = 256"),
        (lambda: line([0], priority_class=[0.5]), "priority_class holds float64"),
        (lambda: line([0], region=[1, 2]), r"region has the shape \(2,\)"),
        (lambda: Needs([-1]), r"service_type\[0\] = -1"),
        (lambda: line_of_offers([0], [-1]), r"capacity\[0\] = -1"),
        (lambda: line_of_offers([0], [2**31]), r"capacity\[0\] = 2147483648"),
        (lambda: line_of_offers([0, 0], [1, 1], first=[0, 3], last=[9, 2]), r"first\[1\] = 3 is later than last"),
        (lambda: line_of_offers([0, 0], [1, 1], type_start=[0, 3, 2]), r"type_start\[2\] = 2 goes down"),
        (lambda: line_of_offers([0, 0], [1, 1], type_start=[0, 1, 3]), "type_start must go from 0 to the 2"),
        (lambda: Rules(language_misfit=-5), "language_misfit is -5"),
        (lambda: Rules(most=0), "most is 0"),
        (lambda: Rules(agreements=np.array([[1, 2, 5, 3]])), r"agreements\[0\] = 5 is a first type after"),
        (lambda: Rules(agreements=np.array([1, 2])), "agreements has the shape"),
    ],
)
def test_errors_name_the_column_and_the_row(make: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def test_costs_that_no_array_holds_are_refused(path: str) -> None:
    offers = line_of_offers([0], [1], cost=[2**31 - 1])
    with pytest.raises(ValueError, match="a candidate could cost"):
        candidates(line([0]), offers)
    with pytest.raises(ValueError, match="a candidate could cost"):
        candidates(line([0]), line_of_offers([0], [1], first=[10**6]), Rules(wait_per_bucket=10**6))


def test_far_corners_of_the_earth_are_no_trouble(path: str) -> None:
    needs, offers = line([-1e8, 0, 1e8]), line_of_offers([1e8, *range(40)], [1] * 41)
    found = candidates(needs, offers, Rules(most=2))
    assert pairs_of(found) == expected(needs, offers, Rules(most=2))


@pytest.mark.parametrize("turn", [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_no_side_is_given_up_too_early(turn: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    # People at the end of a street with offers all along: nothing but the far side decides when to stop.
    draw = np.random.default_rng(5)
    at, there = draw.random(60) * 300, draw.random(80) * 9000
    zero = np.zeros(80, dtype=np.int64)
    needs = Needs(zero[:60], at * turn[0], at * turn[1], reach=draw.random(60) * 4000)
    offers = Offers(
        zero[:80], zero[:80] + 1, None, there * turn[0], there * turn[1], cost=draw.integers(0, 400, 80)
    )
    for most in (3, 80):
        use("tables", monkeypatch)
        by_tables = candidates(needs, offers, Rules(most=most))
        use("grid", monkeypatch)
        same(candidates(needs, offers, Rules(most=most)), by_tables)


# The curve and the plane.


def test_the_curve_steps_from_neighbour_to_neighbour() -> None:
    x, y = (part.ravel() for part in np.meshgrid(np.arange(32.0), np.arange(32.0)))
    order = hilbert_order(x, y)
    assert sorted(order.tolist()) == list(range(32 * 32))
    assert (np.abs(np.diff(x[order])) + np.abs(np.diff(y[order])) == 1).all()


def test_unknown_places_come_last_and_ties_as_given() -> None:
    assert hilbert_order([5, np.nan, 0, np.inf, 5], [5, 1, 0, 0, 5]).tolist() == [2, 0, 4, 1, 3]
    assert hilbert_order([], []).tolist() == []
    assert hilbert_order([3, 3], [1, 1]).tolist() == [0, 1]


@given(st.floats(-180, 180), st.floats(-60, 60), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_distances_on_the_plane_are_those_on_the_ground(x: float, y: float, east: float, north: float) -> None:
    longitude, latitude = [x, (x + east + 180) % 360 - 180], [y, y + north]
    a, b = project(longitude, latitude)
    far = haversine_metres(longitude[0], latitude[0], longitude[1], latitude[1])
    assert math.hypot(a[1] - a[0], b[1] - b[0]) == pytest.approx(far, rel=0.01, abs=0.01)


def test_the_middle_is_between_also_across_the_date_line() -> None:
    assert abs(middle([179.0, -179.0], [10, 20])[0]) == pytest.approx(180)
    assert middle([np.nan, 3.0], [1.0, np.nan]) == (0.0, 0.0)
    x, y = project([1.0, np.nan], [np.nan, 2.0])
    assert np.isnan(x).all() and np.isnan(y).all()
    with pytest.raises(ValueError, match=r"latitude\[1\] = 91.0 is not between"):
        project([0, 0], [0, 91])
