"""Urgent needs every minute, all in the night, and what is computed then counts in the morning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from lacarte.kernel import clock
from lacarte.loop.matching import nights
from lacarte.loop.matching.actions import match_urgent
from lacarte.loop.matching.models import MatchingRun
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace
from tests.background import work
from tests.city import build
from tests.loop.runs import Kind, State, preview, waiting_needs

pytestmark = pytest.mark.django_db


def test_urgent_needs_do_not_wait_for_the_night() -> None:
    city = build(units=5)
    [urgent] = waiting_needs(city, 1)
    city.care.urgency = 3
    city.care.save()
    [ordinary] = waiting_needs(city, 1)
    Need.objects.filter(pk=urgent.pk).update(priority_class=1)
    city.care.urgency = 1
    city.care.save()
    assert ordinary.pk != urgent.pk
    run = match_urgent()
    assert run is not None
    assert (run.kind, run.needs, run.matched) == (Kind.URGENT, 1, 1)
    work()
    assert Order.objects.get().need == urgent


def test_without_anything_new_there_is_no_run_every_minute() -> None:
    city = build(units=0)
    assert match_urgent() is None, "nobody waits"
    waiting_needs(city, 2)
    assert match_urgent() is not None
    work()
    assert match_urgent() is None, "the same would come out"
    lifts = Offer.objects.create(code="l", service_type=city.lift, provider=city.offer.offer.provider, name={})
    place = OfferAtPlace.objects.create(offer=lifts, region=city.west)
    CapacityLot.objects.create(
        offer_at_place=place, starts_at=city.lot.starts_at, ends_at=city.lot.ends_at, units=3
    )
    assert match_urgent() is None, "what nobody needs changes nothing"
    CapacityLot.objects.update(units=1)
    again = match_urgent()
    assert again is not None
    assert again.matched == 1


NIGHT = {"match_hour": 2, "publish_hour": 6, "run_days": 365, "promotion_days": 0}


def night(**other: int) -> override_settings:
    return override_settings(CONFIGURED={**NIGHT, **other}, TIME_ZONE="UTC")


def test_the_run_of_the_night_is_computed_once_and_counts_in_the_morning() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    evening = datetime(2026, 11, 24, 23, tzinfo=UTC)
    CapacityLot.objects.update(starts_at=evening, ends_at=evening + timedelta(days=30))
    preview(Kind.NIGHTLY)
    MatchingRun.objects.update(started_at=evening - timedelta(days=1))

    def at(hours: float) -> tuple[int, int]:
        with clock.stopped_at(evening + timedelta(hours=hours)):
            nights.compute_due()
            nights.publish_due()
        states = list(MatchingRun.objects.values_list("state", flat=True))
        return len(states), states.count(State.PUBLISHING)

    with night(publish_hour=24):
        assert at(0) == (2, 0), "yesterday's night is missing"
        assert at(0.5) == (2, 0)
    with night():
        assert at(3.1) == (3, 0)
        assert at(5) == (3, 0)
        assert at(7.1) == (3, 1)
        assert at(8) == (3, 1)
    states = list(MatchingRun.objects.order_by("started_at").values_list("state", flat=True))
    assert states == [State.DISCARDED, State.DISCARDED, State.PUBLISHING]


def test_a_city_may_leave_it_to_its_planner() -> None:
    build()
    preview(Kind.NIGHTLY)
    with night(publish_hour=24), clock.stopped_at(clock.now() + timedelta(days=2)):
        assert nights.publish_due() is None
    with night(publish_hour=6), clock.stopped_at(clock.now() + timedelta(days=2)):
        assert nights.publish_due() is not None
