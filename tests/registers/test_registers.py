"""Places, people and capacity."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.registers.menu.actions import NoCapacityError, confirm, hold, release
from lacarte.registers.menu.models import CapacityLot
from lacarte.registers.menu.queries import overbooked, with_free_units
from lacarte.registers.people.models import Household, Person
from lacarte.registers.people.queries import read_personal, reads_of
from lacarte.registers.places.queries import calendar_of, region_at
from tests.city import build, official

pytestmark = pytest.mark.django_db


def free() -> int:
    return with_free_units(CapacityLot.objects.all()).get().free


def test_the_smallest_region_around_a_point() -> None:
    city = build()
    assert region_at(122.05, 28.05) == city.west
    assert region_at(122.15, 28.05) == city.east
    assert region_at(122.05, 28.15) == city.city
    assert region_at(0, 0).number == 0
    assert region_at(None, None).number == 0


def test_a_region_works_by_its_own_calendar_or_the_one_above() -> None:
    city = build()
    city.city.calendar = {"zone": "Asia/Shanghai", "holidays": ["2026-10-01"]}
    city.city.save()
    assert str(calendar_of(city.west).zone) == "Asia/Shanghai"


def test_capacity_is_never_given_twice() -> None:
    lot = build(units=2).lot
    first = hold(lot)
    confirm(hold(lot))
    with pytest.raises(NoCapacityError, match="1 asked for, 0 free"):
        hold(lot)
    release(first)
    release(first)
    assert free() == 1
    assert not overbooked()


def test_a_hold_expires_and_who_comes_late_is_told() -> None:
    lot = build(units=1).lot
    late = hold(lot, expires_at=clock.now() + timedelta(minutes=5))
    assert free() == 0
    with clock.stopped_at(clock.now() + timedelta(minutes=6)):
        assert free() == 1
        confirm(hold(lot))
        with pytest.raises(NoCapacityError, match="quicker"):
            confirm(late)
        assert not overbooked()


def test_every_read_by_somebody_else_is_logged_for_the_person() -> None:
    city = build()
    user = User.objects.create_user("ana")
    home = Household.objects.create(region=city.west)
    person = Person.objects.create(user=user, household=home, name="Ana", phone="123")
    worker = official(Role.CASE_WORKER)
    assert read_personal(person, reader=user, purpose="own page") == {"name": "Ana", "phone": "123"}
    assert not reads_of(person)
    read_personal(person, reader=worker, fields=["phone"], purpose="call back")
    [entry] = reads_of(person)
    assert (entry.reader, entry.fields, entry.purpose) == (worker, "phone", "call back")
    with pytest.raises(ValueError, match="what the data are read for"):
        read_personal(person, reader=worker, purpose=" ")
    with pytest.raises(ValueError, match="shoe_size"):
        read_personal(person, reader=worker, fields=["shoe_size"], purpose="x")
