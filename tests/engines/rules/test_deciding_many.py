"""Many persons at once are told what each would be told alone."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import numpy as np
import pytest

from lacarte.engines.rules import (
    NOT_KNOWN,
    Between,
    Column,
    Compiled,
    HitPolicy,
    Input,
    Kind,
    Known,
    Output,
    Row,
    Table,
    column,
    compile_table,
    decide,
    decide_many,
)
from tests.engines.rules.drawn import ALL, drawn_table

#: Persons in all, over all tables that are drawn.
PERSONS = 100_000
TABLES = 40


def drawn_value(rng: random.Random, kind: Kind) -> Known:
    """Anything that somebody may be asked for or say, wrong answers among it."""
    chance = rng.random()
    if chance < 0.2:
        return NOT_KNOWN
    if chance < 0.25:
        return None
    if chance < 0.35 and kind in {Kind.NUMBER, Kind.DATE}:
        return Between(*rng.choices(ALL[kind], k=2))
    if chance < 0.36:
        return rng.choice(("n/a", 7.5, True, float("inf")))
    return rng.choice(ALL[kind])


def assert_same(table: Compiled, persons: list[dict[str, Known]], chunk: int) -> None:
    """Alone and together, to the last count."""
    columns = {
        one.fact: column(one.fact, one.kind, [person.get(one.fact, NOT_KNOWN) for person in persons])
        for one in table.table.inputs
    }
    alone = [decide(table, person) for person in persons]
    missing: Counter[str] = Counter()
    refused: Counter[str] = Counter(r.fact for _, found in columns.values() for _, r in found)
    for start, (many,) in decide_many([table], {fact: one for fact, (one, _) in columns.items()}, chunk):
        part = alone[start : start + chunk]
        said = [many.sayings[at] if at >= 0 else None for at in many.said.tolist()]
        assert said == [one.said for one in part]
        assert many.settled.tolist() == [one.settled for one in part]
        assert many.contradicts.tolist() == [one.contradicts for one in part]
        assert many.hit.tolist() == [one.holds[0] if one.holds else 0 for one in part]
        missing.update(many.missing)
        refused.update(many.refused)
    assert missing == Counter(one.fact for found in alone for one in found.missing)
    assert refused == Counter(one.fact for found in alone for one in found.refused)


def test_a_hundred_thousand_random_persons_are_told_the_same_alone_and_together() -> None:
    rng = random.Random(2026)
    seen: Counter[bool] = Counter()
    for number in range(TABLES):
        policy = list(HitPolicy)[number % len(HitPolicy)]
        drawn = drawn_table(rng, policy, inputs=rng.randint(1, 4), rows=rng.choice((3, 6, 12, 70)))
        table = compile_table(drawn.table)
        persons = [
            {one.fact: drawn_value(rng, one.kind) for one in drawn.table.inputs} for _ in range(PERSONS // TABLES)
        ]
        assert_same(table, persons, chunk=999)
        seen.update(decide(table, person).settled for person in persons[:50])
    assert min(seen[True], seen[False]) > 200


def test_several_tables_share_their_columns() -> None:
    rng = random.Random(7)
    drawn = [drawn_table(rng, policy, inputs=1) for policy in HitPolicy]
    numbers = [one for one in drawn if one.table.inputs[0].kind is drawn[0].table.inputs[0].kind]
    tables = [compile_table(one.table) for one in numbers]
    kind = drawn[0].table.inputs[0].kind
    values = [drawn_value(rng, kind) for _ in range(500)]
    asked, _ = column("fact 0", kind, values)
    for start, found in decide_many(tables, {"fact 0": asked}, chunk=200):
        for table, many in zip(tables, found, strict=True):
            for at, place in enumerate(many.said.tolist()):
                said = many.sayings[place] if place >= 0 else None
                assert said == decide(table, {"fact 0": values[start + at]}).said


def test_a_fact_without_a_column_is_not_known_of_anybody() -> None:
    table = compile_table(
        Table(
            "both",
            (Input("age", Kind.NUMBER, ">= 0"), Input("since", Kind.DATE, "not(null)")),
            (Output("entitled", Kind.BOOLEAN, default="false"),),
            (Row((">= 18", '>= date("2026-01-01")'), ("true",)),),
        )
    )
    ages, refused = column("age", Kind.NUMBER, [12, 30, "n/a", 40])
    assert [(place, one.why) for place, one in refused] == [(2, "'n/a' is not a number")]
    ((_, (found,)),) = decide_many([table], {"age": ages})
    assert found.settled.tolist() == [True, False, False, False]
    assert found.missing == {"age": 1, "since": 3}


def test_columns_that_do_not_fit_are_refused_by_name() -> None:
    table = compile_table(Table("one", (Input("age", Kind.NUMBER),), (Output("x", Kind.NUMBER),), ()))
    ages, days = Column(Kind.NUMBER, np.zeros(3)), Column(Kind.DATE, np.full(3, date(2026, 1, 1).toordinal()))
    with pytest.raises(ValueError, match="age is a column of 3 dates, 3 numbers are expected"):
        list(decide_many([table], {"age": days}))
    with pytest.raises(ValueError, match="age is a column of 3 numbers, 4 numbers are expected"):
        list(decide_many([table], {"age": ages, "x": Column(Kind.NUMBER, np.zeros(4))}))
    with pytest.raises(ValueError, match="tables differ on the kind of age"):
        other = compile_table(Table("two", (Input("age", Kind.DATE),), (Output("x", Kind.NUMBER),), ()))
        list(decide_many([table, other], {"age": ages}))
    with pytest.raises(ValueError, match=r"low is int64\[3\], it must be float64\[n\]"):
        Column(Kind.NUMBER, np.zeros(3, dtype=np.int64))
