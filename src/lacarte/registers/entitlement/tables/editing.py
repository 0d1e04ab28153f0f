"""A table with one thing changed: a rule, a column or a case. What refers to it follows; numbers are from 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from lacarte.engines.rules import Case, Input, Output, Row, Table
from lacarte.registers.entitlement.tables.records import Written

T = TypeVar("T")
Words = Mapping[str, str]


def with_rule(written: Written, number: int, row: Row) -> Written:
    """A rule in the place of another; one more than there are adds it."""
    return _rows(written, lambda rows: _put(rows, number, row))


def without_rule(written: Written, number: int) -> Written:
    """One rule less."""
    return _rows(written, lambda rows: _without(rows, number))


def moved_rule(written: Written, number: int, by: int) -> Written:
    """A rule so many places further down; it stays where there is no such place."""
    return _rows(written, lambda rows: _moved(rows, number, number + by))


def with_input(written: Written, number: int, asked: Input, place: int = 0) -> Written:
    """A fact that is asked, in the place of another or as one more; ``place``: the number that it then has."""
    table = written.table
    old = table.inputs[number - 1] if number <= len(table.inputs) else None
    fresh = old is None or old.kind is not asked.kind or old.fact != asked.fact
    rows = tuple(replace(row, tests=_put(row.tests, number, "-") if fresh else row.tests) for row in table.rows)
    changed = replace(table, inputs=_put(table.inputs, number, asked), rows=rows)
    labels, cases = written.labels, written.cases
    if old is None:
        labels = (*labels[: number - 1], {}, *labels[number - 1 :])
    elif fresh:
        labels = _put(labels, number, {})
        cases = tuple(replace(one, facts=_less(one.facts, old.fact)) for one in cases)
    found = replace(written, table=changed, labels=labels, cases=cases)
    return _reordered(found, number, place) if place and place != number else found


def _reordered(written: Written, number: int, place: int) -> Written:
    table, count = written.table, len(written.table.inputs)
    place = max(1, min(place, count))
    rows = tuple(replace(row, tests=_moved(row.tests, number, place)) for row in table.rows)
    labels = (*_moved(written.labels[:count], number, place), *written.labels[count:])
    inputs = _moved(table.inputs, number, place)
    return replace(written, table=replace(table, inputs=inputs, rows=rows), labels=labels)


def without_input(written: Written, number: int) -> Written:
    """One fact less; rules and cases ask it no more."""
    table = written.table
    fact = table.inputs[number - 1].fact
    rows = tuple(replace(row, tests=_without(row.tests, number)) for row in table.rows)
    changed = replace(table, inputs=_without(table.inputs, number), rows=rows)
    cases = tuple(replace(one, facts=_less(one.facts, fact)) for one in written.cases)
    return replace(written, table=changed, labels=_without(written.labels, number), cases=cases)


def with_output(written: Written, number: int, said: Output, label: Words) -> Written:
    """A result in the place of another or as one more, with what people call it."""
    table = written.table
    old = table.outputs[number - 1] if number <= len(table.outputs) else None
    fresh = old is None or old.kind is not said.kind
    rows = tuple(replace(row, says=_put(row.says, number, "null") if fresh else row.says) for row in table.rows)
    changed = replace(table, outputs=_put(table.outputs, number, said), rows=rows)
    labels = _put(written.labels, len(table.inputs) + number, dict(label))
    cases = written.cases
    if old is not None and (fresh or old.name != said.name):
        cases = tuple(replace(one, says=_renamed(one.says, old.name, "" if fresh else said.name)) for one in cases)
    return replace(written, table=changed, labels=labels, cases=cases)


def without_output(written: Written, number: int) -> Written:
    """One result less; cases expect it no more, and those that expected nothing else are gone."""
    table = written.table
    name = table.outputs[number - 1].name
    rows = tuple(replace(row, says=_without(row.says, number)) for row in table.rows)
    changed = replace(table, outputs=_without(table.outputs, number), rows=rows)
    cases = tuple(replace(one, says=_less(one.says, name)) for one in written.cases)
    labels = _without(written.labels, len(table.inputs) + number)
    return replace(written, table=changed, labels=labels, cases=tuple(one for one in cases if one.says))


def with_case(written: Written, number: int, case: Case) -> Written:
    """A test case in the place of another or as one more."""
    return replace(written, cases=_put(written.cases, number, case))


def without_case(written: Written, number: int) -> Written:
    """One test case less."""
    return replace(written, cases=_without(written.cases, number))


def empty(code: str, name: Words, legal_basis: str = "") -> Written:
    """A table without anything in it."""
    return Written(Table(code, (), (), ()), name, legal_basis)


def _rows(written: Written, change: Callable[[tuple[Row, ...]], tuple[Row, ...]]) -> Written:
    return replace(written, table=replace(written.table, rows=change(written.table.rows)))


def _put(things: Sequence[T], number: int, thing: T) -> tuple[T, ...]:
    return (*things[: number - 1], thing, *things[number:])


def _without(things: Sequence[T], number: int) -> tuple[T, ...]:
    return (*things[: number - 1], *things[number:])


def _moved(things: Sequence[T], number: int, place: int) -> tuple[T, ...]:
    if not 1 <= place <= len(things):
        return tuple(things)
    rest = _without(things, number)
    return (*rest[: place - 1], things[number - 1], *rest[place - 1 :])


def _less(said: Mapping[str, str], name: str) -> dict[str, str]:
    return {one: text for one, text in said.items() if one != name}


def _renamed(said: Mapping[str, str], name: str, into: str) -> dict[str, str]:
    """With another name for one thing; without it where there is none."""
    return {into if one == name else one: text for one, text in said.items() if one != name or into}
