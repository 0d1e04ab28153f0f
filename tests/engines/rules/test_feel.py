"""Cells are read as DMN writes them, or refused with the sign at which they go wrong."""

from __future__ import annotations

import math
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.rules import Kind, NotFeel, Value, literal_text, parse_literal, parse_tests

NUMBER, DATE, STRING, BOOLEAN = Kind.NUMBER, Kind.DATE, Kind.STRING, Kind.BOOLEAN
DAY = date(2026, 1, 31)
SCALE = float(DAY.toordinal())


@pytest.mark.parametrize(
    ("text", "kind", "inside", "outside"),
    [
        ("-", NUMBER, [0.0, None], []),
        ("  ", STRING, ["a", None], []),
        ("5", NUMBER, [5.0], [math.nextafter(5, 6), None]),
        ("-.5", NUMBER, [-0.5], [0.5]),
        ("1e3", NUMBER, [1000.0], [1.0]),
        ("< 5", NUMBER, [math.nextafter(5, 0), -1e9], [5.0, None]),
        ("<=5", NUMBER, [5.0], [math.nextafter(5, 6)]),
        ("> -5", NUMBER, [math.nextafter(-5, 0)], [-5.0]),
        (">= 5.25", NUMBER, [5.25, 1e300], [5.0]),
        ("[1..5]", NUMBER, [1.0, 5.0], [0.0, 6.0]),
        ("(1..5)", NUMBER, [3.0], [1.0, 5.0]),
        ("]1 .. 5[", NUMBER, [3.0], [1.0, 5.0]),
        ("]1..5]", NUMBER, [5.0], [1.0]),
        ("[1..5[", NUMBER, [1.0], [5.0]),
        ("1, 3, > 7", NUMBER, [1.0, 3.0, 8.0], [2.0, 7.0, None]),
        ("not(1, 3)", NUMBER, [2.0, None], [1.0, 3.0]),
        ("not(< 3)", NUMBER, [3.0], [2.0, None]),
        ("null", NUMBER, [None], [0.0]),
        ("not(null)", STRING, ["a"], [None]),
        ("null, < 0", NUMBER, [None, -1.0], [0.0]),
        ("true", BOOLEAN, [True], [False, None]),
        ('"a", "b, c"', STRING, ["a", "b, c"], ["b", None]),
        ('not("a")', STRING, ["b", None], ["a"]),
        (r'"say \"no\"\n\u0041\\"', STRING, ['say "no"\nA\\'], []),
        ('date("2026-01-31")', DATE, [SCALE], [SCALE + 1]),
        ('@"2026-01-31"', DATE, [SCALE], [SCALE - 1]),
        ('> date( "2026-01-31" )', DATE, [SCALE + 1], [SCALE]),
        ('[@"2026-01-30"..@"2026-02-01")', DATE, [SCALE, SCALE - 1], [SCALE + 1, None]),
    ],
)
def test_a_cell_holds_for_what_it_says(text: str, kind: Kind, inside: list[Value], outside: list[Value]) -> None:
    tests = parse_tests(text, kind)
    assert [tests.hold(value) for value in inside] == [True] * len(inside)
    assert [tests.hold(value) for value in outside] == [False] * len(outside)


@pytest.mark.parametrize(
    ("text", "kind", "position", "words"),
    [
        ("< ", NUMBER, 2, "a value is expected here, not the end"),
        ("5 & 6", NUMBER, 3, "& has no meaning here"),
        ("< “5”", NUMBER, 3, "“ has no meaning here"),
        ("1..5", NUMBER, 2, ".. is too much here"),
        ("[5..1]", NUMBER, 1, "no value is in this range"),
        ("(5..5]", NUMBER, 1, "no value is in this range"),
        ('(@"2026-01-01"..@"2026-01-02")', DATE, 1, "no value is in this range"),
        ("[1..5", NUMBER, 6, "a range ends with ] or )"),
        ("[1,5]", NUMBER, 3, ".. is expected here, not ,"),
        ("1,", NUMBER, 3, "a value is expected here"),
        ("not 5", NUMBER, 5, "( is expected here, not 5"),
        ("not(5", NUMBER, 6, ") is expected here, not the end"),
        ("not(-)", NUMBER, 5, "a value is expected here, not -"),
        ('"abc', STRING, 1, "a string that does not end"),
        (r'"a\q"', STRING, 3, r"\q has no meaning in a string"),
        ("rented", STRING, 1, 'a string is written "rented"'),
        ('"5"', NUMBER, 1, "a string does not fit, a number is expected"),
        ("7, true", NUMBER, 4, "true or false does not fit"),
        ('< "b"', STRING, 1, "< needs numbers or dates, this column holds strings"),
        ("> null", NUMBER, 3, "null is neither more nor less than anything"),
        ('date("2026-31-01")', DATE, 6, "2026-31-01 is no date: month must be in 1..12"),
        ('date("2026-02-30")', DATE, 6, "2026-02-30 is no date: day"),
        ('@"31.01.2026"', DATE, 2, 'one is written "2026-01-31"'),
        ("date(2026)", DATE, 6, 'a date is written date("2026-01-31")'),
        ("1e999", NUMBER, 1, "1e999 is too large"),
        ("= 5", NUMBER, 1, "= has no meaning here"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_sign(text: str, kind: Kind, position: int, words: str) -> None:
    with pytest.raises(NotFeel, match=re.escape(words)) as refused:
        parse_tests(text, kind)
    assert refused.value.position == position
    assert str(refused.value).startswith(f"sign {position}: ")


@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
        st.dates(),
    )
)
def test_a_literal_is_read_as_it_was_written(value: Value) -> None:
    kind = {bool: BOOLEAN, float: NUMBER, str: STRING, date: DATE, type(None): STRING}[type(value)]
    assert parse_literal(literal_text(value), kind) == value


@pytest.mark.parametrize("text", ["", "  ", "< 5", "5, 6", "-"])
def test_an_output_is_one_literal(text: str) -> None:
    with pytest.raises(NotFeel):
        parse_literal(text, NUMBER)


@given(st.text(alphabet='"-<>=()[].,0159enot date@\\ ', max_size=14), st.sampled_from(Kind))
def test_any_text_is_read_or_refused(text: str, kind: Kind) -> None:
    try:
        parse_tests(text, kind).hold(None)
    except NotFeel as refused:
        assert 1 <= refused.position <= len(text) + 1
