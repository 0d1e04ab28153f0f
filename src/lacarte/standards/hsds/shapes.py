"""The objects of HSDS as data: which fields they have, and what nests in what; schemas are made from it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

NEWEST = "3.1"
VERSIONS = ("3.0", NEWEST)
#: These tell of other objects, and have no attributes themselves.
_TELLING = ("taxonomy", "taxonomy_term", "attribute", "metadata")
_FORMATS = ("uuid", "uri", "email", "date-time")
_NUMBER = "number"
_TEXTS = ("text", "date", "time")

Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A plain value. ``type``: text, number, date, time, one of the formats, or words with ``|`` between them."""

    name: str
    type: str
    required: bool
    in_tables: bool  # required in a table

    @property
    def is_number(self) -> bool:
        """Whether it is written without quotation marks."""
        return self.type == _NUMBER

    @property
    def words(self) -> list[str]:
        """The values it may have; empty where any will do."""
        return [word.replace("_", " ") for word in self.type.split("|")] if "|" in self.type else []

    @property
    def schema(self) -> Schema:
        """Its JSON Schema."""
        if self.is_number:
            return {"type": "number"}
        if self.words:
            return {"type": "string", "enum": self.words}
        return {"type": "string"} | ({"format": self.type} if self.type in _FORMATS else {})


@dataclass(frozen=True)
class Kind:
    """One kind of object: its table, its plain fields, and the kinds of those in it by the name of the field."""

    name: str
    table: str
    fields: dict[str, Field]
    one: dict[str, str]
    many: dict[str, str]
    needed: frozenset[str]  # of ``one``: what may not be missing

    @property
    def required(self) -> list[str]:
        """What an object may not lack."""
        return [f.name for f in self.fields.values() if f.required] + sorted(self.needed)

    @cached_property
    def parts(self) -> dict[str, str]:
        """All that is in it, one or many."""
        return self.one | self.many


@lru_cache
def kinds(version: str = NEWEST) -> dict[str, Kind]:
    """All kinds of a version by name."""
    path = Path(__file__).parent / "content" / "hsds.toml"
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    old = version != NEWEST
    there = {name: facts for name, facts in written.items() if not (old and "since" in facts)}
    return {name: _kind(name, facts, old) for name, facts in there.items()}


@lru_cache
def by_table(version: str = NEWEST) -> dict[str, Kind]:
    """All kinds by the name of their table."""
    return {kind.table: kind for kind in kinds(version).values()}


def _kind(name: str, facts: dict[str, str], old: bool) -> Kind:
    fields = (
        Field(word, type_ or "text", "!" in marks, "!" in marks or "?" in marks)
        for word, marks, type_ in _words(facts["fields"], old)
    )
    one = list(_words(facts.get("one", ""), old))
    many = {word: kind for word, _, kind in _words(facts.get("many", ""), old)}
    if name not in _TELLING:
        many["attributes"] = "attribute"
    if name != "metadata":
        many["metadata"] = "metadata"
    return Kind(
        name=name,
        table=facts["table"],
        fields={field.name: field for field in fields},
        one={word: kind for word, _, kind in one},
        many=many,
        needed=frozenset(word for word, marks, _ in one if "!" in marks),
    )


def _words(text: str, old: bool) -> list[tuple[str, str, str]]:
    """Name, marks and type of each word; without what an ``old`` version does not have."""
    found = []
    for said in text.split():
        word, _, type_ = said.partition(":")
        name = word.rstrip("!?+")
        if not (old and "+" in word):
            found.append((name, word[len(name) :], type_))
    return found


def definitions(version: str, prefix: str = "#/$defs/") -> dict[str, Schema]:
    """The JSON Schema of every kind; they refer to each other below ``prefix``."""
    return {name: _nested(kind, prefix) for name, kind in kinds(version).items()}


def _nested(kind: Kind, prefix: str) -> Schema:
    properties: dict[str, Schema] = {field.name: field.schema for field in kind.fields.values()}
    properties |= {name: {"$ref": prefix + inner} for name, inner in kind.one.items()}
    properties |= {name: {"type": "array", "items": {"$ref": prefix + inner}} for name, inner in kind.many.items()}
    return {"type": "object", "properties": properties, "required": kind.required}


def schema(name: str, version: str = NEWEST) -> Schema:
    """The JSON Schema 2020-12 of one kind with all that may be in it."""
    return {"$ref": f"#/$defs/{name}", "$defs": definitions(version)}


def row_schema(kind: Kind) -> Schema:
    """The JSON Schema of a row of a table: no objects in it, and the keys of those above it."""
    required = [field.name for field in kind.fields.values() if field.in_tables]
    properties = {field.name: field.schema for field in kind.fields.values()}
    return {"type": "object", "properties": properties, "required": required}
