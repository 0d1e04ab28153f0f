"""Files are read as people save them; a bad row is told and left out, a bad file is one clear line."""

from __future__ import annotations

import codecs
import math
import string
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacarte.engines.matching.candidates.build import Rules
from lacarte.standalone import FaultError, read, rows
from lacarte.standalone.columns import AGREEMENTS, NEEDS, OFFERS, vocabularies
from lacarte.standalone.rules import read_rules
from lacarte.standalone.tables import Table, read_needs, read_offers
from tests.standalone.files import NEED, OFFER, files, inputs, some, table


def needs_of(path: Path) -> Table:
    return read_needs(path, vocabularies())


def one_need(folder: Path, **cells: object) -> Table:
    return needs_of(table(folder / "needs.csv", some(NEED, cells)))


# --- formats


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("begin", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_delimiter_byte_order_mark_and_line_ends_do_not_matter(
    delimiter: str, begin: bytes, end: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "needs.csv"
    lines = [
        delimiter.join(["ID", " Service_Type ", "longitude", "latitude", "languages"]),
        delimiter.join(["一号", "送餐", "113.3", "23.1", '"zh;yue"']),
    ]
    path.write_bytes(begin + end.join(line.encode() for line in lines) + end)
    found = needs_of(path)
    assert (found.ids, found.rejects, found.arrays["languages"].tolist()) == (["一号"], (), [0b11])


def test_parquet_gives_the_same_table_as_csv(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    said = some(NEED, {"languages": "zh;yue", "priority_class": 2, "reach": 900.5}, {"priority_class": 0})
    as_csv = needs_of(table(tmp_path / "needs.csv", said))
    columns = {
        "id": ["n1", "n2"],
        "service_type": pyarrow.array(["meals", "meals"]).dictionary_encode(),
        "longitude": [113.30, 113.30],
        "latitude": [23.10, 23.10],
        "languages": [["zh", "yue"], None],
        "priority_class": pyarrow.array([2.0, 0.0]),
        "reach": [900.5, None],
    }
    parquet.write_table(pyarrow.table(columns), tmp_path / "needs.parquet")
    as_parquet = needs_of(tmp_path / "needs.parquet")
    assert as_parquet.lists == as_csv.lists
    assert as_parquet.arrays.keys() == as_csv.arrays.keys()
    for name, values in as_csv.arrays.items():
        assert np.array_equal(as_parquet.arrays[name], values, equal_nan=True), name


def test_a_bad_row_of_parquet_is_told_by_its_number(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {name: [value] * 2 for name, value in NEED.items()} | {"id": ["a", "b"], "latitude": [1.0, math.nan]}
    parquet.write_table(pyarrow.table(columns), tmp_path / "needs.parquet")
    found = needs_of(tmp_path / "needs.parquet")
    assert (found.ids, [(one.line, one.column) for one in found.rejects]) == (["a"], [(2, "latitude")])


def test_without_the_extra_parquet_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needs.parquet").write_bytes(b"PAR1 and so on")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FaultError, match=r"pip install lacarte\[parquet\]"):
        needs_of(tmp_path / "needs.parquet")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"id,service_type\n1,a\n", "lacks the column longitude and latitude"),
        (b"id,longitude,latitude\n", "lacks the column service_type; its first line names: id, longitude"),
        (b"id,id,service_type,x,y\n", "the column id twice"),
        ("id,service_type,x,y\n1,café,0,0\n".encode("latin-1"), "is not UTF-8 text"),
        ("id,service_type,x,y\n".encode("utf-16"), "is not UTF-8 text"),
        (b'id,service_type,x,y\n1,"' + b"a" * 200_000, "quotation mark left open"),
        (b"PAR1 but nothing more", "not a whole Parquet file"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "needs.csv").write_bytes(content)
    with pytest.raises(FaultError, match=says) as caught:
        needs_of(tmp_path / "needs.csv")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_a_folder_and_a_wrong_name(tmp_path: Path) -> None:
    with pytest.raises(FaultError, match="No such file"):
        needs_of(tmp_path / "no.csv")
    with pytest.raises(FaultError, match="Is a directory"):
        needs_of(tmp_path)
    (tmp_path / "needs.parquet").write_text("id,service_type,x,y\n")
    with pytest.raises(FaultError, match="not a Parquet file"):
        needs_of(tmp_path / "needs.parquet")


# --- rows


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("id", "", "nothing is written"),
        ("id", "a\x07b", "cannot be printed"),
        ("id", "a" * 201, "too long"),
        ("service_type", " ", "nothing is written"),
        ("longitude", "nan", "is not a number that fits"),
        ("longitude", "180.5", "is not a number that fits"),
        ("latitude", "-inf", "is not a number that fits"),
        ("latitude", "23,1", "is not a number"),
        ("priority_class", "256", "is not a whole number that fits"),
        ("priority_class", "-1", "is not a whole number that fits"),
        ("priority_class", "1.5", "is not a whole number that fits"),
        ("order", "1e300", "is not a whole number that fits"),
        ("need_index", "high", "is not a number"),
        ("waiting_days", "-3", "is not a number that fits"),
        ("reach", "NaN", "is not a number that fits"),
        ("household", "9" * 400, "is not a whole number that fits"),
        ("household", "1_0", "is not a number"),
        ("waiting_days", "\uff11\uff12", "is not a number"),
        ("longitude", "\u0669", "is not a number"),
    ],
)
def test_a_bad_value_leaves_out_its_row_only(column: str, value: str, says: str, tmp_path: Path) -> None:
    said = some(NEED, {}, {column: value}, {})
    found = needs_of(table(tmp_path / "needs.csv", said))
    assert found.ids == ["n1", "n3"]
    (reject,) = found.rejects
    assert (reject.file, reject.line, reject.column) == ("needs.csv", 3, column)
    assert says in reject.reason
    assert reject.advice.endswith(".")


def test_every_fault_of_a_row_is_told(tmp_path: Path) -> None:
    found = one_need(tmp_path, longitude="east", latitude="north", priority_class="first")
    assert [one.column for one in found.rejects] == ["longitude", "latitude", "priority_class"]
    assert len(found) == 0


def test_the_second_of_two_equal_ids_is_left_out_also_far_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "CHUNK", 2)
    said = some(NEED, {}, {}, {}, {"id": "n1"}, {})
    found = needs_of(table(tmp_path / "needs.csv", said))
    assert found.ids == ["n1", "n2", "n3", "n5"]
    assert [(one.line, one.reason) for one in found.rejects] == [(5, "the id “n1” was there before")]


def test_the_id_of_a_row_that_is_left_out_may_be_used_by_another(tmp_path: Path) -> None:
    found = needs_of(table(tmp_path / "needs.csv", some(NEED, {"latitude": "?"}, {"id": "n1"})))
    assert (found.ids, found.lines.tolist()) == (["n1"], [3])


def test_rows_of_another_width_are_told_blank_lines_are_not(tmp_path: Path) -> None:
    path = tmp_path / "needs.csv"
    path.write_text("id,service_type,x,y\n\na,t,1,2\n,,,\nb,t,1\nc,t,1,2,3\n ,\nd,t,1,2\n")
    found = needs_of(path)
    assert found.ids == ["a", "d"]
    assert [(one.line, one.reason[:20]) for one in found.rejects if not one.column] == [
        (5, "the row has 3 values"),
        (6, "the row has 5 values"),
    ]


def test_a_quotation_mark_left_open_is_told_with_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "needs.csv"
    begin = "id,service_type,x,y\na,t,1,2\n"
    for rest, says in (
        ('b,"t,1,2\nc,t,1,2\nd,t"\ne,t,1,2\n', "to line 5"),
        ('b,"t,1\nd,t",1,2\ne,t,1,2\n', "Close"),
    ):
        path.write_text(begin + rest)
        found = needs_of(path)
        assert found.ids == ["a", "e"]
        assert (found.rejects[0].line, says in found.rejects[0].advice) == (3, True)


def test_what_is_not_written_is_the_default(tmp_path: Path) -> None:
    blank = {column.name: "" for column in NEEDS if not column.required}
    found = one_need(tmp_path, **blank)
    assert found.rejects == ()
    for column in NEEDS:
        if column.kind in ("number", "whole"):
            (value,) = found.arrays[column.name].tolist()
            assert value == column.default or (math.isnan(value) and math.isnan(column.default))
    assert found.arrays["region"].tolist() == found.arrays["languages"].tolist() == [0]


def test_sixty_four_languages_are_possible_and_no_more(tmp_path: Path) -> None:
    said = some(NEED, *({"languages": f"l{at}"} for at in range(66)), {"languages": "L3; l2 ;"})
    found = needs_of(table(tmp_path / "needs.csv", said))
    assert [one.line for one in found.rejects] == [66, 67]
    assert found.arrays["languages"].tolist() == [1 << at for at in range(64)] + [0b1100]


def test_an_offer_needs_a_capacity_and_a_known_kind_of_provider(tmp_path: Path) -> None:
    said = some(
        OFFER, {"provider_kind": "Social"}, {"provider_kind": "club"}, {"capacity": ""}, {"service_types": ";"}
    )
    found = read_offers(table(tmp_path / "offers.csv", said), vocabularies())
    assert [(one.line, one.column) for one in found.rejects] == [(3, "provider_kind"), (4, "capacity")]
    assert found.rejects[0].advice == "Use one of government, market, social."
    assert found.lists["service_types"] == [(1,), ()]


def test_times_that_end_before_they_begin(tmp_path: Path) -> None:
    found = one_need(tmp_path, earliest=5, deadline=4)
    assert [(one.column, one.reason) for one in found.rejects] == [
        ("earliest", "earliest 5 is later than deadline 4")
    ]


@given(st.lists(st.lists(st.text(string.printable + "，；“中\u00a0", max_size=8), max_size=6), max_size=12))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_rows_are_kept_or_told(tmp_path: Path, cells: list[list[str]]) -> None:
    path = tmp_path / "needs.csv"
    text = "id,service_type,x,y,order,reach\n" + "\n".join(",".join(row) for row in cells)
    path.write_text(text, encoding="utf-8", newline="")
    found = needs_of(path)
    assert len(set(found.ids)) == len(found)
    assert not set(found.lines.tolist()) & {one.line for one in found.rejects}
    for column in NEEDS:
        if column.name in found.arrays and column.kind in ("number", "whole"):
            values = found.arrays[column.name]
            assert (((values >= column.least) & (values <= column.greatest)) | ~np.isfinite(values)).all()


# --- what tables become together


def test_class_then_order_then_index_then_waiting_then_the_draw(tmp_path: Path) -> None:
    said = [
        {"priority_class": 0, "order": 1, "need_index": 10, "waiting_days": 3},
        {"priority_class": 0, "order": 1, "need_index": 10, "waiting_days": 9},
        {"priority_class": 0, "order": 1, "need_index": 70.5, "waiting_days": 0},
        {"priority_class": 0, "order": -1, "need_index": 0, "waiting_days": 0},
        {"priority_class": 1, "order": 0, "need_index": 0, "waiting_days": 0},
        {"priority_class": 1, "order": 0, "need_index": 0, "waiting_days": 0},
    ]
    assert inputs(tmp_path, said, [{}]).needs.order.tolist() == [3, 2, 1, 0, 0, 0]
    drawn = inputs(tmp_path, said, [{}], seed="a pulse").needs.order.tolist()
    assert drawn[:4] == [3, 2, 1, 0]
    assert sorted(drawn[4:]) == [0, 1]
    seeds = {tuple(inputs(tmp_path, said, [{}], seed=f"{at}").needs.order.tolist()) for at in range(20)}
    assert len(seeds) == 2


def test_nothing_but_a_class_makes_everybody_equal(tmp_path: Path) -> None:
    assert inputs(tmp_path, [{"priority_class": 3}, {"priority_class": 1}], [{}]).needs.order.tolist() == [0, 0]


def test_who_waits_longest_came_first(tmp_path: Path) -> None:
    said = [{"waiting_days": 2}, {"waiting_days": 5}, {"waiting_days": 2}]
    assert inputs(tmp_path, said, [{}]).arrival.tolist() == [1, 0, 2]
    assert inputs(tmp_path, [{}, {}], [{}]).arrival.tolist() == [0, 1]


def test_degrees_in_one_file_and_metres_in_the_other_are_refused(tmp_path: Path) -> None:
    metres = table(tmp_path / "offers.csv", [{"id": "o", "service_types": "t", "capacity": 1, "x": 0, "y": 0}])
    with pytest.raises(FaultError, match=r"needs\.csv has longitude and latitude, offers\.csv has x and y"):
        read(table(tmp_path / "needs.csv", [NEED]), metres)


def test_distances_are_metres(tmp_path: Path) -> None:
    found = inputs(tmp_path, [{}, {"latitude": "23.11"}], [{}])
    assert found.needs.y[1] - found.needs.y[0] == pytest.approx(1112, abs=1)
    assert (found.needs.x[0], found.needs.y[0]) == (found.offers.x[0], found.offers.y[0])


def test_regions_are_borders_only_where_agreements_are_named(tmp_path: Path) -> None:
    said = files(tmp_path, [{"region": "North"}], [{"region": "South"}])
    assert read(**said).needs.region.tolist() == [0]
    agreed = table(tmp_path / "agreements.csv", [{"supplier_region": "south", "beneficiary_region": "north"}])
    bordered = read(**said, agreements=agreed)
    assert (bordered.needs.region.tolist(), bordered.offers.region.tolist()) == ([2], [1])
    assert bordered.rules.agreements.tolist() == [[1, 2, 0, 2**62]]


def test_an_agreement_for_some_types_and_one_of_nobody(tmp_path: Path) -> None:
    said = files(tmp_path, [{"region": "N"}], [{"region": "S", "service_types": "meals;visits"}])
    agreed = table(
        tmp_path / "agreements.csv",
        [
            {"supplier_region": "S", "beneficiary_region": "N", "service_types": "visits;meals"},
            {"supplier_region": "S", "beneficiary_region": "Nroth", "service_types": "meals"},
        ],
    )
    found = read(**said, agreements=agreed)
    assert found.rules.agreements.tolist()[:2] == [[1, 2, 1, 1], [1, 2, 2, 2]]
    assert [(one.file, one.line, one.column) for one in found.rejects] == [
        ("agreements.csv", 3, "beneficiary_region")
    ]


# --- rules


def rules_of(folder: Path, text: str) -> Rules:
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    return read_rules(folder / "rules.toml", vocabularies())


def test_rules_are_those_of_the_engine_but_for_what_is_written(tmp_path: Path) -> None:
    text = """
        version = "2026-11"
        language_misfit = "forbidden"
        mode_misfit = 600
        needs_a_unit = 3
        unknown_place_fits = false
        remote_modes = ["Phone", "online"]
        [speeds]
        walking = 1
    """
    found, usual = rules_of(tmp_path, text), Rules()
    assert (found.version, found.language_misfit, found.mode_misfit) == ("2026-11", None, 600)
    assert (found.remote_modes, found.unknown_place_fits, found.needs_a_unit) == (0b11, False, 3.0)
    assert (found.speeds.walking, found.speeds.transit) == (1.0, usual.speeds.transit)
    assert found.most == usual.most


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("laguage_misfit = 3", "there is no rule laguage_misfit"),
        ("[speeds]\nflying = 100", "there is no rule flying"),
        ("speeds = 3", "speeds must be a table"),
        ("version = 3", "version is 3, it must be text"),
        ("most = 1.5", "most is 1.5, it must be a whole number"),
        ("most = 0", "most is 0"),
        ("unknown_place_fits = 1", "must be true or false"),
        ("language_misfit = 'no'", "a whole number, or “forbidden”"),
        ("language_misfit = -1", "language_misfit is -1"),
        ("wait_per_bucket = 99999999999", "wait_per_bucket is 99999999999"),
        ("remote_modes = 'phone'", "must be a list of names"),
        ("[speeds]\nwalking = 0", "walking is 0"),
        ("[speeds]\nwalking = nan", "walking is nan"),
        ("version = ", "is not TOML"),
    ],
)
def test_rules_that_make_no_sense_are_one_clear_line(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=says) as caught:
        rules_of(tmp_path, text)
    assert "rules.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_reference_names_every_column_and_every_rule() -> None:
    from lacarte.standalone.rules import NAMES

    text = (Path(__file__).parents[2] / "docs" / "reference" / "matching-files.md").read_text(encoding="utf-8")
    names = [column.name for column in (*NEEDS, *OFFERS, *AGREEMENTS)] + [*NAMES, "remote_modes", "speeds"]
    assert [name for name in names if f"`{name}`" not in text] == []
