"""Deferred acceptance with reserves: stable, best for people, and nobody gains by a lie."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines import compiling
from lacarte.engines.matching.preferences.acceptance import NOBODY, Choices, admitted, deferred_acceptance
from lacarte.engines.matching.preferences.stability import check_stability

Lists = list[list[int]]
Reserves = list[list[tuple[int, int]]]  # for each offer (group, seats) in the order in which they are filled
Kinds = dict[str, Any]

BY_HAND: Kinds = {"candidate_start": [0, 1, 2], "candidate_offer": [0, 0], "capacity": [1], "order": [1, 0]}


def choices(lists: Lists, rank: Lists, capacity: list[int], order: list[int], **more: Any) -> Choices:
    """``rank[j][i]`` is the priority of person ``i`` at offer ``j``."""
    reserves: Reserves = more.get("reserves") or [[] for _ in capacity]
    flat = [reserve for row in reserves for reserve in row]
    return Choices(
        candidate_start=np.cumsum([0, *map(len, lists)]),
        candidate_offer=np.array([j for row in lists for j in row], dtype=np.int32),
        candidate_priority=np.array([rank[j][i] for i, row in enumerate(lists) for j in row], dtype=np.int32),
        capacity=np.array(capacity, dtype=np.int32),
        order=np.array(order, dtype=np.int32),
        groups=np.array(more.get("groups") or [0] * len(lists), dtype=np.int64),
        reserve_start=np.cumsum([0, *map(len, reserves)]),
        reserve_group=np.array([g for g, _ in flat], dtype=np.int32),
        reserve_seats=np.array([s for _, s in flat], dtype=np.int32),
    )


@st.composite
def markets(draw: st.DrawFn, people: int = 6, offers: int = 3, reserves: bool = True) -> Kinds:
    n, k = draw(st.integers(1, people)), draw(st.integers(1, offers))
    whole = st.permutations(range(k))
    capacity = draw(st.lists(st.integers(0, 3), min_size=k, max_size=k))
    kept: Reserves = [[] for _ in capacity]
    for j, left in enumerate(capacity if reserves else []):
        for group in draw(st.lists(st.integers(0, 2), max_size=2)):
            kept[j].append((group, draw(st.integers(0, left - sum(seats for _, seats in kept[j])))))
    return {
        "lists": [draw(whole)[: draw(st.integers(0, k))] for _ in range(n)],
        "rank": draw(st.lists(st.lists(st.integers(-1, 1), min_size=n, max_size=n), min_size=k, max_size=k)),
        "capacity": capacity,
        "order": draw(st.permutations(range(n))),
        "groups": draw(st.lists(st.integers(0, 7), min_size=n, max_size=n)),
        "reserves": kept,
    }


def chosen(market: Kinds, j: int, asking: list[int]) -> set[int]:
    """The rule of the documentation, word by word: reserves in turn, then everybody for what is left."""
    left = sorted(asking, key=lambda i: (market["rank"][j][i], market["order"][i]))
    taken: list[int] = []
    for group, seats in market["reserves"][j]:
        taken += [i for i in left if market["groups"][i] >> group & 1][:seats]
        left = [i for i in left if i not in taken]
    return {*taken, *left[: market["capacity"][j] - len(taken)]}


def is_stable(market: Kinds, places: tuple[int, ...]) -> bool:
    at = [[i for i, place in enumerate(places) if place == j] for j in range(len(market["capacity"]))]
    if any(chosen(market, j, people) != set(people) for j, people in enumerate(at)):
        return False
    for i, row in enumerate(market["lists"]):
        better = row if places[i] < 0 else row[: row.index(places[i])]
        if any(i in chosen(market, j, [*at[j], i]) for j in better):
            return False
    return True


def liking(market: Kinds, i: int, place: int) -> int:
    """How far down their true list; lower is better."""
    row: list[int] = market["lists"][i]
    return row.index(place) if place in row else len(row) + (place >= 0)


@settings(max_examples=120, deadline=None)
@given(markets(people=5))
def test_no_stable_placement_is_better_for_anybody(market: Kinds) -> None:
    ours = deferred_acceptance(choices(**market)).assignment.tolist()
    ways = itertools.product(*[[-1, *row] for row in market["lists"]])
    stable = [places for places in ways if is_stable(market, places)]
    assert tuple(ours) in stable
    for places in stable:
        assert all(
            liking(market, i, a) <= liking(market, i, b) for i, (a, b) in enumerate(zip(ours, places, strict=True))
        )


@settings(max_examples=150, deadline=None)
@given(markets(), st.data())
def test_the_checker_agrees_with_the_rule_on_any_placement(market: Kinds, data: st.DataObject) -> None:
    places = tuple(data.draw(st.sampled_from([-1, *row])) for row in market["lists"])
    found = check_stability(choices(**market), np.array(places, dtype=np.int32))
    assert found.stable == is_stable(market, places)


@settings(max_examples=200, deadline=None)
@given(markets(people=8, offers=4), st.data())
def test_a_lie_never_helps(market: Kinds, data: st.DataObject) -> None:
    k = len(market["capacity"])
    liar = data.draw(st.integers(0, len(market["lists"]) - 1))
    lie = data.draw(st.permutations(range(k)))[: data.draw(st.integers(0, k))]
    honest = deferred_acceptance(choices(**market)).assignment[liar]
    lists = [lie if i == liar else row for i, row in enumerate(market["lists"])]
    lying = deferred_acceptance(choices(**{**market, "lists": lists})).assignment[liar]
    assert liking(market, liar, honest) <= liking(market, liar, lying)


@settings(max_examples=150, deadline=None)
@given(markets(people=8, offers=4), st.data())
def test_belonging_to_one_more_group_never_hurts(market: Kinds, data: st.DataObject) -> None:
    who = data.draw(st.integers(0, len(market["lists"]) - 1))
    groups = list(market["groups"])
    groups[who] |= data.draw(st.sampled_from([1, 2, 4]))
    before = deferred_acceptance(choices(**market)).assignment[who]
    after = deferred_acceptance(choices(**{**market, "groups": groups})).assignment[who]
    assert liking(market, who, after) <= liking(market, who, before)


@settings(max_examples=150, deadline=None)
@given(markets(people=8, offers=4))
def test_the_cutoffs_explain_every_placement(market: Kinds) -> None:
    given_choices = choices(**market)
    result = deferred_acceptance(given_choices)
    yes = admitted(given_choices, result)
    at = [np.flatnonzero(result.assignment == j).tolist() for j in range(len(market["capacity"]))]
    for i, (start, row) in enumerate(zip(given_choices.candidate_start, market["lists"], strict=False)):
        assert [bool(yes[start + nth]) for nth in range(len(row))] == [
            i in chosen(market, j, sorted({*at[j], i})) for j in row
        ]
        first = next((nth for nth in range(len(row)) if yes[start + nth]), -1)
        assert result.choice[i] == first
        assert result.assignment[i] == (row[first] if first >= 0 else -1)


@settings(max_examples=100, deadline=None)
@given(markets(people=7, offers=4, reserves=False))
def test_a_published_library_finds_the_same(market: Kinds) -> None:
    games = pytest.importorskip("matching.games")
    market["capacity"] = [
        max(capacity, 1) for capacity in market["capacity"]
    ]  # theirs knows no offer without seats
    people = {f"p{i}": [f"o{j}" for j in row] for i, row in enumerate(market["lists"]) if row}
    ranks = {}
    for j, rank in enumerate(market["rank"]):
        asking = [i for i, row in enumerate(market["lists"]) if j in row]
        if asking:
            ranks[f"o{j}"] = [f"p{i}" for i in sorted(asking, key=lambda i: (rank[i], market["order"][i]))]
    capacity = {f"o{j}": seats for j, seats in enumerate(market["capacity"]) if f"o{j}" in ranks}
    theirs = games.HospitalResident.create_from_dictionaries(people, ranks, capacity).solve(optimal="resident")
    expected = {resident.name: hospital.name for hospital, held in theirs.items() for resident in held}
    ours = deferred_acceptance(choices(**market)).assignment.tolist()
    assert {f"p{i}": f"o{j}" for i, j in enumerate(ours) if j >= 0} == expected


def test_a_reserve_is_a_minimum_and_flows_over() -> None:
    market: Kinds = {"lists": [[0]] * 4, "rank": [[0] * 4], "capacity": [2], "order": [0, 1, 2, 3]}
    kept: Kinds = {"reserves": [[(0, 1)]]}
    assert deferred_acceptance(choices(**market)).assignment.tolist() == [0, 0, -1, -1]
    last_is_member = deferred_acceptance(choices(**market, **kept, groups=[0, 0, 0, 1]))
    assert last_is_member.assignment.tolist() == [0, -1, -1, 0]
    assert (last_is_member.open_cutoff.tolist(), last_is_member.reserve_cutoff.tolist()) == ([0], [3])
    first_is_member = deferred_acceptance(choices(**market, **kept, groups=[1, 0, 0, 1]))
    assert first_is_member.assignment.tolist() == [0, 0, -1, -1]
    nobody_is_member = deferred_acceptance(choices(**market, **kept, groups=[0, 0, 0, 0]))
    assert nobody_is_member.assignment.tolist() == [0, 0, -1, -1]


def test_the_checker_says_what_is_wrong() -> None:
    market: Kinds = {"lists": [[0, 1], [0, 1], [0]], "rank": [[0] * 3] * 2, "capacity": [1, 1], "order": [2, 1, 0]}
    kept = choices(**market, reserves=[[(0, 1)], []], groups=[1, 0, 0])
    assert check_stability(kept, np.array([0, 1, -1], dtype=np.int32)).stable
    assert check_stability(kept, np.array([1, -1, 0], dtype=np.int32)).reserve_envy.tolist() == [0]
    free = choices(**market)
    assert check_stability(free, np.array([0, -1, -1], dtype=np.int32)).open_envy.tolist() == [2, 4]
    assert check_stability(free, np.array([-1, -1, 0], dtype=np.int32)).waste.tolist() == [1, 3]
    assert check_stability(free, np.array([0, 0, 1], dtype=np.int32)).unlisted.tolist() == [2]
    assert check_stability(free, np.array([0, 0, -1], dtype=np.int32)).overfull.tolist() == [0]
    with pytest.raises(ValueError, match=r"assignment\[1\] = 2 is not one of the 2 offers"):
        check_stability(free, np.array([0, 2, -1], dtype=np.int32))


@pytest.mark.skipif(not compiling.available(), reason="needs numba")
def test_compiled_kernels_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(5)
    n, k = 400, 12
    lists = [draw.permutation(k)[: draw.integers(0, 7)].tolist() for _ in range(n)]
    market = choices(
        lists,
        draw.integers(0, 3, (k, n)).tolist(),
        draw.integers(4, 30, k).tolist(),
        draw.permutation(n).tolist(),
        groups=draw.integers(0, 8, n).tolist(),
        reserves=[[(0, 2), (1, 1), (2, 1)]] * k,
    )
    plain = deferred_acceptance(market)
    monkeypatch.setattr(compiling, "COMPILE_FROM", 0)
    compiled = deferred_acceptance(market)
    assert plain.proposals == compiled.proposals
    for name in ("assignment", "choice", "open_cutoff", "reserve_cutoff"):
        assert getattr(plain, name).tolist() == getattr(compiled, name).tolist()
    assert check_stability(market, compiled.assignment).stable


def test_the_largest_priorities_and_orders_do_not_overflow() -> None:
    top, low = 2**31 - 1, -(2**31)
    result = deferred_acceptance(
        Choices(**{**BY_HAND, "candidate_priority": [top, low], "order": [top, top - 1]})  # type: ignore[arg-type]
    )
    assert result.assignment.tolist() == [-1, 0]
    assert (result.open_cutoff[0] // 2**32, result.open_cutoff[0] % 2**32) == (low, top - 1)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"candidate_offer": [0, 3]}, r"candidate_offer\[1\] = 3 is not one of the 1 offers"),
        ({"candidate_start": [0, 2, 2]}, r"candidate_offer\[1\] = 0 is on this list before"),
        ({"candidate_start": [0, 3, 2]}, r"candidate_start\[2\] = 2 goes down"),
        ({"candidate_start": [0, 1, 1]}, r"candidate_start\[2\] is 1, it must be 2"),
        ({"candidate_start": [1, 1, 2]}, r"candidate_start\[0\] is 1, it must be 0"),
        ({"candidate_start": [0, 2]}, "candidate_start has 2 entries"),
        ({"candidate_priority": [1]}, "candidate_priority has 1 entries"),
        ({"candidate_priority": [1, 2**40]}, r"candidate_priority\[1\] = 1099511627776 does not fit int32"),
        ({"capacity": [-1]}, r"capacity\[0\] = -1 is negative"),
        ({"order": [4, 4]}, r"order\[1\] = 4 is there before"),
        ({"order": [4, -4]}, r"order\[1\] = -4 is negative"),
        ({"groups": [0, -1]}, r"groups\[1\] = -1 is negative"),
        (
            {"reserve_start": [0, 1], "reserve_group": [63], "reserve_seats": [1]},
            r"reserve_group\[0\] = 63 is not",
        ),
        ({"reserve_start": [0, 1], "reserve_group": [0], "reserve_seats": [2]}, r"capacity\[0\] = 1 is less than"),
        ({"reserve_start": [0, 1], "reserve_group": [0], "reserve_seats": [-2]}, r"reserve_seats\[0\] = -2"),
    ],
)
def test_errors_name_the_array_and_the_index(changes: Kinds, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Choices(**{**BY_HAND, **changes})


def test_nobody_and_no_seat() -> None:
    assert deferred_acceptance(choices([], [[]], [2], [])).assignment.tolist() == []
    full = deferred_acceptance(choices([[0]], [[0]], [0], [0]))
    assert (full.assignment.tolist(), full.open_cutoff.tolist()) == ([-1], [NOBODY])
    again = deferred_acceptance(replace(choices([[0]], [[0]], [0], [0]), capacity=[1]))
    assert again.assignment.tolist() == [0]
