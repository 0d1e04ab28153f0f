"""Explanations: every statement is true in every optimum, and nothing is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, certify, solve
from lacarte.engines.matching.certify import evaluate, lower_bound
from lacarte.engines.matching.explanation.check import check, served_in_every_optimum
from lacarte.engines.matching.explanation.counterfactuals import NO_ORDER, Possible
from lacarte.engines.matching.explanation.explain import explain
from tests.engines.explained import cases, city, possible, problem, unserved, with_places, with_rank, with_row


@settings(max_examples=120, deadline=None)
@given(cases(), st.integers(1, 10))
def test_every_statement_is_true(case: tuple[Problem, Possible, Possible], grain: int) -> None:
    p, beyond, later = case
    result = solve(p)
    assert check(p, result, explain(p, result, beyond, later, grain=grain)) == []


@settings(max_examples=60, deadline=None)
@given(cases())
def test_no_change_that_would_surely_help_is_left_out(case: tuple[Problem, Possible, Possible]) -> None:
    p, beyond, _ = case
    result = solve(p)
    told = explain(p, result, beyond, grain=1)
    for need in unserved(result):
        winning = {j for j in range(len(p.capacity)) if served_in_every_optimum(with_places(p, j, 1), need)}
        assert (told.changes.one_place_at[need] in winning) == bool(winning)
        entries = range(int(beyond.start[need]), int(beyond.start[need + 1]))
        arcs = [(int(beyond.offer[e]), int(beyond.cost[e])) for e in entries]
        helping = [cost for j, cost in arcs if served_in_every_optimum(with_row(p, need, (j, cost)), need)]
        best = int(told.changes.reach[need])
        assert (int(beyond.cost[best]) if best >= 0 else None) == min(helping, default=None)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_class_and_order_are_the_least_that_help_or_would_give_a_single_holder_away(
    case: tuple[Problem, Possible, Possible],
) -> None:
    p, _, _ = case
    result = solve(p)
    told = explain(p, result, grain=1)
    held = np.flatnonzero(result.assignment >= 0)
    _, sharing = np.unique(result.assignment[held] * 256 + p.priority_class[held], return_counts=True)
    somebody_is_alone = bool((sharing == 1).any())
    for need in unserved(result):
        mine, order = int(p.priority_class[need]), int(p.order[need])
        ranks = [(c, order) for c in range(mine, -1, -1)]
        helping = [c for c, o in ranks if served_in_every_optimum(with_rank(p, need, c, o), need)]
        raised = told.changes.priority_class[need]
        assert raised == (helping[0] if helping else -1) or (raised == -1 and somebody_is_alone)
        orders = [o for o in range(order, -1, -1) if served_in_every_optimum(with_rank(p, need, mine, o), need)]
        moved = told.changes.order[need]
        assert moved == (orders[0] if orders else NO_ORDER) or (moved == NO_ORDER and somebody_is_alone)


@pytest.mark.parametrize("their_class", range(5))
def test_the_class_of_a_single_holder_cannot_be_read_off(their_class: int) -> None:
    row = [(0, 7)]
    alone = problem([row, row], [1], [their_class, 5])
    together = problem([row, row, row], [2], [their_class, their_class, 5])
    for p, kinds in ((alone, set()), (together, {"class"} if their_class else set())):
        told = explain(p, solve(p)).of(len(p.priority_class) - 1)
        assert {change.kind for change in told.changes} & {"class", "order"} == kinds


@settings(max_examples=60, deadline=None)
@given(cases())
def test_a_place_more_and_a_place_less_are_worth_what_solving_says(
    case: tuple[Problem, Possible, Possible],
) -> None:
    p, _, _ = case
    result = solve(p)
    worth = explain(p, result).worth
    for offer, places in enumerate(p.capacity.tolist()):
        assert result.objective - solve(with_places(p, offer, 1)).objective == worth.gain[offer]
        if places:
            loss = solve(with_places(p, offer, -1)).objective - result.objective
            assert loss == worth.hold[offer] * p.step + worth.rest[offer]


def test_a_city_of_10000_is_explained_without_a_fault() -> None:
    p, _, _, result, told = city()
    missing = unserved(result)
    assert len(told.zones.parent) > 20 and len(missing) > 500
    sample = [*missing[::40], *range(0, 10_000, 200)]
    assert check(p, result, told, sample) == []


def test_in_a_city_everybody_unserved_has_a_zone_and_nearly_all_a_change() -> None:
    p, _, _, result, told = city()
    missing = np.array(unserved(result))
    some = missing[np.diff(p.candidate_start)[missing] > 0]
    assert (told.zones.of_need[some] >= 0).all()
    assert all(told.of(int(need)).changes for need in some)
    kinds = {change.kind for need in missing for change in told.of(int(need)).changes}
    assert kinds == {"reach", "later", "one_place", "places", "class", "order"}


def test_zones_lie_inside_one_another_or_apart() -> None:
    zones = city()[-1].zones
    for z, above in enumerate(zones.parent.tolist()):
        if above >= 0:
            assert set(zones.offers(z)) < set(zones.offers(above)) or zones.level[z] < zones.level[above]
            assert set(zones.offers(z)) <= set(zones.offers(above))
    outermost = [o for z in np.flatnonzero(zones.parent < 0) for o in zones.offers(int(z)).tolist()]
    assert len(outermost) == len(set(outermost)) == len(zones.offer)


def test_compiled_and_plain_kernels_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    p, beyond, later, result, plain = city()
    monkeypatch.setattr(compiling, "COMPILE_FROM", 0)
    compiled = explain(p, result, beyond, later)
    for part in ("cards", "worth", "zones", "changes"):
        one, other = vars(getattr(plain, part)), vars(getattr(compiled, part))
        assert all(np.array_equal(one[name], other[name]) for name in one), part


def test_an_offer_listed_twice_counts_once_and_large_costs_fit() -> None:
    far = 2**31 - 1
    places = [0] * 70
    for offer in (5, 40, 69):
        places[offer] = 1
    row = [(40, 1), (69, 2), (40, 1), (69, far), (5, far)]
    p = problem([row, row, row, row], places, [0, 0, 1, 2])
    result = solve(p)
    told = explain(p, result)
    assert check(p, result, told) == []
    assert sorted(told.cards.rank[result.assignment >= 0].tolist()) == [0, 1, 2]
    assert {change.kind for change in told.of(3).changes} == {"one_place"}  # a class would give a holder away


def test_a_result_with_a_gap_is_explained_by_levels_alone() -> None:
    """Two people hold each other's nearer offer: served as well as can be, but not at least cost."""
    p = problem([[(0, 1), (1, 9)], [(0, 9), (1, 1)], [(0, 5)], [(2, 4)]], [1, 1, 1], [0, 0, 1, 1])
    best = solve(p)
    assignment = np.array([1, 0, -1, 2], dtype=np.int32)
    cost, objective = evaluate(p, assignment)
    bound = lower_bound(p, best.price)
    result = replace(
        best, assignment=assignment, cost=cost, objective=objective, bound=bound, gap=objective - bound
    )
    assert certify(p, result).gap == 16
    beyond = possible([[], [], [(2, 30), (0, 1)], []])
    told = explain(p, result, beyond)
    assert check(p, result, told) == []
    assert [change.kind for change in told.of(2).changes] == ["one_place"]
    assert told.of(0).nearer is not None and told.of(0).nearer.others_lose < 0
    free = possible([[], [], [(2, 3)], []])
    with_free = replace(p, capacity=np.array([1, 1, 2]))
    told = explain(with_free, replace(result, bound=bound, objective=objective), free)
    assert told.of(2).changes[0].kind == "reach"


def test_nobody_and_nothing() -> None:
    for p in (problem([], [], []), problem([], [2, 0], []), problem([[], []], [], [0, 1])):
        result = solve(p)
        told = explain(p, result)
        assert check(p, result, told) == []
        assert [told.of(need).outcome for need in unserved(result)] == ["no-offer"] * len(unserved(result))
