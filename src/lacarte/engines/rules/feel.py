"""The part of FEEL that cells of a table need: unary tests and literals (DMN 1.4, section 10.3.1.2).

A test is kept in a form that needs no arithmetic later. Whatever has an order is a float (a date is its day), and
a range is all floats from one cut on, up to and without another: ``> 5`` begins at the float after 5.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lacarte.engines.rules.tables import Kind, Value

__all__ = [
    "ANYTHING",
    "Cut",
    "NotFeel",
    "Span",
    "Tests",
    "kind_of",
    "literal_text",
    "parse_literal",
    "parse_tests",
]

#: Kinds of values that can be more or less than each other.
ORDERED = frozenset({Kind.NUMBER, Kind.DATE})
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*")|(?P<dots>\.\.)|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)"""
    r"""|(?P<word>[^\W\d]\w*)|(?P<sign><=|>=|[<>()\[\],@-]))""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_NAMES = {Kind.BOOLEAN: "true or false", Kind.NUMBER: "a number", Kind.STRING: "a string", Kind.DATE: "a date"}


class NotFeel(ValueError):
    """A cell that cannot be read; ``position`` is the sign, counted from 1, where that shows.

    ``template`` with ``said`` put into it is what is wrong; whoever speaks another language has words for it.
    """

    def __init__(self, template: str, position: int, **said: str) -> None:
        super().__init__(f"sign {position}: {template.format(**said)}")
        self.template, self.position, self.said = template, position, said


class Cut(NamedTuple):
    """A place between two values: ``at`` is the least float behind it; it lies before or ``after`` ``value``."""

    at: float
    value: float
    after: bool


@dataclass(frozen=True)
class Span:
    """All values from ``low`` up to ``high``; ``None``: without an end on that side."""

    low: Cut | None
    high: Cut | None

    def holds(self, value: float) -> bool:
        """Whether the value is inside."""
        return (self.low is None or value >= self.low.at) and (self.high is None or value < self.high.at)


@dataclass(frozen=True)
class Tests:
    """What one cell asks of one value: to be in a span, to be the same as something, to be null, or none of these.

    ``compares`` says that a comparison or a range is among them: of null it is neither true nor false, so that its
    negation does not hold for null, while ``not("a")`` does (DMN 1.4, tables 42 and 50).
    """

    spans: tuple[Span, ...] = ()
    same: frozenset[str | bool] = frozenset()
    null: bool = False
    compares: bool = False
    negated: bool = False
    anything: bool = False

    def hold(self, value: float | str | bool | None) -> bool:
        """Whether a value meets them; a date is given as its day."""
        if self.anything:
            return True
        if value is None:
            return not (self.null or self.compares) if self.negated else self.null
        if isinstance(value, str | bool):
            return (value in self.same) != self.negated
        return any(span.holds(value) for span in self.spans) != self.negated


#: What ``-`` asks.
ANYTHING = Tests(anything=True)


class _Token(NamedTuple):
    what: str  # string, dots, number, word, sign, or end
    text: str
    position: int


def kind_of(value: Value) -> Kind | None:
    """The kind of a value; ``None`` for null, which is of every kind."""
    if value is None:
        return None
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, str):
        return Kind.STRING
    return Kind.DATE if isinstance(value, date) else Kind.NUMBER


def literal_text(value: Value) -> str:
    """The value as FEEL writes it; :func:`parse_literal` reads it back."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        for sign, letter in (("\\", "\\"), ('"', '"'), ("\n", "n"), ("\r", "r"), ("\t", "t")):
            value = value.replace(sign, "\\" + letter)
        return f'"{value}"'
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def parse_tests(text: str, kind: Kind) -> Tests:
    """The unary tests of a cell over values of a kind; an empty cell asks nothing, as ``-`` does.

    Raises :exc:`NotFeel` in words for whoever wrote the cell.
    """
    reader = _Reader(text, kind)
    if reader.now.what == "end" or (reader.now.text == "-" and reader.next_is("end")):
        return ANYTHING
    if reader.now.text == "not":
        reader.take()
        reader.expect("(")
        tests = reader.tests(negated=True)
        reader.expect(")")
    else:
        tests = reader.tests(negated=False)
    reader.finish()
    return tests


def parse_literal(text: str, kind: Kind) -> Value:
    """The one value that a cell of an output says. Raises :exc:`NotFeel`; an empty cell is none."""
    reader = _Reader(text, kind)
    if reader.now.what == "end":
        raise NotFeel("nothing is said here; write null if that is meant", 1)
    value = reader.literal()
    reader.finish()
    return value


class _Reader:
    """One cell, token by token."""

    def __init__(self, text: str, kind: Kind) -> None:
        self.kind, self.at = kind, 0
        self.tokens = _tokens(text)

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def next_is(self, what: str) -> bool:
        return self.tokens[self.at + 1].what == what

    def take(self) -> _Token:
        token = self.now
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def expect(self, text: str) -> None:
        token = self.take()
        if token.text != text or token.what == "string":
            raise NotFeel("{text} is expected here, not {shown}", token.position, text=text, shown=_shown(token))

    def finish(self) -> None:
        if self.now.what != "end":
            raise NotFeel("{shown} is too much here", self.now.position, shown=_shown(self.now))

    def tests(self, negated: bool) -> Tests:
        """A list of tests of which one has to hold."""
        spans: list[Span] = []
        same: set[str | bool] = set()
        null = compares = False
        while True:
            token = self.now
            if token.text in {"<", "<=", ">", ">="} or token.text in {"[", "(", "]"}:
                spans.append(self.interval() if token.text in {"[", "(", "]"} else self.comparison())
                compares = True
            else:
                value = self.literal()
                if value is None:
                    null = True
                elif isinstance(value, str | bool):
                    same.add(value)
                else:
                    spans.append(Span(self.cut(value, after=False), self.cut(value, after=True)))
            if self.now.text != ",":
                return Tests(tuple(spans), frozenset(same), null, compares, negated)
            self.take()

    def comparison(self) -> Span:
        sign = self.take()
        value = self.ordered(sign)
        if sign.text in {"<", "<="}:
            return Span(None, self.cut(value, after=sign.text == "<="))
        return Span(self.cut(value, after=sign.text == ">"), None)

    def interval(self) -> Span:
        left = self.take()
        low = self.ordered(left)
        self.expect("..")
        high = self.ordered(left)
        right = self.take()
        if right.text not in {"]", ")", "["}:
            raise NotFeel("a range ends with ] or ), not with {shown}", right.position, shown=_shown(right))
        start, end = self.cut(low, after=left.text != "["), self.cut(high, after=right.text == "]")
        if start.at >= end.at:
            raise NotFeel("no value is in this range", left.position)
        return Span(start, end)

    def ordered(self, sign: _Token) -> float | date:
        """A literal that something can be more or less than."""
        if self.kind not in ORDERED:
            template = "{sign} needs numbers or dates, this column holds {kind}s"
            raise NotFeel(template, sign.position, sign=sign.text, kind=self.kind.value)
        position, value = self.now.position, self.literal()
        if value is None or isinstance(value, str):
            raise NotFeel("null is neither more nor less than anything", position)
        return value

    def cut(self, value: float | date, after: bool) -> Cut:
        if isinstance(value, date):
            day = float(value.toordinal())
            return Cut(day + after, day, after)
        return Cut(math.nextafter(value, math.inf) if after else value, value, after)

    def literal(self) -> Value:
        """A literal of the reader's kind, or null."""
        token = self.now
        value = self._literal()
        kind = kind_of(value)
        if kind is not None and kind is not self.kind:
            template = "{given} does not fit, {wanted} is expected"
            raise NotFeel(template, token.position, given=_NAMES[kind], wanted=_NAMES[self.kind])
        return value

    def _literal(self) -> Value:
        token = self.take()
        if token.what == "string":
            return _unescaped(token)
        if token.what == "number":
            return _number(token, 1)
        if token.text == "-" and self.now.what == "number":
            return _number(self.take(), -1)
        if token.text in {"true", "false"}:
            return token.text == "true"
        if token.text == "null":
            return None
        if token.text == "@" and self.now.what == "string":
            return _date(self.take())
        if token.text == "date":
            self.expect("(")
            if self.now.what != "string":
                raise NotFeel('a date is written date("2026-01-31")', self.now.position)
            day = _date(self.take())
            self.expect(")")
            return day
        if token.what == "word":
            raise NotFeel('{text} is no value; a string is written "{text}"', token.position, text=token.text)
        raise NotFeel("a value is expected here, not {shown}", token.position, shown=_shown(token))


def _shown(token: _Token) -> str:
    return "the end" if token.what == "end" else token.text


def _tokens(text: str) -> list[_Token]:
    found, at, length = [], 0, len(text.rstrip())
    while at < length:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            if text[at] == '"':
                raise NotFeel("a string that does not end", at + 1)
            raise NotFeel("{sign} has no meaning here", at + 1, sign=text[at])
        what = match.lastgroup or ""
        found.append(_Token(what, match[what], match.start(what) + 1))
        at = match.end()
    return [*found, _Token("end", "", length + 1)]


def _number(token: _Token, sign: int) -> float:
    value = sign * float(token.text)
    if math.isinf(value):
        raise NotFeel("{text} is too large", token.position, text=token.text)
    return value + 0.0  # no minus zero: it would be written differently and mean the same


def _unescaped(token: _Token) -> str:
    def one(match: re.Match[str]) -> str:
        what = match[1]
        if what[0] in "uU" and len(what) > 1 and int(what[1:], 16) < 0x110000:
            return chr(int(what[1:], 16))
        if what not in _ESCAPED:
            raise NotFeel("\\{what} has no meaning in a string", token.position + 1 + match.start(), what=what)
        return _ESCAPED[what]

    return _ESCAPE.sub(one, token.text[1:-1])


def _date(token: _Token) -> date:
    text = token.text[1:-1]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return date.fromisoformat(text)
        except ValueError as wrong:
            raise NotFeel("{text} is no date: {wrong}", token.position, text=text, wrong=str(wrong)) from None
    raise NotFeel('{text} is no date; one is written "2026-01-31"', token.position, text=token.text)
