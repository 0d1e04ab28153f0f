"""Gaps and overlaps of tables: all of them, none besides, each with an example that shows it."""

from __future__ import annotations

import itertools
import random
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.rules import (
    HitPolicy,
    Input,
    Kind,
    Output,
    Row,
    Table,
    Value,
    check,
    compile_table,
    decide,
    parse_tests,
)
from tests.engines.rules.drawn import drawn_table


def scaled(value: Value) -> float | str | bool | None:
    """As tests take it: a date as its day."""
    return float(value.toordinal()) if isinstance(value, date) else value


@settings(deadline=None, max_examples=200)
@given(seed=st.integers(0, 10**9), policy=st.sampled_from([HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST]))
def test_what_is_found_is_there_and_what_is_not_is_not(seed: int, policy: HitPolicy) -> None:
    rng = random.Random(seed)
    drawn = drawn_table(rng, policy, inputs=rng.randint(1, 3), rows=rng.randint(0, 5))
    table = compile_table(drawn.table)
    found = check(table, most=10_000)
    assert found.finished
    persons = list(itertools.product(*(drawn.values(at) for at in range(len(drawn.allowed)))))
    holding = {
        person: [r for r, tests in enumerate(drawn.tests) if all(t(v) for t, v in zip(tests, person, strict=True))]
        for person in persons
    }
    # Every person without a row is in one of the gaps, and nobody else is.
    kinds = {one.fact: one.kind for one in drawn.table.inputs}
    regions = [[parse_tests(w.tests, kinds[w.fact]) for w in gap.where] for gap in found.gaps]
    for person, rows in holding.items():
        inside = any(all(t.hold(scaled(v)) for t, v in zip(r, person, strict=True)) for r in regions)
        assert inside == (not rows)
    pairs = {
        (a + 1, b + 1)
        for rows in holding.values()
        for a, b in itertools.combinations(rows, 2)
        if policy is HitPolicy.UNIQUE or (policy is HitPolicy.ANY and table.says[a] != table.says[b])
    }
    assert {(one.first, one.second) for one in found.overlaps} == pairs
    for overlap in found.overlaps:
        example = {one.fact: one.example for one in overlap.where}
        assert {overlap.first, overlap.second} <= set(decide(table, example).holds)
    for gap in found.gaps:
        assert decide(table, {one.fact: one.example for one in gap.where}).holds == ()


def test_a_gap_and_an_overlap_are_told_by_example() -> None:
    table = Table(
        "holes",
        (Input("age", Kind.NUMBER, ">= 0"), Input("home", Kind.STRING, '"rented", "owned"')),
        (Output("entitled", Kind.BOOLEAN),),
        (
            Row(("< 18", "-"), ("false",)),
            Row(("[18..65]", '"rented"'), ("true",)),
            Row((">= 65", "-"), ("false",)),
        ),
    )
    found = check(compile_table(table))
    assert [[(w.fact, w.tests, w.example) for w in gap.where] for gap in found.gaps] == [
        [("age", "[18..65)", 18), ("home", '"owned"', "owned")]
    ]
    (overlap,) = found.overlaps
    assert (overlap.first, overlap.second) == (2, 3)
    assert [(w.tests, w.example) for w in overlap.where] == [("65", 65), ('"rented"', "rented")]


@pytest.mark.parametrize("holes", [0, 3])
def test_two_hundred_rows_over_six_inputs_are_checked_quickly(holes: int) -> None:
    """A partition of all persons into boxes, cut at random again and again; some boxes are left out."""
    rng = random.Random(5)
    boxes = [[(0, 1000)] * 6]
    while len(boxes) < 200 + holes:
        box = boxes.pop(rng.randrange(len(boxes)))
        at = rng.randrange(6)
        low, high = box[at]
        if high - low > 10:
            cut = rng.randint(low + 1, high - 1)
            boxes += [[*box[:at], (low, cut), *box[at + 1 :]], [*box[:at], (cut, high), *box[at + 1 :]]]
        else:
            boxes.append(box)
    rows = [Row(tuple(f"[{low}..{high})" for low, high in box), ("1",)) for box in boxes[holes:]]
    inputs = tuple(Input(f"fact {n}", Kind.NUMBER, "[0..1000)") for n in range(6))
    table = compile_table(Table("boxes", inputs, (Output("n", Kind.NUMBER),), tuple(rows)))
    start = time.process_time()
    found = check(table)
    assert time.process_time() - start < 5
    assert found.overlaps == ()
    assert bool(found.gaps) == bool(holes)
    assert found.finished or found.gaps


def test_a_check_that_is_cut_short_says_so() -> None:
    rows = tuple(Row((str(n), str(n)), ("1",)) for n in range(30))
    inputs = (Input("a", Kind.NUMBER), Input("b", Kind.NUMBER))
    table = compile_table(Table("diagonal", inputs, (Output("n", Kind.NUMBER),), rows))
    assert not check(table, most=3).finished
    assert len(check(table, most=3).gaps) == 3
    assert not check(table, steps=10).finished
