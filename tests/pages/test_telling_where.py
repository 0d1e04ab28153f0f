"""Where it is: by a place that is named, one of several, words alone, or a point."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.loop.needs.understanding.placing import PlaceFound
from lacarte.pages.resident import questions_where
from lacarte.registers.places.models import NamedPlace
from tests.city import City
from tests.pages.telling import STUCK, answer, page, send, to_the_check

pytestmark = pytest.mark.django_db


def named(city: City, code: str, name: str, **more: object) -> NamedPlace:
    return NamedPlace.objects.create(
        code=code, kind="street", name={"en": name}, region=more.pop("region", city.west), **more
    )


def found(monkeypatch: pytest.MonkeyPatch, *places: tuple[NamedPlace, float]) -> None:
    monkeypatch.setattr(
        questions_where, "places_in", lambda words, within=None, most=5: [PlaceFound(*one) for one in places]
    )


def test_a_place_that_is_named_beyond_doubt_is_taken(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, (named(city, "mill", "Mill Lane", longitude=122.05, latitude=28.05), 0.97))
    to_the_check(client, address="mill lane 3", nearby="by the gate")
    need = send(client)
    assert (need.region, need.longitude, need.address) == (city.west, 122.05, "mill lane 3 – by the gate")


def test_the_page_of_a_need_says_where_it_is(city: City, client: Client) -> None:
    to_the_check(client, address="Mill Lane 3", region="w")
    need = send(client)
    assert "<dt>Where</dt><dd>Mill Lane 3<br>West</dd>" in client.get(f"/needs/{need.reference}/").content.decode()
    assert "Mill Lane" not in Client().get(f"/needs/{need.reference}/").content.decode()


def test_of_two_places_with_one_name_it_is_asked_which(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    west = named(city, "mill-w", "Mill Lane")
    east = named(city, "mill-e", "Mill Lane", region=city.east, longitude=122.15, latitude=28.05)
    found(monkeypatch, (west, 0.5), (east, 0.5))
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", address="Mill Lane") == "which"
    shown = page(client, "which")
    assert "Which one do you mean?" in shown
    assert shown.count("Mill Lane") >= 2
    assert "East" in shown
    none = client.post(reverse("need-question", args=["which"]), {}).content.decode()
    assert "Please choose one of the places, or none of them." in none
    assert answer(client, "which", place="mill-e") == "when"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    need = send(client)
    assert (need.region, need.longitude) == (city.east, 122.15)


def test_of_a_long_street_the_part_is_asked(city: City, client: Client) -> None:
    named(city, "mill", "Mill Lane", region=city.city)
    named(city, "mill:1", "Mill Lane", longitude=122.05, latitude=28.05, first_number=1, last_number=60)
    named(
        city,
        "mill:2",
        "Mill Lane",
        region=city.east,
        longitude=122.15,
        latitude=28.05,
        first_number=61,
        last_number=120,
    )
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", address="Mill Lane") == "which"
    shown = page(client, "which")
    assert "Which part of Mill Lane do you mean?" in shown
    assert "Mill Lane 61–120" in shown
    assert answer(client, "which", place="mill:2") == "when"
    assert answer(client, "where", address="Mill Lane", region="") == "when", "nothing has changed"
    assert answer(client, "where", address="mill lane") == "which"
    assert answer(client, "which", place="-") == "when"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    assert send(client).region == city.city, "the street alone, when nobody knows more"


def test_words_alone_are_enough_for_a_place_that_nobody_knows(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", nearby="behind the old kiln") == "which"
    assert "We do not know this place yet: behind the old kiln" in page(client, "which")
    assert answer(client, "which") == "when"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    assert "We find the place by your words" in client.get(reverse("need-check")).content.decode()
    need = send(client)
    assert (need.region_id, need.address) == (0, "behind the old kiln")


def test_a_point_outside_the_city_is_refused_in_words(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    outside = {"longitude": "10", "latitude": "50", "nearby": "near the sea"}
    reply = client.post(reverse("need-question", args=["where"]), outside).content.decode()
    assert "This point is outside the city." in reply
    assert "near the sea" in reply
    assert 'value="10"' not in reply, "the point is not sent again"
    assert answer(client, "where", longitude="122.05", latitude="28.05") == "when"


def test_any_point_will_do_where_no_boundary_is_known(client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="-")
    assert answer(client, "where", longitude="10", latitude="50") == "when"


def test_names_are_suggested_while_somebody_types(city: City, client: Client) -> None:
    named(city, "mill", "Mill Lane")
    named(city, "part", "Mill Lane 1–60", first_number=1, last_number=60)
    NamedPlace.objects.create(code="q", kind="street", name={"en": "Quay", "zh-hans": "码头路"}, region=city.east)

    def names(typed: str) -> list[dict[str, str]]:
        return client.get(reverse("place-names"), {"q": typed}).json()["places"]  # type: ignore[no-any-return]

    assert names("mil") == [{"name": "Mill Lane", "where": "West"}], "a part of a street is not a name"
    assert {"name": "West", "where": "Coast"} in names("wes")
    assert names("码头") == [{"name": "Quay", "where": "East"}]
    for nothing in ("m", "", "\0\0\0", "xyz", "%%", "__"):
        assert names(nothing) == []
