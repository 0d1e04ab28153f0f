"""The decisions of a run become orders, many at a time: each once, also when it stops half-way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Event, Job, Role
from lacarte.loop.matching.actions import match
from lacarte.loop.matching.models import Match
from lacarte.loop.matching.publishing import take
from lacarte.loop.matching.queries import by_urgency
from lacarte.loop.needs.actions import withdraw
from lacarte.loop.needs.models import Need
from lacarte.loop.orders import tasks
from lacarte.loop.orders.actions import change, place_many
from lacarte.loop.orders.models import Order, OrderState
from lacarte.registers.menu.capacity.counting import overbooked
from lacarte.registers.menu.capacity.holding import hold
from lacarte.registers.menu.models import CapacityLot, Hold, OfferAtPlace
from tests.background import work
from tests.city import City, build, official
from tests.loop.runs import waiting_needs

pytestmark = pytest.mark.django_db


def held_decisions() -> list[UUID]:
    """The decisions of a new run, each with its unit and not yet ordered."""
    run = match()
    take(run.pk)
    return by_urgency(Match.objects.filter(run=run, outcome=Match.Outcome.HELD))


def ordered_once(needs: list[Need]) -> bool:
    """Each need has one order with one unit of its own, and was told of it once."""
    assert not overbooked()
    orders = Order.objects.filter(need__in=needs)
    told = Event.objects.filter(name="order.placed", stream__in=[need.pk for need in needs])
    counts = {orders.count(), orders.values("need").distinct().count(), Hold.objects.count(), told.count()}
    return counts == {len(needs)} and not Need.objects.exclude(state=Need.State.ORDERED).exists()


def test_a_run_that_stops_half_way_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    city = build(units=7)
    needs = waiting_needs(city, 7)
    match()
    calls: list[int] = []

    def dies_at_the_second(held: Sequence[UUID]) -> list[Order]:
        calls.append(len(held))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return place_many(held)

    monkeypatch.setattr(tasks, "AT_ONCE", 3)
    monkeypatch.setattr(tasks, "place_many", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert (Order.objects.count(), Hold.objects.count()) == (3, 7), "publishing has taken all units"
    with clock.stopped_at(clock.now() + jobs.LEASE * 2):  # another worker takes the job over
        work()
    assert calls == [3, 3, 3, 1]
    assert ordered_once(needs)
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


def test_a_run_that_is_worked_twice_places_nothing_twice() -> None:
    city = build(units=9)
    needs = waiting_needs(city, 4)
    held = held_decisions()
    assert len(place_many(held)) == 4
    assert place_many(held) == []
    work()
    assert ordered_once(needs)


def again(city: City, offer: OfferAtPlace) -> None:
    """Everybody's order comes to nothing at ``offer``; then another run."""
    for order in Order.objects.filter(offer_at_place=offer, state=OrderState.REQUESTED):
        change(order, to=OrderState.REJECTED, actor=official(Role.CASE_WORKER), reason="No staff")
    match()
    work()


def test_who_refused_is_not_asked_again_for_a_fortnight() -> None:
    city = build(units=5)
    [need] = waiting_needs(city, 1)
    match()
    work()
    again(city, city.offer)
    need.refresh_from_db()
    assert (need.state, need.orders.count()) == (Need.State.OPEN, 1), "nobody else does it: it waits"
    other = OfferAtPlace.objects.create(offer=city.offer.offer, region=city.east, longitude=122.19, latitude=28.09)
    CapacityLot.objects.create(
        offer_at_place=other, starts_at=clock.now(), ends_at=clock.now() + timedelta(days=30), units=1
    )
    match()
    work()
    assert need.orders.latest("requested_at").offer_at_place == other
    again(city, other)
    CapacityLot.objects.update(ends_at=clock.now() + timedelta(days=60))
    with clock.stopped_at(clock.now() + timedelta(days=15)):
        match()
        work()
    assert need.orders.count() == 3, "things may have changed"


def test_what_was_overtaken_waits_and_takes_no_unit() -> None:
    city = build(units=3)
    gone, *needs = waiting_needs(city, 3)
    match()
    withdraw(gone, actor=None)
    hold(city.lot)
    hold(city.lot)  # one unit left for the two who still wait
    work()
    assert Order.objects.count() == 1
    assert Order.objects.get().hold.lot == city.lot
    assert [Need.objects.get(pk=need.pk).state for need in needs].count(Need.State.OPEN) == 1
    assert not overbooked()


def test_the_first_decision_of_the_run_takes_the_last_unit() -> None:
    city = build(units=2)
    waiting_needs(city, 2)
    run = match()
    first, second = (Match.objects.get(run=run, order=order).need for order in (1, 2))
    Need.objects.filter(pk=second.pk).update(need_index=99)  # weighed anew; the run's own order counts
    hold(city.lot)
    work()
    assert Order.objects.get().need == first
    assert second.orders.count() == 0


def test_deadlines_follow_each_region_and_each_kind() -> None:
    city = build(units=4)
    city.west.calendar = {"zone": "Asia/Shanghai", "weekdays": [0]}
    city.west.save()
    city.care.contact_days, city.care.resolution_days = 0, 1
    city.care.save()
    west, east = waiting_needs(city, 2)
    Need.objects.filter(pk=east.pk).update(region=city.east)
    tuesday = datetime(2026, 11, 24, 3, tzinfo=UTC)
    CapacityLot.objects.update(starts_at=tuesday, ends_at=tuesday + timedelta(days=1))
    with clock.stopped_at(tuesday):
        orders = {order.need_id: order for order in place_many(held_decisions())}
    assert orders[west.pk].resolution_due - orders[west.pk].contact_due == timedelta(days=7)
    assert orders[east.pk].resolution_due - orders[east.pk].contact_due == timedelta(days=1)


def test_many_orders_cost_no_more_queries_than_few() -> None:
    city = build(units=60)
    waiting_needs(city, 55)
    held = held_decisions()

    def queries(some: list[UUID]) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(place_many(some)) == len(some)
        return len(asked)

    assert queries(held[5:]) == queries(held[:5])
