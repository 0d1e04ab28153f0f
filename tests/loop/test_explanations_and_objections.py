"""Every decision is explained from what was kept with it; whoever it is about may object and gets an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Event, Role
from lacarte.kernel.objecting import LONGEST, ObjectionRefusedError
from lacarte.loop.matching.actions import match
from lacarte.loop.matching.explaining import in_words
from lacarte.loop.matching.models import Match, NextUnit, Objection, Price, Refusal
from lacarte.loop.matching.objections import answer, newest_objection, object_to
from lacarte.loop.matching.queries import decision_of, why_unserved
from lacarte.loop.needs.actions import withdraw
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.models import Order, OrderState
from lacarte.registers.menu.models import CapacityLot, Hold, OfferAtPlace
from tests.background import work
from tests.city import City, build, official
from tests.loop.runs import waiting_needs

pytestmark = pytest.mark.django_db


def matched() -> None:
    match()
    work()


def far_offer(city: City, units: int) -> OfferAtPlace:
    """The same care in the east, some 14 km away."""
    place = OfferAtPlace.objects.create(offer=city.offer.offer, region=city.east, longitude=122.18, latitude=28.05)
    week = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(days=7)}
    CapacityLot.objects.create(offer_at_place=place, units=units, **week)
    return place


# Why


def test_who_has_an_offer_is_told_why_this_one_and_why_not_a_nearer_one() -> None:
    city = build(units=1)
    far_offer(city, 1)
    waiting_needs(city, 2)
    matched()
    near, far = (Match.objects.get(offer_at_place__region=region) for region in (city.west, city.east))
    assert "Good Hands (West)" in in_words(near)[0]
    assert "Good Hands (East)" in in_words(far)[0]
    assert any("Good Hands (West)" in sentence for sentence in in_words(far)[1:])
    with translation.override("zh-hans"):
        assert "名额" in in_words(near)[0]


def test_who_waits_is_told_what_is_full_and_what_would_change_it() -> None:
    city = build(units=2)
    waiting_needs(city, 5)
    matched()
    waits = Need.objects.filter(state=Need.State.OPEN)
    told = sorted((why_unserved(need.pk) for need in waits), key=lambda one: one.order)  # type: ignore[union-attr]
    words = [" ".join(in_words(one)) for one in told]  # type: ignore[arg-type]
    first = told[0].explanation["zone"]  # type: ignore[union-attr]
    assert (first["offers"], first["places"], first["needs"], first["deficit"]) == (1, 2, 3, 1)
    assert all("2 places" in one for one in words)
    assert "3 people" in words[0]
    assert not any("Number 0" in one for one in words)
    changes = [{one["kind"]: one["amount"] for one in each.explanation["changes"]} for each in told if each]
    assert (changes[0]["one_place"], changes[1]["places"], changes[2]["places"]) == (1, 2, 3)
    assert all("Good Hands (West)" in one for one in words)


def test_who_no_offer_reaches_is_told_so() -> None:
    city = build()
    city.offer.reach_metres = 10
    city.offer.save()
    [need] = waiting_needs(city, 1)
    matched()
    told = why_unserved(need.pk)
    assert told is not None
    assert told.explanation["outcome"] == "no-offer"
    assert in_words(told)


def test_an_explanation_does_not_change_with_the_records() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    matched()
    match_, unserved = Match.objects.get(), why_unserved(Need.objects.get(state=Need.State.OPEN).pk)
    assert unserved is not None
    before = in_words(match_), in_words(unserved)
    CapacityLot.objects.update(units=50)
    OfferAtPlace.objects.update(longitude=122.0, reach_metres=1)
    match_.refresh_from_db()
    unserved.refresh_from_db()
    assert (in_words(match_), in_words(unserved)) == before


def test_nobody_is_named_and_old_decisions_say_nothing() -> None:
    city = build(units=1)
    first, second = waiting_needs(city, 2)
    matched()
    for need in (first, second):
        about = decision_of(need.pk) or why_unserved(need.pk)
        assert about is not None
        assert str(first.pk) not in str(about.explanation)
        assert str(second.pk) not in str(about.explanation)
    old = Match.objects.get()
    old.explanation = {}
    assert in_words(old) == ()


# What one unit more would do


def test_one_more_unit_is_said_with_who_it_serves_and_the_next_ones_with_what_they_add() -> None:
    city = build(units=1)
    waiting_needs(city, 4)
    matched()
    price = Price.objects.get()
    assert (price.people, price.priority_class) == (1.0, 1)
    units = list(NextUnit.objects.values_list("rank", "priority_class"))
    assert units == [(1, 1), (2, 1), (3, 1)], "the fourth would serve nobody"
    assert all(unit.seconds <= 0 for unit in NextUnit.objects.all()), "serving somebody takes travel"


# Who waits long enough moves up


def test_a_long_wait_moves_a_need_up_one_class() -> None:
    city = build(units=1)
    city.care.urgency = 2
    city.care.save()
    fresh, old = waiting_needs(city, 2)
    Need.objects.filter(pk=old.pk).update(received_at=clock.now() - timedelta(days=91))
    run = match()
    assert Match.objects.get(run=run).need == old
    assert (Match.objects.get(run=run).priority_class, fresh.unserved.get().priority_class) == (1, 2)


# I object


def ordered(city: City) -> Order:
    waiting_needs(city, 1)
    matched()
    return Order.objects.latest("requested_at")


def test_an_objection_keeps_what_was_told_and_is_on_the_timeline() -> None:
    order = ordered(build())
    raised = object_to(order.need, reason=" It is too far for me. ", actor=None)
    assert (raised.state, raised.reason) == (Objection.State.OPEN, "It is too far for me.")
    assert raised.match == Match.objects.get()
    assert in_words(raised) == in_words(Match.objects.get())
    assert "objected" in describe(timeline(order.need_id).last())  # type: ignore[arg-type]
    event = Event.objects.get(name="objection.raised")
    assert "far" not in str(event.payload), "the log holds no words of people"


def test_upheld_takes_the_order_back_and_looks_for_another_offer() -> None:
    city = build(units=1)
    worker = official(Role.CASE_WORKER, city.west)
    order = ordered(city)
    other = far_offer(city, 1)
    raised = object_to(order.need, reason="I was hurt there.", actor=None)
    answer(raised, upheld=True, words="You are right.", actor=worker)
    work()
    order.refresh_from_db()
    need = Need.objects.get()
    assert (order.state, order.reason, need.state) == (OrderState.REJECTED, "You are right.", Need.State.OPEN)
    assert Hold.objects.get().state == Hold.State.RELEASED
    assert Refusal.objects.filter(need=need, offer_at_place=city.offer).exists()
    matched()
    assert Order.objects.latest("requested_at").offer_at_place == other


def test_not_upheld_leaves_all_as_it_is() -> None:
    city = build()
    order = ordered(city)
    raised = object_to(order.need, reason="I do not like it.", actor=None)
    answered = answer(raised, upheld=False, words="It is the nearest.", actor=official(Role.CASE_WORKER))
    work()
    order.refresh_from_db()
    assert (order.state, answered.state) == (OrderState.REQUESTED, Objection.State.REJECTED)
    assert newest_objection(order.need) == answered
    assert not Refusal.objects.exists()


def test_an_accepted_order_goes_on_and_the_offer_is_not_asked_again() -> None:
    city = build()
    worker, order = official(Role.CASE_WORKER), ordered(city)
    raised = object_to(order.need, reason="Too far.", actor=None)
    change(order, to=OrderState.ACCEPTED, actor=worker)
    answer(raised, upheld=True, words="We talk to them.", actor=worker)
    work()
    order.refresh_from_db()
    assert order.state == OrderState.ACCEPTED
    assert Refusal.objects.count() == 1


def test_who_waits_may_object_too() -> None:
    city = build(units=0)
    [need] = waiting_needs(city, 1)
    matched()
    raised = object_to(need, reason="I have waited for a year.", actor=None)
    assert raised.match is None
    assert raised.explanation["outcome"] == "full"
    answer(raised, upheld=True, words="We look at it.", actor=official(Role.CASE_WORKER))
    work()
    assert Need.objects.get().state == Need.State.OPEN


def test_one_objects_once_at_a_time_and_with_words() -> None:
    order = ordered(build())
    for reason, says in (("  ", "few words"), ("x" * (LONGEST + 1), "2000"), ("\0", "no text")):
        with pytest.raises(ObjectionRefusedError, match=says):
            object_to(order.need, reason=reason, actor=None)
    raised = object_to(order.need, reason="Too far.", actor=None)
    with pytest.raises(ObjectionRefusedError, match="already"):
        object_to(order.need, reason="Still too far.", actor=None)
    worker = official(Role.CASE_WORKER)
    with pytest.raises(ObjectionRefusedError, match="say why"):
        answer(raised, upheld=False, words=" ", actor=worker)
    answer(raised, upheld=False, words="It is near.", actor=worker)
    with pytest.raises(ObjectionRefusedError, match="been answered"):
        answer(raised, upheld=True, words="Or not.", actor=worker)
    assert object_to(order.need, reason="It is not near.", actor=None).state == Objection.State.OPEN


def test_a_closed_need_and_a_foreign_case_worker_are_refused() -> None:
    city = build(units=0)
    [need] = waiting_needs(city, 1)
    raised = object_to(need, reason="Why?", actor=None)
    with pytest.raises(PermissionDenied):
        answer(raised, upheld=True, words="Yes.", actor=official(Role.CASE_WORKER, city.east))
    with pytest.raises(PermissionDenied):
        answer(raised, upheld=True, words="Yes.", actor=official(Role.PLANNER))
    withdraw(need, actor=None)
    with pytest.raises(ObjectionRefusedError, match="closed"):
        object_to(need, reason="Why?", actor=None)
