"""GeoReport v2: a client sends a need in and asks how it stands."""

from __future__ import annotations

import pytest
from django.test import Client

from lacarte.loop.needs.models import Need
from lacarte.registers.people.models import Person
from tests.city import build

pytestmark = pytest.mark.django_db
GOOD = {"service_code": "lift-repair", "lat": "28.05", "long": "122.15", "description": "The lift is stuck"}


def test_services_are_listed(client: Client) -> None:
    build()
    listed = client.get("/open311/v2/services.json").json()
    assert {(s["service_code"], s["group"]) for s in listed} == {
        ("home-care", "Health"),
        ("lift-repair", "Health"),
    }


def test_a_request_becomes_a_need_and_can_be_asked_about(client: Client) -> None:
    city = build()
    answer = client.post("/open311/v2/requests.json", GOOD)
    assert answer.status_code == 201
    [taken] = answer.json()
    need = Need.objects.get(reference=taken["service_request_id"])
    assert (need.channel, need.service_type, need.region, need.person) == ("open311", city.lift, city.east, None)
    [stands] = client.get(f"/open311/v2/requests/{need.reference}.json").json()
    assert (stands["status"], stands["service_code"], stands["lat"]) == ("open", "lift-repair", 28.05)


def test_what_is_personal_stays_out_of_the_public_answer(client: Client) -> None:
    build()
    form = {**GOOD, "service_code": "home-care", "first_name": "Ana", "phone": "555"}
    [taken] = client.post("/open311/v2/requests.json", form).json()
    assert Person.objects.get().name == "Ana"
    shown = client.get(f"/open311/v2/requests/{taken['service_request_id']}.json").content.decode()
    for secret in ("Ana", "555", "28.05", "stuck"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"service_code": ""}, 400, "service_code is missing"),
        ({"service_code": "tea"}, 404, "no service “tea”"),
        ({"lat": "north"}, 400, "“north” is not a number"),
        ({"lat": "", "long": ""}, 400, "say where"),
        ({"lat": "95"}, 400, "Latitude|latitude"),
        ({"lat": "nan"}, 400, "latitude"),
        ({"description": "x" * 6000}, 400, "5000"),
    ],
)
def test_errors_are_the_standards_list(client: Client, changes: dict, status: int, says: str) -> None:
    build()
    answer = client.post("/open311/v2/requests.json", {**GOOD, **changes, "first_name": "Ana"})
    [error] = answer.json()
    assert (answer.status_code, error["code"]) == (status, status)
    assert any(word in error["description"] for word in says.split("|"))
    assert not Need.objects.exists()
    assert not Person.objects.exists(), "a refused request leaves nothing behind"


@pytest.mark.parametrize("field", ["service_code", "description", "address_string", "first_name"])
def test_what_is_no_text_is_refused(client: Client, field: str) -> None:
    build()
    answer = client.post("/open311/v2/requests.json", {**GOOD, field: "a\0b"})
    assert answer.status_code == 400
    assert answer.json()[0]["description"].startswith(field)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2000))),
        ("application/x-www-form-urlencoded", b"description=" + b"x" * 3_000_000),
        ("application/x-www-form-urlencoded; charset=utf-16", b"a=b"),
        ("application/x-www-form-urlencoded", b"service_code=%ed%a0%80"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbad"),
    ],
    ids=["json", "many", "large", "charset", "surrogate", "boundary", "part"],
)
def test_a_body_that_is_no_form_is_answered_with_the_list(client: Client, kind: str, body: bytes) -> None:
    build()
    answer = client.post("/open311/v2/requests.json", body, content_type=kind)
    assert 400 <= answer.status_code < 500
    assert answer.json()[0]["code"] == answer.status_code


def test_another_jurisdiction_is_told_so(client: Client) -> None:
    build()
    assert client.get("/open311/v2/services.json?jurisdiction_id=lacarte.local").status_code == 200
    answer = client.get("/open311/v2/services.json?jurisdiction_id=elsewhere.example")
    assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)
    assert "lacarte.local" in answer.json()[0]["description"]
    sent = client.post("/open311/v2/requests.json", {**GOOD, "jurisdiction_id": "elsewhere.example"})
    assert (sent.status_code, Need.objects.count()) == (404, 0)


def test_an_unknown_or_mistyped_id_is_not_found(client: Client) -> None:
    for reference in ("2222-2222", "abc"):
        answer = client.get(f"/open311/v2/requests/{reference}.json")
        assert answer.status_code == 404
        assert answer.json()[0]["code"] == 404


def test_one_address_cannot_flood(client: Client) -> None:
    build()
    answers = [client.post("/open311/v2/requests.json", GOOD).status_code for _ in range(31)]
    assert answers == [201] * 30 + [429]
