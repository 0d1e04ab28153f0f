"""Which needs under way may tell of the same thing: near, recent, alike in words or photo."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from lacarte.kernel import clock
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.cases.duplicates import READ, Told, alike, alike_to, suggestions_for
from lacarte.loop.needs.models import Attachment, Channel, Different, Need
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType
from tests.city import City

pytestmark = pytest.mark.django_db
HERE = (122.05, 28.05)
METRE = 1 / 111_195  # degrees of latitude


def told(city: City, text: str = "The lift in building 5 is broken", north: float = 0, **fields: Any) -> Need:
    """A need of a place, ``north`` metres from here."""
    values = {"service_type": city.lift, "longitude": HERE[0], "latitude": HERE[1] + north * METRE}
    return receive(text=text, channel=Channel.WEB, **{**values, **fields})


def suggested(city: City, text: str, **fields: Any) -> list[Need]:
    values = {"service_type": city.lift, "longitude": HERE[0], "latitude": HERE[1], "at": clock.now()}
    return [one.need for one in suggestions_for(Told(text=text, **{**values, **fields}))]


def asked(city: City, text: str = "Lift in building 5 does not work", **fields: Any) -> list[Need]:
    how = {name: fields.pop(name) for name in ("since", "leave_out", "most") if name in fields}
    values = {"service_type": city.lift, "longitude": HERE[0], "latitude": HERE[1], "at": clock.now()}
    return [one.need for one in alike(Told(text=text, **{**values, **fields}), **how)]


def test_what_is_near_recent_and_alike_is_found_with_its_reasons(city: City) -> None:
    need = told(city, north=20)
    [found] = alike(Told("Lift in building 5 does not work", clock.now(), city.lift, *HERE))
    assert found.need == need
    assert found.probability > 0.9
    assert found.reasons == ("near", "same-time", "same-type", "same-words", "same-number")


def test_a_need_remembers_what_it_was_alike_to_when_it_came(city: City) -> None:
    first, second = told(city), told(city, "building 5: lift broken again", north=15)
    assert first.understanding.alike == []
    [kept] = second.understanding.alike
    assert kept["need"] == str(first.pk)
    assert kept["probability"] > 0.9


def test_far_away_another_building_and_long_ago_are_not_suggested(city: City) -> None:
    told(city, north=700)
    told(city, "The lift in building 9 is broken", north=150)
    told(city, received_at=clock.now() - timedelta(days=200), north=150)
    assert suggested(city, "Lift in building 5 does not work") == []


def test_what_people_need_for_themselves_is_nobody_elses(city: City) -> None:
    told(city, "Please help my mother at home", service_type=city.care)
    assert asked(city, "Please help my mother at home", service_type=city.care) == []
    assert asked(city, "Please help my mother at home") == []


def test_what_is_done_or_withdrawn_is_not_found(city: City) -> None:
    need = told(city)
    for state in (Need.State.MET, Need.State.WITHDRAWN):
        Need.objects.update(state=state)
        assert asked(city) == []
    for state in (Need.State.OPEN, Need.State.HELD, Need.State.ORDERED):
        Need.objects.update(state=state)
        assert asked(city) == [need]


def test_a_joined_need_stands_for_its_lead(city: City) -> None:
    lead = told(city, "Elevator out of order", north=60)
    joined = told(city, north=5)
    Need.objects.filter(pk=joined.pk).update(state=Need.State.JOINED, lead=lead)
    assert asked(city) == [lead]


def test_without_a_point_the_region_the_type_and_the_words_tell(city: City) -> None:
    words = "Lift broken in Sunshine Court building 5"
    need = told(city, words, longitude=None, latitude=None, region=city.west)
    told(city, words, longitude=None, latitude=None, region=city.east)
    there = {"longitude": None, "latitude": None, "text": "The lift of Sunshine Court, building 5, is broken"}
    assert asked(city, **there, region=city.west) == [need]
    around = told(city, words, longitude=None, latitude=None, region=city.city)
    assert set(asked(city, **there, region=city.west)) == {need, around}, "perhaps nobody knows it better"
    assert asked(city, **there) == [], "where nothing is said, only what is nowhere too is compared"
    elsewhere = {"longitude": None, "latitude": None, "region": city.west}
    assert suggested(city, "Lift at Hill House building 2 squeaks", **elsewhere) == []


def test_what_has_a_point_is_compared_with_what_has_none(city: City) -> None:
    need = told(city, "Lift broken in Sunshine Court building 5", longitude=None, latitude=None, region=city.west)
    assert asked(city, "The lift of Sunshine Court, building 5, is broken", region=city.west) == [need]


def test_what_has_no_point_is_found_behind_any_number_that_have_one(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lacarte.loop.needs.cases.nearby.NEWEST_UNPLACED", 2)
    need = told(city, "Lift broken in Sunshine Court building 5", longitude=None, latitude=None, region=city.west)
    for away in range(3):
        told(city, f"Another lift, number {away}", north=2000 + 300 * away)
    assert asked(city, "The lift of Sunshine Court, building 5, is broken", region=city.west) == [need]


def test_what_has_no_point_is_read_by_its_own_index(city: City) -> None:
    unplaced = Need.objects.filter(region=city.west, service_type=city.lift, longitude=None)
    newest = unplaced.order_by("-received_at")[:100]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # the table is small
            cursor.execute("SET LOCAL enable_sort = off")  # nor does it take long to sort
    plan = newest.explain()
    assert "need_unplaced" in plan
    assert not any(word in plan for word in ("Sort", "TEMP B-TREE")), plan


def test_without_a_point_and_a_type_the_newest_of_the_region_are_compared(city: City) -> None:
    words = "Lift broken in Sunshine Court building 5"
    need = told(city, words, longitude=None, latitude=None, region=city.west)
    there = {"longitude": None, "latitude": None, "service_type": None}
    assert asked(city, words, **there, region=city.west) == [need]
    assert asked(city, words, **there, region=city.city) == [need]
    assert asked(city, words, **there, region=city.east) == []
    assert asked(city, words, **there) == []


def test_the_same_photo_is_found_without_words(city: City) -> None:
    photo = Attachment.objects.create(file="a", media_type="image/jpeg", size=1, sha256="0", likeness=-(2**63))
    need = told(city, "look", north=100, attachments=[photo])
    wordless = Told("", clock.now(), city.lift, *HERE)
    without = alike(wordless)
    [found] = alike(replace(wordless, photos=[-(2**63) + 3]))
    assert found.need == need
    assert "same-photo" in found.reasons
    assert not without or found.probability > without[0].probability


def test_another_language_is_found_by_place_and_type(city: City) -> None:
    need = told(city, "五号楼电梯坏了")
    assert asked(city) == [need]


def test_a_need_does_not_find_itself_nor_what_was_said_to_differ(city: City) -> None:
    first, second = told(city), told(city, north=10)
    assert [one.need for one in alike_to(second)] == [first]
    one, other = sorted((first, second), key=lambda need: need.pk)
    Different.objects.create(one=one, other=other)
    assert alike_to(second) == []
    assert alike_to(first) == []


def test_a_resident_is_asked_of_public_and_probable_ones_only(city: City) -> None:
    held, open_ = told(city, north=5), told(city, north=8)
    Need.objects.filter(pk=held.pk).update(state=Need.State.HELD)
    assert suggested(city, "Lift in building 5 does not work") == [open_]


def test_a_crowd_about_one_thing_does_not_hide_another(city: City) -> None:
    lamp = add_service_type(
        ServiceType.objects.get(number=city.area.number), code="lamp", name={"en": "Lamp"}, subject="place"
    )
    other = told(city, "The lamp at the gate is dark", north=12, service_type=lamp)
    lead = told(city, north=3)
    crowd = [told(city, f"lift broken building 5 {at}", north=3) for at in range(READ)]
    Need.objects.filter(pk__in=[need.pk for need in crowd]).update(state=Need.State.JOINED, lead=lead)
    found = asked(city, "Lamp at the gate is dark again", service_type=lamp)
    assert found[0] == other


def test_a_type_nobody_knows_yet_does_not_hide_a_need(city: City) -> None:
    root = ServiceType.objects.get(number=0)
    need = told(city)
    assert asked(city, service_type=None) == [need]
    assert asked(city, service_type=root) == [need]


def test_since_passes_over_what_came_before(city: City) -> None:
    told(city, received_at=clock.now() - timedelta(hours=2))
    need = told(city, north=4)
    assert set(asked(city, since=clock.now() - timedelta(hours=1))) == {need}
