"""What is written is read as it was, as DMN XML and as CSV, whatever stands in the cells."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.rules.tables import HitPolicy, Input, Kind, Output, Row, Table
from lacarte.standards.dmn import Decision, Ids, UnwritableError, read_csv, read_xml, write_csv, write_xml
from lacarte.standards.dmn.elements import parsed
from tests.standards.dmn.drawn import decisions

_PRICE = Table(
    "price",
    (Input("income", Kind.NUMBER, ">= 0"), Input("born", Kind.DATE)),
    (Output("price", Kind.NUMBER, "", "9"),),
    (Row(("< 900", "-"), ("2",), "council of May"), Row(("-", '> date("2010-01-01")'), ("0",))),
)


@given(decisions(ids=True))
def test_xml_gives_a_decision_back(decision: Decision) -> None:
    taken = read_xml(write_xml([decision]))
    assert taken.faults == ()
    assert taken.decisions == (decision,)


@given(decisions(ids=False), decisions(ids=False), st.sampled_from(["en", "zh-hans"]))
def test_xml_gives_several_decisions_back_in_their_order(one: Decision, two: Decision, language: str) -> None:
    two = replace(two, table=replace(two.table, code=one.table.code + "2"))
    assert read_xml(write_xml([one, two], language)).decisions == (one, two)


@given(decisions(ids=False))
def test_csv_gives_a_decision_back(decision: Decision) -> None:
    taken = read_csv(write_csv(decision).encode())
    assert taken.faults == ()
    assert taken.decisions == (decision,)


@pytest.mark.parametrize("policy", HitPolicy)
def test_every_hit_policy_survives_both(policy: HitPolicy) -> None:
    decision = Decision(replace(_PRICE, hit_policy=policy))
    assert read_xml(write_xml([decision])).decisions == (decision,)
    assert read_csv(write_csv(decision).encode()).decisions == (decision,)


@given(decisions(ids=False))
def test_no_field_is_a_formula_for_a_spreadsheet(decision: Decision) -> None:
    for row in csv.reader(io.StringIO(write_csv(decision).removeprefix("\ufeff"), newline="")):
        for field in row[1:]:
            assert not field.startswith(("=", "+", "@", "\t", "\r"))
            assert field == "-" or not field.startswith("-") or float(field) <= 0


def test_the_same_decisions_give_the_same_bytes() -> None:
    decision = Decision(_PRICE, {"zh-hans": "价格", "en": "Price"})
    turned = Decision(_PRICE, {"en": "Price", "zh-hans": "价格"})
    assert write_xml([decision]) == write_xml([turned])


def test_a_label_that_another_tool_changed_counts() -> None:
    decision = Decision(_PRICE, {"en": "Price", "zh-hans": "价格"}, ({"en": "Income", "fr": "Revenu"},))
    changed = write_xml([decision]).replace(b'label="Income"', b'label="Income a month"')
    assert read_xml(changed).decisions[0].labels[0] == {"en": "Income a month", "fr": "Revenu"}


@pytest.mark.parametrize("name", [{}, {"en": "price"}, {"fr": "price"}, {"en": "price", "fr": "prix"}])
def test_a_name_may_be_the_code_or_be_missing(name: dict[str, str]) -> None:
    decision = Decision(_PRICE, name)
    assert read_xml(write_xml([decision])).decisions == (decision,)
    assert read_csv(write_csv(decision).encode()).decisions == (decision,)


def test_parts_stand_in_the_order_of_the_schema() -> None:
    decision = Decision(_PRICE, {"en": "Price", "fr": "Prix"}, ({"en": "Income", "fr": "Revenu"},))
    root = parsed(write_xml([decision]))
    order = [one.name for one in root.children]
    assert order == ["inputData", "inputData", "decision"]
    (held,) = root.all("decision")
    required = ["informationRequirement"] * 2
    assert [one.name for one in held.children] == ["extensionElements", "variable", *required, "decisionTable"]
    (table,) = held.all("decisionTable")
    assert [one.name for one in table.children] == ["input", "input", "output", "annotation", "rule", "rule"]
    column = next(table.all("input"))
    assert [one.name for one in column.children] == ["extensionElements", "inputExpression", "inputValues"]
    row = next(table.all("rule"))
    assert [one.name for one in row.children] == ["inputEntry", "inputEntry", "outputEntry", "annotationEntry"]


@given(decisions(ids=True))
def test_every_id_is_there_once_and_every_part_has_one(decision: Decision) -> None:
    found: list[str] = []
    below = [parsed(write_xml([decision]))]
    while below:
        element = below.pop()
        below += element.children
        if element.name in ("decision", "inputData", "decisionTable", "input", "output", "rule", "inputEntry"):
            found.append(element.get("id"))
    assert all(found)
    assert len(found) == len(set(found))


def test_an_id_is_in_a_file_once() -> None:
    ids = Ids("t", ("c", "c"), ("price",))
    other = replace(_PRICE, code="other")
    first, second = read_xml(write_xml([Decision(_PRICE, ids=ids), Decision(other, ids=ids)])).decisions
    assert first.ids == Ids("t", ("c", "", ""), ("", ""))  # “price” is the decision's
    assert second.ids == Ids("", ("", "", ""), ("", ""))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (replace(_PRICE, code=" "), "short name of its own"),
        (replace(_PRICE, inputs=()), "asks for nothing"),
        (replace(_PRICE, outputs=()), "says nothing"),
        (replace(_PRICE, inputs=(Input("income + 2", Kind.NUMBER), _PRICE.inputs[1])), "reckon beforehand"),
        (replace(_PRICE, inputs=(_PRICE.inputs[0], Input("income", Kind.DATE))), "of two types"),
        (replace(_PRICE, outputs=(Output(" ", Kind.DATE),)), "has no name"),
        (replace(_PRICE, outputs=_PRICE.outputs * 2), "is there twice"),
        (replace(_PRICE, rows=(Row(("-",), ("1",)),)), "rule 1: has 1 tests and 1 results"),
        (replace(_PRICE, rows=(Row(("-", "-"), ("\x01",)),)), "control characters"),
        (replace(_PRICE, rows=(Row(("-", "-"), ("1",), "\ud800"),)), "control characters"),
    ],
)
def test_what_would_not_come_back_is_not_written(table: Table, said: str) -> None:
    with pytest.raises(UnwritableError, match=said):
        write_xml([Decision(table)])
    with pytest.raises(UnwritableError, match=said):
        write_csv(Decision(table))


def test_tables_that_do_not_agree_are_not_written_together() -> None:
    with pytest.raises(UnwritableError, match="have the code “price”"):
        write_xml([Decision(_PRICE), Decision(_PRICE)])
    other = replace(_PRICE, code="other", inputs=(Input("income", Kind.STRING), _PRICE.inputs[1]))
    with pytest.raises(UnwritableError, match="“income” is of another type in “other”"):
        write_xml([Decision(_PRICE), Decision(other)])
