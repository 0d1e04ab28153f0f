"""Files as tables of arrays. A bad row never stops the good ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lacarte.standalone.columns import AGREEMENTS, NEEDS, OFFERS, Array, Column, Vocabulary, parse
from lacarte.standalone.faults import FaultError, Reject, shown
from lacarte.standalone.rows import Chunk, open_source

__all__ = ["Table", "read_agreements", "read_needs", "read_offers", "read_table"]

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Table:
    """The good rows of a file: an array for each column of numbers, a list for each of text or of lists.

    Columns that the file does not have are missing. ``rejects`` are the other rows and ``left_out`` their ids,
    ``unused`` the columns that are not known, ``lines`` says where each row is.
    """

    name: str
    lines: Array
    arrays: dict[str, Array]
    lists: dict[str, list[Any]]
    rejects: tuple[Reject, ...] = ()
    unused: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def ids(self) -> list[str]:
        """The ids of the rows."""
        return self.lists["id"]

    def without(self, rejects: Sequence[Reject]) -> Table:
        """The same without the rows that are rejected now."""
        if not rejects:
            return self
        good = ~np.isin(self.lines, [one.line for one in rejects])
        kept = np.flatnonzero(good).tolist()
        return replace(
            self,
            lines=self.lines[good],
            arrays={name: values[good] for name, values in self.arrays.items()},
            lists={name: [values[row] for row in kept] for name, values in self.lists.items()},
            rejects=tuple(sorted((*self.rejects, *rejects), key=lambda one: one.line)),
            left_out=self.left_out | {self.ids[row] for row in np.flatnonzero(~good).tolist()},
        )


def read_needs(path: Path, words: dict[str, Vocabulary], more: Sequence[Column] = ()) -> Table:
    """The needs of a file, with ``more`` columns than usual.

    Raises :class:`FaultError` for a file that cannot be used at all.
    """
    return read_table(path, (*NEEDS, *more), words, place=True)


def read_offers(path: Path, words: dict[str, Vocabulary]) -> Table:
    """The offers of a file. Raises :class:`FaultError` for a file that cannot be used at all."""
    return read_table(path, OFFERS, words, place=True)


def read_agreements(path: Path, words: dict[str, Vocabulary]) -> Table:
    """The agreements of a file. Raises :class:`FaultError` for a file that cannot be used at all."""
    return read_table(path, AGREEMENTS, words)


def read_table(path: Path, columns: Sequence[Column], words: dict[str, Vocabulary], place: bool = False) -> Table:
    """The rows of a file with these columns; ``place``: it must have those of a place.

    Raises :class:`FaultError` for a file that cannot be used at all.
    """
    return _Reading(path, tuple(columns), words, place).table()


@dataclass
class _Reading:
    """One file while it is read."""

    path: Path
    columns: tuple[Column, ...]
    words: dict[str, Vocabulary]
    place: bool = False
    seen: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    rejects: list[Reject] = field(default_factory=list)
    parts: dict[str, list[Any]] = field(default_factory=dict)
    lines: list[Array] = field(default_factory=list)

    def table(self) -> Table:
        source = open_source(self.path, [column.name for column in self.columns])
        self._check(source.columns)
        present = [column for column in self.columns if column.name in source.columns]
        self.parts = {column.name: [] for column in present}
        for chunk in source.chunks:
            self._take(chunk, present)
        known = {column.name for column in self.columns}
        unused = tuple(name for name in source.columns if name not in known)
        return Table(
            shown(self.path),
            np.concatenate([np.zeros(0, dtype=np.int64), *self.lines]),
            {c.name: np.concatenate(self.parts[c.name]) for c in present if c.kind not in ("text", "list")},
            {c.name: _joined(self.parts[c.name]) for c in present if c.kind in ("text", "list")},
            tuple(sorted(self.rejects, key=lambda one: one.line)),
            unused,
            frozenset(self.left_out.difference(*self.parts.get("id", []))),
        )

    def _check(self, names: Sequence[str]) -> None:
        """Are the columns there that must be?"""
        missing = [column.name for column in self.columns if column.required and column.name not in names]
        if (
            not missing
            and self.place
            and not ({"longitude", "latitude"} <= set(names) or {"x", "y"} <= set(names))
        ):
            missing = ["longitude and latitude (or x and y)"]
        if missing:
            has = ", ".join(name for name in names if name)
            raise FaultError(f"{self.path} lacks the column {', '.join(missing)}; its first line names: {has}")

    def _take(self, chunk: Chunk, present: Sequence[Column]) -> None:
        """Keep the good rows of a chunk."""
        self.rejects += chunk.rejects
        values: dict[str, Any] = {}
        bad: set[int] = set()
        for column in present:
            values[column.name], wrong = parse(column, chunk.cells[column.name], self.words)
            for row, reason, advice in wrong:
                self._reject(chunk, row, column.name, reason, advice)
                bad.add(row)
        self._across(chunk, values, bad)
        self.left_out |= {values["id"][row] for row in bad if "id" in values}
        good = np.array([r for r in range(len(chunk.lines)) if r not in bad], dtype=np.int64)
        self.lines.append(np.array(chunk.lines, dtype=np.int64)[good])
        for column in present:
            mine = values[column.name]
            whole = len(good) == len(chunk.lines)
            kept = mine if whole else mine[good] if isinstance(mine, np.ndarray) else [mine[r] for r in good]
            self.parts[column.name].append(kept)

    def _across(self, chunk: Chunk, values: dict[str, Any], bad: set[int]) -> None:
        """What only shows when rows or columns are compared."""
        for row, name in enumerate(values.get("id", ())):
            if row not in bad and name in self.seen:
                self._reject(chunk, row, "id", f"the id “{name}” was there before", "Give each row its own id.")
                bad.add(row)
            elif row not in bad:
                self.seen.add(name)
        for first, last in (("first", "last"), ("earliest", "deadline")):
            if first in values and last in values:
                for row in np.flatnonzero(values[first] > values[last]).tolist():
                    if row not in bad:
                        reason = f"{first} {values[first][row]} is later than {last} {values[last][row]}"
                        self._reject(chunk, row, first, reason, f"Write a {first} that is not after {last}.")
                        bad.add(row)

    def _reject(self, chunk: Chunk, row: int, column: str, reason: str, advice: str) -> None:
        self.rejects.append(Reject(shown(self.path), chunk.lines[row], column, reason, advice))


def _joined(parts: Sequence[list[Any]]) -> list[Any]:
    return [value for part in parts for value in part]
