"""What a table says of one person: never more than is certain, and all that is."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.rules import (
    NOT_KNOWN,
    Between,
    HitPolicy,
    Input,
    Kind,
    Output,
    Row,
    Table,
    compile_table,
    decide,
    questions,
    settling,
)
from tests.engines.rules.drawn import drawn_facts, drawn_table, fillings, plainly


def help_with_rent(policy: HitPolicy = HitPolicy.UNIQUE) -> Table:
    """A table that people could keep: who gets help with the rent."""
    return Table(
        "help with rent",
        (Input("income", Kind.NUMBER, ">= 0"), Input("home", Kind.STRING, '"rented", "owned"')),
        (Output("entitled", Kind.BOOLEAN),),
        (
            Row(("< 1200", '"rented"'), ("true",)),
            Row((">= 1200", '"rented"'), ("false",)),
            Row(("-", '"owned"'), ("false",)),
        ),
        policy,
    )


@settings(deadline=None, max_examples=400)
@given(seed=st.integers(0, 10**9), policy=st.sampled_from(HitPolicy))
def test_it_says_what_every_way_to_fill_in_the_unknown_says_and_nothing_else(seed: int, policy: HitPolicy) -> None:
    rng = random.Random(seed)
    drawn = drawn_table(rng, policy, inputs=rng.randint(1, 3), rows=rng.randint(0, 6))
    facts = drawn_facts(rng, drawn)
    every = {person: plainly(drawn, person) for person in fillings(drawn, facts)}
    found = decide(compile_table(drawn.table), facts)
    results = set(every.values())
    if len(results) == 1 and results != {"contradiction"}:
        assert (found.settled, {found.said}) == (True, results)
    else:
        assert (found.settled, found.said) == (False, None)
    # What is missing is exactly what changes the result for some way to fill in all the rest.
    mattering = set()
    for at, asked in enumerate(drawn.table.inputs):
        by_rest: dict[object, set[object]] = {}
        for person, said in every.items():
            by_rest.setdefault(person[:at] + person[at + 1 :], set()).add(said)
        if any(len(said) > 1 for said in by_rest.values()):
            mattering.add(asked.fact)
    assert found.exact
    assert {one.fact for one in found.missing} == (set() if found.contradicts else mattering)


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 10**9), policy=st.sampled_from(HitPolicy))
def test_where_too_much_is_open_to_try_it_all_it_stays_sound(seed: int, policy: HitPolicy) -> None:
    rng = random.Random(seed)
    drawn = drawn_table(rng, policy)
    facts = drawn_facts(rng, drawn, unknown=0.7)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(settling, "MOST_TRIED", 1)
        found = decide(compile_table(drawn.table), facts)
    exact = decide(compile_table(drawn.table), facts)
    assert not found.settled or found.said == exact.said
    assert {one.fact for one in found.missing} <= {one.fact for one in exact.missing}
    assert found.exact or not found.settled


def test_three_answers_and_the_question_that_is_left() -> None:
    table = compile_table(help_with_rent())
    assert decide(table, {"income": 800, "home": "rented"}).said == (True,)
    no = decide(table, {"home": "owned"})
    assert (no.settled, no.said, no.holds, no.missing) == (True, (False,), (3,), ())
    not_yet = decide(table, {"home": "rented"})
    assert (not_yet.settled, not_yet.may_hold) == (False, (1, 2))
    assert [(one.fact, one.settles) for one in not_yet.missing] == [("income", 1.0)]


def test_an_income_known_by_its_bounds_is_enough_where_no_end_lies_between() -> None:
    table = compile_table(help_with_rent())
    assert decide(table, {"home": "rented", "income": Between(300, 1100)}).said == (True,)
    assert decide(table, {"home": "rented", "income": Between(1200, float("inf"))}).said == (False,)
    assert not decide(table, {"home": "rented", "income": Between(1100, 1300)}).settled


def test_rows_that_leave_no_room_settle_together_what_none_does_alone() -> None:
    """Above 1200 nobody is entitled, whatever the home; no single row says that."""
    found = decide(compile_table(help_with_rent()), {"income": 5000})
    assert (found.settled, found.said, found.holds, found.may_hold) == (True, (False,), (), (2, 3))


@pytest.mark.parametrize(
    ("fact", "value", "why"),
    [
        ("income", "n/a", "'n/a' is not a number"),
        ("income", True, "True is not a number"),
        ("income", float("nan"), "nan is not a number"),
        ("income", -5, "-5 is not among the allowed values"),
        ("income", None, "null is not among the allowed values"),
        ("income", Between(7, 3), "nothing lies between 7 and 3"),
        ("home", "tent", "'tent' is not among the allowed values"),
        ("home", date(2026, 1, 31), "datetime.date(2026, 1, 31) is not a string"),
        ("home", Between(1, 2), "strings have no bounds"),
    ],
)
def test_a_value_that_cannot_be_is_named_and_the_rest_goes_on(fact: str, value: object, why: str) -> None:
    given_facts = {"income": 800, "home": "rented", fact: value}
    found = decide(compile_table(help_with_rent()), given_facts)
    assert [(one.fact, one.why) for one in found.refused] == [(fact, why)]
    assert [one.fact for one in found.missing] == [fact]


def test_rows_that_contradict_each_other_say_nothing() -> None:
    table = Table(
        "two minds",
        (Input("age", Kind.NUMBER),),
        (Output("entitled", Kind.BOOLEAN),),
        (Row((">= 18",), ("true",)), Row(("<= 18",), ("false",))),
    )
    found = decide(compile_table(table), {"age": 18})
    assert (found.settled, found.said, found.contradicts, found.holds) == (False, None, True, (1, 2))
    assert decide(compile_table(table), {"age": 19}).said == (True,)


def test_the_question_to_ask_next_settles_most_tables() -> None:
    age = Table(
        "of age",
        (Input("age", Kind.NUMBER, ">= 0"),),
        (Output("entitled", Kind.BOOLEAN),),
        (Row((">= 18",), ("true",)), Row(("< 18",), ("false",))),
    )
    tables = [compile_table(help_with_rent()), compile_table(age)]
    asked = questions(decide(table, {"income": NOT_KNOWN}) for table in tables)
    assert [(one.fact, one.tables, one.settles) for one in asked] == [
        ("age", 1, 1.0),
        ("home", 1, 0.5),
        ("income", 1, 0.5),
    ]
