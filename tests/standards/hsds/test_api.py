"""HSDS over HTTP: every operation of the contract, in pages, whole or short, for anybody and as fast as may be."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.menu.searching import refresh
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds.ours import RECORD, SERVICE_TYPES, type_key
from lacarte.standards.hsds.shapes import VERSIONS, schema
from lacarte.standards.imports import import_menu
from tests.city import City

pytestmark = pytest.mark.django_db
ROOT = "/hsds/3.1"
Object = dict[str, Any]
KITCHEN = {
    "id": "11111111-1111-4111-8111-111111111111",
    "name": "Soup kitchen",
    "status": "active",
    "additional_urls": [{"id": "11111111-1111-4111-8111-111111111112", "url": "https://soup.example"}],
    "organization": {"id": "22222222-2222-4222-8222-222222222222", "name": "Hands", "description": "d"},
    "service_at_locations": [
        {
            "id": "33333333-3333-4333-8333-333333333333",
            "location": {
                "id": "44444444-4444-4444-8444-444444444444",
                "location_type": "physical",
                "latitude": 28.05,
                "longitude": 122.15,
                "addresses": [
                    {
                        "id": "55555555-5555-4555-8555-555555555555",
                        "address_1": "1 High Street",
                        "city": "Coast",
                        "state_province": "",
                        "postal_code": "AB1 2CD",
                        "country": "GB",
                        "address_type": "physical",
                    }
                ],
            },
        }
    ],
    "attributes": [
        {
            "id": "66666666-6666-4666-8666-666666666666",
            "taxonomy_term_id": "77777777-7777-4777-8777-777777777777",
            "taxonomy_term": {
                "id": "77777777-7777-4777-8777-777777777777",
                "code": "BD",
                "name": "Food",
                "description": "",
                "parent_id": "88888888-8888-4888-8888-888888888888",
                "taxonomy_id": "99999999-9999-4999-8999-999999999999",
                "taxonomy_detail": {
                    "id": "99999999-9999-4999-8999-999999999999",
                    "name": "AIRS",
                    "description": "",
                },
            },
        }
    ],
}


@pytest.fixture
def kitchen(city: City, tmp_path: Path) -> City:
    """The small city with a service of another directory beside its own."""
    path = tmp_path / "kitchen.json"
    path.write_text(json.dumps(KITCHEN))
    assert import_menu(path).loaded == 1
    return city


def get(path: str, status: int = 200, **parameters: str) -> Any:
    answer = Client().get(f"{ROOT}{path}", parameters)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def names(path: str, **parameters: str) -> list[str]:
    return [one.get("name", "") for one in get(path, **parameters)["contents"]]


def test_it_says_what_it_is_and_where_it_is_described(city: City) -> None:
    for version in VERSIONS:
        about = json.loads(Client().get(f"/hsds/{version}/").content)
        assert about["version"] == version
        described = json.loads(Client().get(about["openapi_url"]).content)
        assert described["openapi"] == "3.1.0"
        assert ("post" in described["paths"]["/services"]) == (version == "3.1")


def test_services_come_in_pages(kitchen: City) -> None:
    whole = get("/services")
    assert {n: v for n, v in whole.items() if n != "contents"} == {
        "total_items": 2,
        "total_pages": 1,
        "page_number": 1,
        "size": 2,
        "first_page": True,
        "last_page": True,
        "empty": False,
    }
    pages = [get("/services", page=str(n), per_page="1") for n in (1, 2, 3)]
    assert [one["size"] for one in pages] == [1, 1, 0]
    assert [(one["first_page"], one["last_page"]) for one in pages] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert pages[2]["empty"]
    assert [one["contents"][0] for one in pages[:2]] == whole["contents"]


def test_lists_show_what_there_is_one_of_and_whole_ones_all(kitchen: City) -> None:
    [short] = [one for one in get("/services")["contents"] if one["name"] == "Soup kitchen"]
    assert short["organization"]["name"] == "Hands"
    assert "service_at_locations" not in short
    assert "attributes" not in short
    [whole] = [one for one in get("/services", full="true")["contents"] if one["name"] == "Soup kitchen"]
    assert whole["service_at_locations"][0]["location"]["addresses"][0]["postal_code"] == "AB1 2CD"
    assert get(f"/services/{KITCHEN['id']}") == whole
    short = get("/services", minimal="true", per_page="1")
    assert (short["size"], set(short["contents"][0])) == (2, {"id", "modified_date"})


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("services", "service"),
        ("organizations", "organization"),
        ("service_at_locations", "service_at_location"),
        ("taxonomies", "taxonomy"),
        ("taxonomy_terms", "taxonomy_term"),
    ],
)
def test_every_answer_is_valid(kitchen: City, version: str, path: str, kind: str) -> None:
    validator = jsonschema_rs.validator_for(schema(kind, version))
    for full in ("true", "false"):
        found = json.loads(Client().get(f"/hsds/{version}/{path}", {"full": full}).content)["contents"]
        assert found
        for one in found:
            validator.validate(one)
            validator.validate(json.loads(Client().get(f"/hsds/{version}/{path}/{one['id']}").content))


def test_version_3_0_knows_nothing_newer(kitchen: City) -> None:
    old = json.loads(Client().get(f"/hsds/3.0/services/{KITCHEN['id']}").content)
    assert "additional_urls" not in old
    assert "additional_urls" in get(f"/services/{KITCHEN['id']}")
    care = json.loads(Client().get(f"/hsds/3.0/services/{kitchen.offer.offer_id}").content)
    assert "capacities" not in care
    assert get(f"/services/{kitchen.offer.offer_id}")["capacities"][0]["available"] == 2


def test_services_are_found_by_owner_term_taxonomy_and_change(kitchen: City) -> None:
    owner = KITCHEN["organization"]
    assert isinstance(owner, dict)
    assert names("/services", organization_id=owner["id"]) == ["Soup kitchen"]
    assert names("/services", taxonomy_term_id="77777777-7777-4777-8777-777777777777") == ["Soup kitchen"]
    assert names("/services", taxonomy_term_id="88888888-8888-4888-8888-888888888888") == []
    assert names("/services", taxonomy_id="99999999-9999-4999-8999-999999999999") == ["Soup kitchen"]
    assert names("/services", taxonomy_term_id=type_key("home-care")) == ["Care"]
    assert names("/services", taxonomy_term_id=type_key("health")) == ["Care"], "and of all below it"
    assert len(names("/services", taxonomy_id=str(SERVICE_TYPES["id"]))) == 2
    assert names("/organizations", taxonomy_term_id=type_key("home-care")) == ["Good Hands"]
    assert get("/service_at_locations", organization_id=owner["id"])["total_items"] == 1
    later = clock.now() + timedelta(hours=1)
    Offer.objects.filter(name={"en": "Care"}).update(changed_at=later)
    assert names("/services", modified_after=later.isoformat()) == ["Care"]
    for wrong in ("soup", "1", "' OR 1=1"):
        assert names("/services", organization_id=wrong) == names("/services", taxonomy_term_id=wrong) == []


def test_services_are_found_by_words(kitchen: City) -> None:
    refresh()
    assert names("/services", search="居家照护") == ["Care"]
    assert "Soup kitchen" in names("/services", search="soup kitchn")
    assert names("/services", search="zzzzzz") == []


def test_places_are_found_by_postcode_and_around_it(kitchen: City) -> None:
    def found(**parameters: str) -> list[str]:
        return sorted(one["service"]["name"] for one in get("/service_at_locations", **parameters)["contents"])

    assert found(postcode="ab12cd") == ["Soup kitchen"]
    assert found(postcode="ZZ1") == found(postcode="ZZ1", proximity="9") == []
    assert found(postcode="AB1 2CD", proximity="1000") == ["Soup kitchen"]
    assert found(postcode="AB1 2CD", proximity="20000") == ["Care", "Soup kitchen"]
    assert "postcode" in get("/service_at_locations", 400, proximity="5")["detail"]


def test_terms_are_ours_and_those_of_directories(kitchen: City) -> None:
    terms = get("/taxonomy_terms", per_page="500")["contents"]
    assert {"Record", "Home care", "Food"} <= {one["name"] for one in terms}
    assert names("/taxonomy_terms", taxonomy_id="99999999-9999-4999-8999-999999999999") == ["Food"]
    assert sorted(names("/taxonomy_terms", parent_id=type_key("health"))) == ["Home care", "Lift repair"]
    assert names("/taxonomy_terms", parent_id="88888888-8888-4888-8888-888888888888") == ["Food"]
    assert {"Home care", "Food"}.isdisjoint(names("/taxonomy_terms", top_only="true"))
    assert names("/taxonomy_terms", search="电梯") == ["Lift repair"]
    assert sorted(names("/taxonomies")) == ["AIRS", "Lacarte records", "Lacarte service types"]
    assert get(f"/taxonomy_terms/{RECORD['id']}")["name"] == "Record"
    pages = [
        one["id"] for n in range(1, 20) for one in get("/taxonomy_terms", page=str(n), per_page="1")["contents"]
    ]
    assert pages == [one["id"] for one in terms]


def test_organisations_have_the_names_of_their_services_or_all_of_them(kitchen: City) -> None:
    key = "22222222-2222-4222-8222-222222222222"
    [short] = get(f"/organizations/{key}")["services"]
    assert (short["name"], "service_at_locations" in short) == ("Soup kitchen", False)
    [whole] = get(f"/organizations/{key}", full_service="true")["services"]
    assert whole["service_at_locations"][0]["location"]["latitude"] == 28.05
    assert "services" not in get("/organizations")["contents"][0]


def test_a_post_asks_for_the_same_in_3_1_only(kitchen: City) -> None:
    asked = {"per_page": "1", "full": "true"}
    with clock.stopped_at(clock.now()):
        got = get("/services", **asked)
        assert json.loads(Client(enforce_csrf_checks=True).post(f"{ROOT}/services", asked).content) == got
        assert json.loads(Client().post(f"{ROOT}/services?per_page=1&full=true").content) == got
    assert Client().post("/hsds/3.0/services").status_code == 405
    assert Client().put(f"{ROOT}/services").status_code == 405
    assert Client().options(f"{ROOT}/services")["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_all_of_them_stream_without_pages(kitchen: City) -> None:
    with clock.stopped_at(clock.now()):
        answer = Client().get(f"{ROOT}/services", {"format": "ndjson", "full": "true"})
        assert answer["Content-Type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in answer.getvalue().splitlines()]
        assert lines == get("/services", full="true")["contents"]


def test_what_has_not_changed_is_not_sent_again(kitchen: City) -> None:
    first = Client().get(f"{ROOT}/services/{KITCHEN['id']}")
    tag = first["ETag"]
    assert "max-age" in first["Cache-Control"]
    again = Client().get(f"{ROOT}/services/{KITCHEN['id']}", headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    Offer.objects.filter(pk=str(KITCHEN["id"])).update(email="a@b.example")
    changed = Client().get(f"{ROOT}/services/{KITCHEN['id']}", headers={"If-None-Match": tag})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
        ({"per_page": "501"}, "per_page"),
        ({"full": "perhaps"}, "full"),
        ({"format": "xml"}, "format"),
        ({"modified_after": "yesterday"}, "modified_after"),
        ({"search": "x" * 301}, "search"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(city: City, parameters: dict[str, str], named: str) -> None:
    answer = Client().get(f"{ROOT}/services", parameters)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert named in json.loads(answer.content)["detail"]


def test_what_is_not_there_is_not_found(city: City) -> None:
    for path in (
        "/services/1",
        f"/services/{KITCHEN['id']}",
        "/taxonomy_terms/x",
        "/taxonomies/x",
        "/locations",
        "/x/y",
    ):
        assert get(path, 404)["status"] == 404


def test_whoever_reads_too_much_waits(city: City, settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit_read": "2/minute"}
    statuses = [Client().get(f"{ROOT}/services").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("path", ["services", "organizations", "service_at_locations"])
def test_a_list_asks_the_database_as_often_however_long_it_is(kitchen: City, path: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert Client().get(f"{ROOT}/{path}", {"full": "true", "per_page": "100"}).status_code == 200
        return len(queries)

    for one in ("services", "organizations"):
        get(f"/{one}", full="true")  # documents are kept
    before = asked()
    provider = Provider.objects.get(code="p")
    for number in range(12):
        offer = Offer.objects.create(
            code=f"n{number}", service_type=kitchen.care, provider=provider, name={"en": f"N{number}"}
        )
        OfferAtPlace.objects.create(offer=offer, region=kitchen.east).serves.set([kitchen.west])
    get("/services", full="true")
    assert asked() == before <= 6
