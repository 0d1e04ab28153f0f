"""Nothing is lost between our records and the objects of HSDS, in either direction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jsonschema_rs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacarte.standards.hsds import reading, taking, writing
from lacarte.standards.hsds.ours import taken_apart, type_term
from lacarte.standards.hsds.residue import same
from lacarte.standards.hsds.shapes import schema
from tests.standards.hsds.drawn import objects, offers, places, providers

drawn = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=80)
Object = dict[str, Any]
KEY = UUID("019aca00-0000-7000-8000-000000000001")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TERM = type_term({"code": "home-care", "name": {"en": "Home care"}, "description": {}})


def valid(kind: str, found: Object) -> bool:
    return jsonschema_rs.validator_for(schema(kind)).is_valid(found)


def columns(row: Object, read: Object) -> Object:
    return {name: row[name] for name in read}


@given(providers)
@drawn
def test_a_provider_comes_back(row: Object) -> None:
    found = writing.organization(row)
    others, extras, _ = taken_apart(found["attributes"])
    read = reading.provider_columns(found, extras)
    assert (read, others, extras["code"], extras["region"]) == (
        columns(row, read),
        [],
        row["code"],
        row["region_code"],
    )
    assert valid("organization", found)


@given(offers)
@drawn
def test_an_offer_comes_back(row: Object) -> None:
    found = writing.service(row, TERM)
    others, extras, kind = taken_apart(found["attributes"])
    assert kind is not None
    read = reading.offer_columns(found, extras, currency="USD")
    assert (read, others, extras["code"], kind["id"]) == (columns(row, read), [], row["code"], TERM["id"])
    assert valid("service", found)


@given(places, st.lists(st.sampled_from(["w", "e"]), unique=True))
@drawn
def test_an_offer_at_a_place_comes_back(row: Object, regions: list[str]) -> None:
    found = writing.service_at_location(row, [{"code": code, "name": {"en": code}} for code in regions])
    assert found is not None
    _, extras, _ = taken_apart(found["attributes"])
    read = reading.place_columns(found, extras, {})
    assert (read, extras["region"], extras.get("serves", [])) == (columns(row, read), row["region_code"], regions)
    assert valid("service_at_location", found)


@given(objects("organization"))
@drawn
def test_an_organization_of_another_directory_comes_back(theirs: Object) -> None:
    row, _ = taking.provider_row(theirs, KEY)
    found = writing.organization(row | {"id": KEY, "code": "c", "region_code": "r"})
    assert same(theirs | {"services": []}, others_of(found, theirs) | {"services": []})


@given(objects("service"))
@drawn
def test_a_service_of_another_directory_comes_back(theirs: Object) -> None:
    row, _, _ = taking.offer_row(theirs, KEY, currency="USD", changed_at=NOON, proofs=lambda key: set())
    found = writing.service(row | {"id": KEY, "code": "c"}, TERM)
    assert same(without(theirs, "service_at_locations", "organization_id"), others_of(found, theirs))
    whole = row | {"id": KEY, "code": "c"}
    again, extras, _ = taking.offer_row(found, KEY, currency="CNY", changed_at=NOON, proofs=lambda key: set())
    assert (again, extras["code"]) == (columns(whole, again), "c"), "and so does the record"


@given(objects("service_at_location"), objects("service", depth=1))
@drawn
def test_a_place_of_another_directory_comes_back(theirs: Object, above: Object) -> None:
    row, _ = taking.place_row(theirs, above, KEY)
    whole = row | {"id": KEY, "region_code": "r"}
    found = writing.service_at_location(whole, (), above)
    assert found is not None
    assert same(without(theirs, "service_id"), others_of(found, theirs))
    again, extras = taking.place_row(found, above, KEY)
    assert (again, extras["region"]) == (columns(whole, again), "r"), "and so does the record"


def test_a_service_at_no_place_is_told_at_none_until_somebody_says_where() -> None:
    row, _ = taking.place_row(None, {"name": "Hotline"}, KEY)
    whole = row | {"id": KEY, "region_code": "r"}
    assert writing.service_at_location(whole) is None
    found = writing.service_at_location(whole | {"address": {"en": "1 Main Street"}})
    assert found is not None
    assert found["location"]["addresses"][0]["address_1"] == "1 Main Street"


def without(found: Object, *names: str) -> Object:
    return {name: value for name, value in found.items() if name not in names}


def others_of(found: Object, theirs: Object) -> Object:
    """Without the attributes that are ours."""
    others, _, _ = taken_apart(found["attributes"])
    said = others or theirs.get("attributes") == []  # an empty list says nothing
    return without(found, "attributes") | ({"attributes": others} if said else {})
