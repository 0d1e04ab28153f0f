"""Two versions of a table side by side: what is named is all that differs, and nothing else."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.rules import ChangedRow, HitPolicy, Input, Kind, Row, Table, compared
from tests.engines.rules.drawn import drawn_table
from tests.engines.rules.test_deciding import help_with_rent

RENT = replace(
    help_with_rent(),
    rows=(Row(("< 900", '"rented"'), ("true",)), Row(("[900..1200)", '"rented"'), ("true",), "of May")),
)


def test_a_table_does_not_differ_from_itself() -> None:
    assert not compared(RENT, RENT).anything


def test_a_changed_cell_is_named_with_what_stood_and_what_stands_there() -> None:
    now = replace(RENT, rows=(RENT.rows[0], Row(("[900..1500)", '"rented"'), ("true",), "of May")))
    assert compared(RENT, now).rows == (ChangedRow(2, 2, (("income", "[900..1200)", "[900..1500)"),)),)


def test_rules_that_are_new_or_gone_are_told_from_those_that_moved() -> None:
    first, second = RENT.rows
    other = Row(("-", '"shelter"'), ("true",))
    assert [(one.before, one.now) for one in compared(RENT, replace(RENT, rows=(first, second, other))).rows] == [
        (0, 3)
    ]
    assert [(one.before, one.now) for one in compared(RENT, replace(RENT, rows=(second,))).rows] == [(1, 0)]
    turned = compared(RENT, replace(RENT, rows=(second, first)))
    assert (turned.rows, turned.moved) == ((), True)


def test_columns_and_how_rules_count_are_compared_by_name() -> None:
    now = replace(
        RENT,
        inputs=(Input("people", Kind.NUMBER), replace(RENT.inputs[0], allowed=">= 1")),
        outputs=(replace(RENT.outputs[0], default="null"),),
        rows=(),
        hit_policy=HitPolicy.FIRST,
    )
    found = compared(RENT, now)
    assert (found.inputs_gone, found.inputs_new) == (("home",), ("people",))
    assert [(name, what, new) for name, what, _old, new in found.columns] == [
        ("income", "allowed", ">= 1"),
        ("entitled", "default", "null"),
    ]
    assert found.hit_policy == ("U", "F")


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_what_is_said_to_differ_turns_the_one_into_the_other(one: int, other: int) -> None:
    """Where nothing is said to differ they are the same, and every number of a row is one that is there."""
    before, now = (drawn_table(random.Random(seed), HitPolicy.UNIQUE).table for seed in (one, other))
    now = replace(now, inputs=before.inputs, outputs=before.outputs, rows=_fitting(before, now))
    found = compared(before, now)
    gone = {row.before for row in found.rows if row.before}
    come = {row.now for row in found.rows if row.now}
    kept = [row for at, row in enumerate(before.rows, 1) if at not in gone]
    if not found.moved:
        assert kept == [row for at, row in enumerate(now.rows, 1) if at not in come]
    assert len(before.rows) - len(gone) == len(now.rows) - len(come)


def _fitting(before: Table, now: Table) -> tuple[Row, ...]:
    """Some rows of the one between some of the other, cut to its columns."""
    width = len(before.inputs)
    others = [Row((*row.tests, *["-"] * width)[:width], before.rows[0].says) for row in now.rows if before.rows]
    return (*before.rows[1:], *others)
