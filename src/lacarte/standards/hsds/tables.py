"""Objects of HSDS as rows of tables, and back. What nests in objects is linked by keys in tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from lacarte.standards.hsds.ours import NOTHING, Object, beside
from lacarte.standards.hsds.shapes import NEWEST, Kind, kinds

Row = dict[str, Any]
#: The rows of each kind by key. Kinds and not tables name them here.
Tables = dict[str, dict[str, Row]]
#: Fields of objects that are linked by another column than their own name with ``_id``.
_COLUMN_OF = {"taxonomy_detail": "taxonomy_id"}
_NAMES_KIND = ("link_entity", "resource_type")
#: These are records of their own: what nests in one of them does not hold the other again.
_APART = {"service": ("organization",), "service_at_location": ("service",), "organization": ("services",)}


def link_columns(parent: Kind, child: Kind) -> tuple[str, str]:
    """The columns of ``child`` that say in which object it is, and of which kind that is; empty without one."""
    if child.name == "attribute":
        return "link_id", "link_entity"
    if child.name == "metadata":
        return "resource_id", "resource_type"
    column = f"{parent.name}_id"
    return (column if column in child.fields else ""), ""


class Flat:
    """Collects objects as rows; what several objects share is one row."""

    def __init__(self, version: str = NEWEST) -> None:
        self.tables: Tables = {name: {} for name in kinds(version)}
        self._version, self._kinds, self._parts = version, kinds(version), _parts(version)

    def add(self, name: str, found: Object, links: Row | None = None) -> str:
        """Add an object of a kind with all that is in it; ``links`` say in what it is. Returns its key."""
        kind, parts = self._kinds[name], self._parts[name]
        inner = [] if parts.isdisjoint(found) else [part for part in found if part in parts]
        row = {n: value for n, value in found.items() if n not in parts} if inner else dict(found)
        for column, value in (links or {}).items():
            row[column] = row.get(column, value) if column in _NAMES_KIND else value
        for part in inner:
            value = found[part]
            if part in kind.one and isinstance(value, dict) and kind.one[part] in self._kinds and "id" in value:
                row[_COLUMN_OF.get(part, f"{part}_id")] = self.add(kind.one[part], value)
        key = self._placed(name, row)
        for part in inner:
            if part in kind.many:
                column, named = _links(self._version, name, kind.many[part])
                above = ({column: key} if column else {}) | ({named: name} if named else {})
                for value in found[part] or ():
                    self.add(kind.many[part], value, above)
        return key

    def _placed(self, name: str, row: Row) -> str:
        """Put a row into its table. One that says otherwise than its namesake gets a key of its own."""
        table, key = self.tables[name], str(row["id"])
        while (there := table.get(key)) is not None and not _agree(there, row):
            key = beside(UUID(key), repr(sorted((n, str(v)) for n, v in row.items() if n != "id")))
        if there is None:
            row["id"] = key
            table[key] = row
        elif there is not row:
            there.update({n: value for n, value in row.items() if n != "id"})
        return key


def _agree(one: Row, other: Row) -> bool:
    return all(name not in one or one[name] == value for name, value in other.items() if name != "id")


@lru_cache(maxsize=1024)
def _links(version: str, parent: str, child: str) -> tuple[str, str]:
    return link_columns(kinds(version)[parent], kinds(version)[child])


@lru_cache
def _parts(version: str) -> dict[str, frozenset[str]]:
    """What may be in an object of each kind."""
    return {name: frozenset(kind.parts) for name, kind in kinds(version).items()}


def filled(tables: Tables) -> Tables:
    """The rows with what tables must name, where objects need not."""
    usual = _usual()
    return {
        name: {key: usual[name] | row for key, row in rows.items()} if usual[name] else rows
        for name, rows in tables.items()
    }


@lru_cache
def _usual() -> dict[str, Row]:
    """What tables of each kind must name, and what they say there where an object says nothing."""
    return {
        name: {one.name: NOTHING if one.type == "uuid" else "" for one in kind.fields.values() if one.in_tables}
        for name, kind in kinds().items()
    }


@dataclass
class Nested:
    """A directory as objects: organisations, services (with their places), and rows that are in none of them."""

    organizations: list[Object] = field(default_factory=list)
    services: list[Object] = field(default_factory=list)
    loose: list[tuple[str, Row]] = field(default_factory=list)  # kind (or table, of unknown ones) and row
    lines: dict[str, int] = field(default_factory=dict)  # of services: where in the file they are, by key
    known_as: dict[str, str] = field(default_factory=dict)  # what the directory itself calls a key that we made


def nested(tables: Tables) -> Nested:
    """The objects that tables hold. Keys of what is not there stay in the fields of objects."""
    return _Nesting(tables).all()


class _Nesting:
    def __init__(self, tables: Tables) -> None:
        self._tables, self._kinds = tables, kinds()
        self._used: set[tuple[str, str]] = set()
        self._inside: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for kind in self._kinds.values():
            for inner in set(kind.many.values()):
                self._index(kind, self._kinds[inner])
        self._placed = {row.get("location_id") for row in tables.get("service_at_location", {}).values()}

    def _index(self, kind: Kind, child: Kind) -> None:
        column, named = link_columns(kind, child)
        for key, row in self._tables.get(child.name, {}).items():
            above = row.get(column) if column else None
            if above and (not named or self._names(row.get(named), kind)):
                self._inside[kind.name, child.name, above].append(key)

    def _names(self, said: Any, kind: Kind) -> bool:
        """Whether a row that tells of another means one of ``kind``; what is no kind's name says nothing."""
        name = str(said or "").removesuffix("s")
        return name == kind.name or name not in self._kinds

    def all(self) -> Nested:
        """Every row once at least."""
        found = Nested(
            organizations=[self._object("organization", key, ()) for key in self._tables.get("organization", {})],
            services=[self._object("service", key, ()) for key in self._tables.get("service", {})],
        )
        for name, rows in self._tables.items():
            found.loose += [(name, row) for key, row in rows.items() if (name, key) not in self._used]
        return found

    def _object(self, name: str, key: str, path: tuple[str, ...]) -> Object:
        """An object with all that is in it; ``path`` are the kinds that it is in."""
        kind, row = self._kinds[name], self._tables[name][key]
        self._used.add((name, key))
        found = dict(row)
        for part, inner in kind.one.items():
            column = _COLUMN_OF.get(part, f"{part}_id")
            if part not in _APART.get(name, ()) and row.get(column) in self._tables.get(inner, {}):
                found[part] = self._object(inner, row[column], (*path, name))
                if part in ("location", "unit"):
                    del found[column]
        for part, inner in kind.many.items():
            if part not in _APART.get(name, ()) and (those := list(self._those(kind, inner, key))):
                found[part] = [self._inner(kind, inner, one, (*path, name)) for one in those]
        return found

    def _inner(self, above: Kind, name: str, key: str, path: tuple[str, ...]) -> Object:
        """An object in another, without the columns that say so."""
        found, (column, named) = self._object(name, key, path), link_columns(above, self._kinds[name])
        found.pop(column, None)
        if str(found.get(named, "")).removesuffix("s") == above.name:
            del found[named]
        return found

    def _those(self, kind: Kind, inner: str, key: str) -> Iterable[str]:
        """The keys of what is in an object. A location that a service is at is told of there."""
        those: Iterator[str] = iter(self._inside.get((kind.name, inner, key), ()))
        return (one for one in those if one not in self._placed) if inner == "location" else those
