"""Candidates: every path against a brute force that reads like the rules, and against the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching import solve
from lacarte.engines.matching.candidates import build as module
from lacarte.engines.matching.candidates import grid as grid_module
from lacarte.engines.matching.candidates.build import Candidates, Needs, Offers, Reason, Rules, candidates, widen
from lacarte.engines.matching.candidates.columns import columns
from lacarte.engines.matching.candidates.grid import Grid
from lacarte.engines.matching.candidates.pairs import Table
from tests.engines.candidate_rules import cost_of, expected, pairs_of, possible, refusal
from tests.engines.towns import a_city, a_crowd, crowd_rules, same, towns, use


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
