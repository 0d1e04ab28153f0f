"""Places and people."""

from __future__ import annotations

import pytest

from lacarte.kernel.models import Role, User
from lacarte.registers.people.models import Household, Person
from lacarte.registers.people.queries import read_personal, reads_of
from lacarte.registers.places.models import Zone
from lacarte.registers.places.queries import calendar_of, calendars_of, region_at, zones_at
from tests.city import build, official, square

pytestmark = pytest.mark.django_db


def test_the_smallest_region_around_a_point() -> None:
    city = build()
    assert region_at(122.05, 28.05) == city.west
    assert region_at(122.15, 28.05) == city.east
    assert region_at(122.05, 28.15) == city.city
    assert region_at(0, 0).number == 0
    assert region_at(None, None).number == 0


def test_a_point_is_in_every_zone_around_it() -> None:
    port = Zone.objects.create(code="port", name={"en": "Port"}, boundary=square(122, 28, 0.1))
    valley = Zone.objects.create(code="valley", name={"en": "Valley"}, boundary=square(122.05, 28, 0.2))
    points = [122.02, 122.07, 122.2, 0, float("nan")], [28.05, 28.05, 28.05, 0, 28.05]
    assert zones_at(*points) == [{port.pk}, {port.pk, valley.pk}, {valley.pk}, set(), set()]
    Zone.objects.filter(pk=port.pk).update(boundary=square(0, 0, 1))
    valley.delete()
    assert zones_at(*points) == [set(), set(), set(), {port.pk}, set()], "a zone that was redrawn counts at once"
    port.delete()
    assert zones_at(*points) == [set()] * 5


def test_a_region_works_by_its_own_calendar_or_the_one_above() -> None:
    city = build()
    city.city.calendar = {"zone": "Asia/Shanghai", "holidays": ["2026-10-01"]}
    city.city.save()
    city.east.calendar = {"zone": "Asia/Urumqi"}
    city.east.save()
    found = calendars_of([city.west, city.east])
    assert [str(found[region.number].zone) for region in (city.west, city.east)] == [
        "Asia/Shanghai",
        "Asia/Urumqi",
    ]
    assert found[city.west.number] == calendar_of(city.city)


def test_every_read_by_somebody_else_is_logged_for_the_person() -> None:
    city = build()
    user = User.objects.create_user("ana")
    home = Household.objects.create(region=city.west)
    person = Person.objects.create(user=user, household=home, name="Ana", phone="123")
    worker = official(Role.CASE_WORKER)
    assert read_personal(person, reader=user, purpose="own page") == {"name": "Ana", "phone": "123"}
    assert not reads_of(person, 9)
    read_personal(person, reader=worker, fields=["phone"], purpose="call back")
    [entry] = reads_of(person, 9)
    assert (entry.reader, entry.fields, entry.purpose) == (worker, "phone", "call back")
    with pytest.raises(ValueError, match="what the data are read for"):
        read_personal(person, reader=worker, purpose=" ")
    with pytest.raises(ValueError, match="shoe_size"):
        read_personal(person, reader=worker, fields=["shoe_size"], purpose="x")
