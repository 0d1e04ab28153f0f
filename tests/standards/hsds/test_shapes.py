"""Our facts about HSDS are those of the standard's own schemas, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from lacarte.standards.hsds.shapes import VERSIONS, kinds, row_schema, schema

STANDARDS = Path(__file__).parents[4] / "shared" / "standards"
needs_shared = pytest.mark.skipif(
    not STANDARDS.is_dir(), reason="the standards' own files are not beside this checkout"
)
Schema = dict[str, Any]


def official(version: str, name: str) -> Schema:
    found: Schema = json.loads((STANDARDS / f"hsds-{version}" / f"{name}.json").read_text())
    return found


def objects_of(found: Schema) -> Iterator[Schema]:
    """Every object that a compiled schema describes, however deep."""
    yield found
    for part in found["properties"].values():
        inner = part.get("items", part)
        if "properties" in inner:
            yield from objects_of(inner)


@needs_shared
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["service", "organization", "service_at_location"])
def test_every_object_has_the_fields_of_the_standard(version: str, name: str) -> None:
    for found in objects_of(official(version, name)):
        kind = kinds(version)[found["name"]]
        for field, part in found["properties"].items():
            if part.get("type") == "array":
                assert kind.many[field] == part["items"]["name"]
            elif "properties" in part:
                assert kind.one[field] == part["name"]
            else:
                expected = {n: part[n] for n in ("type", "format", "enum") if n in part}
                assert kind.fields[field].schema == expected, (kind.name, field)
        assert set(kind.required) == set(found.get("required", []))
        in_tables = {field.name for field in kind.fields.values() if field.in_tables and not field.required}
        assert in_tables == set(found.get("tabular_required", []))
        assert kind.table == found["path"].removesuffix(".csv")


@needs_shared
@pytest.mark.parametrize("version", VERSIONS)
def test_no_field_is_ours_alone(version: str) -> None:
    theirs: dict[str, set[str]] = {}
    for name in ("service", "organization", "service_at_location"):
        for found in objects_of(official(version, name)):
            theirs.setdefault(found["name"], set()).update(found["properties"])
    for kind in kinds(version).values():
        assert theirs[kind.name] == set(kind.fields) | set(kind.parts), kind.name


@needs_shared
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["service", "organization", "service_at_location"])
def test_both_schemas_judge_mutated_examples_alike(version: str, name: str) -> None:
    whole = json.loads((STANDARDS / f"hsds-{version}" / "examples" / f"{name}_full.json").read_text())
    ours, theirs = (jsonschema_rs.validator_for(one) for one in (schema(name, version), official(version, name)))
    assert ours.is_valid(whole)
    judged = [(ours.is_valid(one), theirs.is_valid(one)) for one in mutated(whole)]
    assert all(mine == other for mine, other in judged)
    assert any(not mine for mine, _ in judged)


def mutated(found: Any) -> Iterator[Any]:
    """An example with one value left out, or of another type, at every place."""
    if isinstance(found, list):
        for at, value in enumerate(found):
            yield from ([*found[:at], other, *found[at + 1 :]] for other in mutated(value))
    elif isinstance(found, dict):
        for name, value in found.items():
            yield {n: v for n, v in found.items() if n != name}
            yield from (found | {name: other} for other in (None, 1, "x", [], {}))
            if isinstance(value, dict | list):
                yield from (found | {name: other} for other in mutated(value))


def test_a_row_of_a_table_has_keys_for_what_it_is_in() -> None:
    row = jsonschema_rs.validator_for(row_schema(kinds()["service_at_location"]))
    assert row.is_valid({"id": "a", "service_id": "b", "location_id": "c"})
    assert not row.is_valid({"id": "a", "service_id": "b"})


def test_what_is_new_in_3_1_is_not_in_3_0() -> None:
    assert "service_capacity" in kinds("3.1")
    assert "service_capacity" not in kinds("3.0")
    assert "capacities" not in kinds("3.0")["service"].many
