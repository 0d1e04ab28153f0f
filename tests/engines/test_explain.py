"""Explanations: every statement is true in every optimum, nothing is left out, and nobody can be recognised."""

from __future__ import annotations

import hashlib
import string
import struct
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, Result, certify, solve
from lacarte.engines.matching.certify import evaluate, lower_bound
from lacarte.engines.matching.explanation.check import Fault, check, served_in_every_optimum
from lacarte.engines.matching.explanation.counterfactuals import NO_ORDER, Possible
from lacarte.engines.matching.explanation.explain import Explanation, Explanations, Zone, explain
from lacarte.engines.matching.explanation.words import COUNTED, SENTENCES, words
from lacarte.engines.matching.proof import fingerprint, proof

Rows = list[list[tuple[int, int]]]


def csr(rows: Rows) -> tuple[list[int], list[int], list[int]]:
    flat = [pair for row in rows for pair in row]
    return np.cumsum([0, *map(len, rows)]).tolist(), [o for o, _ in flat], [c for _, c in flat]


def problem(rows: Rows, capacity: list[int], classes: list[int], order: list[int] | None = None) -> Problem:
    start, offer, cost = csr(rows)
    return Problem(
        np.array(start), np.array(offer, dtype=np.int32), np.array(cost, dtype=np.int32),
        np.array(capacity, dtype=np.int32), np.array(classes, dtype=np.uint8),
        np.array(order or [0] * len(rows), dtype=np.int32),
    )  # fmt: skip


def possible(rows: Rows, days: list[int] | None = None) -> Possible:
    start, offer, cost = (np.array(values, dtype=np.int64) for values in csr(rows))
    return Possible(start, offer, cost, None if days is None else np.array(days, dtype=np.int32))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Problem, Possible, Possible]:
    """Problems with duplicates, ties, offers without places, needs without candidates; and what may be added."""
    k = draw(st.integers(1, 4))
    pair = st.tuples(st.integers(0, k - 1), st.integers(0, draw(st.sampled_from([0, 3, 9]))))
    rows = draw(st.lists(st.lists(pair, max_size=4), max_size=7))
    n = len(rows)
    capacity = draw(st.lists(st.integers(0, 2), min_size=k, max_size=k))
    classes = draw(st.lists(st.sampled_from([0, 1, 7]), min_size=n, max_size=n))
    order = draw(st.lists(st.integers(0, draw(st.sampled_from([0, 2]))), min_size=n, max_size=n))
    beyond = draw(st.lists(st.lists(pair, max_size=2), min_size=n, max_size=n))
    later = draw(st.lists(st.lists(pair, max_size=2), min_size=n, max_size=n))
    days = draw(st.lists(st.integers(0, 9), min_size=sum(map(len, later)), max_size=sum(map(len, later))))
    return problem(rows, capacity, classes, order), possible(beyond), possible(later, days)


def with_row(p: Problem, need: int, extra: tuple[int, int]) -> Problem:
    rows = [
        list(zip(p.candidate_offer[a:b].tolist(), p.candidate_cost[a:b].tolist(), strict=True))
        for a, b in zip(p.candidate_start[:-1], p.candidate_start[1:], strict=True)
    ]
    rows[need].append(extra)
    return problem(rows, p.capacity.tolist(), p.priority_class.tolist(), p.order.tolist())


def with_places(p: Problem, offer: int, more: int) -> Problem:
    capacity = p.capacity.copy()
    capacity[offer] += more
    return replace(p, capacity=capacity)


def with_rank(p: Problem, need: int, priority_class: int, order: int) -> Problem:
    classes, orders = p.priority_class.copy(), p.order.copy()
    classes[need], orders[need] = priority_class, order
    return replace(p, priority_class=classes, order=orders)


def unserved(result: Result) -> list[int]:
    return np.flatnonzero(result.assignment < 0).tolist()


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


@cache
def city() -> tuple[Problem, Possible, Possible, Result, Explanations]:
    """10,000 needs in forty towns; supply is elsewhere; nearest eight offers, the next three just beyond."""
    draw = np.random.default_rng(7)
    n, k = 10_000, 600
    middle = draw.random((40, 2)) * 8
    need = middle[draw.integers(0, 40, n)] + draw.normal(0, 0.06, (n, 2))
    offer = middle[draw.choice(40, k, p=draw.dirichlet(np.full(40, 4)))] + draw.normal(0, 0.09, (k, 2))
    kind = draw.integers(0, 3, n)
    seconds = (np.linalg.norm(need[:, None] - offer[None], axis=2) * 6000).astype(np.int64)
    seconds[(kind[:, None] != np.arange(k)[None] % 3)] += 10**6
    near = np.argsort(seconds, axis=1, kind="stable")[:, :11]
    cost = np.take_along_axis(seconds, near, axis=1)
    start = np.zeros(n + 1, dtype=np.int64)
    allowed = cost[:, :8] < draw.lognormal(6.6, 0.4, n)[:, None]
    np.cumsum(allowed.sum(axis=1), out=start[1:])
    size = draw.pareto(1.6, k) + 0.2
    classes = draw.choice(4, n, p=[0.05, 0.15, 0.3, 0.5]).astype(np.uint8)
    p = Problem(
        start, near[:, :8][allowed].astype(np.int32), cost[:, :8][allowed].astype(np.int32),
        np.rint(size * 0.9 * n / size.sum()).astype(np.int32), classes,
        draw.integers(0, 50, n).astype(np.int32),
    )  # fmt: skip
    more = np.arange(n + 1) * 3
    beyond = Possible(more, near[:, 8:].ravel(), cost[:, 8:].ravel())
    later = Possible(np.arange(n + 1), draw.integers(0, k, n), draw.integers(0, 900, n), draw.integers(1, 30, n))
    result = solve(p)
    return p, beyond, later, result, explain(p, result, beyond, later)


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


@pytest.mark.parametrize(
    ("part", "array", "says"),
    [
        ("cards", "surcharge", "the surcharge"),
        ("cards", "rank", "the rank"),
        ("cards", "gain", "the gain"),
        ("zones", "places", "places"),
        ("zones", "waiting", "wait in zone"),
        ("zones", "level", "confined|wait"),
        ("zones", "ahead", "how many wait"),
        ("changes", "priority_class", "would not serve"),
        ("changes", "one_place_at", "would not serve"),
        ("changes", "places", "would not serve"),
    ],
)
def test_the_checker_notices_what_is_not_true(part: str, array: str, says: str) -> None:
    p = problem([[(0, 5), (1, 2)], [(0, 3)], [(0, 9)], [(0, 4)], []], [1, 0], [0, 1, 1, 2, 2], [0, 20, 30, 0, 0])
    result = solve(p)
    told = explain(p, result)
    assert check(p, result, told) == []
    wrong = getattr(getattr(told, part), array).copy()
    wrong += {"priority_class": 1, "level": -1, "places": -1}.get(array, 1)
    if array == "one_place_at":
        wrong[:] = [-1, -1, 0, -1, -1]
    false = replace(told, **{part: replace(getattr(told, part), **{array: wrong})})
    assert any(fault for fault in check(p, result, false) if says_it(fault, says))


def says_it(fault: Fault, says: str) -> bool:
    return any(word in fault.what for word in says.split("|"))


def test_the_checker_notices_a_zone_that_is_not_full_or_not_closed() -> None:
    p = problem([[(0, 1)], [(0, 2)], [(1, 1)]], [1, 2], [0, 0, 0])
    result = solve(p)
    told = explain(p, result)
    wide = replace(told.zones, offer=np.array([0, 1]), end=np.array([2]))
    assert any("free place" in fault.what for fault in check(p, result, replace(told, zones=wide)))
    p = problem([[(0, 1), (1, 1)], [(1, 1)], [(0, 2)]], [1, 1], [0, 0, 1])
    result = solve(p)
    told = explain(p, result)
    assert told.of(2).zone == Zone((0, 1), 2, 3, 1)
    half = replace(told.zones, offer=np.array([0]), end=np.array([1]), places=np.array([1]))
    faults = check(p, result, replace(told, zones=half))
    assert any("held by need 0, less urgent or free to go elsewhere" in fault.what for fault in faults)


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


def test_results_that_are_not_optimal_are_refused() -> None:
    p = problem([[(0, 1)], [(0, 1)]], [1], [1, 0])
    best = solve(p)
    wrong = replace(best, assignment=np.array([0, -1], dtype=np.int32))
    with pytest.raises(ValueError, match=r"not optimal"):
        explain(p, wrong)
    with pytest.raises(ValueError, match=r"need 1 is unserved and could have a place at offer 0"):
        explain(p, replace(wrong, gap=9))
    with pytest.raises(ValueError, match=r"offer 0 serves 2 needs and has 1 places"):
        explain(p, replace(best, assignment=np.array([0, 0], dtype=np.int32)))
    with pytest.raises(ValueError, match=r"assignment\[0\] = 3 is not among the candidates"):
        explain(p, replace(best, assignment=np.array([3, 0], dtype=np.int32)))
    with pytest.raises(ValueError, match=r"price\[0\] is negative"):
        explain(p, replace(best, price=np.array([-1])))
    with pytest.raises(ValueError, match=r"price\[0\] is larger"):
        explain(p, replace(best, price=np.array([2**62])))
    two = problem([[(0, 1), (1, 5)]], [1, 1], [0])
    with pytest.raises(ValueError, match=r"price\[1\] is not 0"):
        explain(two, replace(solve(two), price=np.array([0, 2])))
    with pytest.raises(ValueError, match="would rather be elsewhere"):
        explain(two, replace(solve(two), assignment=np.array([1], dtype=np.int32)))


def test_what_does_not_fit_is_named() -> None:
    p = problem([[(0, 1)]], [1], [0])
    result = solve(p)
    with pytest.raises(ValueError, match=r"offer\[0\] = 4 is not one of the 1 offers"):
        explain(p, solve(p), possible([[(4, 1)]]))
    with pytest.raises(ValueError, match="start has 1 entries"):
        explain(p, result, possible([]))
    with pytest.raises(ValueError, match=r"later.day is missing"):
        explain(p, result, later=possible([[(0, 1)]]))
    with pytest.raises(ValueError, match=r"cost\[0\] is negative"):
        possible([[(0, -1)]])
    with pytest.raises(ValueError, match=r"cost\[0\] = 1099511627776 does not fit int32"):
        possible([[(0, 2**40)]])
    with pytest.raises(ValueError, match=r"parts\['travel'\] has 2 entries"):
        explain(p, result, parts={"travel": np.array([1, 2])})
    with pytest.raises(ValueError, match="grain is 0"):
        explain(p, result, grain=0)
    with pytest.raises(ValueError, match="need 1 is not one of the 1 needs"):
        explain(p, result).of(1)


def test_nobody_and_nothing() -> None:
    for p in (problem([], [], []), problem([], [2, 0], []), problem([[], []], [], [0, 1])):
        result = solve(p)
        told = explain(p, result)
        assert check(p, result, told) == []
        assert [told.of(need).outcome for need in unserved(result)] == ["no-offer"] * len(unserved(result))


def test_who_holds_an_offer_is_said_only_of_two_or_more() -> None:
    row = [(0, 1), (1, 50)]
    near = [(0, 1), (1, 9)]
    p = problem([row, row, near, near], [2, 2], [0, 0, 3, 3], [13, 17, 4, 5])
    told = explain(p, solve(p))
    holders = told.holders(0)
    assert holders is not None and (holders.priority_class, holders.order, holders.count) == (0, 20, 2)
    alone = problem([row, row, row], [2, 1], [0, 1, 2])
    assert explain(alone, solve(alone)).holders(0) is None


def served_and_not() -> tuple[Explanation, Explanation, Explanation]:
    rows: Rows = [[(0, 60), (1, 900)], [(0, 120), (1, 400)], [(0, 300)], [(1, 700)], []]
    p = problem(rows, [1, 1], [0, 0, 1, 1, 1])
    told = explain(p, solve(p), possible([[], [], [], [], [(1, 10)]]), parts={"travel": p.candidate_cost})
    return told.of(1), told.of(2), told.of(4)


def test_it_is_said_in_plain_words() -> None:
    served, full, nothing = served_and_not()
    names = {0: "West Clinic", 1: "East Clinic"}
    assert served.nearer is not None
    lost = served.nearer.others_lose // 60
    assert 5 <= lost <= 14
    assert words(served, "en", names, parts={"travel": "Travel"}) == (
        "You have a place at East Clinic.",
        "Travel and waiting together: 7 minutes.",
        "Travel: 7 minutes.",
        "You could use 2 services. 1 service would be nearer.",
        "West Clinic would save you 5 minutes.",
        f"If you went there, others would lose {lost} minutes or more.",
    )
    assert words(full, "en", names) == (
        "There was no place for you this time.",
        "You, and the people who have a place where you could go, can use 2 services.",
        "That makes 2 places, all taken.",
        "4 people as urgent as you or more can go nowhere else.",
        "So 2 people must go without.",
        "Everybody who has a place there is at least as urgent as you.",
        "Each of these alone would give you a place:",
        "One more place at West Clinic.",
    )
    assert words(nothing, "en", names)[:2] == (
        "No service that fits your need reaches you.",
        "We know of no single change that would be sure to give you a place.",
    )
    assert words(full, "zh-hans", {0: "西诊所"})[-1] == "西诊所多一个名额。"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_everything_in_a_city_can_be_said(language: str) -> None:
    told = city()[-1]
    said = [sentence for need in range(0, 10_000, 50) for sentence in words(told.of(need), language, {})]
    assert all(sentence and "{" not in sentence for sentence in said)


def test_both_languages_say_the_same() -> None:
    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    assert SENTENCES["en"].keys() == SENTENCES["zh-hans"].keys()
    assert COUNTED["en"].keys() == COUNTED["zh-hans"].keys()
    for code, sentence in SENTENCES["en"].items():
        assert fields(sentence) == fields(SENTENCES["zh-hans"][code]), code
    with pytest.raises(ValueError, match="language 'fr' is not one of en, zh-hans"):
        words(served_and_not()[0], "fr", {})


def test_the_digest_is_what_its_documentation_says() -> None:
    p = problem([[(0, 3)], [(0, 5)]], [1], [0, 4], [0, 2])
    result = solve(p)
    count = struct.Struct("<q").pack
    written = b"lacarte problem 1\0" + count(3) + struct.pack("<3q", 0, 1, 2) + count(2) + struct.pack("<2i", 0, 0)
    written += count(2) + struct.pack("<2i", 3, 5) + count(1) + struct.pack("<i", 1)
    written += count(2) + bytes([0, 4]) + count(2) + struct.pack("<2i", 0, 2)
    assert fingerprint(p) == hashlib.sha256(written).hexdigest()
    match = b"lacarte match 1\0" + fingerprint(p).encode() + count(2) + struct.pack("<2i", 0, -1)
    match += count(1) + struct.pack("<q", int(result.price[0]))
    assert proof(p, result) == hashlib.sha256(match).hexdigest()


def test_the_digest_changes_with_everything_but_places() -> None:
    p = problem([[(0, 3)], [(0, 5)]], [1], [0, 0])
    result = solve(p)
    assert fingerprint(replace(p, offer_place=np.zeros((1, 2)))) == fingerprint(p)
    other = [with_places(p, 0, 1), with_rank(p, 0, 1, 0), with_rank(p, 0, 0, 1), with_row(p, 0, (0, 4))]
    assert len({fingerprint(each) for each in [p, *other]}) == 5
    assert proof(p, replace(result, price=result.price + 1)) != proof(p, result)
