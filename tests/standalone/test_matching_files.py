"""Two files become a folder of answers that anybody can check, the same bytes each time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte import standalone
from lacarte.engines import compiling
from lacarte.engines.matching import solve
from lacarte.engines.matching.candidates.build import candidates
from lacarte.standalone import FaultError, match, refuse_overwriting, save, verify
from lacarte.standalone.folder import SUMMARY
from lacarte.standalone.writing import TABLES
from tests.standalone.files import files, inputs, rows, table
from tests.standalone.matched import EAST, SUPPLY, crowd, matched_in, summary

# --- what is written


def test_everybody_is_in_exactly_one_table_and_no_offer_is_overbooked(tmp_path: Path) -> None:
    _, out = matched_in(tmp_path)
    served, unserved = rows(out / "assignment.csv"), rows(out / "unserved.csv")
    assert sorted(row["need"] for row in served + unserved) == sorted(f"n{at + 1}" for at in range(60))
    used = {row["offer"]: int(row["used"]) for row in rows(out / "prices.csv")}
    assert used == {name: sum(row["offer"] == name for row in served) for name in ("o1", "o2", "o3")}
    assert all(int(row["used"]) <= int(row["capacity"]) for row in rows(out / "prices.csv"))
    told = summary(out)
    assert (told["needs"], told["served"]) == (60, len(served))
    assert sum(int(row["cost"]) for row in served) == told["cost"]


def test_the_parts_of_a_cost_add_up_to_it_and_those_of_a_price_too(tmp_path: Path) -> None:
    said = [{**row, "languages": "yue", "earliest": 1} for row in crowd()]
    supply = [{**row, "languages": "zh", "first": 2} for row in SUPPLY]
    (tmp_path / "rules.toml").write_text("wait_per_bucket = 60\nlanguage_misfit = 500\n")
    _, out = matched_in(tmp_path, said, supply, rules=tmp_path / "rules.toml")
    parts = ("travel", "wait", "language", "mode", "offer_cost")
    for row in rows(out / "assignment.csv"):
        assert sum(int(row[part]) for part in parts) == int(row["cost"])
        assert (row["wait"], row["language"]) == ("60", "500")
    step = summary(out)["step"]
    for row in rows(out / "prices.csv"):
        assert int(row["price"]) == int(row["levels"]) * step + int(row["seconds"])


def test_zones_say_why_there_was_no_place(tmp_path: Path) -> None:
    _, out = matched_in(tmp_path)
    zones = {row["zone"]: row for row in rows(out / "zones.csv")}
    full = [row for row in rows(out / "unserved.csv") if row["reason"] == "full"]
    assert full
    capacity = {row["offer"]: int(row["capacity"]) for row in rows(out / "prices.csv")}

    def offers_of(zone: str) -> set[str]:
        within = {one for one in zones[zone]["offers"].split(";") if one}
        return within.union(*(offers_of(other) for other, row in zones.items() if row["inside"] == zone))

    for row in full:
        places = sum(capacity[offer] for offer in offers_of(row["zone"]))
        assert places == int(row["zone_places"]) == int(zones[row["zone"]]["places"])
        assert places < int(row["zone_needs"])


def test_the_code_of_each_reason(tmp_path: Path) -> None:
    said = [
        {"service_type": "baths"},
        {"household": 5},
        {"modes": "phone"},
        {"deadline": 0},
        {"reach": 100, "longitude": EAST},
        {"service_type": "walks"},
        {"priority_class": 1},
        {},
        {"service_type": "visits"},
    ]
    offer = {"household": 4, "modes": "visit", "first": 1, "reach": 3000}
    supply = [
        {**offer},
        {"service_types": "walks", "capacity": 0},
        {"service_types": "visits", "requires": "over-65"},
    ]
    _, out = matched_in(tmp_path, said, supply)
    assert {row["need"]: row["reason"] for row in rows(out / "unserved.csv")} == {
        "n1": "type",
        "n2": "household",
        "n3": "mode",
        "n4": "deadline",
        "n5": "reach",
        "n6": "capacity",
        "n7": "full",
        "n9": "eligibility",
    }


def test_borders_and_agreements(tmp_path: Path) -> None:
    said, supply = [{"region": "North"}], [{"region": "South"}]
    nothing = table(tmp_path / "none.csv", [{"supplier_region": "North", "beneficiary_region": "South"}])
    crossing = table(tmp_path / "some.csv", [{"supplier_region": "South", "beneficiary_region": "North"}])
    _, out = matched_in(tmp_path / "a", said, supply, agreements=nothing)
    assert [row["reason"] for row in rows(out / "unserved.csv")] == ["agreement"]
    _, out = matched_in(tmp_path / "b", said, supply, agreements=crossing)
    assert [row["need"] for row in rows(out / "assignment.csv")] == ["n1"]


def test_who_could_go_farther_is_told_where(tmp_path: Path) -> None:
    _, out = matched_in(tmp_path, [{"reach": 100, "longitude": EAST}], [{"name": "First"}])
    (row,) = rows(out / "unserved.csv")
    assert row["changes"].startswith("Accept First. Travel and waiting together:")


@pytest.mark.parametrize(("language", "words"), [("en", "You, and the people"), ("zh-hans", "您可以去的地方")])
def test_reasons_are_in_the_language_asked_for(language: str, words: str, tmp_path: Path) -> None:
    _, out = matched_in(tmp_path, language=language)
    assert any(words in row["words"] for row in rows(out / "unserved.csv"))


def test_the_same_files_and_seed_give_the_same_bytes_another_seed_does_not(tmp_path: Path) -> None:
    said = [{**row, "waiting_days": 0, "priority_class": 0} for row in crowd()]
    folders = [
        matched_in(tmp_path / name, said, seed=seed)[1] for name, seed in (("a", "7"), ("b", "7"), ("c", "8"))
    ]
    for name in TABLES:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    assert {**summary(folders[0]), "seconds": 0} == {**summary(folders[1]), "seconds": 0}
    assert (folders[0] / "assignment.csv").read_bytes() != (folders[2] / "assignment.csv").read_bytes()


def test_the_order_of_rows_does_not_change_how_many_are_served(tmp_path: Path) -> None:
    first = matched_in(tmp_path / "a", crowd())[1]
    other = matched_in(tmp_path / "b", crowd()[::-1], SUPPLY[::-1])[1]
    for name in ("served", "cost", "objective"):
        assert summary(first)[name] == summary(other)[name]


def test_bad_rows_are_left_out_and_counted_once(tmp_path: Path) -> None:
    said, out = matched_in(tmp_path, [*crowd(5), {"longitude": "x", "latitude": "y"}])
    assert [(row["file"], row["line"], row["column"]) for row in rows(out / "rejects.csv")] == [
        ("needs.csv", "7", "longitude"),
        ("needs.csv", "7", "latitude"),
    ]
    assert (summary(out)["needs"], summary(out)["rejected_rows"]) == (5, 1)
    assert "1 row left out" in match(standalone.read(**said)).in_a_line()


@pytest.mark.parametrize(("needs", "offers"), [([], SUPPLY), (crowd(3), []), ([], [])])
def test_nobody_and_nothing(needs: list, offers: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    columns = {"needs": "id,service_type,x,y\n", "offers": "id,service_types,x,y,capacity\n"}
    said = files(tmp_path, needs, offers)
    for name, written in (("needs", needs), ("offers", offers)):
        if not written:
            degrees = columns[name].replace("x,y", "longitude,latitude")
            said[name].write_text(degrees)
    for language in standalone.words.LANGUAGES:
        save(match(standalone.read(**said)), tmp_path / language, language)
        assert verify(tmp_path / language, **said).result.gap == 0


def test_nobody_s_place_is_known(tmp_path: Path) -> None:
    nowhere = {"longitude": "", "latitude": ""}
    _, out = matched_in(tmp_path, [nowhere] * 30, [{**nowhere, "capacity": 20}])
    assert summary(out)["served"] == 20
    assert {row["travel"] for row in rows(out / "assignment.csv")} == {"1800"}


def test_what_is_too_large_to_be_exact_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match="cannot be matched exactly: "):
        match(inputs(tmp_path, [{}], [{"cost": 2**31 - 1, "wait": 2**31 - 1}]))


def test_huge_capacities_are_fine(tmp_path: Path) -> None:
    _, out = matched_in(tmp_path, offers=[{"capacity": 2**31 - 1}, {"capacity": 2**31 - 1}])
    assert summary(out)["capacity"] == 2 * (2**31 - 1)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    found = match(inputs(tmp_path, [{}], [{}]))
    (tmp_path / "out").write_text("a file")
    with pytest.raises(FaultError, match="out cannot be written"):
        save(found, tmp_path / "out", "en")


@pytest.mark.parametrize("way", ["itself", "symbolic link", "hard link"])
@pytest.mark.parametrize("name", ["assignment.csv", SUMMARY])
def test_no_input_is_overwritten(name: str, way: str, tmp_path: Path) -> None:
    said = files(tmp_path, [{}], [{}])
    (tmp_path / "out").mkdir()
    place, written = tmp_path / "out" / name, said["needs"].read_bytes()
    if way == "itself":
        said["needs"] = said["needs"].rename(place)
    elif way == "symbolic link":
        place.symlink_to(said["needs"])
    else:
        place.hardlink_to(said["needs"])
    with pytest.raises(FaultError, match=f"would be overwritten by the {name}"):
        refuse_overwriting(tmp_path / "out", said["offers"], None, said["needs"])
    with pytest.raises(FaultError, match="would be overwritten"):
        save(match(standalone.read(**said)), tmp_path / "out", "en")
    assert said["needs"].read_bytes() == written
    assert [one.name for one in (tmp_path / "out").iterdir()] == [name]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are not bytes there")
def test_a_name_of_a_file_that_is_not_utf_8_is_escaped(tmp_path: Path) -> None:
    said = files(tmp_path, [{}, {"latitude": "north"}], [{}])
    said["needs"] = said["needs"].rename(tmp_path / os.fsdecode(b"besoins-\xe9t\xe9.csv"))
    heard: list[str] = []
    save(match(standalone.read(**said, say=heard.append)), tmp_path / "out", "en")
    assert rows(tmp_path / "out" / "rejects.csv")[0]["file"] == r"besoins-\xe9t\xe9.csv"
    assert r"reading besoins-\xe9t\xe9.csv" in heard
    assert verify(tmp_path / "out", **said).result.gap == 0


@pytest.mark.parametrize("seed", [os.fsdecode(b"\xff"), "two\nlines"])
def test_a_seed_that_is_not_text_is_one_clear_line_before_the_match(seed: str, tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=r"^the seed '\\\S+' is not text|^the seed 'two\\nlines' is not text"):
        inputs(tmp_path, [{}], [{}], seed=seed)


# --- what is usual


def test_this_match_serves_no_fewer_of_the_urgent_than_the_usual_ways(tmp_path: Path) -> None:
    found = match(inputs(tmp_path, crowd(), SUPPLY))
    counts = [
        [served.get(urgency, 0) for urgency in range(3)]
        for served in (
            found.result.served_by_class,
            found.by_class.served_by_class,
            found.first_come.served_by_class,
        )
    ]
    assert counts[0] >= counts[1] >= counts[2]
    assert counts[0] > counts[2]


def test_first_come_is_by_waiting_then_by_row(tmp_path: Path) -> None:
    said = [{"waiting_days": 1, "priority_class": 0}, {"waiting_days": 9, "priority_class": 2}]
    found = match(inputs(tmp_path, said, [{}]))
    assert (found.first_come.served_by_class, found.by_class.served_by_class) == ({2: 1}, {0: 1})


def test_a_queue_is_not_made_worse_by_keeping_few_candidates(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("most = 1\nneeds_a_unit = 0\n")
    said = [{"latitude": f"{23.10 + at / 1e4:.4f}"} for at in range(12)]
    supply = [{"latitude": f"{23.10 + at / 1e3:.4f}"} for at in range(12)]
    found = match(inputs(tmp_path, said, supply, rules=tmp_path / "rules.toml"))
    assert found.first_come.served_by_class == found.result.served_by_class == {0: 12}


# --- proof over all pairs


@given(st.integers(0, 10**6), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_few_candidates_lead_to_the_same_optimum_as_all(tmp_path_factory, seed: int, most: int) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("few")
    (folder / "rules.toml").write_text(f"most = {most}\n")
    supply = [
        {**row, "latitude": f"{23.10 + at / 500:.4f}", "capacity": 3} for at, row in enumerate([*SUPPLY, *SUPPLY])
    ]
    said = files(folder, crowd(25, seed), supply)
    few = match(standalone.read(**said, rules=folder / "rules.toml"), tolerance=0)
    every = match(standalone.read(**said), tolerance=0)
    assert few.gap_of_all == 0
    assert few.result.served_by_class == every.result.served_by_class
    assert few.result.cost == every.result.cost


@pytest.mark.skipif(not compiling.available(), reason="numba is not installed")
def test_compiled_and_plain_solvers_agree_on_who_is_served(tmp_path: Path) -> None:
    given_files = inputs(tmp_path, crowd(), SUPPLY)
    one, other = (
        solve(candidates(given_files.needs, given_files.offers).problem, solver=name)
        for name in ("flow", "auction")
    )
    assert (one.served_by_class, one.cost) == (other.served_by_class, other.cost)
