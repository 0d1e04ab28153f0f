"""GET requests: every filter finds what it says, in pages, in a steady number of queries, and nothing personal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import cos, radians, sin
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.kernel.api_keys import make
from lacarte.loop.needs.models import Attachment, Follower, Need
from lacarte.loop.orders.models import Order
from lacarte.registers.people.models import Person
from lacarte.standards.open311 import nearby
from tests.city import City, build
from tests.standards.open311.cases import ROOT, ask, data, tell

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def found(client: Client, query: str = "", **parameters: Any) -> list[dict[str, Any]]:
    with clock.stopped_at(NOW):
        answer = client.get(f"{ROOT}/requests.json{query}", parameters or None)
    assert answer.status_code == 200, answer.content
    return answer.json()


def texts(client: Client, query: str = "", **parameters: Any) -> list[str]:
    """The words of the requests found, so that tests read well."""
    return [request["description"] for request in found(client, query, **parameters)]


def problems(client: Client, code: int = 400, **parameters: Any) -> list[str]:
    answer = client.get(f"{ROOT}/requests.json", parameters)
    assert answer.status_code == code
    return [error["description"] for error in answer.json()]


def days_ago(city: City, *days: float, **fields: Any) -> list[Need]:
    """Needs received so many days ago, whose words say so."""
    moments = {day: NOW - day * DAY for day in days}
    return [
        tell(city, **{"text": f"{day:g}", "received_at": at, "changed_at": at} | fields)
        for day, at in moments.items()
    ]


def test_the_last_90_days_are_shown_newest_first(client: Client) -> None:
    days_ago(build(), 2, 1, 89.9, 90.1, 3)
    assert texts(client) == ["1", "2", "3", "89.9"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"start_date": "2026-02-10"}, ["100"]),  # 90 days from there
        ({"start_date": "2026-05-01"}, ["5", "40"]),
        ({"end_date": "2026-05-30"}, ["40", "100"]),
        ({"end_date": "2026-05-21"}, ["40", "100"]),  # the whole of that day
        ({"end_date": "2026-05-21T12:00:00Z"}, ["40", "100"]),
        ({"end_date": "2026-05-21T11:59:59Z"}, ["100"]),
        ({"start_date": "2026-05-21T14:00:00 02:00", "end_date": "2026-05-21T14:00:00+02:00"}, ["40"]),
        ({"start_date": "2026-05-21T12:00:01Z", "end_date": "2026-07-31"}, ["5"]),
        ({"end_date": "9999-12-31"}, ["5", "40"]),  # the last 90 days that there were
        ({"start_date": "0001-01-02"}, []),
        ({"end_date": "0001-01-02"}, []),
        ({"start_date": "2026-02-01", "end_date": "2026-05-02"}, ["100"]),
        ({"start_date": "", "end_date": ""}, ["5", "40"]),
    ],
)
def test_dates_choose_when_it_was_received(client: Client, parameters: dict, expected: list[str]) -> None:
    days_ago(build(), 5, 40, 100)
    assert texts(client, **parameters) == expected


def test_more_than_90_days_are_refused(client: Client) -> None:
    assert problems(client, start_date="2026-01-01", end_date="2026-04-02") == [
        "start_date, end_date: there are more than 90 days between them"
    ]
    assert found(client, start_date="2026-01-01", end_date="2026-04-01") == []
    assert found(client, start_date="2026-04-01", end_date="2026-01-01") == []


def test_what_changed_is_found_whenever_it_came_latest_first(client: Client) -> None:
    city = build()
    [old, _] = days_ago(city, 400, 1)
    Need.objects.filter(pk=old.pk).update(changed_at=NOW - DAY / 2)
    assert texts(client, updated_after="2026-06-01") == ["400", "1"]
    assert texts(client, updated_before="2026-06-30T00:00:00Z") == ["400", "1"]
    assert texts(client, updated_before="2026-06-29") == ["1"]
    assert texts(client, updated_after="2026-06-01", start_date="2026-06-01") == ["1"]
    assert texts(client, updated_after="2026-07-01") == []


def test_services_are_chosen_by_code(client: Client) -> None:
    city = build()
    days_ago(city, 1)
    days_ago(city, 2, service_type=city.area)
    assert texts(client, service_code="lift-repair") == ["1"]
    assert texts(client, service_code="lift-repair,health, home-care") == ["1", "2"]
    assert texts(client, "?service_code=lift-repair&service_code=health") == ["1", "2"]
    assert texts(client, service_code="home-care") == []
    assert problems(client, 404, service_code="lift-repair,tea") == [
        "service_code: there is no service “tea”; /services lists them"
    ]


def test_status_is_open_or_closed_and_that_of_the_one_it_is_joined_to(client: Client) -> None:
    city = build()
    [open_, met] = days_ago(city, 1, 2)
    Need.objects.filter(pk=met.pk).update(state="met", closed_at=NOW - DAY)
    days_ago(city, 3, state="ordered")
    days_ago(city, 4, state="withdrawn", closed_at=NOW)
    days_ago(city, 5, state="joined", lead=open_)
    days_ago(city, 6, state="joined", lead=met)
    assert texts(client, status="open") == ["1", "3", "5"]
    assert texts(client, status="closed") == ["2", "4", "6"]
    assert texts(client, status="closed,open") == texts(client) == ["1", "2", "3", "4", "5", "6"]
    assert {request["status"] for request in found(client, status="Closed")} == {"closed"}
    assert found(client, status="closed")[-1]["status_notes"].startswith(f"Joined to {met.reference}")
    assert found(client, status="closed")[0]["updated_datetime"] == "2026-06-29T12:00:00Z"
    assert problems(client, status="open,lost") == ["status: “lost” is neither open nor closed"]


def test_requests_are_asked_for_one_by_one_and_nothing_else_counts(client: Client) -> None:
    [old, new, _] = days_ago(build(), 400, 1, 2)
    asked = f"{old.reference},{new.reference.lower().replace('-', '')}"
    assert texts(client, service_request_id=asked, status="closed", page_size="x") == ["1", "400"]
    assert texts(client, service_request_id=f"{new.reference},2222-2222,abc") == ["1"]
    many = ",".join(f"{n:08}" for n in range(1001))
    assert problems(client, service_request_id=many) == ["service_request_id: at most 1000 at once, please"]
    with clock.stopped_at(NOW):
        both = client.get(f"{ROOT}/requests/{asked}.json").json()
    assert [request["description"] for request in both] == ["1", "400"]


def test_pages_follow_each_other_without_gaps(client: Client) -> None:
    days_ago(build(), *range(1, 8))
    assert texts(client, page_size=3) == ["1", "2", "3"]
    assert texts(client, page_size=3, page=3) == ["7"]
    assert texts(client, page_size=3, page=4) == []
    query, seen = "?page_size=3&status=open", []
    while query:
        with clock.stopped_at(NOW):
            answer = client.get(f"{ROOT}/requests.json{query}")
        seen += [request["description"] for request in answer.json()]
        links = dict(reversed(link.split("; rel=")) for link in answer.get("Link", "").split(", ") if link)
        assert ('"prev"' in links) == (len(seen) > 3)
        query = links.get('"next"', "").strip("<>").removeprefix(f"http://testserver{ROOT}/requests.json")
        assert not query or "status=open" in query
    assert seen == ["1", "2", "3", "4", "5", "6", "7"]


@pytest.mark.parametrize("said", ["0", "-1", "1001", "x", "1.5", "²", "1" * 30])
def test_a_page_size_is_from_1_to_1000(client: Client, said: str) -> None:
    assert problems(client, page_size=said) == [f"page_size: “{said}” is not a whole number from 1 to 1000"]


def test_all_that_is_wrong_is_named_together(client: Client) -> None:
    told = problems(client, page="0", status="lost", start_date="soon", lat="1", bbox="1,2,3", updated_after="x")
    starts = ("page:", "status:", "start_date:", "lat, long:", "bbox:", "updated_after:")
    assert len(told) == len(starts)
    assert all(any(said.startswith(start) for said in told) for start in starts)
    assert problems(client, **{"start_date": "a\0b"}) == ["start_date: this is no text in UTF-8"]


@pytest.mark.parametrize("few", [0, 5000])
def test_what_is_near_is_found_by_metres(client: Client, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(nearby, "_FEW_NEEDS", few)  # the two ways to look for it
    city = build()
    # A thousandth of a degree: 111 m north; 98 m east at 28 degrees.
    for north in range(1, 4):
        days_ago(city, north, latitude=28.05 + north / 1000)
    days_ago(city, 4, longitude=122.151)
    days_ago(city, 5, longitude=None, latitude=None)
    near = {"lat": 28.05, "long": 122.15}
    assert texts(client, **near, radius=100) == ["4"]
    assert texts(client, **near, radius=112) == ["1", "4"]
    assert texts(client, **near) == ["1", "2", "3", "4"]
    assert problems(client, **near, radius=0)[0].startswith("radius: “0” is not")
    assert problems(client, **near, radius=200_000)[0].startswith("radius: “200000” is not")
    assert problems(client, lat=28.05)[0].startswith("lat, long: both are needed")
    assert problems(client, lat="nan", long="0")[0].startswith("lat, long: both are needed")


def test_what_is_near_is_found_across_the_date_line(client: Client) -> None:
    city = build()
    days_ago(city, 1, longitude=179.9999, latitude=-18)
    days_ago(city, 2, longitude=-179.9999, latitude=-18)
    assert texts(client, lat=-18, long=180, radius=50) == ["1", "2"]
    assert texts(client, lat=-18, long=-179.9999, radius=50) == ["1", "2"]
    assert texts(client, bbox="179.9,-19,-179.9,-17") == ["1", "2"]
    assert texts(client, bbox="-180,-19,180,-17") == ["1", "2"]


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(60.17, 24.94), (-33.87, 151.21), (0, 0), (89.9999, 10), (-90, 0)]
)
@pytest.mark.parametrize("metres", [30, 400, 1200])
def test_both_ways_find_the_same_everywhere(
    client: Client, monkeypatch: pytest.MonkeyPatch, latitude: float, longitude: float, metres: int
) -> None:
    city = build()
    for number in range(1, 41):
        apart, angle = metres / 40 * number / 111_195, number * 2.4
        north, east = apart * cos(angle), apart * sin(angle) / max(cos(radians(latitude)), 1e-6)
        if abs(latitude + north) <= 90 and abs(longitude + east) <= 180:
            days_ago(city, number, latitude=latitude + north, longitude=longitude + east)
    asked = {"lat": latitude, "long": longitude, "radius": metres * 0.7625}
    by_cells = texts(client, **asked)
    monkeypatch.setattr(nearby, "_FEW_NEEDS", 0)
    assert by_cells == texts(client, **asked)
    if abs(latitude) < 89:
        assert by_cells == [str(number) for number in range(1, 31)]


@pytest.mark.parametrize("few", [0, 5000])
def test_a_box_is_west_south_east_north(client: Client, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(nearby, "_FEW_NEEDS", few)
    city = build()
    days_ago(city, 1)
    days_ago(city, 2, longitude=122.05)
    assert texts(client, bbox="122.1,28,122.2,28.1") == ["1"]
    assert texts(client, bbox="122, 28, 122.2, 28.1") == ["1", "2"]
    assert texts(client, bbox="122.15,28.05,122.15,28.05") == ["1"]
    for wrong in ("122.1,28.1,122.2,28", "1,2,3", "1,2,3,x", "181,0,182,1", "0,0,0,0,0"):
        assert problems(client, bbox=wrong) == [f"bbox: “{wrong}” is not west,south,east,north in degrees"]


def test_what_is_about_a_person_or_held_is_listed_nowhere(client: Client) -> None:
    city = build()
    days_ago(city, 1, subject="person", service_type=city.care)
    days_ago(city, 2, subject="household", service_type=city.care)
    [held] = days_ago(city, 3, state="held")
    for parameters in ({}, {"updated_after": "2020"}, {"status": "open"}, {"bbox": "-180,-90,180,90"}):
        assert found(client, **parameters) == []
    [shown] = found(client, service_request_id=held.reference)
    assert (shown["status"], shown["description"], shown["address"], shown["lat"]) == ("open", None, None, None)


def test_personal_data_in_words_and_addresses_is_hidden(client: Client) -> None:
    days_ago(build(), 1, text="Stuck. Call 415-555-0100", address="12 Plum Street Apt 4B")
    [shown] = found(client)
    assert shown["description"] == "Stuck. Call [phone]"
    assert "4B" not in shown["address"]
    assert shown["address"].startswith("12 Plum Street")


def make_rich(city: City, need: Need) -> None:
    """An order, photos, followers and answers: everything that takes a query to show."""
    Order.objects.create(need=need, offer_at_place=city.offer, contact_due=NOW, resolution_due=NOW + DAY)
    for released in (NOW, None):
        Attachment.objects.create(
            need=need,
            file="a",
            media_type="image/jpeg",
            size=1,
            width=4,
            height=3,
            sha256="0",
            released_at=released,
        )
    for _ in range(2):
        Follower.objects.create(need=need, person=Person.objects.create())
    need.answers = {
        "FLOORS": "12",
        "WHO": ["old", "gone"],
        "STATE": "slow",
        "MORE": "Mr Smith",
        "NUMBER": "7",
        "X": "y",
    }
    need.save()


def test_extensions_show_channel_photos_followers_and_answers_that_are_no_words(client: Client) -> None:
    city = build()
    ask(city.lift)
    [need] = days_ago(city, 1)
    make_rich(city, need)
    days_ago(city, 2, state="joined", lead=need)
    plain = found(client)[0]
    assert "extended_attributes" not in plain
    assert (plain["agency_responsible"], plain["expected_datetime"]) == ("Good Hands", "2026-07-01T12:00:00Z")
    shown = found(client, extensions="true")[0]
    extended = shown.pop("extended_attributes")
    assert shown == plain
    released = need.attachments.get(released_at=NOW)
    assert shown["media_url"] == f"http://testserver/attachments/{released.pk}/"
    assert (extended["channel"], extended["followers"]) == ("open311", 3)
    [pictured] = extended["photos"]
    assert (pictured["media_url"], pictured["width"], pictured["height"]) == (shown["media_url"], 4, 3)
    assert extended["answers"] == [
        {"code": "FLOORS", "label": "How many floors?", "values": [{"key": "12", "name": "12"}]},
        {"code": "STATE", "label": "Does it move?", "values": [{"key": "slow", "name": "Slowly"}]},
        {
            "code": "WHO",
            "label": "Who is hindered?",
            "values": [{"key": "old", "name": "Old people"}],
        },
    ]
    for off in ("false", "0", ""):
        assert found(client, extensions=off)[0] == plain


@pytest.mark.parametrize("extensions", ["", "true"])
def test_the_number_of_queries_does_not_depend_on_the_number_of_requests(client: Client, extensions: str) -> None:
    city = build()
    ask(city.lift)
    counts = []
    for days in (range(1), range(1, 13)):
        for need in days_ago(city, *days):
            make_rich(city, need)
        with CaptureQueriesContext(connection) as queries:
            assert len(found(client, extensions=extensions)) == days.stop
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= (8 if extensions else 5)


def test_an_unknown_or_mistyped_id_is_not_found(client: Client) -> None:
    for kind in ("requests", "tokens"):
        for reference in ("2222-2222", "abc", ",", "%00"):
            answer = client.get(f"{ROOT}/{kind}/{reference}.json")
            assert answer.status_code == (400 if reference == "%00" else 404)
            assert answer.json()[0]["code"] == answer.status_code


def test_whoever_guesses_references_is_stopped_and_whoever_knows_them_is_not(client: Client) -> None:
    [need] = days_ago(build(), 1)
    for _ in range(40):
        assert client.get(f"{ROOT}/requests/{need.reference}.json").status_code == 200
    statuses = [client.get(f"{ROOT}/requests/2222-222{n % 10}.json").status_code for n in range(31)]
    assert statuses == [404] * 30 + [429]
    guesses = ",".join(f"2222-22{n}" for n in range(22, 62))
    assert client.get(f"{ROOT}/requests.json", {"service_request_id": guesses}).status_code == 429
    assert client.get(f"{ROOT}/requests/{need.reference}.json").status_code == 200


@pytest.mark.parametrize("format", ["json", "xml"])
def test_whoever_reads_too_often_is_told_so_and_a_key_has_a_count_of_its_own(
    client: Client, settings: LazySettings, format: str
) -> None:
    [need] = days_ago(build(), 1)
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit_read": "4/minute", "open311_key_required": True}
    read = ("services", "requests", f"requests/{need.reference}", "services/lift-repair")
    assert [client.get(f"{ROOT}/{what}.{format}").status_code for what in read] == [200] * 4
    for what in read:
        refused = client.get(f"{ROOT}/{what}.{format}")
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
        assert [(error["code"], bool(error["description"])) for error in data(refused)] == [("429", True)]
    _, key = make("app")
    again = [client.get(f"{ROOT}/requests.{format}", {"api_key": key}).status_code for _ in range(5)]
    assert again == [200] * 4 + [429]
    assert client.get(f"{ROOT}/services.{format}", {"api_key": "made up"}).status_code == 429
    assert client.get(f"{ROOT}/services.{format}", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_a_reference_is_its_own_token(client: Client) -> None:
    [need] = days_ago(build(), 1)
    answer = client.get(f"{ROOT}/tokens/{need.reference}.json")
    assert answer.json() == [{"service_request_id": need.reference, "token": need.reference}]


def test_the_citys_zone_is_the_zone_of_the_times(client: Client, settings: LazySettings) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    days_ago(build(), 1)
    [shown] = found(client, start_date="2026-06-29", end_date="2026-06-29")
    assert shown["requested_datetime"] == shown["updated_datetime"] == "2026-06-29T20:00:00+08:00"
    assert found(client, start_date="2026-06-30") == []
