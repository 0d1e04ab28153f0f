"""A provider's program keeps its offers over HTTP, with a key of one who keeps them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
from django.test import Client

from lacarte.kernel import api_keys
from lacarte.kernel.models import User
from lacarte.registers.menu.models import MenuChange, Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider, SubjectKind
from lacarte.standards.hsds.ours import RECORD, SERVICE_TYPES, type_key
from lacarte.standards.hsds.shapes import schema
from tests.city import City
from tests.pages.providing import order_for

pytestmark = pytest.mark.django_db
Object = dict[str, Any]


class Program:
    """A program with a key of somebody who is a member of the city's provider."""

    def __init__(self, provider: Provider) -> None:
        self.user = User.objects.create_user("ping")
        provider.members.add(self.user)
        self.key = api_keys.make("their system", self.user)[1]

    def put(self, key: Any, sent: Any, **headers: str) -> Any:
        told = {"HTTP_AUTHORIZATION": f"Bearer {self.key}", **headers}
        body = sent if isinstance(sent, bytes) else json.dumps(sent)
        return Client().put(f"/hsds/own/services/{key}", body, content_type="application/json", **told)


@pytest.fixture
def program(city: City) -> Program:
    return Program(city.offer.offer.provider)


def told(key: Any) -> Object:
    found: Object = Client().get(f"/hsds/3.1/services/{key}").json()
    return found


def of_type(code: str) -> list[Object]:
    term = {
        "id": type_key(code),
        "code": code,
        "name": code,
        "description": "",
        "taxonomy_id": SERVICE_TYPES["id"],
    }
    return [{"id": str(uuid4()), "taxonomy_term_id": term["id"], "taxonomy_term": term}]


def price(amount: float, currency: str = "CNY") -> list[Object]:
    return [{"id": str(uuid4()), "amount": amount, "currency": currency}]


def place(longitude: float = 122.05, latitude: float = 28.05, **more: Any) -> Object:
    location = {"id": str(uuid4()), "location_type": "physical", "longitude": longitude, "latitude": latitude}
    return {"id": str(uuid4()), "location": location, **more}


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return str(answer.json()["detail"])


def test_a_new_service_with_a_place_is_offered_at_once(city: City, program: Program) -> None:
    key, at = (
        uuid4(),
        place(
            schedules=[
                {"id": str(uuid4()), "freq": "WEEKLY", "byday": "MO"} | {"opens_at": "09:00", "closes_at": "12:00"}
            ]
        ),
    )
    sent = {
        "name": "Evening care",
        "cost_options": price(12.5),
        "attributes": of_type("home-care"),
        "service_at_locations": [at],
    }
    answer = program.put(key, sent)
    assert answer.status_code == 201, answer.content
    assert jsonschema_rs.validator_for(schema("service")).is_valid(answer.json())
    offer = Offer.objects.get(pk=key)
    assert (offer.provider, offer.service_type) == (city.offer.offer.provider, city.care)
    assert (offer.name, offer.price_minor, offer.currency) == ({"en": "Evening care"}, 1250, "CNY")
    where = offer.places.get()
    assert (str(where.pk), where.region) == (at["id"], city.west)
    assert where.hours
    assert {change.actor for change in MenuChange.objects.filter(key__in=[str(key), at["id"]])} == {program.user}
    again = program.put(key, sent)
    assert again.status_code == 200
    assert OfferAtPlace.objects.filter(offer=key).count() == 1


def test_what_was_read_can_be_sent_back_and_changes_nothing(city: City, program: Program) -> None:
    offer = city.offer.offer
    Offer.objects.filter(pk=offer.pk).update(name={"en": "Care", "zh-hans": "照护"}, since="2026-01-01")
    before = list(Offer.objects.filter(pk=offer.pk).values()) + list(offer.places.values())
    answer = program.put(offer.pk, told(offer.pk))
    assert answer.status_code == 200, answer.content
    assert list(Offer.objects.filter(pk=offer.pk).values()) + list(offer.places.values()) == before


def test_one_field_is_changed_and_all_else_stays(city: City, program: Program) -> None:
    offer = city.offer.offer
    Offer.objects.filter(pk=offer.pk).update(name={"en": "Care", "zh-hans": "照护"}, price_minor=500)
    assert program.put(offer.pk, {"cost_options": price(7)}).status_code == 200
    assert program.put(offer.pk, {"status": "inactive"}).status_code == 200
    offer.refresh_from_db()
    assert (offer.name, offer.price_minor, offer.paused) == ({"en": "Care", "zh-hans": "照护"}, 700, True)
    assert offer.places.count() == 1
    assert program.put(offer.pk, {"status": "active"}).status_code == 200
    offer.refresh_from_db()
    assert not offer.paused


def test_a_whole_record_that_was_read_and_edited_is_kept_as_edited(city: City, program: Program) -> None:
    """Our own attribute says some columns again; it must not undo what the program changed."""
    offer = city.offer.offer
    Offer.objects.filter(pk=offer.pk).update(price_minor=None)
    sent = told(offer.pk)
    sent["cost_options"] = price(3, "EUR")
    where = sent["service_at_locations"][0]
    where["location"] |= {"longitude": 122.15, "latitude": 28.05}
    where["service_areas"] = [{"id": str(uuid4()), "name": "East"}]
    assert program.put(offer.pk, sent).status_code == 200
    offer.refresh_from_db()
    assert (offer.price_minor, offer.currency) == (300, "EUR")
    kept = offer.places.get()
    assert (kept.region, list(kept.serves.all())) == (city.east, [city.east])
    assert told(offer.pk)["service_at_locations"][0]["service_areas"][0]["name"] == "East"


def test_a_place_that_is_not_sent_is_taken_away_unless_somebody_ordered_there(
    city: City, program: Program
) -> None:
    key, first, second = uuid4(), place(), place(122.15)
    sent = {"name": "Care", "attributes": of_type("home-care"), "service_at_locations": [first, second]}
    assert program.put(key, sent).status_code == 201
    assert program.put(key, {"service_at_locations": [second]}).status_code == 200
    assert [str(one.pk) for one in OfferAtPlace.objects.filter(offer=key)] == [second["id"]]
    order_for(city)
    why = refused(program.put(city.offer.offer_id, {"name": "New", "service_at_locations": []}), 409)
    assert "People have ordered here" in why
    assert Offer.objects.get(pk=city.offer.offer_id).name != {"en": "New"}, "all of it, or nothing"


def test_nobody_keeps_what_is_not_theirs(city: City, program: Program) -> None:
    other = Provider.objects.create(code="other", name={"en": "O"}, kind=SubjectKind.SOCIAL, region=city.city)
    city.offer.offer.provider.members.remove(program.user)
    assert "not a member" in refused(program.put(city.offer.offer_id, {"name": "Mine now"}), 403)
    taken = {"name": "X", "organization_id": str(other.pk), "attributes": of_type("home-care")}
    assert "not a member" in refused(program.put(uuid4(), taken), 403)
    assert "organization_id: is missing" in refused(
        program.put(uuid4(), {"name": "X", "attributes": of_type("home-care")}), 422
    )
    other.members.add(program.user)
    assert program.put(uuid4(), taken).status_code == 201
    stolen = {**taken, "service_at_locations": [place() | {"id": str(city.offer.pk)}]}
    assert "another service" in refused(program.put(uuid4(), stolen), 422)
    assert OfferAtPlace.objects.get(pk=city.offer.pk).offer_id == city.offer.offer_id


def test_it_takes_a_key_of_an_account_that_is_open(city: City, program: Program) -> None:
    nobodys = api_keys.make("an app")[1]
    for header in ("", "Bearer wrong", f"Bearer {nobodys}", f"Basic {program.key}"):
        answer = program.put(city.offer.offer_id, {"name": "X"}, HTTP_AUTHORIZATION=header)
        assert "Authorization: Bearer" in refused(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"
    User.objects.filter(pk=program.user.pk).update(is_active=False)
    refused(program.put(city.offer.offer_id, {"name": "X"}), 401)
    User.objects.filter(pk=program.user.pk).update(is_active=True)
    api_keys.revoke("their system")
    refused(program.put(city.offer.offer_id, {"name": "X"}), 401)


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        (b"{", 400, "this is no JSON"),
        (b'{"name": NaN}', 400, "NaN"),
        (b"[" * 100_000, 400, "JSON"),
        (b"\xff", 400, "JSON"),
        ([], 400, "an object"),
        ({"id": str(uuid4())}, 422, "id: is not the one in the address"),
        ({"status": "asleep"}, 422, "status: "),
        ({"name": 7}, 422, "name: "),
        ({"name": "a\0b"}, 422, "name: "),
        ({"phones": [{"id": str(uuid4()), "number": "\ud800"}]}, 422, "phones: holds signs that are no text"),
        ({"\ud800": 1}, 422, "?: holds signs that are no text"),
        ({"name": ""}, 422, "name: "),
        ({"email": "x"}, 422, "email: "),
        ({"cost_options": price(5, "XYZ")}, 422, "cost_options"),
        ({"service_at_locations": [place(0.0, 0.0)]}, 422, "outside the city"),
        ({"service_at_locations": [{"id": str(uuid4())}]}, 422, "neither longitude and latitude nor the region"),
        ({"service_at_locations": [place(service_areas=[{"id": str(uuid4()), "name": "Mars"}])]}, 422, "Mars"),
        ({"service_at_locations": "here"}, 422, "service_at_locations: "),
        ({"service_at_locations": ["here"]}, 422, "service_at_locations.0: "),
        ({"attributes": of_type("lift-repair")}, 422, "another service than before"),
        ({"attributes": [7]}, 422, "attributes.0: "),
        ({"organization_id": str(uuid4())}, 422, "organization: is another"),
    ],
)
def test_what_cannot_be_kept_is_named_and_changes_nothing(
    city: City, program: Program, sent: Any, status: int, says: str
) -> None:
    before = MenuChange.objects.count()
    assert says in refused(program.put(city.offer.offer_id, sent), status)
    assert MenuChange.objects.count() == before


def test_a_new_service_names_one_of_the_menu(program: Program) -> None:
    assert "names no service of the menu" in refused(program.put(uuid4(), {"name": "X"}), 422)
    answer = program.put(uuid4(), {"name": "X", "attributes": of_type("nowhere")})
    assert "names no service of the menu" in refused(answer, 422)
    assert "area of life" in refused(program.put(uuid4(), {"name": "X", "attributes": of_type("health")}), 422)


@pytest.mark.parametrize("said", [{"languages": [{}]}, {"languages": [["en"]]}, {"since": 7}, {"paused": []}])
def test_what_no_column_holds_of_our_own_attribute_says_nothing(
    city: City, program: Program, said: Object
) -> None:
    sent = told(city.offer.offer_id)
    [ours] = [one for one in sent["attributes"] if one["taxonomy_term_id"] == RECORD["id"]]
    ours["value"] = json.dumps(json.loads(ours["value"]) | said)
    assert program.put(city.offer.offer_id, sent).status_code == 200
    assert Offer.objects.get(pk=city.offer.offer_id).languages == ["en"]


@pytest.mark.parametrize("hours", [{"1": 5}, {"1": [5]}, {"1": [[5]]}, {"1": {"a": 1}}])
def test_hours_of_our_own_attribute_that_are_none_are_refused(city: City, program: Program, hours: Object) -> None:
    sent = told(city.offer.offer_id)
    [ours] = [
        one for one in sent["service_at_locations"][0]["attributes"] if one["taxonomy_term_id"] == RECORD["id"]
    ]
    ours["value"] = json.dumps(json.loads(ours["value"]) | {"hours": hours})
    assert "service_at_locations.hours: " in refused(program.put(city.offer.offer_id, sent), 422)
    assert OfferAtPlace.objects.get(pk=city.offer.pk).hours == city.offer.hours


def test_only_put_is_answered(program: Program, city: City) -> None:
    for method in ("get", "post", "delete"):
        answer = getattr(Client(), method)(f"/hsds/own/services/{city.offer.offer_id}")
        refused(answer, 405)
        assert answer["Allow"] == "PUT"
    assert RECORD["id"] in json.dumps(told(city.offer.offer_id))
