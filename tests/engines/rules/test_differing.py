"""Why a table says something, and what would have to be different: minimal, and true when tried."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.rules import HitPolicy, Known, compile_table, decide, differences, parse_tests, reasons
from tests.engines.rules.drawn import ALL, drawn_facts, drawn_table, plainly
from tests.engines.rules.test_checking import scaled
from tests.engines.rules.test_deciding import help_with_rent


def test_of_two_ways_to_help_both_are_named() -> None:
    table = compile_table(help_with_rent())
    found = differences(table, {"income": 1500, "home": "rented"}, {"entitled": True})
    assert [[(c.fact, c.into, c.example) for c in one.changes] for one in found.found] == [
        [("income", "[0..1200)", 1199)]
    ]
    both = differences(table, {"income": 1500, "home": "owned"}, {"entitled": True})
    assert [[(c.fact, c.into) for c in one.changes] for one in both.found] == [
        [("income", "[0..1200)"), ("home", '"rented"')]
    ]
    kept = differences(table, {"income": 1500, "home": "owned"}, {"entitled": True}, changing=["home"])
    assert (kept.found, kept.finished) == ((), True)


def test_what_is_said_already_needs_no_change_and_a_strange_output_is_refused() -> None:
    table = compile_table(help_with_rent())
    facts: Mapping[str, Known] = {"income": 900, "home": "rented"}
    assert [one.changes for one in differences(table, facts, {"entitled": True}).found] == [()]
    with pytest.raises(ValueError, match="table help with rent has no output colour"):
        differences(table, facts, {"colour": True})


def test_reasons_are_enough_and_none_too_many() -> None:
    table = compile_table(help_with_rent())
    assert reasons(table, {"income": 900, "home": "owned"}) == ("home",)
    assert reasons(table, {"income": 900, "home": "rented"}) == ("income", "home")
    assert reasons(table, {"home": "rented"}) == ()


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 10**9), policy=st.sampled_from([HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.SUM]))
def test_no_smaller_change_leads_there_and_each_that_is_named_does(seed: int, policy: HitPolicy) -> None:
    rng = random.Random(seed)
    drawn = drawn_table(rng, policy, inputs=3, rows=4)
    table = compile_table(drawn.table)
    facts = drawn_facts(rng, drawn, unknown=0)
    wanted = 1.0
    found = differences(table, facts, {"amount": wanted})
    assert found.finished
    person = tuple(facts[one.fact] for one in drawn.table.inputs)
    reached = set()
    for other in itertools.product(*(drawn.values(at) for at in range(3))):
        said = plainly(drawn, other)
        if said != "contradiction" and said[0] == wanted:
            reached.add(tuple(at for at in range(3) if other[at] != person[at]))
    least = min(map(len, reached), default=0)
    facts_of = {tuple(int(c.fact.split()[1]) for c in one.changes) for one in found.found}
    assert facts_of == {one for one in reached if len(one) == least}
    for one in found.found:
        for change in one.changes:
            others = {c.fact: c.example for c in one.changes}
            kind = drawn.table.inputs[int(change.fact.split()[1])].kind
            tests = parse_tests(change.into, kind)
            for value in (*ALL[kind], None):
                said = decide(table, {**facts, **others, change.fact: value}).said
                if tests.hold(scaled(value)):
                    assert said is not None
                    assert said[0] == wanted


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 10**9), policy=st.sampled_from(HitPolicy))
def test_reasons_alone_settle_the_same(seed: int, policy: HitPolicy) -> None:
    rng = random.Random(seed)
    drawn = drawn_table(rng, policy)
    table = compile_table(drawn.table)
    facts = drawn_facts(rng, drawn)
    found, why = decide(table, facts), reasons(table, facts)
    if found.settled:
        assert decide(table, {fact: facts[fact] for fact in why}).said == found.said
        for fact in why:
            fewer = decide(table, {other: facts[other] for other in why if other != fact})
            assert not fewer.settled
    else:
        assert why == ()
