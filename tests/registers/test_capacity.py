"""Holds: a unit is taken, made to last, given back or moved, and never given twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.registers.menu.capacity.counting import overbooked, with_free_units
from lacarte.registers.menu.capacity.finding import CapacityState, capacity_states, free_slots, next_free
from lacarte.registers.menu.capacity.holding import (
    CapacityRefusedError,
    NoCapacityError,
    confirm,
    confirm_many,
    extend,
    hold,
    hold_many,
    move,
    release,
    release_expired,
    take_earliest,
)
from lacarte.registers.menu.models import CapacityLot, CapacityRule, Hold, OfferAtPlace
from tests.city import City, build

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def free(lot: CapacityLot | None = None) -> int:
    lots = CapacityLot.objects.filter(pk=lot.pk) if lot else CapacityLot.objects.all()
    return with_free_units(lots).get().free


def appointment(city: City, after: timedelta, units: int = 1, place: OfferAtPlace | None = None) -> CapacityLot:
    starts = clock.now() + after
    return CapacityLot.objects.create(
        offer_at_place=place or city.offer, starts_at=starts, ends_at=starts + HOUR, units=units
    )


def test_capacity_is_never_given_twice() -> None:
    lot = build(units=2).lot
    first = hold(lot)
    confirm(hold(lot))
    with pytest.raises(NoCapacityError, match="1 asked for, 0 free"):
        hold(lot)
    assert release(first)
    assert not release(first)
    assert free() == 1
    assert not overbooked()


def test_a_hold_expires_and_who_comes_late_is_told() -> None:
    lot = build(units=1).lot
    late = hold(lot, expires_at=clock.now() + 5 * MINUTE)
    assert free() == 0
    with clock.stopped_at(clock.now() + 6 * MINUTE):
        assert free() == 1
        confirm(hold(lot))
        with pytest.raises(NoCapacityError, match="quicker"):
            confirm(late)
        assert not overbooked()


def test_who_is_late_but_first_still_gets_it() -> None:
    lot = build(units=1).lot
    late = hold(lot, expires_at=clock.now() + 5 * MINUTE)
    with clock.stopped_at(clock.now() + 6 * MINUTE):
        assert confirm(late).expires_at is None
        assert free() == 0


def test_what_was_given_back_cannot_be_confirmed_extended_or_moved() -> None:
    city = build(units=1)
    gone, other = hold(city.lot, expires_at=clock.now() + MINUTE), appointment(city, DAY)
    release(gone)
    for verb in (
        confirm,
        lambda held: extend(held, expires_at=clock.now() + HOUR),
        lambda held: move(held, other),
    ):
        with pytest.raises(NoCapacityError, match="given back"):
            verb(gone)
    assert (free(city.lot), free(other)) == (1, 1)


def test_what_has_expired_is_marked_so_that_there_is_less_to_count() -> None:
    lot = build(units=2).lot
    ends = clock.now() + 5 * MINUTE
    hold(lot, expires_at=ends)
    kept = hold(lot)
    assert release_expired() == 0
    with clock.stopped_at(clock.now() + HOUR):
        assert release_expired() == 1
        assert release_expired() == 0
    over = Hold.objects.exclude(pk=kept.pk).get()
    assert (over.state, over.ended_at) == (Hold.State.RELEASED, ends)
    with pytest.raises(NoCapacityError, match="time to answer is over"):
        confirm(over)


def test_a_hold_is_extended_while_it_lives() -> None:
    lot = build(units=1).lot
    held = hold(lot, expires_at=clock.now() + MINUTE)
    extend(held, expires_at=clock.now() + HOUR)
    with clock.stopped_at(clock.now() + 5 * MINUTE):
        assert free() == 0
    with clock.stopped_at(clock.now() + 2 * HOUR), pytest.raises(NoCapacityError):
        extend(held, expires_at=clock.now() + 3 * HOUR)


def test_a_hold_moves_with_its_state_or_stays_where_it_is() -> None:
    city = build(units=1)
    later, full = appointment(city, DAY), appointment(city, 2 * DAY)
    hold(full)
    held = confirm(hold(city.lot, holder="draft:1"))
    with pytest.raises(NoCapacityError):
        move(held, full)
    assert (free(city.lot), held.lot_id) == (0, city.lot.pk)
    moved = move(held, later)
    assert (moved.pk, moved.state, moved.holder) == (held.pk, Hold.State.CONFIRMED, "draft:1")
    assert (free(city.lot), free(later)) == (1, 0)
    move(moved, later)
    assert Hold.objects.filter(lot=later).count() == 1, "moved to where it is, it stays"


def test_several_lots_are_held_together_or_not_at_all() -> None:
    city = build(units=1)
    full = appointment(city, DAY)
    hold(full)
    with pytest.raises(NoCapacityError):
        hold_many([(city.lot, 1), (full, 1)])
    assert free(city.lot) == 1
    other = appointment(city, 2 * DAY)
    both = confirm_many(hold_many([(city.lot, 1), (other, 1)], holder="part:1"))
    assert {one.state for one in both} == {Hold.State.CONFIRMED}
    assert (free(city.lot), free(other)) == (0, 0)


@pytest.mark.parametrize("units", [0, -3])
def test_fewer_than_one_unit_are_refused(units: int) -> None:
    with pytest.raises(CapacityRefusedError, match="At least one unit"):
        hold(build().lot, units=units)


def test_a_time_that_is_over_is_refused() -> None:
    city = build()
    begun = appointment(city, -10 * MINUTE)
    with pytest.raises(CapacityRefusedError, match="over"):
        hold(begun)
    assert hold(city.lot), "a week that has begun is not over"
    with clock.stopped_at(city.lot.ends_at), pytest.raises(CapacityRefusedError, match="over"):
        hold(city.lot)
    with pytest.raises(CapacityRefusedError, match="until which"):
        hold(city.lot, expires_at=clock.now() - MINUTE)


def test_a_lot_that_is_gone_or_paused_is_refused_by_name() -> None:
    city = build()
    gone = appointment(city, DAY)
    CapacityLot.objects.filter(pk=gone.pk).delete()
    with pytest.raises(CapacityRefusedError, match="no such time"):
        hold(gone)
    city.offer.offer.paused = True
    city.offer.offer.save()
    with pytest.raises(CapacityRefusedError, match="“Care” takes nobody on"):
        hold(city.lot)


def test_many_units_are_taken_at_once_the_earliest_first() -> None:
    city = build(units=2)
    later = CapacityLot.objects.create(
        offer_at_place=city.offer, starts_at=city.lot.ends_at, ends_at=city.lot.ends_at + 7 * DAY, units=1
    )
    hold(city.lot)
    holds = take_earliest([city.offer.pk] * 3)
    assert [held and held.lot_id for held in holds] == [city.lot.pk, later.pk, None]
    assert not overbooked()
    assert not with_free_units(CapacityLot.objects.all()).filter(free__gt=0)


def test_what_is_left_for_others_is_the_earliest() -> None:
    city = build(units=2)
    later = CapacityLot.objects.create(
        offer_at_place=city.offer, starts_at=city.lot.ends_at, ends_at=city.lot.ends_at + 7 * DAY, units=2
    )
    holds = take_earliest([city.offer.pk] * 3, leaving={city.offer.pk: 3})
    assert [held and held.lot_id for held in holds] == [later.pk, None, None]
    assert (free(city.lot), free(later)) == (2, 1)


def test_nothing_is_taken_of_what_is_over_or_paused() -> None:
    city = build(units=2)
    with clock.stopped_at(city.lot.ends_at):
        assert take_earliest([city.offer.pk]) == [None]
    city.offer.offer.paused = True
    city.offer.offer.save()
    assert take_earliest([city.offer.pk]) == [None]
    assert free() == 2


def test_of_a_lot_that_closes_nobody_new_takes_and_nobody_loses() -> None:
    city = build(units=3)
    kept, other = confirm(hold(city.lot)), hold(city.lot, expires_at=clock.now() + HOUR)
    CapacityLot.objects.filter(pk=city.lot.pk).update(units=2, closing_to=1)
    assert confirm(other).state == Hold.State.CONFIRMED
    release(kept)
    with pytest.raises(NoCapacityError):
        hold(city.lot)
    release(other)
    assert hold(city.lot)
    assert not overbooked()


def test_free_times_of_a_place_in_a_window() -> None:
    city = build(units=1)
    soon, full, far = appointment(city, HOUR), appointment(city, 3 * HOUR), appointment(city, 9 * DAY)
    hold(full)
    now = clock.now()
    found = free_slots(city.offer, since=now, until=now + 7 * DAY)
    assert [(lot.pk, lot.free) for lot in found] == [(city.lot.pk, 1), (soon.pk, 1)]
    assert free_slots(city.offer, since=now + 8 * DAY, until=now + 10 * DAY) == [far]
    city.offer.offer.paused = True
    assert free_slots(city.offer, since=now, until=now + 7 * DAY) == []


def test_the_next_free_time_of_many_offers_is_one_query() -> None:
    city = build(units=1)
    places = [OfferAtPlace.objects.create(offer=city.offer.offer, region=city.west) for _ in range(20)]
    for place in places[:-1]:
        hold(appointment(city, HOUR, place=place))
        appointment(city, DAY, place=place)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = next_free([place.pk for place in places])
    assert len(queries) == 1
    assert set(found) == {place.pk for place in places[:-1]}
    assert {lot.starts_at > clock.now() + 20 * HOUR for lot in found.values()} == {True}
    assert not next_free([place.pk for place in places], before=clock.now() + 2 * HOUR)


def test_the_four_states_are_derived_in_one_query() -> None:
    city = build(units=1)
    full, paused, over, unknown, coming = (
        OfferAtPlace.objects.create(offer=city.offer.offer, region=city.west) for _ in range(5)
    )
    hold(appointment(city, HOUR, place=full))
    past = clock.now() - 9 * DAY
    CapacityLot.objects.create(offer_at_place=over, starts_at=past, ends_at=past + DAY, units=1)
    CapacityRule.objects.create(offer_at_place=coming, bucket="day", units=1, since=clock.now().date())
    other = city.offer.offer
    other.pk, other.code, other.paused, other._state.adding = None, "paused", True, True
    other.id = OfferAtPlace().pk
    other.save()
    paused.offer = other
    paused.save()
    appointment(city, HOUR, place=paused)
    asked = {
        city.offer: "capacity",
        full: "waitlist",
        coming: "waitlist",
        over: "no-capacity",
        paused: "no-capacity",
    }
    with CaptureQueriesContext(connection) as queries:
        found = capacity_states([place.pk for place in [*asked, unknown]])
    assert len(queries) == 1
    assert found == {place.pk: state for place, state in asked.items()} | {unknown.pk: CapacityState.ASSESSMENT}
