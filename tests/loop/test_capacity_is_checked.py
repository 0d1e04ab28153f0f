"""The checker finds what must never be: each wrong is made by hand, past the verbs that keep from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lacarte.kernel import clock
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.checking import check
from lacarte.loop.orders.models import Order, OrderState, WaitingPlace
from lacarte.loop.orders.states import Who
from lacarte.registers.menu.capacity.holding import confirm, hold, release
from lacarte.registers.menu.models import CapacityLot, Hold
from lacarte.site.health import findings
from tests.city import City

pytestmark = pytest.mark.django_db


def need(city: City) -> Need:
    return receive(text="", channel="web", service_type=city.care, region=city.west)


def order(city: City) -> Order:
    return place_order(need(city), offer_at_place=city.offer, hold=confirm(hold(city.lot)))


def said() -> tuple[bool, str]:
    found = next(one for one in findings() if one.what == "capacity")
    return found.well, found.words


def test_all_is_well_with_figures(city: City) -> None:
    order(city)
    hold(city.lot, expires_at=clock.now() + timedelta(hours=1))
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        assert check().books.expired == 1, "not marked yet, and free again"
        assert said() == (
            True,
            "2 units in 1 lots: 1 confirmed, 0 held, 1 free; no lot is overbooked, no unit is lost",
        )


def test_an_overbooked_lot_is_named(city: City) -> None:
    order(city)
    CapacityLot.objects.update(units=0)
    well, words = said()
    assert not well
    assert words == f"{city.lot.pk}: lots are overbooked"


def test_a_unit_that_nobody_has_is_found_and_one_that_is_used_up_is_not(city: City) -> None:
    done = order(city)
    for state in (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
        change(done, to=state, actor=None, who=Who.WORKER)
    assert check().well
    Order.objects.update(state=OrderState.CANCELLED)
    assert check().ownerless == [str(done.hold_id)]
    release(done.hold)
    assert check().well


def test_an_order_that_has_lost_its_unit_is_found(city: City) -> None:
    placed = order(city)
    Hold.objects.update(state=Hold.State.RELEASED)
    assert check().without_hold == [placed.need.reference]


def test_whoever_is_called_up_without_a_unit_is_found(city: City) -> None:
    waits, later = need(city), clock.now() + timedelta(hours=1)
    place = WaitingPlace.objects.create(
        need=waits, offer_at_place=city.offer, state="called", answer_by=later, hold=hold(city.lot)
    )
    assert check().well
    release(place.hold)
    assert check().called_without == [waits.reference]
    with clock.stopped_at(later):
        assert check().well
