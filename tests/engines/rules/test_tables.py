"""A wrong table is refused with everything that is wrong in it."""

from __future__ import annotations

import pytest

from lacarte.engines.rules import (
    Fault,
    HitPolicy,
    Input,
    Kind,
    Output,
    Row,
    Table,
    WrongTable,
    compile_table,
    faults,
)


def test_all_faults_are_named_with_their_row_and_column() -> None:
    table = Table(
        "wrong in many ways",
        (
            Input("income", Kind.NUMBER, ">= 0"),
            Input("born", Kind.DATE),
            Input("shoe size", Kind.NUMBER),
            Input("born", Kind.DATE),
        ),
        (Output("entitled", Kind.BOOLEAN), Output("level", Kind.STRING, '"high", "low"', default='"none"')),
        (
            Row(("n/a", 'date("2026-31-01")', "-", "-"), ("true", '"high"')),
            Row(("< 0", "-", "[9..3]", "-"), ("7", '"middle"')),
            Row(("< 5", "-"), ("true", '"high"', "5")),
            Row(("-", "-", "-", "-"), ("", '"low"')),
        ),
    )
    known = {"income": Kind.STRING, "born": Kind.DATE}
    assert faults(table, known) == (
        Fault(0, "income", "is a string, not a number"),
        Fault(0, "born", "is asked in two columns; put both tests into one"),
        Fault(0, "shoe size", "is not a known fact"),
        Fault(0, "level", '"none" is not among the allowed values'),
        Fault(1, "income", "sign 2: / has no meaning here"),
        Fault(1, "born", "sign 6: 2026-31-01 is no date: month must be in 1..12"),
        Fault(2, "income", "no allowed value meets this"),
        Fault(2, "shoe size", "sign 1: no value is in this range"),
        Fault(2, "entitled", "sign 1: a number does not fit, true or false is expected"),
        Fault(2, "level", '"middle" is not among the allowed values'),
        Fault(3, "inputs", "2 cells for 4 columns"),
        Fault(3, "outputs", "3 cells for 2 columns"),
        Fault(4, "entitled", "sign 1: nothing is said here; write null if that is meant"),
    )
    with pytest.raises(WrongTable, match=r"table wrong in many ways: row 0, income: is a string") as refused:
        compile_table(table, known)
    assert refused.value.faults == faults(table, known)


@pytest.mark.parametrize(
    ("policy", "outputs", "column", "what"),
    [
        (HitPolicy.UNIQUE, (), "outputs", "the table says nothing"),
        (HitPolicy.SUM, (Output("word", Kind.STRING),), "word", "hit policy C+ cannot put together strings"),
        (HitPolicy.SUM, (Output("day", Kind.DATE),), "day", "hit policy C+ cannot put together dates"),
        (HitPolicy.MOST, (Output("yes", Kind.BOOLEAN),), "yes", "hit policy C> cannot put together booleans"),
        (HitPolicy.COUNT, (Output("n", Kind.NUMBER, default="3"),), "n", "a count needs no default, it is 0"),
        (
            HitPolicy.LEAST,
            (Output("a", Kind.NUMBER), Output("b", Kind.NUMBER)),
            "b",
            "hit policy C< puts together one output",
        ),
        (HitPolicy.UNIQUE, (Output("a", Kind.NUMBER), Output("a", Kind.NUMBER)), "a", "is said in two columns"),
    ],
)
def test_outputs_fit_the_hit_policy(
    policy: HitPolicy, outputs: tuple[Output, ...], column: str, what: str
) -> None:
    assert faults(Table("t", (Input("age", Kind.NUMBER),), outputs, (), policy)) == (Fault(0, column, what),)


def test_null_is_not_put_together_and_nothing_allowed_is_named() -> None:
    table = Table(
        "t",
        (
            Input("age", Kind.NUMBER, "not(not(5))"),
            Input("day", Kind.DATE, 'not(null, >= @"2026-01-01", < @"2026-01-01")'),
        ),
        (Output("n", Kind.NUMBER),),
        (Row(("-", "-"), ("null",)),),
        HitPolicy.SUM,
    )
    assert faults(table) == (
        Fault(0, "age", 'sign 5: not is no value; a string is written "not"'),
        Fault(0, "day", "no value is allowed"),
        Fault(1, "n", "null cannot be put together by C+"),
    )
