"""Two who take of the same offer at once: each gets a unit, and nobody waits for one that is not theirs."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from lacarte.registers.menu.capacity.counting import overbooked
from lacarte.registers.menu.capacity.holding import hold, take_earliest
from lacarte.registers.menu.models import CapacityLot
from tests.city import build
from tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
DAY = timedelta(days=1)


def test_two_who_take_at_once_get_different_units_and_lock_no_others() -> None:
    """One has taken the first unit and not committed: the last can be had, and who takes next gets the second."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time; tests/kernel/crash lets many processes take at once")
    city, taken, go_on, found = build(units=1), Event(), Event(), []
    second, last = (
        CapacityLot.objects.create(offer_at_place=city.offer, starts_at=begins, ends_at=begins + DAY, units=1)
        for begins in (city.lot.ends_at, city.lot.ends_at + DAY)
    )

    def first() -> None:
        with transaction.atomic():
            found.append(take_earliest([city.offer.pk])[0])
            taken.set()
            assert go_on.wait(20)

    def meanwhile() -> None:
        assert taken.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 5000")
        hold(last)
        go_on.set()
        found.append(take_earliest([city.offer.pk])[0])

    in_threads(first, meanwhile)
    assert [held and held.lot_id for held in found] == [city.lot.pk, second.pk]
    assert not overbooked()
