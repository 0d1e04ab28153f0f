"""Every column comes back from the terms that say it, in whichever form they are written."""

from __future__ import annotations

from typing import Any

import pyoxigraph
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacarte.standards.cpsv import jsonld, mapping, turtle
from lacarte.standards.cpsv.fields import Field, read, written
from lacarte.standards.cpsv.naming import Names
from lacarte.standards.cpsv.reading import graph_of
from lacarte.standards.cpsv.terms import Node
from tests.standards.hsds.drawn import days, hours, names, offers, providers, words

drawn = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
Row = dict[str, Any]
numbers = st.none() | st.integers(0, 2**31 - 1)
texts = names | st.dictionaries(st.sampled_from(["en", "zh_CN", "x y", "EN", "nan-hant"]), words, max_size=3)
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=5,
)
objects = st.dictionaries(words, json, max_size=2)
services = st.fixed_dictionaries(
    {
        "code": words.filter(bool),
        "name": texts,
        "description": texts,
        "keywords": texts,
        "subject": words,
        "urgency": numbers,
        "contact_days": numbers,
        "resolution_days": numbers,
        "position": numbers,
        "legal_basis": words,
        "carried": objects,
    }
)
requirements = st.fixed_dictionaries(
    {
        "code": words.filter(bool),
        "text": texts,
        "circumstance": words,
        "comparison": words,
        "value": json,
        "legal_basis": words,
        "order": numbers,
    }
)
places = st.fixed_dictionaries(
    {
        "longitude": st.none() | st.floats(-180, 180),
        "latitude": st.none() | st.floats(-90, 90),
        "reach_metres": numbers,
        "step_free": st.none() | st.booleans(),
        "hours": hours,
        "times": st.lists(objects, max_size=2),
        "phone": words,
        "address": texts,
        "carried": objects,
    }
)
contacts = st.fixed_dictionaries(
    {
        "website": words
        | st.sampled_from(["https://a.example/b?c=d#e", "http://a.example/ü", "https://a b", "http://a/%zz"]),
        "email": words | st.just("mailto:a@b.example"),
        "phone": words | st.just("tel:1"),
    }
)


def comes_back(fields: tuple[Field, ...], row: Row, code: str = "") -> None:
    columns = {field.name: row[field.name] for field in fields}
    node = Node("https://a.example/it", written(fields, row))
    said = {node.subject: {p: [t for q, t in node.says if q == p] for p, _ in node.says}}
    assert read(fields, said[node.subject], code) == columns
    forms = (
        (turtle.PROLOGUE + turtle.turtle([node]), pyoxigraph.RdfFormat.TURTLE),
        (jsonld.PROLOGUE + jsonld.jsonld([node]) + jsonld.EPILOGUE, pyoxigraph.RdfFormat.JSON_LD),
    )
    for text, format in forms:
        graph = graph_of(pyoxigraph.parse(text.encode(), format=format), "https://a.example/")
        assert read(fields, graph.said.get(node.subject, {}), code) == columns


@given(services)
@drawn
def test_a_service_type_comes_back(row: Row) -> None:
    comes_back(mapping.SERVICE, row, row["code"])
    comes_back(mapping.AREA, row, row["code"])


@given(requirements)
@drawn
def test_a_requirement_comes_back(row: Row) -> None:
    comes_back(mapping.REQUIREMENT, row, row["code"])


@given(offers, objects, days)
@drawn
def test_an_offer_comes_back(row: Row, carried: Row, day: Any) -> None:
    comes_back(
        mapping.OFFER, row | {"carried": carried, "until": day, "code": row["code"] or "c"}, row["code"] or "c"
    )
    comes_back(mapping.COST, row)


@given(providers, contacts)
@drawn
def test_a_provider_comes_back(row: Row, contact: Row) -> None:
    comes_back(mapping.PROVIDER, row | {"code": row["code"] or "c"}, row["code"] or "c")
    comes_back(mapping.CONTACT, contact)


@given(places)
@drawn
def test_an_offer_at_a_place_comes_back(row: Row) -> None:
    comes_back(mapping.PLACE, row)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12), words)
@drawn
def test_no_two_records_share_an_address(one: str, other: str) -> None:
    where = Names("https://a.example/")
    assert (where.of("offer", one) == where.of("offer", other)) == (one == other)
    assert (where.part("https://a.example/x", one) == where.part("https://a.example/x", other)) == (one == other)


def test_what_others_changed_goes_before_what_we_said_exactly() -> None:
    row = {"website": "not an address", "email": "", "phone": ""}
    said: dict[str, Any] = {}
    for predicate, term in written(mapping.CONTACT, row):
        said.setdefault(predicate, []).append(term)
    assert read(mapping.CONTACT, said) == row
    field = mapping.CONTACT[0]
    said[field.predicate] = field.form.write("https://new.example/")
    assert read(mapping.CONTACT, said)["website"] == "https://new.example/"
