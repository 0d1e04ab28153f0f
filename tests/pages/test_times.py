"""A resident chooses a time, holds it while they answer, books, moves and cancels it, or waits for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order, WaitingPlace
from lacarte.loop.orders.waiting import call_up, join
from lacarte.registers.menu.capacity.holding import confirm, hold, release
from lacarte.registers.menu.models import CapacityLot, Hold
from lacarte.registers.people.models import Person
from tests.city import City

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def lots(city: City) -> list[CapacityLot]:
    """Three appointments of one place each, in the coming days, and nothing else."""
    CapacityLot.objects.all().delete()
    first = (clock.now() + 2 * DAY).replace(hour=9, minute=0, second=0, microsecond=0)
    starts = [first, first + HOUR, first + DAY]
    return [
        CapacityLot.objects.create(offer_at_place=city.offer, starts_at=at, ends_at=at + HOUR / 2, units=1)
        for at in starts
    ]


@pytest.fixture
def need(city: City) -> Need:
    return receive(
        text="", channel="web", service_type=city.care, longitude=122.04, latitude=28.04, region=city.west
    )


@pytest.fixture
def theirs(client: Client, need: Need) -> Client:
    """The browser of whoever has the need's private link."""
    client.get(reverse("open-need", args=[need.secret]))
    return client


def page(client: Client, name: str, *about: object) -> str:
    reply = client.get(reverse(name, args=about), follow=True)
    assert reply.status_code == 200
    return str(reply.content.decode())


def choose(client: Client, need: Need, city: City, lot: CapacityLot) -> str:
    """Choose a time; returns the page that follows."""
    reply = client.post(
        reverse("times-of", args=[need.reference, city.offer.pk]), {"lot": str(lot.pk)}, follow=True
    )
    return str(reply.content.decode())


def test_a_time_is_chosen_held_and_booked(city: City, lots: list[CapacityLot], need: Need, theirs: Client) -> None:
    assert "Choose a time" in page(theirs, "need", need.reference)
    assert "Good Hands" in page(theirs, "times", need.reference)
    days = page(theirs, "times-of", need.reference, city.offer.pk)
    assert days.count('type="radio"') == 3
    assert days.count("<fieldset") == 2, "a group for each day"
    held = choose(theirs, need, city, lots[1])
    assert "10:00–10:30" in held
    assert "15 more minutes" in held
    with clock.stopped_at(clock.now() + timedelta(minutes=10)):
        assert "5 more minutes" in page(theirs, "time-held", need.reference)
    theirs.post(reverse("time-held", args=[need.reference]), {"book": ""})
    theirs.post(reverse("time-held", args=[need.reference]), {"book": ""})
    order = Order.objects.get()
    assert order.hold is not None
    assert (order.hold.lot, order.hold.state, order.hold.expires_at) == (lots[1], Hold.State.CONFIRMED, None)
    assert "10:00–10:30" in page(theirs, "need", need.reference)


@pytest.mark.parametrize(
    ("due", "says"), [(HOUR, "Good Hands will answer by"), (5 * DAY, "Your time stands, unless Good Hands writes")]
)
def test_who_is_answered_after_the_time_hears_that_it_stands(
    city: City, lots: list[CapacityLot], need: Need, theirs: Client, due: timedelta, says: str
) -> None:
    choose(theirs, need, city, lots[0])
    theirs.post(reverse("time-held", args=[need.reference]), {"book": ""})
    Order.objects.update(contact_due=clock.now() + due)
    assert says in page(theirs, "need", need.reference)


def test_two_clicks_hold_once_and_another_time_replaces_the_first(
    city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    for lot in (lots[0], lots[0], lots[2]):
        choose(theirs, need, city, lot)
    assert Hold.objects.get().lot == lots[2]


def test_who_answers_too_late_chooses_again(
    city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    choose(theirs, need, city, lots[0])
    with clock.stopped_at(clock.now() + HOUR):
        assert "time to answer is over" in page(theirs, "time-held", need.reference)
        answered = theirs.post(reverse("time-held", args=[need.reference]), {"book": ""}, follow=True)
        assert "time to answer is over" in answered.content.decode()
        swapped = theirs.get(reverse("time-held", args=[need.reference]), headers={"HX-Request": "true"})
        assert swapped["HX-Redirect"] == reverse("times", args=[need.reference])
    assert not Order.objects.exists()


def test_a_time_that_is_held_is_given_back(
    city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    choose(theirs, need, city, lots[0])
    theirs.post(reverse("time-held", args=[need.reference]), {"let-go": "yes"})
    assert Hold.objects.get().state == Hold.State.RELEASED


def test_somebody_else_was_quicker(city: City, lots: list[CapacityLot], need: Need, theirs: Client) -> None:
    hold(lots[0])
    answered = choose(theirs, need, city, lots[0])
    assert "Somebody else was quicker" in answered
    assert answered.count('type="radio"') == 2
    assert "There is a problem" in choose(theirs, need, city, CapacityLot())


def test_a_booking_moves_and_keeps_its_time_where_that_fails(
    city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    choose(theirs, need, city, lots[0])
    theirs.post(reverse("time-held", args=[need.reference]), {"book": ""})
    assert "Choose another time" in page(theirs, "need", need.reference)
    moving = page(theirs, "times", need.reference)
    assert "You keep it until you have chosen another" in moving
    assert moving.count('type="radio"') == 2
    hold(lots[1])
    choose(theirs, need, city, lots[1])
    assert Order.objects.get().hold.lot == lots[0]
    assert "The new time is booked" in choose(theirs, need, city, lots[2])
    assert Order.objects.get().hold.lot == lots[2]
    assert hold(lots[0]), "the one before is free again"


def test_a_booking_is_cancelled_and_its_time_is_free(
    city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    choose(theirs, need, city, lots[0])
    theirs.post(reverse("time-held", args=[need.reference]), {"book": ""})
    theirs.post(reverse("stop-need", args=[need.reference]))
    assert Order.objects.get().state == "cancelled"
    assert hold(lots[0])


def test_who_finds_all_taken_waits_is_called_and_takes_it(
    city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    taken = [confirm(hold(lot)) for lot in lots]
    assert "Join the waiting list" in page(theirs, "times", need.reference)
    theirs.post(reverse("wait-for", args=[need.reference, city.offer.pk]))
    waiting = page(theirs, "need", need.reference)
    assert "You are the next in the list" in waiting
    assert "We cannot say how long it takes" in waiting
    release(taken[1])
    call_up()
    place = WaitingPlace.objects.get()
    called = page(theirs, "need", need.reference)
    assert "It is your turn" in called
    assert "10:00–10:30" in called
    theirs.post(reverse("waiting-answer", args=[need.reference, place.pk]), {"take": "yes"})
    assert Order.objects.get().hold.lot == lots[1]


def test_who_waits_goes_before_who_comes_later(
    city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    other = receive(text="", channel="web", service_type=city.care, region=city.west)
    taken = [confirm(hold(lot)) for lot in lots]
    join(other, city.offer)
    release(taken[0])
    assert "Others wait for what becomes free here" in choose(theirs, need, city, lots[0])
    assert WaitingPlace.objects.get().state == "waiting"


def test_a_waiting_list_is_left(city: City, lots: list[CapacityLot], need: Need, theirs: Client) -> None:
    for lot in lots:
        confirm(hold(lot))
    place = join(need, city.offer)
    theirs.post(reverse("waiting-answer", args=[need.reference, place.pk]), {"leave": "yes"})
    assert WaitingPlace.objects.get().state == "left"


def test_nobody_else_sees_or_changes_a_time(city: City, lots: list[CapacityLot], need: Need) -> None:
    stranger, account = Client(), Client()
    account.force_login(User.objects.create_user("somebody"))
    place = WaitingPlace.objects.create(need=need, offer_at_place=city.offer)
    for browser in (stranger, account):
        for name, about in (
            ("times", ()),
            ("times-of", (city.offer.pk,)),
            ("time-held", ()),
        ):
            assert browser.get(reverse(name, args=[need.reference, *about])).status_code == 404
        for name, about in (
            ("times-of", (city.offer.pk,)),
            ("time-held", ()),
            ("wait-for", (city.offer.pk,)),
            ("waiting-answer", (place.pk,)),
        ):
            assert browser.post(reverse(name, args=[need.reference, *about])).status_code == 404
    assert not Hold.objects.exists()


def test_the_account_whose_need_it_is_needs_no_link(city: City, lots: list[CapacityLot], client: Client) -> None:
    user = User.objects.create_user("ana")
    person = Person.objects.create(user=user, name="Ana")
    own = receive(text="", channel="web", service_type=city.care, region=city.west, person=person)
    client.force_login(user)
    assert "Good Hands" in page(client, "times", own.reference)


@pytest.mark.parametrize("asked", ["2026-13-45", "x", "0001-01-01", "9999-12-31", "-1", "2026-11-28T09:00"])
def test_a_week_that_is_none_is_that_of_the_next_free_time(
    asked: str, city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    reply = theirs.get(reverse("times-of", args=[need.reference, city.offer.pk]), {"from": asked})
    assert reply.content.decode().count('type="radio"') == 3


@pytest.mark.parametrize("said", [{}, {"lot": ""}, {"lot": "x"}, {"lot": "-3"}, {"lot": "a" * 5000}])
def test_what_is_no_time_is_said_to_be_none(
    said: dict[str, str], city: City, lots: list[CapacityLot], need: Need, theirs: Client
) -> None:
    reply = theirs.post(reverse("times-of", args=[need.reference, city.offer.pk]), said)
    assert reply.status_code == 422
    assert "There is a problem" in reply.content.decode()


def test_the_pages_speak_chinese(city: City, lots: list[CapacityLot], need: Need, theirs: Client) -> None:
    theirs.cookies["django_language"] = "zh-hans"
    with translation.override("zh-hans"):
        assert "居家照护" in page(theirs, "times", need.reference)
        assert "月" in page(theirs, "times-of", need.reference, city.offer.pk)
