"""A table as people read it: what each rule asks and says, in words, under the names of its columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lacarte.engines.rules import Kind, Table
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.entitlement.tables.wording import asked_in_words, column_names, said_in_words

_ANY = ("", "-")


@dataclass(frozen=True)
class Head:
    """A column: its name, its code, and whether it is something that is said."""

    name: str
    code: str
    says: bool


@dataclass(frozen=True)
class Cell:
    """What stands in a column; ``any``: nothing is asked there."""

    head: Head
    words: str
    any: bool = False


@dataclass(frozen=True)
class Line:
    """A rule with its number; ``holds``: it does, of whom was tried."""

    number: int
    cells: tuple[Cell, ...]
    note: str
    holds: bool = False


@dataclass(frozen=True)
class Grid:
    """All rules under their columns, and what is said where none holds."""

    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    otherwise: tuple[Cell, ...]
    noted: bool


def grid_of(written: Written, holds: Collection[int] = ()) -> Grid:
    """The grid of a table; ``holds`` are the numbers of rules that are marked."""
    table, heads = written.table, heads_of(written)
    lines = tuple(
        Line(number, _cells(table, heads, row.tests, row.says), row.note, number in holds)
        for number, row in enumerate(table.rows, 1)
        if (len(row.tests), len(row.says)) == (len(table.inputs), len(table.outputs))
    )
    said = zip(heads[len(table.inputs) :], table.outputs, strict=True)
    otherwise = tuple(Cell(head, said_in_words(one.kind, one.default or "null")) for head, one in said)
    return Grid(heads, lines, otherwise, any(row.note for row in table.rows))


def heads_of(written: Written) -> tuple[Head, ...]:
    """The columns, inputs first."""
    table = written.table
    codes = [*(one.fact for one in table.inputs), *(one.name for one in table.outputs)]
    names = column_names(table, written.labels)
    return tuple(
        Head(name, code, at >= len(table.inputs)) for at, (name, code) in enumerate(zip(names, codes, strict=True))
    )


def _cells(
    table: Table, heads: tuple[Head, ...], tests: tuple[str, ...], says: tuple[str, ...]
) -> tuple[Cell, ...]:
    asked = zip(heads, table.inputs, tests, strict=False)
    said = zip(heads[len(tests) :], table.outputs, says, strict=True)
    return (
        *(Cell(head, asked_in_words(one.fact, one.kind, text), text.strip() in _ANY) for head, one, text in asked),
        *(Cell(head, said_in_words(one.kind, text)) for head, one, text in said),
    )


def kind_at(table: Table, name: str) -> tuple[Kind, bool] | None:
    """The kind of a column by its code, and whether it is something that is said."""
    for one in table.inputs:
        if one.fact == name:
            return one.kind, False
    for other in table.outputs:
        if other.name == name:
            return other.kind, True
    return None
