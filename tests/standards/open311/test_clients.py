"""Clients written by somebody else, as they are on PyPI, speak with a city that is served.

``georeport`` 0.3.1 runs here. ``three`` 0.8.0 was written for Python 2; ``python2`` says what it is given back in
this Python. Where ``LACARTE_TEST_PYTHON2`` names a Python 2.7 in which ``three`` is installed, it runs there too,
without that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import requests as http
from georeport import CityEndpoints, GeoReport

from tests.standards.open311.cases import photo
from tests.standards.open311.serving import Served, served

pytestmark = pytest.mark.once
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


def interpreters() -> list[str]:
    return [sys.executable, *filter(None, [os.environ.get("LACARTE_TEST_PYTHON2")])]


@pytest.fixture(scope="module", params=interpreters(), ids=lambda path: Path(path).name)
def told(city: Served, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What ``three`` was told in a session of everything that it can do."""
    picture = tmp_path_factory.mktemp("media") / "photo.jpg"
    picture.write_bytes(photo())
    command = [request.param, str(HERE / "three_session.py"), city.endpoint, city.key, str(picture)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def listed(said: Any, format: str, item: str = "request") -> list[dict[str, Any]]:
    """What ``three`` makes of a list: of XML, a single item is not in a list."""
    if format == "json":
        return said
    found = said.get(item, [])
    return found if isinstance(found, list) else [found]


def test_the_clients_are_those_of_pypi() -> None:
    assert (version("three"), version("georeport")) == ("0.8.0", "0.3.1")


@pytest.mark.parametrize("format", ["json", "xml"])
def test_three_reads_discovery_services_and_definitions(city: Served, told: dict, format: str) -> None:
    said = told[format]
    endpoints = said["discovery"]["endpoints"]
    [endpoint] = endpoints if format == "json" else [endpoints["endpoint"]]
    assert endpoint["url"] == city.endpoint
    by_address = said["discovery_by_address"]
    assert (by_address if format == "json" else by_address["discovery"])["contact"] == said["discovery"]["contact"]
    assert said["discovery_raw"] > 200
    assert [one["service_code"] for one in listed(said["services"], format, "service")] == [
        "home-care",
        "lift-repair",
    ]
    attributes = said["definition"]["attributes"]
    asked = listed(attributes, format, "attribute")
    assert [one["code"] for one in asked] == ["NOTE", "NUMBER", "FLOORS", "SINCE", "MORE", "STATE", "WHO"]


@pytest.mark.parametrize("format", ["json", "xml"])
def test_three_sends_requests_and_follows_them(told: dict, format: str) -> None:
    said = told[format]
    posted, pictured = (listed(said[name], format)[0] for name in ("posted", "posted_with_photo"))
    number = posted["service_request_id"]
    assert pictured["service_request_id"] != number
    assert "at the latest" in posted["service_notice"]
    [request] = listed(said["request"], format)
    assert (request["service_request_id"], request["status"]) == (number, "open")
    assert request["description"] == "The lift is stuck. 电梯坏了"
    assert (str(request["lat"]), request["address"]) == ("28.05", "12 Plum Street")
    assert listed(said["token"], format) == [{"service_request_id": number, "token": number}]
    both = {number, pictured["service_request_id"]}
    for name in ("requests", "requests_of_service", "requests_since"):
        assert both <= {one["service_request_id"] for one in listed(said[name], format)}
    assert len(listed(said["requests_counted"], format)) == 1
    assert listed(said["requests_between"], format) == []
    assert said["raw"] > 500


@pytest.mark.parametrize("format", ["json", "xml"])
def test_three_is_told_what_is_wrong(told: dict, format: str) -> None:
    refused = listed(told[format]["refused"], format, "error")
    assert {str(error["code"]) for error in refused} == {"400"}
    assert any("say where" in error["description"] for error in refused)
    assert any("attribute[FLOORS]" in error["description"] for error in refused)
    [wrong] = listed(told[format]["wrong_key"], format, "error")
    assert (str(wrong["code"]), wrong["description"][:8]) == ("403", "api_key:")


def test_three_has_shortcuts_that_work_too(told: dict) -> None:
    said = told["shortcuts"]
    [request] = said["request"]
    assert request["description"] == "again"
    assert said["token"] == [
        {"service_request_id": request["service_request_id"], "token": request["service_request_id"]}
    ]
    assert request in said["requests"]
    assert len(said["services"]) == 2
    assert said["discovery"]["endpoints"]


@pytest.fixture(scope="module")
def numbers(city: Served) -> list[str]:
    """Two requests, sent by hand: ``georeport`` only reads."""
    form = {"service_code": "lift-repair", "lat": "28.05", "long": "122.15", "attribute[FLOORS]": "1"}
    sent = [
        http.post(
            f"{city.endpoint}/requests.json", {**form, "description": words, "api_key": city.key}, timeout=20
        )
        for words in ("first", "second")
    ]
    return [answer.json()[0]["service_request_id"] for answer in sent]


@pytest.mark.parametrize("format", ["json", "xml"])
@pytest.mark.parametrize("jurisdiction", [None, "lacarte.local"])
def test_georeport_reads_everything(
    city: Served, numbers: list[str], format: str, jurisdiction: str | None
) -> None:
    client = GeoReport(city.endpoint + "/", jurisdiction, api_key=city.key, output_format=format.upper())
    assert [one["service_code"] for one in client.get_service_list()] == ["home-care", "lift-repair"]
    definition = client.get_service_definition("lift-repair")
    attributes = definition["attributes"] if format == "json" else definition["attributes"]["attribute"]
    assert [one["code"] for one in attributes][-1] == "WHO"
    found = client.get_service_requests()
    assert set(numbers) <= {one["service_request_id"] for one in found}
    today = datetime.now(UTC)
    since, until = ((today + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (-1, 1))
    assert client.get_service_requests(
        service_code="lift-repair,home-care", start_date=since, end_date=until, status="open"
    ) == client.get_service_requests(status="open,closed")
    both = client.get_service_requests(service_request_id=",".join(numbers))
    assert {one["service_request_id"] for one in both} == set(numbers)
    one = client.get_service_request(numbers[0])
    assert (one["description"], one["status"]) == ("first", "open")


def test_georeport_raises_where_the_standard_says_so(city: Served) -> None:
    with pytest.raises(http.HTTPError, match="404"):
        GeoReport(city.endpoint, "elsewhere.example").get_service_list()
    with pytest.raises(http.HTTPError, match="404"):
        GeoReport(city.endpoint).get_service_definition("tea")
    with pytest.raises(http.HTTPError, match="400"):
        GeoReport(city.endpoint).get_service_requests(start_date="yesterday")
    with pytest.raises(http.HTTPError, match="404"):
        GeoReport(city.endpoint, output_format="xml").get_service_request("2222-2222")
    with pytest.raises(ValueError, match="output_format"):
        GeoReport(city.endpoint, output_format="yaml")


def test_georeport_finds_us_as_it_finds_its_own_cities(
    city: Served, monkeypatch: pytest.MonkeyPatch, numbers: list[str]
) -> None:
    known = CityEndpoints.get("Boston, MA")
    monkeypatch.setattr(known, "root_address", city.endpoint)
    assert "Boston, MA" in CityEndpoints.list_cities()
    assert GeoReport.from_city("Boston, MA").get_service_request(numbers[0])["service_request_id"] == numbers[0]
