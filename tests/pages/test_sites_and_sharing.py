"""The planner's pages for new sites and for sharing: plans as links, clear errors, no numbers about few people."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lacarte.kernel.models import Role
from lacarte.loop.matching.actions import match
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.places.models import Region
from tests.background import work
from tests.city import City, build, official

pytestmark = pytest.mark.django_db

SHARING = {"what": "agreement", "one": "w", "other": "e", "most": "20", "loses": "nobody"}


def client_of(role: Role, region: Region | None = None) -> Client:
    client = Client()
    client.force_login(official(role, region))
    return client


def needs(city: City, n: int, longitude: float) -> None:
    for _ in range(n):
        where = {"longitude": longitude, "latitude": 28.05}
        receive(text="care", channel=Channel.WEB, service_type=city.care, **where)  # type: ignore[arg-type]
    work()


@pytest.fixture
def city() -> City:
    """Care in the west for those within a kilometre; 12 wait in the east, where lifts are repaired."""
    city = build(units=15)
    OfferAtPlace.objects.update(reach_metres=1000)
    lifts = Offer.objects.create(
        code="lifts", service_type=city.lift, provider=city.offer.offer.provider, name={"en": "Lifts"}
    )
    OfferAtPlace.objects.create(offer=lifts, region=city.east, longitude=122.15, latitude=28.05)
    needs(city, 12, 122.15)
    match()
    return city


def page(client: Client, path: str, **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_plan_for_sites_is_a_link(city: City) -> None:
    said = page(
        client_of(Role.PLANNER), "/unmet/sites/", service="home-care", sites="1", aim="reach", minutes="20"
    )
    assert "No other choice of as many places has more people within the time." in said
    assert "<dt>Within 20 minutes</dt><dd>12<small>today 0</small></dd>" in said
    assert "<dt>Without any site</dt><dd>0<small>today 12</small></dd>" in said
    assert said.index("<table") < said.index('class="map"') < said.index('class="small"')
    assert '<text x="' in said


def test_without_a_question_the_service_most_waited_for_is_planned(city: City) -> None:
    assert "<h2>Home care</h2>" in page(client_of(Role.PLANNER), "/unmet/sites/")


def test_a_site_for_few_says_fewer_than_ten(city: City) -> None:
    needs(city, 3, 122.05)
    OfferAtPlace.objects.filter(offer__code="lifts").update(longitude=122.051, region=city.west)
    OfferAtPlace.objects.filter(pk=city.offer.pk).update(longitude=122.15)
    said = page(client_of(Role.PLANNER), "/unmet/sites/", sites="1")
    assert '<td class="number" data-label="Nearest for">fewer than 10</td>' in said


def test_a_planner_of_another_district_sees_nothing_of_this_one(city: City) -> None:
    west = client_of(Role.PLANNER, city.west)
    assert "Nobody waits. Well done." in page(west, "/unmet/sites/")
    said = page(west, "/unmet/sharing/", **SHARING)
    assert "Select a valid choice" in said
    assert "<dd>" not in said


def test_an_agreement_is_tried_by_a_link(city: City) -> None:
    said = page(client_of(Role.PLANNER), "/unmet/sharing/", **SHARING)
    assert "<h2>West and East</h2>" in said
    assert "<dt>People more who are served</dt><dd>12<small>12 at most, by the run's prices alone</small>" in said
    assert "Nothing else that keeps to these limits serves people better" in said


def test_the_regions_that_promise_most_link_to_the_trial(city: City) -> None:
    client = client_of(Role.PLANNER)
    said = page(client, "/unmet/sharing/", service="home-care")
    (link,) = re.findall(r'<a href="(\?what=agreement[^"]+)"', said)
    assert "<h2>West and East: Home care</h2>" in page(client, "/unmet/sharing/" + link.replace("&amp;", "&"))


def test_a_planner_of_one_service_begins_with_it(city: City) -> None:
    interval, client = city.care.interval, Client()
    client.force_login(official(Role.PLANNER, service_first=interval.first, service_last=interval.last))
    assert "?what=agreement&amp;service=home-care&amp;one=w&amp;other=e" in page(client, "/unmet/sharing/")


def test_staff_who_find_no_work_say_so(city: City) -> None:
    said = page(client_of(Role.PLANNER), "/unmet/sharing/", **{**SHARING, "what": "staff", "service": "home-care"})
    assert "They would find no work" in said
    assert "<dt>Units without work</dt><dd>20" in said


@pytest.mark.parametrize(
    ("path", "asked", "says"),
    [
        ("/unmet/sites/", {"sites": "0"}, "New sites: give a whole number from 1 to 10."),
        ("/unmet/sites/", {"sites": "11"}, "New sites: give a whole number from 1 to 10."),
        ("/unmet/sites/", {"minutes": "31"}, "Select a valid choice"),
        ("/unmet/sites/", {"minutes": ""}, "There is a problem"),
        ("/unmet/sites/", {"service": "\0"}, "There is a problem"),
        ("/unmet/sites/", {"aim": "best", "who": "all"}, "Select a valid choice"),
        ("/unmet/sharing/", {"most": "-1"}, "How many at a time: give a whole number from 1 to 1000."),
        ("/unmet/sharing/", {"one": "w"}, "Choose two regions, or none."),
        ("/unmet/sharing/", {**SHARING, "other": "w"}, "Choose another region"),
        ("/unmet/sharing/", {**SHARING, "what": "staff"}, "Choose the service that the staff can do."),
        ("/unmet/sharing/", {**SHARING, "other": "nowhere", "service": "none"}, "Select a valid choice"),
    ],
)
def test_nonsense_gets_a_clear_error(city: City, path: str, asked: dict[str, str], says: str) -> None:
    said = page(client_of(Role.PLANNER), path, **asked)
    assert says in said
    assert "<title>Error:" in said


@pytest.mark.parametrize("path", ["/unmet/sites/", "/unmet/sharing/"])
def test_planners_only(city: City, path: str, client: Client) -> None:
    assert client.get(path).status_code == 302
    assert client_of(Role.CASE_WORKER).get(path).status_code == 403
    assert "Where to open sites" in page(client_of(Role.AUDITOR), path)
    assert page(client_of(Role.PLANNER), "/unmet/").count(f'href="{path}"') == 1


def test_before_the_first_run_there_is_nothing_to_try() -> None:
    build()
    assert "There has been no matching run yet." in page(client_of(Role.PLANNER), "/unmet/sharing/")


@pytest.mark.parametrize("path", ["/unmet/sites/", "/unmet/sharing/"])
def test_more_people_are_no_more_queries(city: City, path: str) -> None:
    client, asked = client_of(Role.PLANNER), SHARING if "sharing" in path else {}
    page(client, path, **asked)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, path, **asked)
    needs(city, 20, 122.16)
    match()
    with CaptureQueriesContext(connection) as many:
        page(client, path, **asked)
    assert len(many) == len(few)
