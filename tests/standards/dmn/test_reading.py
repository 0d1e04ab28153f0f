"""DMN files of other tools: what is a table is taken, what is none is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lacarte.engines.rules.tables import HitPolicy, Input, Kind, Output, Row
from lacarte.standards.dmn import Decision, Notes, read_xml, write_xml
from lacarte.standards.dmn.names import VERSIONS
from lacarte.standards.imports.report import ImportFaultError

_EXAMPLES = Path(__file__).parent / "examples"
_MEALS = (_EXAMPLES / "meals.dmn").read_bytes()
_TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">
<decision id="d" name="D"><decisionTable hitPolicy="UNIQUE">
<input><inputExpression typeRef="number"><text>x</text></inputExpression></input>
<output name="y" typeRef="string"/>
<rule><inputEntry><text>1</text></inputEntry><outputEntry><text>"a"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def _only(text: str) -> Decision:
    taken = read_xml(text.encode())
    assert taken.faults == ()
    (decision,) = taken.decisions
    return decision


def _fault(old: str, new: str) -> tuple[int, str, str]:
    """What is wrong once ``old`` of a small file is ``new``."""
    assert old in _TABLE
    taken = read_xml(_TABLE.replace(old, new).encode())
    assert taken.decisions == ()
    return taken.faults[0].line, taken.faults[0].field, taken.faults[0].reason


def test_tables_are_taken_and_the_rest_is_named_with_its_line() -> None:
    taken = read_xml(_MEALS)
    assert [one.table.code for one in taken.decisions] == ["meal-price", "helpers"]
    found = [(one.line, one.field) for one in taken.faults]
    lines = _MEALS.decode().splitlines()
    assert [field for _line, field in found] == ["longest-trip", "rounding"]
    assert all(f'id="{field}"' in lines[line - 1] for line, field in found)
    assert "literalExpression" in taken.faults[0].reason


def test_types_come_from_columns_variables_and_types_of_ones_own() -> None:
    price, helpers = read_xml(_MEALS).decisions
    assert price.table.inputs == (
        Input("income", Kind.NUMBER, ">= 0"),
        Input("district", Kind.STRING, '"harbour","hill","old town"'),
    )
    assert price.table.outputs == (Output("price", Kind.NUMBER, "", "9.5"), Output("voucher", Kind.BOOLEAN))
    assert helpers.table.inputs == (Input("date of birth", Kind.DATE),)
    assert helpers.table.outputs == (Output("Helpers", Kind.NUMBER),)
    assert (price.table.hit_policy, helpers.table.hit_policy) == (HitPolicy.FIRST, HitPolicy.SUM)


def test_names_labels_notes_and_ids_are_kept() -> None:
    price, helpers = read_xml(_MEALS, "en-gb").decisions
    assert price.name == {"en-gb": "Price of a meal"}
    assert price.labels == ({"en-gb": "Income a month"}, {}, {}, {})
    assert (price.note, price.more) == ("why", (Notes("source", ("§ 4", "")),))
    assert price.table.rows[0] == Row(("< 900", '"harbour", "hill"'), ("2", "true"), "council of May")
    assert price.ids.table == "t1"
    assert (price.ids.columns, price.ids.rows) == (("c1", "c2", "c3", "c4"), ("r_low", "r_mid"))
    assert (helpers.note, helpers.table.rows[0].note) == ("description", "old age")


def test_an_empty_test_is_any_value() -> None:
    assert read_xml(_MEALS).decisions[0].table.rows[1].tests == ("[900..2000)", "-")


def test_what_was_read_comes_back_when_it_is_written() -> None:
    decisions = read_xml(_MEALS).decisions
    assert read_xml(write_xml(decisions)).decisions == decisions


def test_the_oldest_version_is_read_with_its_prefixes() -> None:
    (permit,) = read_xml((_EXAMPLES / "parking-1.1.dmn").read_bytes()).decisions
    assert permit.table.inputs == (Input("resident", Kind.BOOLEAN),)
    assert permit.table.outputs == (Output("permit", Kind.STRING, '"yes","no"'),)
    assert permit.table.hit_policy is HitPolicy.UNIQUE  # where nothing is said


@pytest.mark.parametrize("namespace", VERSIONS)
def test_every_version_is_read(namespace: str) -> None:
    text = _TABLE.replace("https://www.omg.org/spec/DMN/20191111/MODEL/", namespace)
    assert _only(text).table.rows == (Row(("1",), ('"a"',)),)


def test_one_version_is_written() -> None:
    assert b'xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/"' in write_xml(read_xml(_MEALS).decisions)


@pytest.mark.parametrize("written", ["number", "feel:number", "integer", "long", "double"])
def test_numbers_have_many_names(written: str) -> None:
    text = _TABLE.replace('typeRef="number"', f'typeRef="{written}"')
    assert _only(text).table.inputs[0].kind is Kind.NUMBER


def test_the_type_of_a_list_is_that_of_what_a_collecting_table_says() -> None:
    own = '<itemDefinition name="tAll" isCollection="true"><typeRef>date</typeRef></itemDefinition>'
    text = _TABLE.replace("<decision id", f"{own}<decision id", 1).replace('typeRef="string"', 'typeRef="tAll"')
    assert _only(text.replace("UNIQUE", "COLLECT")).table.outputs[0].kind is Kind.DATE
    assert "“tAll”" in read_xml(text.encode()).faults[0].reason


def test_types_in_a_circle_are_none() -> None:
    own = '<itemDefinition name="tA"><typeRef>tB</typeRef></itemDefinition>'
    own += '<itemDefinition name="tB"><typeRef>tA</typeRef></itemDefinition><decision id'
    text = _TABLE.replace("<decision id", own, 1).replace('typeRef="number"', 'typeRef="tA"')
    assert "“tA” is none that a table takes" in read_xml(text.encode()).faults[0].reason


def test_elements_of_other_namespaces_are_passed_over() -> None:
    text = _TABLE.replace("<rule>", '<m:rule xmlns:m="urn:other"><m:x/></m:rule><rule>')
    assert len(_only(text).table.rows) == 1


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('hitPolicy="UNIQUE"', 'hitPolicy="PRIORITY"', (2, "d", "hit policy “PRIORITY” is not known")),
        ('hitPolicy="UNIQUE"', 'hitPolicy="COLLECT" aggregation="MEAN"', (2, "d", "“COLLECT MEAN”")),
        ('typeRef="number"', "", (3, "d, input “x”", "has no type")),
        ('typeRef="number"', 'typeRef="time"', (3, "d, input “x”", "“time” is none that a table takes")),
        ("<text>x</text>", "<text>x * 12</text>", (2, "d, input", "“x * 12” is no name of a fact")),
        ('<output name="y" typeRef="string"/>', "", (5, "d, rule 1", "has 1 tests and 1 results")),
        ("<inputEntry><text>1</text></inputEntry>", "", (5, "d, rule 1", "has 0 tests and 1 results")),
        ("<inputEntry>", '<inputEntry expressionLanguage="juel">', (5, "d", "“juel”: only FEEL")),
        ('id="d" name="D"', "", (2, "decision, code", "is empty")),
        ("decisionTable", "context", (2, "d", "holds “context” and no decision table")),
        ("decisionTable", "unheard", (2, "d", "holds no decision table")),
        ("decision ", "import ", (2, "d", "“import” is no decision table")),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, fault: tuple[int, str, str]) -> None:
    line, field, reason = _fault(old, new) if old != "decision " else _fault_of_an_import()
    assert (line, field) == fault[:2]
    assert fault[2] in reason


def _fault_of_an_import() -> tuple[int, str, str]:
    text = _TABLE.replace("<decision ", "<import ").replace("</decision>", "</import>")
    (fault,) = read_xml(text.encode()).faults
    return fault.line, fault.field, fault.reason


def test_a_code_is_there_once() -> None:
    body = _TABLE[_TABLE.index("<decision ") : _TABLE.index("</definitions>")]
    taken = read_xml(_TABLE.replace("</definitions>", f"{body}</definitions>").encode())
    assert len(taken.decisions) == 1
    assert "has this code twice" in taken.faults[0].reason


def test_a_file_without_decisions_says_so() -> None:
    (fault,) = read_xml(b'<definitions xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/"/>').faults
    assert "holds no decision" in fault.reason


@pytest.mark.parametrize(
    "text",
    [
        "<html/>",
        '<definitions xmlns="urn:x"/>',
        '<decision xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/"/>',
    ],
)
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(ImportFaultError, match=r"This is no DMN file.*1\.1, 1\.2, 1\.3, 1\.4, 1\.5"):
        read_xml(text.encode())
