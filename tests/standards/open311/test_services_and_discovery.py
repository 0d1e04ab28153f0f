"""Discovery, services and their definitions, jurisdictions, and how the interface speaks HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Attribute
from lacarte.registers.places.models import NamedPlace
from tests.city import build
from tests.standards.open311.cases import GOOD, QUESTIONS, ROOT, ask, asking_city, data, tell

pytestmark = pytest.mark.django_db


def test_services_are_listed(client: Client) -> None:
    city = build()
    ask(city.lift)
    listed = client.get(f"{ROOT}/services.json").json()
    assert [(s["service_code"], s["group"], s["metadata"], s["type"]) for s in listed] == [
        ("home-care", "Health", False, "realtime"),
        ("lift-repair", "Health", True, "realtime"),
    ]


def test_keywords_have_commas_between_them(client: Client) -> None:
    city = build()
    city.lift.keywords = {"en": "lift, moving stairs"}
    city.lift.save()
    listed = client.get(f"{ROOT}/services.json").json()
    assert listed[0]["keywords"] == "help, at, home, nurse, elderly, washing"
    assert listed[1]["keywords"] == "lift, moving stairs"


def test_services_are_in_the_language_of_the_reader(client: Client) -> None:
    asking_city()
    answer = client.get(f"{ROOT}/services.json", headers={"Accept-Language": "zh-hans"})
    assert [service["service_name"] for service in answer.json()] == ["居家照护", "电梯维修"]
    assert "Accept-Language" in answer["Vary"]
    definition = client.get(f"{ROOT}/services/lift-repair.json", headers={"Accept-Language": "zh-hans"}).json()
    assert definition["attributes"][1]["description"] == "哪部电梯？"


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_definition_has_every_question_in_its_order(client: Client, format: str) -> None:
    asking_city()
    definition = data(client.get(f"{ROOT}/services/lift-repair.{format}"))
    assert definition["service_code"] == "lift-repair"
    asked = definition["attributes"]
    assert [(one["code"], one["datatype"], one["order"]) for one in asked] == [
        (question["code"], question["datatype"], str(order)) for order, question in enumerate(QUESTIONS, start=1)
    ]
    assert [one["code"] for one in asked if one["variable"] == "false"] == ["NOTE"]
    assert [one["code"] for one in asked if one["required"] == "true"] == ["FLOORS"]
    assert asked[0]["description"] == "Lifts < 3 floors & ramps: no"
    assert asked[3]["datatype_description"] == "day and time"
    assert asked[1]["datatype_description"] is None
    assert asked[5]["values"] == [{"key": "stuck", "name": "No"}, {"key": "slow", "name": "Slowly"}]
    assert asked[1]["values"] == []


@pytest.mark.parametrize("code", ["tea", "health", "lift-repair.yaml", "%00"])
def test_an_unknown_service_is_not_found(client: Client, code: str) -> None:
    build()
    answer = client.get(f"{ROOT}/services/{code}.json")
    assert answer.status_code == (400 if code == "%00" else 404)
    assert answer.json()[0]["description"].startswith(("service_code: there is no", "code: this is no text"))


@pytest.mark.parametrize("path", ["/open311/discovery", f"{ROOT}/discovery"])
@pytest.mark.parametrize("format", ["json", "xml"])
def test_discovery_tells_where_and_how(client: Client, settings: LazySettings, path: str, format: str) -> None:
    settings.CONFIGURED = {
        **settings.CONFIGURED,
        "open311_contact": "api@city.example",
        "open311_test_url": "https://test.city.example/open311/v2",
    }
    told = data(client.get(f"{path}.{format}"))
    assert told["contact"] == "api@city.example"
    assert "api@city.example" in told["key_service"]
    assert [(one["type"], one["url"]) for one in told["endpoints"]] == [
        ("production", "http://testserver/open311/v2"),
        ("test", "https://test.city.example/open311/v2"),
    ]
    for endpoint in told["endpoints"]:
        assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert endpoint["formats"] == ["text/xml", "application/json"]


def test_nothing_of_discovery_is_ever_empty(client: Client, settings: LazySettings) -> None:
    told = client.get("/open311/discovery.json").json()
    assert all(told.values())
    assert "testserver" in told["contact"]
    settings.CONFIGURED = {**settings.CONFIGURED, "open311_key_required": True, "open311_type": "test"}
    needed = client.get("/open311/discovery.json").json()
    assert needed["key_service"].startswith("A key is needed")
    assert needed["endpoints"][0]["type"] == "test"


def test_the_changeset_moves_with_every_change_and_only_then(client: Client) -> None:
    city = build()
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    def seen() -> Any:
        nonlocal moment
        moment += timedelta(hours=1)
        with clock.stopped_at(moment):
            return client.get("/open311/discovery.json").json()["changeset"]

    assert seen() == seen() == "2026-01-01T01:00:00Z"
    ask(city.lift)
    assert seen() == seen() == "2026-01-01T03:00:00Z"
    Attribute.objects.filter(code="NOTE").delete()
    assert seen() == "2026-01-01T05:00:00Z"
    type(city.care).objects.filter(pk=city.care.pk).update(name={"en": "Care"})
    assert seen() == seen() == "2026-01-01T06:00:00Z"
    Need.objects.all().delete()
    assert seen() == "2026-01-01T06:00:00Z"


def test_another_jurisdiction_is_told_so(client: Client) -> None:
    build()
    for path in ("services", "requests", "discovery", "services/lift-repair"):
        assert client.get(f"{ROOT}/{path}.json?jurisdiction_id=lacarte.local").status_code == 200
        assert client.get(f"{ROOT}/{path}.json?jurisdiction_id=").status_code == 200
        answer = client.get(f"{ROOT}/{path}.json?jurisdiction_id=elsewhere.example")
        assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)
        assert "lacarte.local" in answer.json()[0]["description"]
    sent = client.post(f"{ROOT}/requests.json", {**GOOD, "jurisdiction_id": "elsewhere.example"})
    assert (sent.status_code, Need.objects.count()) == (404, 0)


def test_a_region_may_be_a_jurisdiction_of_its_own(client: Client, settings: LazySettings) -> None:
    city = build()
    settings.CONFIGURED = {**settings.CONFIGURED, "jurisdictions": ["west.example = w", "lost.example=nowhere"]}
    west, east = tell(city, region=city.west, longitude=122.05), tell(city)

    def seen(jurisdiction: str) -> set[str]:
        answer = client.get(f"{ROOT}/requests.json", {"jurisdiction_id": jurisdiction})
        return {request["service_request_id"] for request in answer.json()}

    assert seen("west.example") == {west.reference}
    assert seen("lacarte.local") == seen("") == {west.reference, east.reference}
    one = f"{ROOT}/requests/{east.reference}.json"
    assert client.get(one).status_code == 200
    assert client.get(one, {"jurisdiction_id": "west.example"}).status_code == 404
    lost = client.get(f"{ROOT}/services.json?jurisdiction_id=lost.example")
    assert (lost.status_code, "lost.example" in lost.json()[0]["description"]) == (404, True)

    form = {**GOOD, "jurisdiction_id": "west.example"}
    outside = client.post(f"{ROOT}/requests.json", form)
    assert outside.json() == [{"code": 400, "description": "lat, long: this place is outside west.example"}]
    words = {"service_code": "lift-repair", "address_string": "Plum Street 3", "jurisdiction_id": "west.example"}
    assert client.post(f"{ROOT}/requests.json", words).status_code == 201
    assert Need.objects.get(address="Plum Street 3").region == city.west
    NamedPlace.objects.create(code="t", kind="landmark", name={"en": "Tower"}, region=city.east)
    named = {"service_code": "lift-repair", "address_id": "t", "jurisdiction_id": "west.example"}
    assert "outside west.example" in client.post(f"{ROOT}/requests.json", named).json()[0]["description"]


def test_without_an_ending_the_format_is_negotiated(client: Client) -> None:
    build()
    plain = client.get(f"{ROOT}/services")
    assert plain["Content-Type"] == "text/xml; charset=utf-8"
    assert "Accept" in plain["Vary"].split(", ")
    asked = client.get(f"{ROOT}/services", headers={"Accept": "application/json"})
    assert asked["Content-Type"] == "application/json; charset=utf-8"
    assert data(asked) == data(plain) == data(client.get(f"{ROOT}/services.JSON"))
    assert "Accept," not in client.get(f"{ROOT}/services.json")["Vary"]


@pytest.mark.parametrize(
    "path", ["services", "services/lift-repair", "requests", "requests/2222-2222", "tokens/x"]
)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "TRACE"])
def test_a_method_that_is_none_is_refused_by_name(client: Client, path: str, method: str) -> None:
    answer = client.generic(method, f"{ROOT}/{path}.xml")
    if (path, method) == ("requests", "POST"):
        assert answer.status_code == 400
        return
    assert answer.status_code == 405
    assert answer["Allow"] == ("GET, HEAD, POST, OPTIONS" if path == "requests" else "GET, HEAD, OPTIONS")
    assert data(answer)[0]["description"].startswith(f"{method} is not one of")


def test_pages_of_other_sites_may_ask(client: Client) -> None:
    build()
    assert client.get(f"{ROOT}/services.json")["Access-Control-Allow-Origin"] == "*"
    asked = client.options(f"{ROOT}/requests.json")
    assert (asked.status_code, asked.content) == (204, b"")
    assert "POST" in asked["Access-Control-Allow-Methods"]


def test_only_the_head_is_sent_where_it_is_asked_for(client: Client) -> None:
    build()
    whole, head = client.get(f"{ROOT}/services.xml"), client.head(f"{ROOT}/services.xml")
    assert head.status_code == 200
    assert head.content == b""
    assert head["Content-Length"] == whole["Content-Length"] == str(len(whole.content))


@pytest.mark.parametrize(
    "path", ["", "v2", "v2/", "v2/request.json", "v2/services/a/b.json", "v1/services.json", "v2/%0A"]
)
def test_an_address_that_is_no_method_is_answered_with_the_list(client: Client, path: str) -> None:
    answer = client.get(f"/open311/{path}")
    assert answer.status_code == 404
    [error] = data(answer)
    assert error["code"] == "404"


def test_a_fault_of_ours_is_answered_in_the_format_and_logged(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the cellar is flooded")

    monkeypatch.setattr("lacarte.standards.open311.calls.named", broken)
    answer = client.get(f"{ROOT}/services.xml")
    assert answer.status_code == 500
    assert "fault of ours" in data(answer)[0]["description"]
    assert b"cellar" not in answer.content
    assert "the cellar is flooded" in caplog.text


def test_the_description_for_programs_and_the_reference_name_every_parameter(client: Client) -> None:
    described = client.get(f"{ROOT}/openapi.json").json()
    calls = described["paths"]["/requests.{format}"]
    names = {parameter["name"] for parameter in calls["get"]["parameters"]}
    form = calls["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    page = (Path(__file__).parents[3] / "docs" / "reference" / "open311.md").read_text(encoding="utf-8")
    assert (len(names), len(form)) == (16, 18)
    assert [name for name in names | set(form) if f"`{name}`" not in page] == []
    assert described["openapi"] == "3.1.0"
    assert described["servers"] == [{"url": "http://testserver/open311/v2"}]
