"""A day's round: what is on it, in which order, and what a crew makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Role
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.models import NotToday, Order, Round
from lacarte.loop.orders.rounds.planning import Start, do_next, forget_rounds, not_today, order_anew, round_of
from lacarte.loop.orders.rounds.today import beside, ended_by, stops_of, today
from lacarte.loop.orders.rounds.travel import Stop
from lacarte.loop.orders.states import Who
from tests.city import official
from tests.loop.orders.rounds.going import Crew, hours

pytestmark = pytest.mark.django_db


def turn(crew: Crew) -> list[Order]:
    return [stop.order for stop in stops(crew)]


def stops(crew: Crew) -> list[Stop]:
    return round_of(crew.user, today())


def test_what_is_begun_booked_or_due_is_of_today_the_rest_could_be_done_too(crew: Crew, morning: datetime) -> None:
    late = crew.order(due=morning - timedelta(days=3))
    due = crew.order(due=morning + timedelta(hours=5))
    booked = crew.order(booked=hours(morning, 2, 3))
    begun = change(crew.order(), to="in-progress", actor=crew.user, who=Who.PROVIDER)
    later = crew.order()
    tomorrow = crew.order(booked=hours(morning, 26, 27))
    found = stops_of(crew.user, today())
    assert {order.pk for order in found} == {late.pk, due.pk, booked.pk, begun.pk}
    assert {order.pk for order in beside(crew.user, today(), found)} == {later.pk, tomorrow.pk}


def test_what_is_for_nowhere_or_another_provider_is_on_nobodys_round(crew: Crew, morning: datetime) -> None:
    Crew.of(crew.city, "colleague").order(due=morning, address="", at_a_point=False)
    order = crew.order(due=morning)
    assert turn(crew) == [order]
    crew.user.providers.clear()
    assert turn(crew) == []
    assert stops_of(official(Role.CASE_WORKER), today()) == []


def test_they_come_in_the_order_of_travel_and_stay_in_it(crew: Crew, morning: datetime) -> None:
    far, near, middle = (crew.order(east, due=morning) for east in (4, 1, 2))
    assert turn(crew) == [near, middle, far]
    between = crew.order(3, due=morning)
    assert turn(crew) == [near, middle, between, far], "what comes later goes where it costs least way"
    do_next(far, actor=crew.user)
    assert turn(crew) == [far, near, middle, between]
    assert turn(crew) == [far, near, middle, between]
    order_anew(crew.user, today(), start=Start.DEPOT)
    assert turn(crew) == [near, middle, between, far]
    order_anew(crew.user, today(), start=Start.HERE, here=(122.09, 28.05))
    assert turn(crew) == [far, between, middle, near]


def test_a_booked_time_is_kept_and_one_that_is_over_is_said(crew: Crew, morning: datetime) -> None:
    near, far = crew.order(1, due=morning), crew.order(4, booked=hours(morning, 0.1, 0.9))
    assert turn(crew) == [far, near]
    first, *_others = stops(crew)
    assert not first.missed
    assert first.begins is not None and morning < first.begins < morning + timedelta(hours=0.9)
    with clock.stopped_at(morning + timedelta(hours=2)):
        assert [stop.order for stop in stops(crew) if stop.missed] == [far]


def test_what_is_begun_comes_first(crew: Crew, morning: datetime) -> None:
    near, far = crew.order(1, due=morning), crew.order(4, due=morning)
    assert turn(crew) == [near, far]
    change(far, to="in-progress", actor=crew.user, who=Who.PROVIDER)
    assert turn(crew) == [far, near]


def test_a_place_that_is_known_in_words_only_has_its_turn_too(crew: Crew, morning: datetime) -> None:
    near, somewhere = crew.order(1, due=morning), crew.order(due=morning, at_a_point=False)
    assert turn(crew) == [near, somewhere]
    do_next(somewhere, actor=crew.user)
    assert turn(crew) == [somewhere, near]
    assert stops(crew)[0].begins is None


def test_without_a_start_the_reason_is_said(crew: Crew, morning: datetime) -> None:
    crew.order(due=morning)
    with pytest.raises(OrderRefusedError, match="where you are"):
        order_anew(crew.user, today(), start=Start.HERE)
    with pytest.raises(OrderRefusedError, match="Nothing is booked"):
        order_anew(crew.user, today(), start=Start.FIRST)
    crew.city.offer.longitude = None
    crew.city.offer.save()
    with pytest.raises(OrderRefusedError, match="has not said where"):
        order_anew(crew.user, today(), start=Start.DEPOT)


def test_what_is_not_done_today_says_why_to_whoever_waits(crew: Crew, morning: datetime) -> None:
    order, other = crew.order(due=morning), crew.order(due=morning)
    with pytest.raises(OrderRefusedError, match="why"):
        not_today(order, actor=crew.user)
    not_today(order, actor=crew.user, reason="weather", words="Storm")
    not_today(order, actor=crew.user, reason="weather")
    assert NotToday.objects.get().words == "Storm", "said twice, left once"
    assert turn(crew) == [other]
    assert order not in beside(crew.user, today(), [])
    said = [describe(event) for event in timeline(order.need_id)][-1]
    assert said.endswith("It stays on their list. Reason: the weather.")
    assert Order.objects.get(pk=order.pk).state == "accepted"
    with clock.stopped_at(morning + timedelta(days=1)):
        assert order in stops_of(crew.user, today())
    do_next(order, actor=crew.user)
    assert turn(crew) == [order, other], "or later today after all"


def test_what_could_be_done_too_is_taken_into_the_day(crew: Crew, morning: datetime) -> None:
    due, later = crew.order(1, due=morning), crew.order(2)
    assert turn(crew) == [due]
    do_next(later, actor=crew.user)
    assert turn(crew) == [later, due]


def test_what_is_over_is_listed_for_who_ended_it(crew: Crew, morning: datetime) -> None:
    order = crew.order(due=morning)
    crew.sends(order, "done")
    assert ended_by(crew.user, today()) == [order]
    assert ended_by(Crew.of(crew.city, "colleague").user, today()) == []
    assert turn(crew) == []
    with pytest.raises(OrderRefusedError, match="nothing more to do"):
        do_next(order, actor=crew.user)


def test_days_that_are_over_are_forgotten(crew: Crew, morning: datetime) -> None:
    crew.order(due=morning)
    turn(crew)
    forget_rounds()
    assert Round.objects.count() == 1
    with clock.stopped_at(morning + timedelta(days=9)):
        forget_rounds()
    assert not Round.objects.exists()
