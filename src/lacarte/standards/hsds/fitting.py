"""Values of files as HSDS wants them, so that what came in can go out again and be valid.

What cannot be such a value is kept in a field of its own, ``…_as_said``; HSDS lets objects have more fields.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from lacarte.kernel.text import storable
from lacarte.standards.hsds.ours import Object, all_storable
from lacarte.standards.hsds.shapes import Field, Kind, kinds

AS_SAID = "_as_said"
#: What stands where something required is missing and words have to be chosen from.
_USUAL = {"status": "active", "location_type": "physical", "address_type": "physical"}


class UnfitError(ValueError):
    """``args``: the field and what is wrong with it."""


def fitted(name: str, found: Object, *, in_table: bool = False) -> Object:
    """An object of a kind with all that is in it, or a row. Raises :class:`UnfitError` where it cannot be kept."""
    kind = kinds()[name]
    fit: Object = {}
    for field, value in found.items():
        if value is None:
            continue  # says nothing
        _check(field, None if field in kind.parts else value)  # parts are checked one by one
        if field in kind.fields:
            _put(fit, kind.fields[field], value)
        elif field in kind.parts:
            fit[field] = _inner(field, kind, value)
        else:
            fit[field] = value
    for required in kind.required:
        if required not in fit and not (in_table and required in kind.parts):
            fit[required] = _missing(kind, required)
    return fit


def _check(field: str, value: Any) -> None:
    if not (storable(field) and all_storable(value)):
        raise UnfitError(field.encode("ascii", "replace").decode(), "holds bytes that are not UTF-8 text")
    if isinstance(value, float) and not math.isfinite(value):
        raise UnfitError(field, f"{value} is no number")


def _put(fit: Object, field: Field, value: Any) -> None:
    try:
        fit[field.name] = _value(field, value)
    except (TypeError, ValueError, OverflowError):
        fit[field.name + AS_SAID] = value


def _value(field: Field, value: Any) -> Any:
    """``value`` as ``field`` has it. Raises ``ValueError``."""
    if field.is_number:
        return value if isinstance(value, int | float) and not isinstance(value, bool) else _number(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(value)
    if field.words:
        return _word(field, value)
    if field.type == "date-time":
        datetime.fromisoformat(value)
    return value


def _word(field: Field, value: str) -> str:
    """The word that is meant, however it is capitalised. Raises ``ValueError``."""
    for word in field.words:
        if word.casefold() == value.strip().casefold():
            return word
    raise ValueError(value)


def _number(value: Any) -> int | float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return int(number) if number == int(number) and str(value).strip().lstrip("+-").isdigit() else number


def _inner(field: str, kind: Kind, value: Any) -> Any:
    inner = kind.parts[field]
    if field in kind.one:
        if not isinstance(value, dict):
            raise UnfitError(field, "is no object")
        return fitted(inner, value)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise UnfitError(field, "is no list of objects")
    return [fitted(inner, one) for one in value]


def _missing(kind: Kind, name: str) -> Any:
    field = kind.fields.get(name)
    if field is None or name == "id" or field.is_number or field.type == "date-time":
        raise UnfitError(name, "is missing")
    return _USUAL[name] if field.words else ""
