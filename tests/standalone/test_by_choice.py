"""Where people rank and offers have priorities: who gets what, why, and whether it holds."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.standalone import FaultError
from lacarte.standalone.by_choice import match, read, save, verify
from lacarte.standalone.words import LANGUAGES
from tests.standalone.files import rows, table
from tests.standalone.placed import CHILDREN, RULE, SCHOOLS, files, got, placed_in


def test_priorities_decide_in_their_order_and_everybody_is_told(tmp_path: Path) -> None:
    out = placed_in(tmp_path, CHILDREN, SCHOOLS)
    assert got(out) == {"ben": ("north", "1"), "cai": ("north", "1"), "eva": ("south", "1")}
    told = {row["need"]: (row["reason"], row["words"]) for row in rows(out / "unserved.csv")}
    assert told["ann"] == (
        "full",
        "There was no place for you this time at any of your choices. North School is full. The last to get a "
        "place there comes before you: “points” puts them first. South School is full. The last to get a place "
        "there comes before you: their “zone” is the same as that of the offer, yours is not.",
    )
    assert [
        (row["offer"], row["used"], row["first_choices"], row["cutoff"]) for row in rows(out / "cutoffs.csv")
    ] == [
        ("north", "2", "3", "in sibling: no; same zone: yes; most points: 12; line: 4"),
        ("south", "1", "2", "same zone: yes; least points: 7; line: 6"),
    ]
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["served"], summary["choices"], summary["unserved"]) == (3, {"1": 3}, {"full": 2})


def test_kept_places_go_to_the_group_first_and_a_share_is_rounded_down(tmp_path: Path) -> None:
    children = [{"id": f"c{at}", "choices": "north", "points": 9 - at} for at in range(5)]
    children[3]["meets"] = children[4]["meets"] = "low-income"
    school = {"id": "north", "capacity": 3, "priority": "most points", "reserves": "Low-Income 50%; over-65 1"}
    out = placed_in(tmp_path, children, [school])
    assert set(got(out)) == {"c0", "c1", "c3"}  # one place for low income, one that nobody over 65 claims
    assert [(row["group"], row["places"], row["used"], row["cutoff"]) for row in rows(out / "cutoffs.csv")] == [
        ("Low-Income", "1", "1", "most points: 6; line: 5"),
        ("over-65", "1", "0", "everybody"),
        ("", "3", "3", "most points: 8; line: 3"),
    ]
    few = placed_in(tmp_path / "all", children, [{**school, "reserves": "low-income 3"}])
    words = {row["need"]: row["words"] for row in rows(few / "unserved.csv")}
    assert set(got(few)) == {"c0", "c3", "c4"}
    assert "the places that you could have had comes before you: “points” puts them first" in words["c1"]
    kept = placed_in(tmp_path / "kept", children, [{**school, "capacity": 2, "reserves": "low-income 100%"}])
    assert "its places are kept for groups that you are not in" in rows(kept / "unserved.csv")[0]["words"]


def test_a_condition_that_nobody_meets_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    children = [{**CHILDREN[0], "choices": "north", "sibling": "", "meets": "low-income"}]
    offers = [{**SCHOOLS[0], "reserves": "Low-Income 1; low-incme 1", "requires": "low-income"}]
    read(**files(tmp_path, children, offers), say=said.append)
    assert [line for line in said if "nobody" in line] == ["offers.csv: nobody meets the condition low-incme"]


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"choices": "north;east"}, "choices", "there is no offer with the id “east”"),
        ({"choices": "north;south;north"}, "choices", "“north” is there twice"),
        ({"choices": ""}, "choices", "nothing is written"),
        ({"choices": " ; "}, "choices", "no offer is named"),
        ({"points": "many"}, "points", "“many” is not a number"),
        ({"sibling": "nrth"}, "sibling", "there is no offer with the id “nrth”"),
        ({"id": "ben"}, "id", "the id “ben” was there before"),
    ],
)
def test_a_bad_row_of_needs_is_listed_and_stops_nobody(
    changed: dict[str, str], column: str, reason: str, tmp_path: Path
) -> None:
    out = placed_in(tmp_path, [*CHILDREN, {**CHILDREN[0], "id": "fay", **changed}], SCHOOLS)
    (one,) = rows(out / "rejects.csv")
    assert (one["file"], one["line"], one["column"], one["reason"]) == ("needs.csv", "7", column, reason)
    assert one["advice"].endswith(".")
    assert len(got(out)) == 3
    assert "1 row left out" in verify(out, tmp_path / "needs.csv", tmp_path / "offers.csv").in_a_line()


@pytest.mark.parametrize(
    ("changed", "column", "reason"),
    [
        ({"priority": "sibling"}, "priority", "“sibling” is not something that can count"),
        ({"priority": "nearest 5"}, "priority", "“nearest 5” is not something that can count"),
        ({"priority": "most"}, "priority", "“most” is not something that can count"),
        ({"priority": "most id"}, "priority", "“most id”: the column id has a meaning of its own"),
        ({"reserves": "low-income"}, "reserves", "“low-income” is not a condition and how many places"),
        ({"reserves": "low-income 2; over-65 50%"}, "reserves", "3 places are kept, and there are 2"),
        ({"reserves": "low-income 1; Low-Income 1"}, "reserves", "“Low-Income” is there twice"),
        ({"reserves": "low-income 130%", "capacity": 1}, "reserves", "“low-income 130%” is more than all places"),
        ({"capacity": "-1"}, "capacity", "“-1” is not a whole number that fits"),
    ],
)
def test_a_bad_row_of_offers_leaves_people_their_other_choices(
    changed: dict[str, str], column: str, reason: str, tmp_path: Path
) -> None:
    bad = {"id": "east", "capacity": 2, **changed}
    children = [{**one, "choices": f"east;{one['choices']}"} for one in CHILDREN]
    only = {"id": "fay", "choices": "east"}
    out = placed_in(tmp_path, [*children, only], [*SCHOOLS, bad])
    (one,) = rows(out / "rejects.csv")
    assert (one["file"], one["line"], one["column"]) == ("offers.csv", "4", column)
    assert one["reason"].startswith(reason)
    assert got(out)["ben"] == ("north", "2")
    told = {row["need"]: row for row in rows(out / "unserved.csv")}
    assert told["fay"]["reason"] == "left-out"
    assert "east: what the file says of it could not be used." in told["fay"]["words"]
    verify(out, tmp_path / "needs.csv", tmp_path / "offers.csv")


def test_an_offer_that_nobody_could_name_is_left_out(tmp_path: Path) -> None:
    out = placed_in(tmp_path, CHILDREN, [*SCHOOLS, {"id": "east;west", "capacity": 1}])
    (one,) = rows(out / "rejects.csv")
    assert (one["line"], one["column"], one["reason"]) == ("4", "id", "the id “east;west” has a semicolon")


def test_a_cutoff_is_told_to_the_last_digit(tmp_path: Path) -> None:
    children = [{"id": name, "choices": "s", "points": f"98.1234567890{name}"} for name in "12"]
    out = placed_in(tmp_path, children, [{"id": "s", "capacity": 1, "priority": "most points"}])
    assert rows(out / "cutoffs.csv")[0]["cutoff"] == "most points: 98.12345678902; line: 3"


def test_conditions_that_are_required(tmp_path: Path) -> None:
    schools = [{**SCHOOLS[0], "requires": "baptised"}, SCHOOLS[1]]
    children = [
        {**CHILDREN[0], "meets": "baptised"},
        {**CHILDREN[2], "choices": "north"},
        CHILDREN[3],
        CHILDREN[1],
    ]
    out = placed_in(tmp_path, children, schools)
    assert got(out) == {"ann": ("north", "1"), "ben": ("south", "2")}
    cai, dan = rows(out / "unserved.csv")
    assert (cai["reason"], dan["reason"]) == ("eligibility", "full")
    assert "North School is only for people who meet a condition that you do not meet." in cai["words"]


def test_the_nearest_go_first_and_unknown_places_last(tmp_path: Path) -> None:
    school = {"id": "s", "capacity": 2, "x": 0, "y": 0, "priority": "nearest"}
    children = [{"id": f"c{x}", "choices": "s", "x": x, "y": 0} for x in ("", 300, 100, 200)]
    out = placed_in(tmp_path, children, [school])
    assert set(got(out)) == {"c100", "c200"}
    assert rows(out / "cutoffs.csv")[0]["cutoff"] == "nearest: 200; line: 5"
    no_place = table(tmp_path / "other.csv", [{"id": "c", "choices": "s"}])
    with pytest.raises(FaultError, match=r"lacks the column longitude and latitude \(or x and y\)"):
        read(no_place, tmp_path / "offers.csv")


def test_the_draw_decides_among_equals_and_anybody_can_run_it(tmp_path: Path) -> None:
    children = [{"id": f"c{at}", "choices": "s"} for at in range(9)]
    out = placed_in(tmp_path, children, [{"id": "s", "capacity": 3}], seed="drand 1")
    drawn = {one["id"]: hashlib.sha256(f"drand 1:{one['id']}".encode()).hexdigest()[:16] for one in children}
    first = sorted(drawn, key=drawn.__getitem__)[:3]
    assert set(got(out)) == set(first)
    assert rows(out / "cutoffs.csv")[0]["cutoff"] == f"draw: {drawn[first[-1]]}"
    assert "the draw put them first" in rows(out / "unserved.csv")[0]["words"]
    plain = placed_in(tmp_path / "plain", children, [{"id": "s", "capacity": 3}])
    assert set(got(plain)) == {"c0", "c1", "c2"}
    assert "they are earlier in the file" in rows(plain / "unserved.csv")[0]["words"]


@pytest.mark.parametrize(
    ("needs", "offers", "says"),
    [
        (
            [{"id": "a", "choices": "s"}],
            [{"id": "s", "capacity": 1, "priority": "most points"}],
            "needs.csv lacks the column points, which the column priority of",
        ),
        (
            [{"id": "a", "choices": "s", "zone": "N"}],
            [{"id": "s", "capacity": 1, "priority": "same zone"}],
            "offers.csv lacks the column zone, which its column priority names",
        ),
        (
            [{"id": "a", "choices": "s", "zone": "N"}],
            [{"id": "s", "capacity": 1, "zone": "N", "priority": "same zone; most zone"}],
            "the column zone is to be compared in two ways, one is “most zone”",
        ),
        ([{"id": "a"}], [{"id": "s", "capacity": 1}], "lacks the column choices"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used(needs: list[Any], offers: list[Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=says):
        read(**files(tmp_path, needs, offers))


def test_files_without_rows(tmp_path: Path) -> None:
    (tmp_path / "needs.csv").write_text("id,choices\n")
    (tmp_path / "offers.csv").write_text("id,capacity,priority\n")
    for language in LANGUAGES:
        save(match(read(tmp_path / "needs.csv", tmp_path / "offers.csv")), tmp_path / "out", language)
        assert "0 of 0" in verify(tmp_path / "out", tmp_path / "needs.csv", tmp_path / "offers.csv").in_a_line()


def test_everything_wrong_with_a_row_is_listed_always_in_the_same_order(tmp_path: Path) -> None:
    bad = {"id": "east", "capacity": 1, "priority": "first", "reserves": "all"}
    out = placed_in(tmp_path, CHILDREN, [*SCHOOLS, bad])
    assert [row["column"] for row in rows(out / "rejects.csv")] == ["priority", "reserves"]


# --- against a placement worked out by hand


def by_hand(children: list[dict[str, Any]], schools: list[dict[str, Any]]) -> dict[str, str]:
    """Deferred acceptance on rows of text, without reserves."""
    school = {one["id"]: one for one in schools}

    def turn(child: dict[str, Any], at: str) -> tuple[object, ...]:
        names_it, same = at in child["sibling"].split(";"), child["zone"] == school[at]["zone"] != ""
        points = -float(child["points"]) if child["points"] else float("inf")
        return (not names_it, not same, points) if school[at]["priority"] else ()

    line = {child["id"]: at for at, child in enumerate(children)}
    asks = {child["id"]: [one for one in child["choices"].split(";") if one] for child in children}
    held: dict[str, list[dict[str, Any]]] = {one["id"]: [] for one in schools}
    free = list(children)
    while free:
        child = free.pop()
        if not asks[child["id"]]:
            continue
        at = asks[child["id"]].pop(0)
        held[at] = sorted([*held[at], child], key=lambda one: (turn(one, at), line[one["id"]]))
        free += held[at][school[at]["capacity"] :]
        held[at] = held[at][: school[at]["capacity"]]
    return {child["id"]: at for at, some in held.items() for child in some}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_the_same_as_by_hand(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    draw = random.Random(seed)
    ids = [f"s{at}" for at in range(draw.randint(1, 5))]
    schools = [
        {
            "id": one,
            "capacity": draw.randint(0, 4),
            "zone": draw.choice("NS "),
            "priority": draw.choice([RULE, ""]),
        }
        for one in ids
    ]
    schools[0]["priority"] = RULE
    for one in schools:
        one["zone"] = one["zone"].strip()
    children = [
        {
            "id": f"c{at}",
            "choices": ";".join(draw.sample(ids, draw.randint(1, len(ids)))),
            "zone": draw.choice(["N", "S", ""]),
            "sibling": ";".join(draw.sample(ids, draw.choice([0, 0, 1]))),
            "points": draw.choice(["", "1", "2", "2.5"]),
        }
        for at in range(draw.randint(1, 25))
    ]
    folder = tmp_path_factory.mktemp("by-hand")
    placed = match(read(**files(folder, children, schools)))
    assert placed.inputs.rejects == ()
    found = {
        placed.inputs.need_table.ids[need]: placed.inputs.offer_table.ids[offer]
        for need, offer in enumerate(placed.assignment.tolist())
        if offer >= 0
    }
    assert found == by_hand(children, schools)
    for language in LANGUAGES:
        save(placed, folder / "out", language)
        verify(folder / "out", folder / "needs.csv", folder / "offers.csv")
