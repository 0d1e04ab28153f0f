"""Tables and persons drawn at random, and what a table says by the plainest reading of it, in no hurry."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lacarte.engines.rules import NOT_KNOWN, Between, HitPolicy, Input, Kind, Known, Output, Row, Table, Value
from lacarte.engines.rules.feel import literal_text

WORDS = ("renter", "owner", "guest", 'so-called "none"')
#: Values that tests of drawn tables can tell apart, all of them: their ends, and one value on each side.
NUMBERS = tuple(x / 2 for x in range(-1, 22))
DAYS = tuple(date(2026, 1, 1) + timedelta(days=n) for n in range(-1, 10))
ALL: dict[Kind, tuple[Value, ...]] = {
    Kind.NUMBER: NUMBERS,
    Kind.DATE: DAYS,
    Kind.STRING: (*WORDS, "somebody else"),
    Kind.BOOLEAN: (False, True),
}
_ENDS = {Kind.NUMBER: tuple(range(11)), Kind.DATE: DAYS[1:-1]}

Test = Callable[[Value], bool]


@dataclass
class Drawn:
    """A table, and for each row and input its test as a function."""

    table: Table
    tests: list[list[Test]]
    allowed: list[Test]

    def values(self, at: int) -> list[Value]:
        """Everything that an input may be."""
        kind = self.table.inputs[at].kind
        return [value for value in (*ALL[kind], None) if self.allowed[at](value)]


def drawn_test(rng: random.Random, kind: Kind, allowed: Test) -> tuple[str, Test]:
    """One cell, as text and as a function, which some allowed value meets."""
    while True:
        text, test = _drawn_test(rng, kind)
        if any(allowed(value) and test(value) for value in (*ALL[kind], None)):
            return text, test


def _drawn_test(rng: random.Random, kind: Kind) -> tuple[str, Test]:
    if rng.random() < 0.3:
        return "-", lambda value: True
    parts = [_part(rng, kind) for _ in range(rng.choice((1, 1, 1, 2)))]
    null = rng.random() < 0.08
    text = ", ".join([one for one, _, _ in parts] + (["null"] if null else []))

    def inside(value: Value) -> bool:
        return any(test(value) for _, test, _ in parts) if value is not None else null

    if rng.random() < 0.15:
        compared = any(one for _, _, one in parts)
        return f"not({text})", lambda value: not inside(value) if value is not None else not (null or compared)
    return text, inside


def _part(rng: random.Random, kind: Kind) -> tuple[str, Test, bool]:
    if kind in {Kind.STRING, Kind.BOOLEAN}:
        word = rng.choice(WORDS if kind is Kind.STRING else (True, False))
        return literal_text(word), lambda value: value == word, False
    low, high = sorted(rng.sample(_ENDS[kind], 2))
    a, b = literal_text(low), literal_text(high)
    return rng.choice(
        [
            (a, lambda value: value == low, False),
            (f"< {a}", lambda value: value < low, True),
            (f"<= {a}", lambda value: value <= low, True),
            (f"> {a}", lambda value: value > low, True),
            (f">={a}", lambda value: value >= low, True),
            (f"[{a}..{b}]", lambda value: low <= value <= high, True),
            (f"[{a}..{b})", lambda value: low <= value < high, True),
            (f"]{a} .. {b}]", lambda value: low < value <= high, True),
        ]
    )


def drawn_table(rng: random.Random, policy: HitPolicy, inputs: int = 3, rows: int = 5) -> Drawn:
    """A table of so many inputs and rows; some inputs are kept to allowed values."""
    kinds = [rng.choice(list(Kind)) for _ in range(inputs)]
    asked, allowed = [], []
    for at, kind in enumerate(kinds):
        text, test = "", lambda value: True
        if rng.random() < 0.3:
            text, test = "not(null)", lambda value: value is not None
        asked.append(Input(f"fact {at}", kind, text))
        allowed.append(test)
    numbers = policy in {HitPolicy.SUM, HitPolicy.LEAST, HitPolicy.MOST}
    single = numbers or policy is HitPolicy.COUNT
    outputs = [
        Output("amount", Kind.NUMBER, default=rng.choice(("", "0")) if policy is not HitPolicy.COUNT else "")
    ]
    if not single:
        outputs.append(Output("word", Kind.STRING, default=rng.choice(("", '"no"'))))
    drawn, lines = [], []
    for _ in range(rows):
        cells = [drawn_test(rng, kind, test) for kind, test in zip(kinds, allowed, strict=True)]
        says = [str(rng.randint(0, 1)), *([] if single else [rng.choice(('"no"', '"yes"'))])]
        lines.append(Row(tuple(text for text, _ in cells), tuple(says)))
        drawn.append([test for _, test in cells])
    return Drawn(Table("drawn", tuple(asked), tuple(outputs), tuple(lines), policy), drawn, allowed)


def drawn_facts(rng: random.Random, drawn: Drawn, unknown: float = 0.4) -> dict[str, Known]:
    """One person: facts that are known, null, known by their bounds, or not known."""
    facts: dict[str, Known] = {}
    for at, asked in enumerate(drawn.table.inputs):
        if rng.random() < unknown:
            if rng.random() < 0.3 and asked.kind in _ENDS:
                facts[asked.fact] = Between(*sorted(rng.choices(_ENDS[asked.kind], k=2)))
            elif rng.random() < 0.5:
                facts[asked.fact] = NOT_KNOWN
        else:
            facts[asked.fact] = rng.choice(drawn.values(at))
    return facts


def fillings(drawn: Drawn, facts: Mapping[str, Known]) -> Iterator[tuple[Value, ...]]:
    """Every way to fill in what is not known, as far as a drawn table can tell."""
    choices = []
    for at, asked in enumerate(drawn.table.inputs):
        known = facts.get(asked.fact, NOT_KNOWN)
        if known is NOT_KNOWN:
            choices.append(drawn.values(at))
        elif isinstance(known, Between):
            choices.append([v for v in ALL[asked.kind] if known.low <= v <= known.high])
        else:
            choices.append([known])
    return itertools.product(*choices)


def plainly(drawn: Drawn, person: tuple[Value, ...]) -> object:
    """What the table says where all is known; ``"contradiction"`` where rows hold that may not hold together."""
    table = drawn.table
    says = [_says(row) for row in table.rows]
    holding = [
        says[r] for r, tests in enumerate(drawn.tests) if all(t(v) for t, v in zip(tests, person, strict=True))
    ]
    default = tuple({"": None, "0": 0.0, '"no"': "no"}[one.default] for one in table.outputs)
    has_default = any(one.default for one in table.outputs)
    policy = table.hit_policy
    if policy is HitPolicy.COUNT:
        return (float(len(holding)),)
    if policy is HitPolicy.COLLECT:
        return tuple(holding) or ((default,) if has_default else ())
    if not holding:
        return default
    if policy is HitPolicy.FIRST:
        return holding[0]
    if policy in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return holding[0] if len(set(holding)) == 1 else "contradiction"
    put_together = {HitPolicy.SUM: sum, HitPolicy.LEAST: min, HitPolicy.MOST: max}[policy]
    return (put_together(one[0] for one in holding),)


def _says(row: Row) -> tuple[Value, ...]:
    return tuple(text.strip('"') if '"' in text else float(text) for text in row.says)
