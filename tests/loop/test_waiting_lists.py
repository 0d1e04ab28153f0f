"""Waiting lists: one waits in turn, is called up when something is free, and has it while one may answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.messages.carriers import Memory
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.checking import check
from lacarte.loop.orders.expecting_turn import Wait, expected_wait
from lacarte.loop.orders.models import Order, WaitingPlace
from lacarte.loop.orders.waiting import WaitingRefusedError, call_up, in_front, join, leave, take
from lacarte.registers.menu.capacity.holding import confirm, hold, release
from lacarte.registers.menu.models import CapacityLot, CapacityRule, Hold
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def need(city: City, **fields: object) -> Need:
    return receive(text="", channel="web", service_type=city.care, region=city.west, **fields)


@pytest.fixture
def taken(city: City) -> list[Hold]:
    """All of the city's units, taken."""
    return [confirm(hold(city.lot)) for _ in range(2)]


def state(place: WaitingPlace) -> str:
    place.refresh_from_db()
    return place.state


def test_who_came_first_is_called_first_and_says_yes(city: City, taken: list[Hold]) -> None:
    first, second = join(need(city), city.offer), join(need(city), city.offer)
    assert (in_front(first), in_front(second)) == (0, 1)
    assert call_up() == 0
    release(taken[0])
    assert call_up() == 1
    assert (state(first), state(second)) == ("called", "waiting")
    with pytest.raises(WaitingRefusedError, match="not your turn"):
        take(second)
    order = take(first)
    assert (order.need, order.hold, order.hold.state) == (first.need, first.hold, "confirmed")
    assert take(first) == order, "said twice it is one"
    assert state(first) == "taken"


def test_who_does_not_answer_is_passed_over_and_the_next_is_called(city: City, taken: list[Hold]) -> None:
    first, second = join(need(city), city.offer), join(need(city), city.offer)
    release(taken[0])
    call_up()
    with clock.stopped_at(clock.now() + DAY + HOUR):
        with pytest.raises(WaitingRefusedError, match="time to answer is over"):
            take(first)
        assert call_up() == 1
        assert (state(first), state(second)) == ("passed", "called")
        again = join(first.need, city.offer)
        assert in_front(again) == 0
    assert [event.name for event in timeline(first.need_id)][-3:] == [
        "waiting.called",
        "waiting.passed",
        "waiting.joined",
    ]
    assert not check().called_without


def test_every_free_unit_calls_one(city: City, taken: list[Hold]) -> None:
    places = [join(need(city), city.offer) for _ in range(3)]
    for one in taken:
        release(one)
    assert call_up() == 2
    assert [state(place) for place in places] == ["called", "called", "waiting"]
    leave(places[0])
    assert call_up() == 1
    assert state(places[2]) == "called"


def test_joined_twice_one_keeps_one_place(city: City, taken: list[Hold]) -> None:
    waits = need(city)
    assert join(waits, city.offer) == join(waits, city.offer)


def test_whoever_finds_an_offer_or_withdraws_leaves_all_lists(city: City, taken: list[Hold]) -> None:
    found, withdrawn = join(need(city), city.offer), join(need(city), city.offer)
    release(taken[0])
    call_up()
    place_order(found.need, offer_at_place=city.offer)
    withdraw(withdrawn.need, actor=None)
    call_up()
    assert (state(found), state(withdrawn)) == ("left", "left")
    assert found.hold is not None
    found.hold.refresh_from_db()
    assert found.hold.state == Hold.State.RELEASED, "what was held for them is for the next"


def test_nobody_is_called_for_an_appointment_that_is_about_to_begin(city: City, taken: list[Hold]) -> None:
    place, soon = join(need(city), city.offer), clock.now() + HOUR
    CapacityLot.objects.create(offer_at_place=city.offer, starts_at=soon, ends_at=soon + HOUR, units=1)
    assert call_up() == 0
    later = clock.now() + 5 * HOUR
    CapacityLot.objects.create(offer_at_place=city.offer, starts_at=later, ends_at=later + HOUR, units=1)
    assert call_up() == 1
    place.refresh_from_db()
    assert place.answer_by == later, "who has an appointment in five hours answers before it begins"


def test_where_nobody_needs_to_wait_nobody_does(city: City) -> None:
    with pytest.raises(WaitingRefusedError, match="free times"):
        join(need(city), city.offer)
    city.offer.offer.paused = True
    city.offer.offer.save()
    with pytest.raises(WaitingRefusedError, match="“Care” takes nobody on"):
        join(need(city), city.offer)
    CapacityLot.objects.all().delete()
    city.offer.offer.paused = False
    city.offer.offer.save()
    with pytest.raises(WaitingRefusedError, match="keeps no times"):
        join(need(city), city.offer)


def test_what_is_not_waiting_cannot_join(city: City, taken: list[Hold]) -> None:
    other = receive(text="", channel="web", service_type=city.lift, region=city.west)
    with pytest.raises(WaitingRefusedError, match="another service"):
        join(other, city.offer)
    done = need(city)
    withdraw(done, actor=None)
    with pytest.raises(WaitingRefusedError, match="does not wait"):
        join(done, city.offer)


def test_they_hear_in_their_language_by_their_own_way(
    city: City, taken: list[Hold], carried: type[Memory]
) -> None:
    person = Person.objects.create(name="Li", email="li@example.org", language="zh-hans")
    place = join(need(city, person=person, language="zh-hans"), city.offer)
    work()
    carried.sent.clear()
    release(taken[0])
    call_up()
    work()
    [letter] = carried.sent.values()
    assert (letter.to, letter.language) == ("li@example.org", "zh-hans")
    assert place.need.secret in letter.text
    with clock.stopped_at(clock.now() + DAY + HOUR):
        call_up()
        work()
    assert len(carried.sent) == 2


def test_the_clock_calls_them(city: City, taken: list[Hold]) -> None:
    from lacarte.kernel.schedule import enqueue_due

    place = join(need(city), city.offer)
    release(taken[0])
    enqueue_due()
    work()
    assert state(place) == "called"


def test_of_a_wait_that_nobody_knows_nothing_is_said(city: City, taken: list[Hold]) -> None:
    join(need(city), city.offer)
    assert expected_wait(join(need(city), city.offer)) == Wait(1, None, None)


def test_without_a_past_the_rules_say_how_long_it_takes_at_most(city: City, taken: list[Hold]) -> None:
    CapacityRule.objects.create(
        offer_at_place=city.offer, bucket="day", weekdays=[1], units=1, since=clock.now().date()
    )
    join(need(city), city.offer)
    assert expected_wait(join(need(city), city.offer)) == Wait(1, None, 14), "one a week, and one is in front"


def test_the_past_gives_a_range_that_grows_with_the_queue(city: City, taken: list[Hold]) -> None:
    now = clock.now()
    for day in range(20):  # somebody waited all the time, and one a day had their turn
        WaitingPlace.objects.create(
            need=need(city),
            offer_at_place=city.offer,
            state="taken",
            since=now - timedelta(days=20 - day),
            called_at=now - timedelta(days=19 - day),
            ended_at=now - timedelta(days=19 - day),
        )
    waits = [expected_wait(join(need(city), city.offer)) for _ in range(6)]
    assert waits[0].least_days == 0
    assert [one.in_front for one in waits] == list(range(6))
    for one in waits:
        assert one.least_days is not None
        assert one.most_days is not None
        assert one.least_days <= one.in_front + 1 <= one.most_days
    assert Order.objects.count() == 0


def test_who_is_called_up_together_tells_no_more_than_one_alone(city: City, taken: list[Hold]) -> None:
    now = clock.now()
    for week in range(4):  # five at once, every week
        called = now - timedelta(days=21 - 7 * week)
        for _ in range(5):
            WaitingPlace.objects.create(
                need=need(city),
                offer_at_place=city.offer,
                state="taken",
                since=now - timedelta(days=28),
                called_at=called,
                ended_at=called,
            )
    waits = [expected_wait(join(need(city), city.offer)) for _ in range(6)]
    assert len({(one.least_days, one.most_days) for one in waits[:5]}) == 1, "they have their turn together"
    assert waits[0].most_days is not None
    assert waits[5].most_days is not None
    assert 7 < waits[0].most_days < waits[5].most_days
