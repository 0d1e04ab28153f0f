"""The city's own regions, streets and landmarks are found by name, as soon as they are there."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from lacarte.registers.places.actions import add_region
from lacarte.registers.places.gazetteer import Covering, named_in, remember
from lacarte.registers.places.models import NamedPlace, Region
from tests import city as towns

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> towns.City:
    return towns.build()


def street(code: str, name: str, region: Region, **more: object) -> NamedPlace:
    return NamedPlace(code=code, kind="street", name={"en": name}, region=region, **more)


def codes(words: str, within: Region | None = None) -> list[str]:
    return [place.code for place, _ in named_in(words, within=within)]


def test_a_region_is_found_by_any_of_its_names(city: towns.City) -> None:
    for words in ("a lamp on the Coast", "海岸那边路灯坏了"):
        [(place, certainty)] = named_in(words)
        assert (place.kind, place.region, place.pk is not None) == ("area", city.city, True)
        assert certainty > 0.6


def test_a_place_is_found_from_the_moment_it_is_entered(city: towns.City) -> None:
    assert codes("hole in Plum Lane") == []
    remember([street("plum", "Plum Lane", city.west)], source="test")
    assert codes("hole in Plum Lane") == ["plum"]
    add_region(city.east, code="qq", name={"en": "Quartz Quarter"})
    assert codes("hole in the Quartz Quarter") == ["region:qq"]


def test_other_names_count_and_within_narrows(city: towns.City) -> None:
    west, east = (street(f"oak-{region.code}", "Oak Street", region) for region in (city.west, city.east))
    west.other_names = ["Old Post Road"]
    remember([west, east], source="test")
    assert set(codes("Oak Street")) == {"oak-w", "oak-e"}
    assert codes("Oak Street", within=city.east) == ["oak-e"]
    assert codes("old post rd") == ["oak-w"]


def test_a_place_that_is_gone_is_not_given(city: towns.City) -> None:
    remember([street("plum", "Plum Lane", city.west)], source="test")
    assert codes("Plum Lane") == ["plum"]
    NamedPlace.objects.all().delete()
    assert codes("Plum Lane") == []


def test_what_is_remembered_again_is_changed_and_the_rest_of_its_source_removed(city: towns.City) -> None:
    assert remember([street("a", "Ash Way", city.west), street("b", "Birch Way", city.west)], source="x") == (2, 0)
    remember([street("c", "Cedar Way", city.west)], source="y")
    assert remember([street("a", "Alder Way", city.east)], source="x", whole=True) == (0, 1)
    assert {place.code: str(place) for place in NamedPlace.objects.all()} == {"a": "Alder Way", "c": "Cedar Way"}


def test_what_has_not_changed_is_not_written(city: towns.City) -> None:
    remember([street("a", "Ash Way", city.west, longitude=122.01, latitude=28.0)], source="x")
    before = NamedPlace.objects.get().changed_at
    remember([street("a", "Ash Way", city.west, longitude=122.01, latitude=28.0)], source="x")
    assert NamedPlace.objects.get().changed_at == before
    remember([street("a", "Ash Way", city.west, longitude=122.02, latitude=28.0)], source="x")
    assert NamedPlace.objects.get().changed_at > before


def test_a_part_of_a_street_says_its_house_numbers(city: towns.City) -> None:
    part = street("oak-1", "Oak Street", city.west, first_number=100, last_number=199)
    assert str(part) == "Oak Street 100–199"
    with pytest.raises(IntegrityError), transaction.atomic():
        street("bad", "Oak Street", city.west, first_number=9, last_number=3).save()


def test_a_street_is_where_nearly_all_of_it_was_seen(city: towns.City) -> None:
    covering = Covering()
    west, east = city.west.number, city.east.number
    assert covering.of({west: 99, east: 1}) == west
    assert covering.of({west: 60, east: 40}) == city.city.number
    assert covering.of({west: 60, 0: 40}) == covering.of({}) == 0


def test_no_change_is_missed_whatever_wrote_it(city: towns.City) -> None:
    remember([street("plum", "Plum Lane", city.west), street("pear", "Pear Lane", city.west)], source="test")
    assert codes("hole in Plum Lane") == ["plum"]
    NamedPlace.objects.filter(code="plum").update(name={"en": "Quince Row"})
    assert codes("hole in Quince Row") == ["plum"]
    NamedPlace.objects.filter(code="plum").delete()  # an older one than the newest
    assert codes("hole in Quince Row") == []
    NamedPlace.objects.bulk_create([street("fig", "Fig Alley", city.east)])
    assert codes("hole in Fig Alley") == ["fig"]
    Region.objects.filter(pk=city.east.pk).update(name={"en": "Quartz Quarter"})
    assert codes("a lamp in the Quartz Quarter") == ["region:e"]
