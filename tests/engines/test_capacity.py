"""Where the next unit goes, what it brings, and what sharing is worth: against solving anew."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, Result, certify, solve
from lacarte.engines.matching.capacity import growth as capacity
from lacarte.engines.matching.capacity.agreements import Crossings, agree, worth_at_most
from lacarte.engines.matching.capacity.growth import Growth, curve, grown, people_and_cost, where_next
from lacarte.engines.matching.capacity.sharing import Pool, protecting, share
from lacarte.engines.matching.certify import evaluate
from tests.engines.small import problem


@st.composite
def problems(draw: st.DrawFn, most_needs: int = 12) -> Problem:
    k = draw(st.integers(1, 5))
    pair = st.tuples(st.integers(0, k - 1), st.integers(0, 9))
    rows = draw(st.lists(st.lists(pair, max_size=4), max_size=most_needs))
    capacity = draw(st.lists(st.integers(0, 2), min_size=k, max_size=k))
    classes = draw(st.lists(st.sampled_from([0, 1, 7]), min_size=len(rows), max_size=len(rows)))
    return problem(rows, capacity, classes)


def with_more(p: Problem, units: list[int] | np.ndarray) -> Problem:
    return replace(p, capacity=p.capacity + np.array(units, dtype=np.int32))


def as_result(p: Problem, before: Result, growth: Growth) -> Result:
    """The grown match in the form that ``certify`` checks."""
    cost, objective = evaluate(p, growth.assignment)
    classes, counts = np.unique(p.priority_class[growth.assignment >= 0], return_counts=True)
    assert objective == before.objective - int(growth.worth.sum())
    assert cost == before.cost - int(growth.cost_saved.sum())
    return replace(
        before,
        assignment=growth.assignment,
        price=growth.price,
        served_by_class=dict(zip(classes.tolist(), counts.tolist(), strict=True)),
        cost=cost,
        objective=objective,
        bound=objective,
        gap=0,
    )


@settings(max_examples=80, deadline=None)
@given(problems(), st.integers(1, 5))
def test_units_are_placed_best_of_all_and_it_is_proved(p: Problem, units: int) -> None:
    before = solve(p)
    growth = where_next(p, before, units)
    pooled = share(p, before, [Pool(units, np.ones(len(p.capacity), dtype=bool))], nobody_loses=False)
    best = solve(with_more(p, pooled.units.sum(axis=0)))
    assert before.objective - int(growth.worth.sum()) == best.objective
    assert growth.gap == 0
    certify(grown(p, growth), as_result(p, before, growth))


@settings(max_examples=60, deadline=None)
@given(problems(8), st.integers(0, 3))
def test_no_placing_of_as_many_units_does_better(p: Problem, units: int) -> None:
    before = solve(p)
    ways = itertools.combinations_with_replacement(range(len(p.capacity)), units)
    best = min(solve(with_more(p, np.bincount(way, minlength=len(p.capacity)))).objective for way in ways)
    assert before.objective - int(where_next(p, before, units).worth.sum()) == best


@settings(max_examples=60, deadline=None)
@given(problems(), st.data())
def test_a_curve_is_what_solving_anew_with_each_unit_more_saves(p: Problem, data: st.DataObject) -> None:
    offer = data.draw(st.integers(0, len(p.capacity) - 1))
    before = solve(p)
    found = curve(p, before, offer, 4)
    units = np.zeros((5, len(p.capacity)), dtype=np.int32)
    units[:, offer] = np.arange(5)
    objective = [solve(with_more(p, more)).objective for more in units]
    worth = [a - b for a, b in itertools.pairwise(objective)]
    assert found.worth.tolist() == [w for w in worth if w > 0]
    assert set(found.offer.tolist()) <= {offer}


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(1, 4))
def test_what_a_unit_brings_is_told_in_people_and_cost(p: Problem, units: int) -> None:
    before = solve(p)
    growth = where_next(p, before, units)
    after = solve(grown(p, growth))
    gained = {c: after.served_by_class[c] - before.served_by_class.get(c, 0) for c in after.served_by_class}
    assert growth.people == {c: more for c, more in gained.items() if more}
    assert int(growth.cost_saved.sum()) == before.cost - after.cost
    came = growth.need[growth.need >= 0]
    assert (before.assignment[came] < 0).all() and (growth.assignment[came] >= 0).all()


@settings(max_examples=60, deadline=None)
@given(problems(8), st.data())
def test_the_first_crew_goes_where_it_brings_most_and_the_bound_holds(p: Problem, data: st.DataObject) -> None:
    before = solve(p)
    k = len(p.capacity)
    found = where_next(p, before, 4, crew=2)
    blocks = [2 * np.bincount(way, minlength=k) for way in itertools.combinations_with_replacement(range(k), 2)]
    best = before.objective - min(solve(with_more(p, more)).objective for more in blocks)
    assert int(found.worth.sum()) <= best <= found.bound
    first = [before.objective - solve(with_more(p, 2 * (np.arange(k) == a))).objective for a in range(k)]
    assert int(found.worth[:2].sum()) == max(first)
    assert found.gap >= 0


@settings(max_examples=60, deadline=None)
@given(problems(), st.data())
def test_units_go_only_where_they_are_allowed(p: Problem, data: st.DataObject) -> None:
    k = len(p.capacity)
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=k, max_size=k)))
    before = solve(p)
    growth = where_next(p, before, 3, allowed)
    assert not growth.units[~allowed].any()
    pooled = share(p, before, [Pool(3, allowed)], nobody_loses=False)
    best = solve(with_more(p, pooled.units.sum(axis=0))).objective
    assert before.objective - int(growth.worth.sum()) == best
    assert growth.gap == 0


def test_a_result_with_a_gap_still_gets_an_honest_bound() -> None:
    p = problem([[(0, 1), (1, 5)], [(0, 2)], [(1, 1)]], [1, 0], [0, 0, 0])
    rough = replace(solve(p), price=np.zeros(2, dtype=np.int64))
    rough = replace(rough, bound=0, gap=rough.objective)
    growth = where_next(p, rough, 1)
    best = rough.objective - min(solve(with_more(p, more)).objective for more in ([1, 0], [0, 1]))
    assert int(growth.worth.sum()) <= best <= growth.bound


def test_a_crew_that_is_taken_from_one_region_and_shared_leaves_nobody_behind() -> None:
    # Region 0 has offer 0 with two places, region 1 offer 1 with none; the urgent needs are in region 1.
    p = problem([[(0, 1)], [(0, 1)], [(1, 1)], [(1, 1)]], [2, 0], [1, 1, 0, 0])
    region = np.array([0, 0, 1, 1], dtype=np.int32)
    before = solve(p)
    crew = [Pool(2, np.array([True, True]))]
    taken = np.array([2, 0], dtype=np.int32)
    kind = share(p, before, crew, taken, region)
    assert (kind.change.came, kind.change.went, kind.units.tolist()) == ({}, {}, [[2, 0]])
    strict = share(p, before, crew, taken, region, nobody_loses=False)
    assert strict.change.came == {(1, 0): 2}
    assert strict.change.went == {(0, 1): 2}
    assert strict.units.tolist() == [[0, 2]]
    assert strict.gap == kind.gap == 0


@settings(max_examples=60, deadline=None)
@given(problems(8), st.data())
def test_two_pools_are_placed_best_of_all(p: Problem, data: st.DataObject) -> None:
    k = len(p.capacity)
    masks = [np.array(data.draw(st.lists(st.booleans(), min_size=k, max_size=k))) for _ in range(2)]
    shared = share(p, solve(p), [Pool(1, mask) for mask in masks], nobody_loses=False)
    ways = itertools.product(*[[None, *np.flatnonzero(mask)] for mask in masks])
    best = min(solve(with_more(p, [sum(a == w for w in way) for a in range(k)])).objective for way in ways)
    assert solve(with_more(p, shared.units.sum(axis=0))).objective == best
    assert (shared.units <= np.array(masks)).all() and (shared.units.sum(axis=1) <= 1).all()
    load = np.bincount(shared.assignment[shared.assignment >= 0], minlength=k)
    assert (load <= p.capacity + shared.units.sum(axis=0)).all()


@st.composite
def agreements(draw: st.DrawFn) -> tuple[Problem, Crossings]:
    p = draw(problems(6))
    n, k = len(p.priority_class), len(p.capacity)
    known = set(zip(p.rows.tolist(), p.candidate_offer.tolist(), strict=True))
    new = [(i, a) for i in range(n) for a in range(k) if (i, a) not in known and draw(st.booleans())][:5]
    cost = draw(st.lists(st.integers(0, 20), min_size=len(new), max_size=len(new)))
    need, offer = [i for i, _ in new], [a for _, a in new]
    return p, Crossings(*(np.array(x, dtype=np.int32) for x in (need, offer, cost)), draw(st.integers(0, 3)))


def best_under(p: Problem, crossings: Crossings) -> tuple[list[int], int]:
    """Unserved by class, then cost: over every choice of crossings that the limit allows."""
    best = None
    for size in range(crossings.most + 1):
        for chosen in itertools.combinations(range(len(crossings.need)), size):
            rows = [
                list(zip(p.candidate_offer[a:b].tolist(), p.candidate_cost[a:b].tolist(), strict=True))
                for a, b in itertools.pairwise(p.candidate_start)
            ]
            for x in chosen:
                rows[crossings.need[x]].append((int(crossings.offer[x]), int(crossings.cost[x])))
            found = solve(problem(rows, p.capacity.tolist(), p.priority_class.tolist()))
            value = (unserved(p, found.assignment), found.cost)
            best = value if best is None or value < best else best
    assert best is not None
    return best


def unserved(p: Problem, assignment: np.ndarray) -> list[int]:
    return [int(((assignment < 0) & (p.priority_class == c)).sum()) for c in (0, 1, 7)]


@settings(max_examples=80, deadline=None)
@given(agreements())
def test_an_agreement_is_used_as_well_as_its_gap_says(drawn: tuple[Problem, Crossings]) -> None:
    p, crossings = drawn
    before = solve(p)
    agreed = agree(p, before, crossings, nobody_loses=False)
    missed, cost = best_under(p, crossings)
    here = unserved(p, agreed.assignment)
    here_cost = before.cost - agreed.change.cost_saved
    assert (here, here_cost) >= (missed, cost)
    if agreed.gap == 0:
        assert (here, here_cost) == (missed, cost)
    assert agreed.crossing <= crossings.most
    assert 0 <= agreed.worth <= worth_at_most(p, before, crossings)


@settings(max_examples=60, deadline=None)
@given(agreements())
def test_an_agreement_leaves_nobody_behind_unless_it_may(drawn: tuple[Problem, Crossings]) -> None:
    p, crossings = drawn
    before = solve(p)
    agreed = agree(p, before, crossings)
    assert agreed.change.went == {}
    assert (agreed.assignment[before.assignment >= 0] >= 0).all()
    load = np.bincount(agreed.assignment[agreed.assignment >= 0], minlength=len(p.capacity))
    assert (load <= p.capacity).all()


def test_the_limit_of_an_agreement_is_kept_where_all_who_cross_gain_the_same() -> None:
    p = problem([[], [], [], []], [4], [0, 0, 0, 0])
    pairs = Crossings(np.arange(4, dtype=np.int32), np.zeros(4, np.int32), np.full(4, 7, np.int32), most=3)
    agreed = agree(p, solve(p), pairs, region=np.array([5, 5, 5, 5], dtype=np.int32))
    assert (agreed.crossing, agreed.gap, agreed.change.came) == (3, 0, {(5, 0): 3})


def test_a_price_is_split_into_people_and_cost() -> None:
    levels, cost = people_and_cost(np.array([0, 40, 1030, 1990, 2000]), 1000)
    assert levels.tolist() == [0, 0, 1, 2, 2]
    assert cost.tolist() == [0, 40, 30, -10, 0]


def test_each_unit_takes_one_search_however_many_levels_a_draw_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    n, k = 400, 20
    rows = [[(int(a), int(draw.integers(1, 900))) for a in draw.choice(k, 6, replace=False)] for _ in range(n)]
    p = replace(problem(rows, [15] * k, [0] * n), order=draw.permutation(n).astype(np.int32))
    before = solve(p)
    real, calls = capacity.best_chain, itertools.count()

    def counted(*args: Any) -> Any:
        next(calls)
        return real(*args)

    monkeypatch.setattr(capacity, "best_chain", counted)
    growth = where_next(p, before, 30)
    assert (len(growth.worth), growth.gap, next(calls)) == (30, 0, 30)
    assert before.objective - int(growth.worth.sum()) == solve(grown(p, growth)).objective


def test_ctrl_c_keeps_the_units_placed_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    p = problem([[(0, 1)], [(0, 2)], [(0, 3)]], [0], [0, 0, 0])
    before = solve(p)
    real, calls = capacity.best_chain, itertools.count()

    def interrupted(*args: Any) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(capacity, "best_chain", interrupted)
    growth = where_next(p, before, 3)
    assert (growth.complete, len(growth.worth), growth.gap) == (False, 2, 0)
    assert (growth.assignment >= 0).sum() == 2


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda p, r: where_next(p, r, -1), "units = -1"),
        (lambda p, r: where_next(p, r, 5, crew=2), "units = 5 is not a number of crews of 2"),
        (lambda p, r: where_next(p, r, 1, np.array([True, True])), "allowed has the shape"),
        (lambda p, r: curve(p, r, 3, 1), "offer = 3 is not one of the 1 offers"),
        (lambda p, r: curve(p, replace(r, price=np.zeros(2, np.int64)), 0, 1), "price has 2 entries"),
        (lambda p, r: curve(p, replace(r, assignment=np.array([7])), 0, 1), r"assignment\[0\] = 7 is not among"),
        (lambda p, r: share(p, r, [Pool(-1, np.array([True]))]), r"pools\[0\] has -1 units"),
        (lambda p, r: share(p, r, [], np.array([2], dtype=np.int32)), r"taken\[0\] = 2 of a capacity of 1"),
        (lambda p, r: agree(p, r, Crossings(*[np.zeros(1, np.int32)] * 3, 1)), "the need may use it already"),
        (lambda p, r: agree(p, r, Crossings(*[np.full(1, 9, np.int32)] * 3, 1)), r"need\[0\] = 9.*no such need"),
        (lambda p, r: agree(p, r, Crossings(*[np.zeros(1, np.int32)] * 3, -1)), "most = -1 is negative"),
    ],
)
def test_errors_say_what_is_wrong_and_where(call: Callable[[Problem, Result], Any], says: str) -> None:
    p = problem([[(0, 3)]], [1], [0])
    with pytest.raises(ValueError, match=says):
        call(p, solve(p))


def test_protecting_needs_a_class_of_its_own() -> None:
    full = problem([[(0, 1)]] * 256, [1], list(range(256)))
    with pytest.raises(ValueError, match="256 classes"):
        protecting(full, solve(full))


def test_compiled_and_plain_python_place_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    draw = np.random.default_rng(5)
    p = problem(
        [[(int(a), int(draw.integers(1, 900))) for a in draw.integers(0, 12, 5)] for _ in range(300)],
        draw.integers(0, 20, 12).tolist(),
        draw.integers(0, 4, 300).tolist(),
    )
    before = solve(p)
    plain = where_next(p, before, 40)
    monkeypatch.setattr(compiling, "COMPILE_FROM", 0)
    compiled = where_next(p, before, 40)
    assert plain.offer.tolist() == compiled.offer.tolist()
    assert plain.price.tolist() == compiled.price.tolist()
    assert plain.assignment.tolist() == compiled.assignment.tolist()


def test_nobody_and_nothing() -> None:
    empty = problem([], [], [])
    assert where_next(empty, solve(empty), 3).gap == 0
    alone = problem([[], []], [0], [0, 1])
    assert where_next(alone, solve(alone), 3).offer.tolist() == []
    assert share(alone, solve(alone), []).change.came == {}
