"""A need is placed by its words when they are certain; otherwise a person is asked."""

from __future__ import annotations

from uuid import uuid4

import pytest

from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.placing import certain, learn_places, places_in
from lacarte.registers.people.models import Household
from lacarte.registers.places.gazetteer import remember
from lacarte.registers.places.models import NamedPlace
from lacarte.registers.places.queries import parts_of
from tests import city as towns

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> towns.City:
    city = towns.build()
    remember(
        [
            NamedPlace(
                code="plum", kind="street", name={"en": "Plum Lane", "zh-hans": "梅井弄"}, region=city.west,
                longitude=122.03, latitude=28.03,
            ),
            NamedPlace(code="oak-w", kind="street", name={"en": "Oak Street"}, region=city.west),
            NamedPlace(code="oak-e", kind="street", name={"en": "Oak Street"}, region=city.east),
        ],
        source="test",
    )  # fmt: skip
    return city


def sent(city: towns.City, text: str, **more: object) -> Need:
    return receive(text=text, channel="web", service_type=city.lift, **more)  # type: ignore[arg-type]


def test_a_certain_place_gives_region_and_point(city: towns.City) -> None:
    need = sent(city, "梅井弄12号的电梯坏了")
    assert (need.region, need.longitude, need.latitude) == (city.west, 122.03, 28.03)
    assert need.understanding.places == [{"code": "plum", "name": "Plum Lane", "certainty": 0.975}]
    assert need.cell > 0


def test_two_places_that_are_as_likely_are_left_to_a_person(city: towns.City) -> None:
    need = sent(city, "The lift in Oak Street is stuck")
    assert need.region.number == 0 and need.longitude is None
    assert {place["code"] for place in need.understanding.places} == {"oak-w", "oak-e"}


def test_a_region_that_was_chosen_decides_between_them(city: towns.City) -> None:
    assert sent(city, "The lift in Oak Street is stuck", region=city.east).region == city.east


def test_the_address_field_says_more_than_the_text(city: towns.City) -> None:
    need = sent(city, "It is like the one in Oak Street, which you mended", address="3 Plum Lane")
    assert need.region == city.west and need.longitude == 122.03


def test_a_point_or_a_home_is_not_overruled(city: towns.City) -> None:
    assert sent(city, "lift in Plum Lane", longitude=122.15, latitude=28.05).region == city.east
    home = Household.objects.create(region=city.east, longitude=122.11, latitude=28.01)
    assert sent(city, "lift in Plum Lane", household=home).region == city.east


def test_nothing_said_is_nowhere(city: towns.City) -> None:
    need = sent(city, "It is broken")
    assert need.region.number == 0 and need.understanding.places == []


def test_streets_are_learnt_from_needs_about_places_alone(city: towns.City) -> None:
    for number in (10, 20, 130):
        sent(city, "stuck", address=f"{number} Quince Road", longitude=122.02, latitude=28.02)
        receive(
            text="help", channel="web", service_type=city.care, address=f"{number} Secret Road",
            longitude=122.02, latitude=28.02,
        )  # fmt: skip
    sent(city, "stuck", address="7 Rare Road", longitude=122.02, latitude=28.02)
    assert learn_places() == (0, 0), "nobody has worked on them"
    Need.objects.update(state=Need.State.MET)
    assert learn_places() == (3, 0)
    assert {str(place) for place in NamedPlace.objects.filter(source="needs")} == {
        *("Quince Road", "Quince Road 0–99", "Quince Road 100–199"),
    }
    found = certain(places_in("hole in front of 25 quince rd"))
    assert found is not None and str(found) == "Quince Road 0–99" and found.region == city.west
    assert learn_places() == (0, 3)


def test_what_somebody_entered_is_not_learnt_again(city: towns.City) -> None:
    for number in (10, 20):
        sent(city, "stuck", address=f"{number} Plum Lane", longitude=122.02, latitude=28.02)
    Need.objects.update(state=Need.State.ORDERED)
    learn_places()
    assert {str(place) for place in NamedPlace.objects.filter(source="needs")} == {"Plum Lane 0–99"}


def test_the_learnt_part_of_a_street_bears_all_its_names(city: towns.City) -> None:
    plum = NamedPlace.objects.get(kind="street", name__en="Plum Lane", first_number=None)
    for number in (10, 20):
        sent(city, "stuck", address=f"{number} Plum Lane", longitude=122.02, latitude=28.02)
    Need.objects.update(state=Need.State.ORDERED)
    learn_places()
    assert [str(part) for part in parts_of(plum)] == ["Plum Lane 0–99"]


def test_no_part_is_learnt_of_a_street_whose_parts_were_entered(city: towns.City) -> None:
    part = NamedPlace.objects.get(kind="street", name__en="Plum Lane", first_number=None)
    part.pk, part.code, part.first_number, part.last_number = uuid4(), "plum-1", 1, 60
    part.save(force_insert=True)
    for number in (10, 20):
        sent(city, "stuck", address=f"{number} Plum Lane", longitude=122.02, latitude=28.02)
    Need.objects.update(state=Need.State.ORDERED)
    assert learn_places() == (0, 0)


def test_offers_teach_their_streets_too(city: towns.City) -> None:
    for number in (1, 3):
        city.offer.pk = None
        city.offer._state.adding = True
        city.offer.address = {"en": f"{number} Clinic Way, Coast"}
        city.offer.save(force_insert=True)
    learn_places()
    assert NamedPlace.objects.get(code="learnt:street:clinic way").region == city.west
