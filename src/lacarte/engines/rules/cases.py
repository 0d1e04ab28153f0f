"""Test cases that are kept beside a table: somebody's facts, and what the table is expected to say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lacarte.engines.rules.compiling import Compiled, Fault
from lacarte.engines.rules.deciding import Decision, decide
from lacarte.engines.rules.facts import Known
from lacarte.engines.rules.feel import NotFeel, literal_text, parse_literal
from lacarte.engines.rules.tables import HitPolicy, Kind, Table, Value

__all__ = ["OPEN", "Case", "Failure", "case_faults", "failures", "known_in", "said_text"]

#: What a case expects of an output where the table cannot say it yet.
OPEN = "?"


@dataclass(frozen=True)
class Case:
    """``facts`` and ``says`` are literals by the name of their column, as in cells of outputs.

    A fact that is not there is not known; an output that is not there is not looked at. :data:`OPEN` expects that
    the table cannot say yet. Of a table that collects, ``says`` lists what the rows say, with commas.
    """

    name: str
    facts: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """A case that came out otherwise: which (from 1), for which output, what was expected and what is said.

    ``refused``: it is a fact of the case (``output``) with a value (``expected``) that the table does not allow.
    """

    number: int
    case: Case
    output: str
    expected: str
    said: str
    refused: bool = False


def case_faults(table: Table, cases: Sequence[Case]) -> tuple[Fault, ...]:
    """What cannot be read in cases; the row of a fault is the number of the case, from 1."""
    each = enumerate(cases, 1)
    return tuple(fault for number, case in each for fault in _faults(table, number, case, cases[: number - 1]))


def _faults(table: Table, number: int, case: Case, before: Sequence[Case]) -> Iterator[Fault]:
    if not case.name.strip():
        yield Fault.of(number, "", "has no name")
    elif case.name in [one.name for one in before]:
        yield Fault.of(number, "", "has the name of a case before", {"name": case.name})
    if not case.says:
        yield Fault.of(number, "", "expects nothing")
    kinds = {one.fact: one.kind for one in table.inputs}
    for fact, text in case.facts.items():
        if fact not in kinds:
            yield Fault.of(number, fact, "is no input of the table")
            continue
        try:
            parse_literal(text, kinds[fact])
        except NotFeel as wrong:
            yield Fault.of(number, fact, wrong.template, wrong.said, wrong.position)
    yield from _expected_faults(table, number, case)


def _expected_faults(table: Table, number: int, case: Case) -> Iterator[Fault]:
    names = [one.name for one in table.outputs]
    for output in case.says:
        if output not in names:
            yield Fault.of(number, output, "is no output of the table")
            continue
        try:
            _expected(table, case, output)
        except NotFeel as wrong:
            yield Fault.of(number, output, wrong.template, wrong.said, wrong.position)


def failures(table: Compiled, cases: Sequence[Case]) -> tuple[Failure, ...]:
    """The cases of which the table says something else; call it where :func:`case_faults` finds nothing."""
    found = []
    for number, case in enumerate(cases, 1):
        decision = decide(table, known_in(table.table, case))
        found += [Failure(number, case, one.fact, case.facts[one.fact], "", True) for one in decision.refused]
        for output in case.says if not decision.refused else ():
            expected, said = _expected(table.table, case, output), _said(table.table, decision, output)
            if expected != said:
                found.append(Failure(number, case, output, _text(expected), _text(said)))
    return tuple(found)


def known_in(table: Table, case: Case) -> dict[str, Known]:
    """The facts of a case as values. Raises :exc:`NotFeel` for one that cannot be read."""
    return {
        one.fact: parse_literal(case.facts[one.fact], one.kind) for one in table.inputs if one.fact in case.facts
    }


def said_text(table: Table, decision: Decision, output: str) -> str:
    """What a table says there, as a case has it."""
    return _text(_said(table, decision, output))


_Said = tuple[Value, ...] | None


def _expected(table: Table, case: Case, output: str) -> _Said:
    """The values, one a row of a table that collects; ``None``: open."""
    text = case.says[output].strip()
    if text == OPEN:
        return None
    kind = next(one.kind for one in table.outputs if one.name == output)
    if table.hit_policy is HitPolicy.COUNT:
        kind = Kind.NUMBER
    if table.hit_policy is HitPolicy.COLLECT:
        return tuple(parse_literal(part, kind) for part in _parts(text))
    return (parse_literal(text, kind),)


def _parts(text: str) -> list[str]:
    """Literals between commas that are in no string; an empty list is ``-``."""
    parts, inside, escaped = [""], False, False
    for sign in text:
        if sign == "," and not inside:
            parts.append("")
            continue
        if sign == '"' and not escaped:
            inside = not inside
        escaped = sign == "\\" and not escaped
        parts[-1] += sign
    return [] if parts == ["-"] else parts


def _said(table: Table, decision: Decision, output: str) -> _Said:
    if not decision.settled or decision.said is None:
        return None
    at = [one.name for one in table.outputs].index(output)
    if table.hit_policy is HitPolicy.COLLECT:
        return tuple(row[at] for row in decision.said if isinstance(row, tuple))
    (value,) = [one for place, one in enumerate(decision.said) if place == at and not isinstance(one, tuple)]
    return (value,)


def _text(said: _Said) -> str:
    if said is None:
        return OPEN
    return ", ".join(map(literal_text, said)) or "-"
