"""The forms in which objects are told: whole, with what is one of its kind only, and as 3.0 has them."""

from __future__ import annotations

import json
from functools import lru_cache

from lacarte.standards.hsds.ours import Object
from lacarte.standards.hsds.shapes import NEWEST, Kind, kinds

#: Writes objects as texts of JSON, as short as may be.
json_of = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def listed(name: str, found: Object) -> Object:
    """An object as lists show it: plain fields, and the plain fields of what there is one of."""
    kind = kinds()[name]
    one = {part: listed(inner, found[part]) for part, inner in kind.one.items() if part in found}
    return {n: value for n, value in found.items() if n not in kind.parts} | one


def of_version(name: str, text: str, version: str) -> str:
    """An object, written, without what its version of HSDS does not have."""
    return text if version == NEWEST else json_of(_older(name, json.loads(text), version))


def _older(name: str, found: Object, version: str) -> Object:
    old, fresh = kinds(version)[name], _fresh(name, version)
    told: Object = {}
    for field, value in found.items():
        if field in fresh:
            continue
        inner = _inner(old, field)
        if inner and isinstance(value, list):
            told[field] = [_older(inner, one, version) for one in value]
        else:
            told[field] = _older(inner, value, version) if inner and isinstance(value, dict) else value
    return told


def _inner(kind: Kind, field: str) -> str:
    return kind.one.get(field) or kind.many.get(field, "")


@lru_cache
def _fresh(name: str, version: str) -> frozenset[str]:
    """The fields that are newer than a version."""
    new, old = kinds()[name], kinds(version)[name]
    return frozenset({*new.fields, *new.parts} - {*old.fields, *old.parts})
