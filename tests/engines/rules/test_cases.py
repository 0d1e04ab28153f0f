"""Test cases beside a table: they say what is expected of somebody, and what comes out otherwise is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lacarte.engines.rules import Case, HitPolicy, Kind, Output, Row, case_faults, compile_table, failures
from tests.engines.rules.test_deciding import help_with_rent

POOR = Case("poor", {"income": "900", "home": '"rented"'}, {"entitled": "true"})
RICH = Case("rich", {"income": "9000"}, {"entitled": "false"})


def test_cases_that_come_out_as_expected_say_nothing() -> None:
    table = compile_table(help_with_rent())
    unknown = Case("nobody asked yet", {}, {"entitled": "?"})
    assert failures(table, [POOR, RICH, unknown]) == ()


def test_a_case_that_comes_out_otherwise_says_what_was_expected_and_what_is_said() -> None:
    table = compile_table(help_with_rent())
    wrong = replace(RICH, says={"entitled": "true"})
    open_yet = Case("not known", {"income": "900"}, {"entitled": "true"})
    found = failures(table, [POOR, wrong, open_yet])
    assert [(one.number, one.output, one.expected, one.said) for one in found] == [
        (2, "entitled", "true", "false"),
        (3, "entitled", "true", "?"),
    ]


def test_a_fact_that_nobody_can_have_is_named() -> None:
    (found,) = failures(compile_table(help_with_rent()), [replace(POOR, facts={"income": "-5"})])
    assert (found.output, found.expected, found.refused) == ("income", "-5", True)


def test_a_case_of_a_table_that_collects_lists_what_the_rows_say() -> None:
    table = help_with_rent()
    rows = (Row(("-", "-"), ('"a, b"',)), Row(("< 1000", "-"), ('"c"',)))
    collects = replace(table, outputs=(Output("gets", Kind.STRING),), rows=rows, hit_policy=HitPolicy.COLLECT)
    both = Case("both", {"income": "5"}, {"gets": '"a, b", "c"'})
    assert failures(compile_table(collects), [both]) == ()
    nothing = compile_table(replace(collects, rows=rows[1:]))
    assert failures(nothing, [Case("none", {"income": "2000"}, {"gets": "-"})]) == ()
    count = compile_table(replace(collects, hit_policy=HitPolicy.COUNT))
    assert failures(count, [replace(both, says={"gets": "2"})]) == ()


@pytest.mark.parametrize(
    ("case", "wrong"),
    [
        (replace(POOR, name=" "), (1, "", "has no name")),
        (replace(POOR, says={}), (1, "", "expects nothing")),
        (replace(POOR, facts={"wealth": "1"}), (1, "wealth", "is no input of the table")),
        (replace(POOR, facts={"income": "n/a"}), (1, "income", "sign 2: / has no meaning here")),
        (replace(POOR, says={"colour": "1"}), (1, "colour", "is no output of the table")),
        (
            replace(POOR, says={"entitled": "7"}),
            (1, "entitled", "sign 1: a number does not fit, true or false is expected"),
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_its_column(case: Case, wrong: tuple[int, str, str]) -> None:
    (found,) = case_faults(help_with_rent(), [case])
    assert (found.row, found.column, found.what) == wrong


def test_two_cases_have_two_names() -> None:
    (found,) = case_faults(help_with_rent(), [POOR, replace(RICH, name="poor")])
    assert (found.row, found.template) == (2, "has the name of a case before")
