"""Our records as objects of HSDS. Rows are plain: as ``values()`` of a query gives them, without models.

Each object is what the columns say, then what the file that it came from said otherwise
(:mod:`~lacarte.standards.hsds.residue`), then what only we say, in attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from lacarte.kernel.money import Money
from lacarte.standards.hsds.hours import schedules
from lacarte.standards.hsds.ours import (
    RADIUS,
    STEP_FREE,
    UNIT,
    Object,
    beside,
    record_attribute,
    said,
    type_attribute,
    type_term,
    unsaid,
)
from lacarte.standards.hsds.reading import offer_columns, place_columns, provider_columns
from lacarte.standards.hsds.residue import restored

STANDARD = "hsds"
#: Of ISO 4217.
NO_CURRENCY = "XXX"
#: The fields of a service type that a term has no field for.
TYPE_EXTRAS = ("name", "description", "keywords")
_TYPE_PLAIN = ("orderable", "subject", "urgency", "contact_days", "resolution_days", "legal_basis")

Row = Mapping[str, Any]


def organization(row: Row) -> Object:
    """A provider."""
    found, extras = organization_said(row), organization_extras(row)
    if own := kept(row):
        found = restored(found, own)
        extras |= _unread(row, provider_columns(found, extras))
    found["attributes"] = [*found.get("attributes", ()), record_attribute(row["id"], extras)]
    return found


def _unread(row: Row, read: dict[str, Any]) -> Object:
    """The columns that would not be read again from what a file said."""
    return {name: row[name] for name, value in read.items() if value != row[name]}


def organization_said(row: Row) -> Object:
    """What the columns of a provider say."""
    key: UUID = row["id"]
    found: Object = {"id": str(key), "name": said(row["name"]), "description": said(row["description"])}
    _fill(found, email=row["email"], website=row["website"])
    if row["phone"]:
        found["phones"] = [{"id": beside(key, "phone"), "number": row["phone"]}]
    return found


def organization_extras(row: Row) -> Object:
    """What HSDS has no field for."""
    known: Object = {"code": row["code"], "kind": row["kind"], "region": row["region_code"]}
    return known | unsaid(row, "name", "description")


def service(row: Row, term: Object) -> Object:
    """An offer, of the service type that ``term`` is, without its organisation and places."""
    found, extras = service_said(row), service_extras(row)
    if own := kept(row):
        found = restored(found, own)
        extras |= _unread(row, offer_columns(found, extras, currency=NO_CURRENCY))
    key: UUID = row["id"]
    tell = (type_attribute(key, term), record_attribute(key, extras))
    found["attributes"] = [*found.get("attributes", ()), *tell]
    return found


def service_said(row: Row) -> Object:
    """What the columns of an offer say."""
    key: UUID = row["id"]
    found: Object = {
        "id": str(key),
        "name": said(row["name"]),
        "status": "inactive" if row["paused"] else "active",
        "last_modified": moment(row["changed_at"]),
    }
    if row["price_minor"] is not None or said(row["price_note"]):
        found["cost_options"] = [_cost(row)]
    _fill(
        found,
        description=said(row["description"]),
        url=row["website"],
        email=row["email"],
        eligibility_description=said(row["conditions"]),
    )
    if row["phone"]:
        found["phones"] = [{"id": beside(key, "phone"), "number": row["phone"]}]
    if row["languages"]:
        found["languages"] = [_language(key, tag) for tag in row["languages"]]
    return found


def _cost(row: Row) -> Object:
    found: Object = {"id": beside(row["id"], "cost"), "currency": row["currency"]}
    if row["price_minor"] is not None:
        amount = Money(row["currency"], row["price_minor"]).amount
        whole = int(amount)
        found["amount"] = whole if whole == amount else float(amount)
    _fill(found, amount_description=said(row["price_note"]))
    return found


def _language(key: UUID, tag: str) -> Object:
    name = language_name(tag)
    return {"id": beside(key, f"language {tag}"), "code": tag} | ({"name": name} if name else {})


@lru_cache(maxsize=1024)
def language_name(tag: str) -> str:
    """What English calls a language; empty where it is not known."""
    from django.conf.locale import LANG_INFO

    return str(LANG_INFO.get(tag.lower(), {}).get("name", ""))


def service_extras(row: Row) -> Object:
    """What HSDS has no field for."""
    found: Object = {"code": row["code"]}
    for name in ("since", "until"):
        if row[name]:
            found[name] = row[name].isoformat()
    if row["price_minor"] is None:
        found["currency"] = row["currency"]
    return found | unsaid(row, "name", "description", "conditions", "price_note")


def service_at_location(row: Row, serves: Iterable[Row] = (), above: Object | None = None) -> Object | None:
    """An offer at a place with its location; ``None`` where the file had none and nothing was added since.

    ``above`` is the service.
    """
    found, extras = service_at_location_said(row, serves), place_extras(row, serves)
    own = kept(row)
    if "unsaid" in own and _without_key(found) == own["unsaid"]:
        return None
    if own or (above and "schedules" in above):
        found = restored(found, {} if "unsaid" in own else own)
        extras |= _unread(row, place_columns(found, extras, above or {}))
    found["attributes"] = [*found.get("attributes", ()), record_attribute(row["id"], extras)]
    return found


def unsaid_place(row: Row) -> Object:
    """Kept with a place that no file tells of, so that none is told where none was."""
    return {"unsaid": _without_key(service_at_location_said(row))}


def _without_key(found: Object) -> Object:
    location = {name: value for name, value in found["location"].items() if name != "id"}
    return {name: value for name, value in found.items() if name != "id"} | {"location": location}


def service_at_location_said(row: Row, serves: Iterable[Row] = ()) -> Object:
    """What the columns of an offer at a place say."""
    key: UUID = row["id"]
    found: Object = {"id": str(key), "location": _location(row)}
    if row["phone"]:
        found["phones"] = [{"id": beside(key, "phone"), "number": row["phone"]}]
    weekly, _ = schedules(row["hours"])
    if weekly:
        found["schedules"] = [{"id": beside(key, f"schedule {n}")} | one for n, one in enumerate(weekly)]
    areas = _areas(row, serves)
    if areas:
        found["service_areas"] = areas
    return found


def _location(row: Row) -> Object:
    key: UUID = row["id"]
    found: Object = {"id": beside(key, "location"), "location_type": "physical"}
    for name in ("latitude", "longitude"):
        if row[name] is not None:
            found[name] = row[name]
    if words := said(row["address"]):
        nowhere = dict.fromkeys(("city", "state_province", "postal_code", "country"), "")
        found["addresses"] = [
            {"id": beside(key, "address"), "address_1": words, **nowhere, "address_type": "physical"}
        ]
    if row["step_free"] is not None:
        found["accessibility"] = [{"id": beside(key, "access"), "description": STEP_FREE[row["step_free"]]}]
    return found


def _areas(row: Row, serves: Iterable[Row]) -> list[Object]:
    key: UUID = row["id"]
    found: list[Object] = []
    if row["reach_metres"] is not None:
        metres = str(row["reach_metres"])
        words = f"Within {metres} m"
        found.append({"id": beside(key, "reach"), "name": words, "extent": metres, "extent_type": RADIUS})
    for region in serves:
        found.append({"id": beside(key, f"serves {region['code']}"), "name": said(region["name"])})
    return found


def place_extras(row: Row, serves: Iterable[Row] = ()) -> Object:
    """What HSDS has no field for."""
    found: Object = {"region": row["region_code"]} | unsaid(row, "address")
    if row["hours"] and not schedules(row["hours"])[1]:
        found["hours"] = row["hours"]
    if codes := [region["code"] for region in serves]:
        found["serves"] = codes
    return found


def capacity(key: UUID, units: int, taken: int, at: datetime) -> Object:
    """How many units of an offer are free in all lots that have not ended, counted ``at``."""
    free = max(units - taken, 0)
    return {
        "id": beside(key, "capacity"),
        "unit": UNIT,
        "available": free,
        "maximum": units,
        "updated": moment(at),
    }


def required_document(key: UUID, code: str, name: Mapping[str, str]) -> Object:
    """What proves that somebody may have an offer."""
    return {"id": beside(key, f"proof {code}"), "document": said(name)}


def service_type_term(row: Row) -> Object:
    """A service type as a term, with what HSDS has no field for."""
    term = type_term(row)
    extras = {name: row[name] for name in _TYPE_PLAIN} | unsaid(row, *TYPE_EXTRAS)
    if row["keywords"]:
        extras["keywords"] = row["keywords"]
    return term | {"attributes": [record_attribute(UUID(term["id"]), extras)]}


def moment(at: datetime) -> str:
    """A time as HSDS writes it (RFC 3339, UTC)."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def kept(row: Row) -> Object:
    """What the file said otherwise."""
    found: Object = row["carried"].get(STANDARD, {}) if row["carried"] else {}
    return found


def _fill(found: Object, **values: str) -> None:
    for name, value in values.items():
        if value:
            found[name] = value
