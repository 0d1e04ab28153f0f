"""Needs weighed slice by slice weigh what they weigh all at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lacarte.kernel import clock
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.priority import actions
from lacarte.loop.priority.models import Weighing
from lacarte.registers.people.models import Circumstance, Household, Person
from tests.city import City

pytestmark = pytest.mark.django_db


def kept() -> dict[Any, Any]:
    weighings = {row.pop("need_id"): row for row in Weighing.objects.values()}
    ranks = Need.objects.values_list("pk", "priority_class", "need_index", "rank")
    return {pk: (weighings.get(pk), *row) for pk, *row in ranks}


def test_slices_give_what_one_weighing_gives(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Household.objects.create(region=city.west)
    person = Person.objects.create(birth_year=1940, household=home)
    Circumstance.objects.create(
        person=person, kind="lives-alone", value=True, since="2020-01-01", source="register"
    )
    now = clock.now()
    made = [
        Need(
            channel=Channel.WEB,
            subject="person",
            service_type=city.care if n % 3 else city.lift,
            region=city.west if n % 2 else city.east,
            person=person if n % 4 == 0 else None,
            household=home if n % 5 == 0 else None,
            urgency=n % 4 or None,
            received_at=now - timedelta(days=n),
        )
        for n in range(23)
    ]
    Need.objects.bulk_create(made)
    lead = made[0]
    Need.objects.bulk_create(
        [Need(channel=Channel.WEB, subject="person", service_type=city.care, region=city.west, lead=lead,
              state=Need.State.JOINED, urgency=0)]
    )  # fmt: skip
    waiting = Need.objects.filter(state=Need.State.OPEN)
    with clock.stopped_at(now):
        assert actions.weigh(waiting.select_related("service_type", "region")) == 23
        at_once = kept()
        Weighing.objects.all().delete()
        Need.objects.update(priority_class=None, need_index=None, rank=0)
        monkeypatch.setattr(actions, "SLICE", 4)
        assert actions.weigh_all(waiting) == 23
    assert kept() == at_once
    assert sum(weighing is not None for weighing, *_ in at_once.values()) == 23


def test_no_needs_and_a_whole_number_of_slices(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SLICE", 2)
    assert actions.weigh_all(Need.objects.all()) == 0
    Need.objects.bulk_create(
        Need(channel=Channel.WEB, subject="person", service_type=city.care, region=city.west) for _ in range(4)
    )
    assert actions.weigh_all(Need.objects.all()) == 4
    assert Weighing.objects.count() == 4
