"""Objects of other directories as rows of ours, with what they say otherwise kept beside the columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from lacarte.standards.hsds.ours import UNIT, Object, beside, taken_apart
from lacarte.standards.hsds.reading import offer_columns, place_columns, provider_columns
from lacarte.standards.hsds.residue import residue
from lacarte.standards.hsds.writing import (
    STANDARD,
    organization_said,
    service_at_location_said,
    service_said,
    unsaid_place,
)

#: Of these we make records of their own, or they are told anew each time.
_APART = ("organization", "service_at_locations", "organization_id")
_DERIVED = ("capacities", "required_documents")


def provider_row(theirs: Object, key: UUID) -> tuple[dict[str, Any], Object]:
    """Columns and ``carried`` of a provider, and what our attribute says of it."""
    told, extras, _ = _without_ours(theirs, ("services",))
    row = provider_columns(told, extras)
    return row | {"carried": _kept(told, organization_said(row | {"id": key}))}, extras


def offer_row(
    theirs: Object, key: UUID, *, currency: str, changed_at: datetime, proofs: Callable[[UUID], set[str]]
) -> tuple[dict[str, Any], Object, Object | None]:
    """Columns and ``carried`` of an offer, what our attribute says of it, and the term of its service type.

    ``proofs`` gives the keys of the documents that we ask for ourselves; they are not kept beside it.
    """
    told, extras, term = _without_ours(theirs, _APART)
    own = proofs(key)
    for name in _DERIVED:
        if isinstance(told.get(name), list) and told[name]:
            told[name] = [one for one in told[name] if not _is_ours(one, own)]
            if not told[name]:
                del told[name]
    row = offer_columns(told, extras, currency=currency) | {"changed_at": changed_at}
    return row | {"carried": _kept(told, service_said(row | {"id": key}))}, extras, term


def place_row(theirs: Object | None, above: Object, key: UUID) -> tuple[dict[str, Any], Object]:
    """Columns and ``carried`` of an offer at a place, and what our attribute says of it.

    ``theirs`` is ``None`` where the service ``above`` is at no place; it gets one that is not told of.
    """
    told, extras, _ = _without_ours(theirs or {}, ("service", "service_id"))
    row = place_columns(told, extras, above)
    known = [{"code": code, "name": {}} for code in codes_served(extras)]
    whole = row | {"id": key}
    if theirs is None:
        return row | {"carried": {STANDARD: unsaid_place(whole)}}, extras
    areas = told.get("service_areas")
    if known and isinstance(areas, list):  # they are told anew from the regions that are served
        own = {beside(key, f"serves {region['code']}") for region in known}
        told["service_areas"] = [one for one in areas if not (isinstance(one, dict) and one.get("id") in own)]
        if not told["service_areas"]:
            del told["service_areas"]
    return row | {"carried": _kept(told, service_at_location_said(whole))}, extras


def codes_served(extras: Object) -> list[str]:
    """The codes of the regions that our attribute says are served."""
    codes = extras.get("serves")
    return [code for code in codes if isinstance(code, str)] if isinstance(codes, list) else []


def _is_ours(one: Any, proofs: set[str]) -> bool:
    """Whether a capacity was counted, or a document asked for, by ourselves."""
    unit = one.get("unit") if isinstance(one, dict) else None
    return isinstance(one, dict) and (one.get("id") in proofs or (unit or {}).get("id") == UNIT["id"])


def _without_ours(theirs: Object, apart: tuple[str, ...]) -> tuple[Object, Object, Object | None]:
    """What others say in an object, what our attribute says, and the term of a service type."""
    told = {name: value for name, value in theirs.items() if name not in apart}
    others, extras, term = taken_apart(told.get("attributes"))
    if isinstance(told.get("attributes"), list):
        told["attributes"] = others
        if not others:
            del told["attributes"]
    return told, extras, term


def _kept(told: Object, ours: Object) -> Object:
    found = residue(ours, told)
    return {STANDARD: found} if found else {}
