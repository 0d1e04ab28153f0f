"""From a table to a sheet that an official can keep in a spreadsheet. See docs/reference/decision-tables.md."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from lacarte.standards.dmn.document import Decision, writable
from lacarte.standards.dmn.sheet_form import (
    ALLOWED,
    ASKS,
    CASE,
    CODE,
    DEFAULT,
    LABEL,
    LAW,
    NAME,
    NOTES,
    SAYS,
    Column,
    guarded,
)


def write_csv(decision: Decision) -> str:
    """The table as CSV, with a mark in front by which spreadsheets know UTF-8; its ids do not go along.

    Cells and notes are written without the space around them. Raises
    :class:`lacarte.standards.dmn.document.UnwritableError` where reading would not give the table back.
    """
    file = io.StringIO(newline="")
    csv.writer(file).writerows(_lines(writable(decision)))
    return "\ufeff" + file.getvalue()


def _lines(decision: Decision) -> Iterator[list[str]]:
    table = decision.table
    columns = [
        *(Column(ASKS, one.fact, one.kind.value) for one in table.inputs),
        *(Column(SAYS, one.name, one.kind.value) for one in table.outputs),
        *(Column(NOTES, name) for name in _note_names(decision)),
    ]
    width = len(columns)
    yield [table.hit_policy.value, *(column.heading for column in columns)]
    yield _padded(CODE, [table.code], width)
    if decision.law:
        yield _padded(LAW, [decision.law], width)
    for language, words in sorted(decision.name.items()):
        yield _padded(f"{NAME} {language}", [words], width)
    for language in sorted({language for words in decision.labels for language in words}):
        yield _padded(f"{LABEL} {language}", [words.get(language, "") for words in decision.labels], width)
    allowed = [*(one.allowed for one in table.inputs), *(one.allowed for one in table.outputs)]
    if any(text.strip() for text in allowed):
        yield _padded(ALLOWED, allowed, width)
    if any(column.default.strip() for column in table.outputs):
        yield _padded(DEFAULT, [*[""] * len(table.inputs), *(column.default for column in table.outputs)], width)
    for number, row in enumerate(table.rows):
        notes = [row.note, *(column.says[number] for column in decision.more)] if decision.has_notes else []
        yield _padded(str(number + 1), [*row.tests, *row.says, *notes], width)
    for case in decision.cases:
        facts = [case.facts.get(one.fact, "") for one in table.inputs]
        says = [case.says.get(one.name, "") for one in table.outputs]
        yield _padded(f"{CASE} {case.name}", [*facts, *says], width)


def _note_names(decision: Decision) -> list[str]:
    return [decision.note, *(column.name for column in decision.more)] if decision.has_notes else []


def _padded(first: str, fields: Sequence[str], width: int) -> list[str]:
    return [first, *(guarded(field) for field in fields), *[""] * (width - len(fields))]
