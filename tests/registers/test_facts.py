"""The facts that people are asked for: read, kept and said again."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lacarte.registers.people.circumstances import (
    FACTS,
    Datatype,
    FactWrongError,
    in_words,
    question_of,
    read_fact,
    value_in_words,
    written,
)

ANSWERS = {Datatype.BOOL: "yes", Datatype.NUMBER: "34", Datatype.DATE: "2020-02-29"}


@pytest.mark.parametrize("kind", FACTS)
def test_every_fact_has_a_question_and_takes_an_answer(kind: str) -> None:
    fact = FACTS[kind]
    said = fact.choices[0][0] if fact.datatype is Datatype.CHOICE else ANSWERS[fact.datatype]
    value = read_fact(kind, f" {said} ")
    assert written(kind, value) == said
    assert question_of(kind).endswith("?")
    assert value_in_words(kind, value)
    assert in_words(kind) != kind
    assert bool(fact.choices) == (fact.datatype is Datatype.CHOICE)


@pytest.mark.parametrize(
    ("kind", "said", "says"),
    [
        ("pregnant", "perhaps", "yes or no"),
        ("pregnant", "", "yes or no"),
        ("age", "old", "digits"),
        ("age", "-3", "digits"),
        ("household-size", "0", "at least 1"),
        ("age", "nan", "digits"),
        ("age", "1e400", "digits"),
        ("lives-here-since", "2026-02-30", "year-month-day"),
        ("lives-here-since", "0001-01-01", "year-month-day"),
        ("work", "spy", "choose one"),
        ("shoe-size", "44", "nothing that we ask for"),
    ],
)
def test_what_is_no_answer_is_explained(kind: str, said: str, says: str) -> None:
    with pytest.raises(FactWrongError, match=says):
        read_fact(kind, said)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1,200", 1200),
        ("1 200", 1200),
        ("12\u202f500", 12500),
        ("1’200,000", None),
        ("1,200,000.5", 1_200_000.5),
        ("1,20", 1.2),
        ("0,125", 0.125),
        ("1,5", 1.5),
        ("１，２００", 1200),
        ("12 00", None),
        ("1,2000", 1.2),
        ("n/a", None),
    ],
)
def test_an_income_of_a_thousand_two_hundred_is_none_of_one(said: str, meant: float | None) -> None:
    if meant is None:
        with pytest.raises(FactWrongError, match="digits"):
            read_fact("household-income", said)
    else:
        assert read_fact("household-income", said) == meant


@given(st.sampled_from(sorted(FACTS)), st.text())
def test_whatever_is_typed_it_is_an_answer_or_explained(kind: str, said: str) -> None:
    try:
        value = read_fact(kind, said)
    except FactWrongError:
        return
    assert read_fact(kind, written(kind, value)) == value


def test_values_are_said_in_words() -> None:
    with override("en"):
        assert value_in_words("pregnant", True) == "yes"
        assert value_in_words("work", "retired") == "Retired"
        assert "2020" in value_in_words("lives-here-since", "2020-02-29")
        assert value_in_words("age", 34) == "34"
        assert value_in_words("lives-here-since", "long ago") == "long ago"
        assert value_in_words("unknown", "x") == "x"
