"""What HSDS has no field for, in attributes of two taxonomies of our own: service types, and records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

from lacarte.kernel.text import in_language, storable

#: All keys that we make for HSDS come from it; it never changes.
NAMESPACE = UUID("5d1c9a54-5f0e-5b7a-9b52-1a7c0a11e000")
#: HSDS has no languages of texts: a plain field is in this one, where there is a choice.
LANGUAGE = "en"
#: What a step-free place is called, and one that is not.
STEP_FREE = {True: "Step-free access", False: "No step-free access"}
#: The type of the extent of a service area that is a number of metres around a place.
RADIUS = "metres"
#: The low 62 bits of a UUID are free of its version and variant.
_FREE = 2**62 - 1

Object = dict[str, Any]
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False).encode


def made(*names: str) -> str:
    """The key of something that is known by its name, the same in every installation."""
    return str(uuid5(NAMESPACE, "/".join(names)))


def beside(key: UUID, name: str) -> str:
    """The key of a part of a record, such as its phone; each record's differ."""
    digits = f"{key.int ^ _salt(name):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@lru_cache(maxsize=4096)
def _salt(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") & _FREE


SERVICE_TYPES: Object = {
    "id": made("taxonomy", "service-types"),
    "name": "Lacarte service types",
    "description": "What can be ordered: life areas, and the service types in them.",
}
RECORDS: Object = {
    "id": made("taxonomy", "records"),
    "name": "Lacarte records",
    "description": "What Lacarte keeps of a record and HSDS has no field for.",
}
RECORD: Object = {
    "id": made("term", "record"),
    "code": "record",
    "name": "Record",
    "description": "An object in JSON: field names and values.",
    "taxonomy": RECORDS["name"],
    "taxonomy_id": RECORDS["id"],
    "taxonomy_detail": RECORDS,
}
#: The key of what a table has to name and an object does not; read as if nothing were there.
NOTHING = made("nothing")
UNIT: Object = {"id": made("unit", "place"), "name": "place"}


@lru_cache(maxsize=4096)
def type_key(code: str) -> str:
    """The key of the term of a service type."""
    return made("service-type", code)


def type_term(kind: Mapping[str, Any]) -> Object:
    """The taxonomy term of a service type (its code, name, description, and the code of its parent)."""
    term = {
        "id": type_key(kind["code"]),
        "code": kind["code"],
        "name": in_language(kind["name"], LANGUAGE),
        "description": in_language(kind["description"], LANGUAGE),
        "taxonomy": SERVICE_TYPES["name"],
        "taxonomy_id": SERVICE_TYPES["id"],
        "taxonomy_detail": SERVICE_TYPES,
        "language": LANGUAGE,
    }
    return term | ({"parent_id": type_key(kind["parent"])} if kind.get("parent") else {})


def _short(term: Object) -> Object:
    """A term as attributes have it: its taxonomy has an address of its own."""
    return {name: value for name, value in term.items() if name != "taxonomy_detail"}


_RECORD_IN_SHORT = _short(RECORD)


def record_attribute(key: UUID, extras: Object) -> Object:
    """What of a record no field of HSDS says."""
    return {
        "id": beside(key, "record"),
        "taxonomy_term_id": RECORD["id"],
        "value": _written(extras),
        "taxonomy_term": _RECORD_IN_SHORT,
    }


def type_attribute(key: UUID, term: Object) -> Object:
    """The service type of an offer."""
    return {"id": beside(key, "type"), "taxonomy_term_id": term["id"], "taxonomy_term": _short(term)}


def taken_apart(attributes: Any) -> tuple[list[Any], Object, Object | None]:
    """The attributes of others, what ours say of the record, and the term of its service type."""
    others: list[Any] = []
    extras: Object = {}
    kind: Object | None = None
    for attribute in attributes if isinstance(attributes, list) else []:
        term = attribute.get("taxonomy_term") if isinstance(attribute, dict) else None
        if isinstance(attribute, dict) and attribute.get("taxonomy_term_id") == RECORD["id"]:
            extras = _read(attribute.get("value"))
        elif isinstance(term, dict) and term.get("taxonomy_id") == SERVICE_TYPES["id"]:
            kind = term
        else:
            others.append(attribute)
    return others, extras, kind


def _read(value: Any) -> Object:
    try:
        found = json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and all_storable(found) else {}


def all_storable(value: Any) -> bool:
    """Whether every database keeps all the texts in a JSON value."""
    if isinstance(value, dict):
        return all(storable(name) and all_storable(one) for name, one in value.items())
    if isinstance(value, list):
        return all(map(all_storable, value))
    return not isinstance(value, str) or storable(value)


def said(text: Mapping[str, str]) -> str:
    """A multilingual text as a plain field says it."""
    return text.get(LANGUAGE) or in_language(text, LANGUAGE)


def is_plain(text: Mapping[str, str], plain: str) -> bool:
    """Whether the plain field says all of a multilingual text."""
    return text == ({LANGUAGE: plain} if plain else {})


def unsaid(row: Mapping[str, Any], *names: str) -> Object:
    """Those of the multilingual fields that a plain field does not say whole."""
    return {name: row[name] for name in names if row[name] and not is_plain(row[name], said(row[name]))}
