"""Decision tables in spreadsheets: what an official writes is read, what is wrong is named by line and column."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from lacarte.engines.rules.tables import HitPolicy, Input, Kind, Output, Row
from lacarte.standards.dmn import Notes, read_csv, write_csv
from lacarte.standards.imports.report import ImportFaultError

_MEALS = (Path(__file__).parent / "examples" / "meals.csv").read_text(encoding="utf-8")
_DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "decision-tables.md"
_SHEET = "U,if x (number),then y (string),note\ncode,t,,\n1,< 5,low,\n2,>= 5,high,sure\n"


def _faults(text: str) -> list[tuple[int, str, str]]:
    taken = read_csv(text.encode())
    assert taken.decisions == ()
    return [(one.line, one.field, one.reason) for one in taken.faults]


def test_a_sheet_is_read() -> None:
    (decision,) = read_csv(_MEALS.encode()).decisions
    assert decision.table.code == "meal-price"
    assert decision.table.hit_policy is HitPolicy.FIRST
    assert decision.table.inputs == (
        Input("income", Kind.NUMBER, ">= 0"),
        Input("district", Kind.STRING, '"harbour","hill","old town"'),
    )
    assert decision.table.outputs == (
        Output("price", Kind.NUMBER, "", "9.5"),
        Output("voucher", Kind.BOOLEAN, "", "false"),
    )
    assert decision.table.rows == (
        Row(("< 900", '"harbour", "hill"'), ("2", "true"), "council of May"),
        Row(("[900..2000)", "-"), ("5", "false")),
    )
    assert decision.name == {"en": "Price of a meal"}
    assert decision.labels[1] == {"en": "District", "zh-hans": "区"}
    assert decision.note == "why"
    assert decision.law == "Meals Rules, section 4"
    assert [one.name for one in decision.cases] == ["poor by the harbour", "nothing known"]
    assert decision.cases[0].says == {"price": "2", "voucher": "true"}


def test_the_example_of_the_documentation_is_this_one() -> None:
    assert _MEALS in _DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_is_read_as_spreadsheets_write_it(encoding: str, delimiter: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(csv.reader(_MEALS.splitlines()))
    assert read_csv(out.getvalue().encode(encoding)) == read_csv(_MEALS.encode())


def test_empty_lines_columns_and_fields_are_what_spreadsheets_leave_behind() -> None:
    text = "\n".join(line + ",," for line in _SHEET.splitlines()) + "\n,,,,,\n,\n3,,,,,\n"
    text += ",,none,,,\n"
    rows = read_csv(text.encode()).decisions[0].table.rows
    assert rows == (Row(("< 5",), ("low",)), Row((">= 5",), ("high",), "sure"), Row(("-",), ("none",)))


def test_a_code_may_come_from_elsewhere() -> None:
    text = _SHEET.replace("code,t,,\n", "")
    assert read_csv(text.encode(), "from-elsewhere").decisions[0].table.code == "from-elsewhere"
    assert read_csv(_SHEET.encode(), "from-elsewhere").decisions[0].table.code == "t"
    assert [fault[1] for fault in _faults(text)] == ["code"]


def test_columns_stand_in_any_order_and_notes_may_be_several() -> None:
    text = "u,note law,THEN y (String),note,if x （number）\ncode,t\n1,§ 4,high,sure,-\n"
    (decision,) = read_csv(text.encode()).decisions
    assert (decision.note, decision.table.rows[0]) == ("law", Row(("-",), ("high",), "§ 4"))
    assert decision.more == (Notes("", ("sure",)),)


def test_every_line_that_is_wrong_is_named_with_its_column() -> None:
    text = (
        "U,if x (number),,then y (string)\nvalues,,,\nvaleus,,,\n1,< 5,stray,low\n2,a,,b,c,d\nvalues,,,\ncode,t\n"
    )
    found = _faults(text)
    assert [(line, field) for line, field, _reason in found] == [(3, "U"), (4, "stray"), (5, "U"), (6, "U")]
    assert "“valeus” is neither" in found[0][2]
    assert "without a heading" in found[1][2]
    assert "6 fields, the header names 4 columns" in found[2][2]
    assert "as line 2 does" in found[3][2]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("U,", "P,", (1, "P", "“P” is no hit policy: write one of U F A C")),
        ("if x (number)", "if x (time)", (1, "if x (time)", "“time” is none that a table takes")),
        ("if x (number)", "x", (1, "x", "is no column")),
        ("if x (number)", "if x+1 (number)", (1, "input", "“x+1” is no name of a fact")),
        ("note", "then y (date)", (1, "output", "“y” is there twice")),
        ("then y (string)", "note", (1, "output", "the table says nothing")),
        ("low,", '"low,', (3, "U", "quotation mark")),
        ("sure", "\x01", (4, "note", "control characters")),
        ("code,t,,", "label,t,,", (2, "U", "“label” is neither")),
        ("code,t,,", "code en,t,,", (2, "U", "“code en” is neither")),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, fault: tuple[int, str, str]) -> None:
    line, field, reason = _faults(_SHEET.replace(old, new))[0]
    assert (line, field) == fault[:2]
    assert fault[2] in reason


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "U", '"'])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(ImportFaultError, match="Export one to see"):
        read_csv(text.encode())


def test_what_a_spreadsheet_would_reckon_has_a_guard() -> None:
    text = _SHEET.replace("sure", "'=1+1").replace("low", "-3").replace("high", "'-x")
    (decision,) = read_csv(text.encode()).decisions
    assert decision.table.rows == (Row(("< 5",), ("-3",)), Row((">= 5",), ("-x",), "=1+1"))
    written = write_csv(decision)
    assert ",'=1+1" in written
    assert ",'-x," in written
    assert ",-3," in written
