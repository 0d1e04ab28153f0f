"""Rows of tables as lines of CSV, ready to be put below each other."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lacarte.standards.hsds.forms import json_of
from lacarte.standards.hsds.shapes import Kind, kinds
from lacarte.standards.hsds.tables import Row, Tables

END = "\r\n"
#: Every line begins with a key of so many signs.
_KEY = 36
#: Between lines that are kept together, and between kinds; hardly any text has these signs.
_LINES, _KINDS = "\x1e", "\x1f"
#: A line, and the columns beyond the standard's.
More = tuple[str, Row]
Fault = dict[str, str]


@dataclass
class Lines:
    """Lines by kind. Of rows with columns beyond the standard's, ``more`` has the line and those columns."""

    plain: dict[str, list[str]] = field(default_factory=dict)
    more: dict[str, list[More]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def take(self, other: Lines) -> None:
        """Add other lines."""
        for name, lines in other.plain.items():
            self.plain.setdefault(name, []).extend(lines)
        for name, wider in other.more.items():
            self.more.setdefault(name, []).extend(wider)
        self.faults += other.faults

    def count(self, name: str) -> int:
        """How many rows of a kind there are."""
        return len(self.plain.get(name, ())) + len(self.more.get(name, ()))

    def keys(self) -> set[str]:
        """The keys of all rows."""
        return {key for name in self.plain.keys() | self.more.keys() for key in self._keys(name)}

    def _keys(self, name: str) -> list[str]:
        plain = [line[:_KEY] for line in self.plain.get(name, ())]
        return plain + [line[:_KEY] for line, _ in self.more.get(name, ())]

    def unite(self) -> set[str]:
        """Leave out what is there twice. Returns the keys of rows that say different things under one key."""
        clashing: set[str] = set()
        for name in self.plain.keys() | self.more.keys():
            if self._has_twice(name):
                self.plain[name] = list(dict.fromkeys(self.plain.get(name, ())))
                wider = {json.dumps(one, sort_keys=True): one for one in self.more.get(name, ())}
                self.more[name] = list(wider.values())
                clashing |= self._twice(name)
        return clashing

    def _has_twice(self, name: str) -> bool:
        keys = self._keys(name)
        return len(set(keys)) < len(keys)

    def _twice(self, name: str) -> set[str]:
        seen: set[str] = set()
        return {key for key in self._keys(name) if key in seen or seen.add(key)}  # type: ignore[func-returns-value]

    def of_table(self, kind: Kind) -> str:
        """A whole table with its header; its lines are given away."""
        plain, wider = self.plain.pop(kind.name, []), self.more.pop(kind.name, [])
        columns = sorted(set().union(*(more for _, more in wider)))
        end = "," * len(columns) + END
        head = written([*kind.fields, *columns])
        lines = [f"{line},{written([cell(more.get(one)) for one in columns])}" for line, more in wider]
        return head + END + end.join([*plain, ""]) + END.join([*lines, ""])


def packed(lines: Lines) -> str:
    """Lines as one text: as JSON where something about them is unusual, else as it is quickest to read."""
    text = _KINDS.join(f"{name}{_KINDS}{_LINES.join(those)}" for name, those in lines.plain.items())
    usual = not (lines.more or lines.faults)
    if usual and text.count(_KINDS) == 2 * len(lines.plain) - 1 and text.count(_LINES) == _gaps(lines):
        return text
    return json_of({name: value for name, value in vars(lines).items() if value})


def _gaps(lines: Lines) -> int:
    return sum(len(those) - 1 for those in lines.plain.values())


def unpacked(texts: Iterable[str]) -> Lines:
    """The lines of several texts."""
    found = Lines()
    usual: dict[str, list[str]] = {name: [] for name in kinds()}
    for text in texts:
        if text[0] == "{":
            found.take(Lines(**json.loads(text)))
            continue
        parts = text.split(_KINDS)
        for name, lines in zip(parts[::2], parts[1::2], strict=True):
            usual[name].append(lines)
    for name in kinds():
        if pieces := usual.pop(name):  # so that there is no second copy of all
            found.take(Lines({name: _LINES.join(pieces).split(_LINES)}))
    return found


def lines_of(tables: Tables) -> Lines:
    """The rows of all tables as lines."""
    found = Lines()
    for name, rows in tables.items():
        if rows:
            known = kinds()[name].fields
            plain = [row for row in rows.values() if row.keys() <= known.keys()]
            found.plain[name] = _written(known, plain)
            if len(plain) < len(rows):
                wider = [row for row in rows.values() if not row.keys() <= known.keys()]
                beyond = [{n: value for n, value in row.items() if n not in known} for row in wider]
                found.more[name] = list(zip(_written(known, wider), beyond, strict=True))
    return found


def _written(columns: Iterable[str], rows: Iterable[Row]) -> list[str]:
    names = tuple(columns)
    return [written(map(row.get, names)) for row in rows]


class _Echo:
    """A file that gives back what is written, which is what a writer of CSV returns then."""

    def write(self, text: str) -> str:
        return text


_writer: Any = csv.writer(_Echo(), lineterminator="")


def written(row: Iterable[Any]) -> str:
    """A row of CSV, without the end of the line."""
    line: str = _writer.writerow(row)
    return line


def cell(value: Any) -> Any:
    """What is neither text nor number, as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else value
