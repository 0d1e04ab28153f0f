"""Keys of other directories as UUIDs, which HSDS wants; most directories count 1, 2, 3."""

from __future__ import annotations

import re
from typing import Any

from lacarte.standards.hsds.ours import Object, made
from lacarte.standards.hsds.shapes import Kind, kinds

#: What is not named after the kind that it points to.
_POINTS_TO = {"parent_organization_id": "organization", "parent_id": "taxonomy_term"}
_BY_NAME = {"link_id": "link_entity", "resource_id": "resource_type"}


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_uuid(value: Any) -> bool:
    """Whether ``value`` is a UUID as RFC 9562 writes it, in either case."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


class Keys:
    """Makes UUIDs of the keys of one source; the same ones each time."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._made: dict[tuple[str, str], str] = {}
        self.known_as: dict[str, str] = {}  # what the directory itself calls what has a key of ours

    def of(self, kind: str, value: Any) -> str:
        """The UUID that a key of a kind has or gets."""
        if is_uuid(value):
            return str(value)
        said = (kind, str(value))
        if said not in self._made:
            self._made[said] = made("source", self._source, *said)
            self.known_as[self._made[said]] = said[1]
        return self._made[said]

    def row(self, name: str, row: Object) -> Object:
        """A row (or the plain fields of an object) of a kind, with UUIDs for keys, also where it has none."""
        kind = kinds().get(name)
        if kind is None:
            return row
        changed = {
            field.name: self.of(_target(kind, field.name, row), row[field.name])
            for field in kind.fields.values()
            if field.type == "uuid" and row.get(field.name) not in (None, "") and not is_uuid(row[field.name])
        }
        if not row.get("id"):  # the same words make the same key
            said = sorted((n, v) for n, v in row.items() if isinstance(v, str | int | float))
            changed["id"] = made("source", self._source, name, "says", repr(said))
        return row | changed if changed else row

    def object(self, name: str, found: Object) -> Object:
        """An object with all that is in it."""
        kind = kinds()[name]
        row = self.row(name, found)
        inner: Object = {
            part: self.object(k, row[part]) for part, k in kind.one.items() if isinstance(row.get(part), dict)
        }
        for part, k in kind.many.items():
            if isinstance(row.get(part), list):
                inner[part] = [self.object(k, one) if isinstance(one, dict) else one for one in row[part]]
        return row | inner


def _target(kind: Kind, column: str, row: Object) -> str:
    if column == "id":
        return kind.name
    if column in _BY_NAME:
        return str(row.get(_BY_NAME[column], "")).removesuffix("s")
    return _POINTS_TO.get(column, column.removesuffix("_id"))
