"""Whatever a directory says, it is loaded or named; nothing breaks, and what was loaded can be published."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lacarte.registers.menu.models import Offer
from lacarte.standards.hsds.collecting import collected
from lacarte.standards.hsds.ours import RECORD, SERVICE_TYPES
from lacarte.standards.imports import ImportFaultError, import_menu
from tests.standards.hsds.drawn import objects

pytestmark = pytest.mark.django_db
drawn = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=20,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
odd: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1e308,
        2**40,
        "",
        "x",
        "\0",
        "\ud800",
        {"en": "\ud800", "fr": ["\0"]},
        [],
        [1],
        {},
        {"a": 1},
        "9" * 400,
        "2026-13-01",
        "en",
    ]
)
_names = (
    "code", "kind", "region", "name", "hours", "serves", "reach_metres", "paused", "since", "currency",
    "languages", "price_minor", "step_free", "keywords", "urgency", "carried",
)  # fmt: skip
records = st.dictionaries(st.sampled_from(_names), odd, max_size=5)


def record(value: Any) -> dict[str, Any]:
    """An attribute that claims to be ours."""
    return {"id": "a", "taxonomy_term_id": RECORD["id"], "value": json.dumps(value)}


def load(found: Any) -> int:
    """How many of the file were loaded; what was can be published."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.json"
        path.write_text(json.dumps(found))
        try:
            report = import_menu(path)
        except ImportFaultError:
            return 0
    assert collected().validation.holds
    assert report.loaded or report.known or report.rejections or not Offer.objects.exists()
    return report.loaded


@given(
    objects("service"), st.dictionaries(st.sampled_from(["name", "phones", "status", "id", "organization"]), odd)
)
@drawn
def test_a_service_with_odd_values(service: dict[str, Any], changes: dict[str, Any]) -> None:
    owner = {"id": "o", "name": "Hands", "description": ""}
    load([service | {"organization": owner} | changes])


@given(records, records, records)
@drawn
def test_attributes_that_claim_to_be_ours(provider: Any, offer: Any, place: Any) -> None:
    kind = {"id": "t", "taxonomy_id": SERVICE_TYPES["id"], "code": "x", "name": "X", "description": ""}
    service = {
        "id": "s",
        "name": "Soup",
        "status": "active",
        "organization": {"id": "o", "name": "Hands", "description": "", "attributes": [record(provider)]},
        "service_at_locations": [
            {"id": "p", "location": {"id": "l", "location_type": "physical"}, "attributes": [record(place)]}
        ],
        "attributes": [record(offer), {"id": "b", "taxonomy_term_id": "t", "taxonomy_term": kind}],
    }
    load([service])
    Offer.objects.all().delete()


cells = st.sampled_from(
    ["", "1", "2", "10", "x", '"', "Monday", "9:00am", "\0", "é", "999999999999", "=1+1", "a,b"]
)


@given(st.data())
@drawn
def test_a_package_with_odd_cells(data: st.DataObject) -> None:
    columns = {
        "organizations": ("id", "name", "url"),
        "services": ("id", "organization_id", "name", "status"),
        "services_at_location": ("id", "service_id", "location_id"),
        "locations": ("id", "latitude", "longitude"),
        "regular_schedules": ("service_id", "weekday", "opens_at", "closes_at"),
        "phones": ("id", "service_id", "number", "extension"),
        "taxonomy": ("id", "name", "parent_id", "parent_name"),
        "services_taxonomy": ("id", "service_id", "taxonomy_id"),
        "languages": ("id", "service_id", "language"),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.zip"
        with zipfile.ZipFile(path, "w") as package:
            for name, names in columns.items():
                rows = data.draw(st.lists(st.tuples(*[cells] * len(names)), max_size=3))
                text = "\n".join(",".join(row) for row in [names, *rows])
                package.writestr(f"{name}.csv", text)
        try:
            import_menu(path)
        except ImportFaultError:
            return
    assert collected().validation.holds
