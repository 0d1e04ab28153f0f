"""Each record has an address, and tells of itself there to people and to programs."""

from __future__ import annotations

import json
import re

import pyoxigraph
import pytest
from django.test import Client

from lacarte.registers.menu.models import LifeEvent, Offer
from lacarte.standards.cpsv import validating
from lacarte.standards.cpsv.negotiation import HTML, JSON_LD, TURTLE, wanted
from lacarte.standards.cpsv.shapes import VERSION
from lacarte.standards.validation import Validation
from tests.city import City
from tests.standards.cpsv.menu import fill

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


@pytest.mark.parametrize(
    ("accept", "gets"),
    [
        ("", HTML),
        ("*/*", HTML),
        ("text/html,application/xhtml+xml,*/*;q=0.8", HTML),
        ("text/turtle", TURTLE),
        ("text/turtle;q=0.5, application/ld+json", JSON_LD),
        ("application/json", JSON_LD),
        ("application/rdf+xml, text/turtle;q=0.4, text/html;q=0.2", TURTLE),
        ("text/turtle;q=nonsense", HTML),
        ("text/turtle;q=0", HTML),
        ("image/png", HTML),
    ],
)
def test_the_form_is_the_one_that_a_client_likes_best(accept: str, gets: str) -> None:
    assert wanted(accept) == gets


def triples(content: bytes, media_type: str) -> set[str]:
    format = pyoxigraph.RdfFormat.from_media_type(media_type)
    return {str(quad.triple) for quad in pyoxigraph.parse(content, format=format)}


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/menu/services/home-care", "/menu/services/home-care"),
        ("/menu/services/health", "/menu/services/health"),
        ("/menu/offers/o", "/menu/offers/o"),
        ("/menu/providers/p", "/menu/providers/p"),
        ("/menu/providers/office", "/menu/providers/office"),
        ("/menu/events/birth", "/menu/events/birth"),
        ("/menu/evidence/card", "/menu/evidence/card"),
        ("/menu/regions/w", "/menu/regions/w"),
        ("/catalogue", "/menu/services/child%20allowance%2F2"),
    ],
)
def test_a_record_is_told_at_its_address_in_both_forms_and_holds(
    city: City, client: Client, path: str, subject: str
) -> None:
    fill(city)
    found = {}
    for ending, media_type in ((".ttl", TURTLE), (".jsonld", JSON_LD)):
        reply = client.get(path + ending)
        content = reply.getvalue()
        assert (reply.status_code, reply["Content-Type"]) == (200, media_type)
        found[media_type] = triples(content, media_type)
    assert found[TURTLE] == found[JSON_LD]
    assert any(one.startswith(f"<{SITE}{subject}> ") for one in found[TURTLE])
    report = Validation("CPSV-AP", VERSION, city.lot.starts_at)
    validating.check(report, validating.store_of((client.get(path + ".ttl").getvalue(), TURTLE)))
    assert report.faults == []


def test_people_get_a_page_and_programs_what_they_ask_for_at_the_same_address(city: City, client: Client) -> None:
    page = client.get("/menu/services/home-care", headers={"accept": "text/html"})
    data = client.get("/menu/services/home-care", headers={"accept": "text/turtle"})
    assert (page["Content-Type"][:9], data["Content-Type"]) == ("text/html", "text/turtle")
    assert "Accept" in page["Vary"]
    assert "Accept" in data["Vary"]
    assert client.get("/menu/offers/o", headers={"accept": "text/html"})["Location"] == "/menu/services/home-care/"
    assert client.get("/menu/providers/p")["Content-Type"] == "text/turtle", "there is no page of it"


@pytest.mark.parametrize("path", ["/menu/services/none.ttl", "/menu/offers/none", "/menu/events/%00.ttl"])
def test_where_nothing_is_a_page_says_so(client: Client, path: str) -> None:
    assert client.get(path, headers={"accept": "text/turtle"}).status_code == 404


@pytest.mark.parametrize("path", ["/menu/services/home-care.ttl", "/catalogue.ttl"])
def test_what_did_not_change_is_not_sent_again(city: City, client: Client, path: str) -> None:
    fill(city)
    etag = client.get(path)["ETag"]
    assert client.get(path, headers={"if-none-match": etag}).status_code == 304
    Offer.objects.filter(code="o").update(name={"en": "Care at home"}, changed_at=city.lot.ends_at)
    again = client.get(path, headers={"if-none-match": etag})
    assert (again.status_code, b"Care at home" in again.getvalue()) == (200, True)


def test_a_changed_life_event_changes_the_catalogue(city: City, client: Client) -> None:
    fill(city)
    etag = client.get("/catalogue.ttl")["ETag"]
    LifeEvent.objects.filter(code="shop").update(name={"en": "I open a stall"})
    assert client.get("/catalogue.ttl")["ETag"] != etag


def test_a_page_tells_search_engines_of_the_service(city: City, client: Client) -> None:
    city.offer.hours = {"1": [["09:00", "17:00"]]}
    city.offer.save()
    Offer.objects.filter(code="o").update(name={"en": "Care </script><b>"}, price_minor=1250)
    page = client.get("/menu/services/home-care/").content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert block is not None
    told = json.loads(block[1])
    offer = told["offers"][0]
    assert (told["@type"], told["name"]) == ("GovernmentService", "Home care")
    assert (offer["name"], offer["price"], offer["offeredBy"]["name"]) == (
        "Care </script><b>",
        "12.50",
        "Good Hands",
    )
    assert (
        offer["availableAtOrFrom"][0]["openingHoursSpecification"][0]["dayOfWeek"] == "https://schema.org/Monday"
    )
    assert '<link rel="alternate" type="text/turtle" href="/menu/services/home-care.ttl">' in page
    Offer.objects.filter(code="o").update(price_minor=None)
    assert '"price' not in client.get("/menu/services/home-care/").content.decode()
