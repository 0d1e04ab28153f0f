"""One need travels the whole loop: sensed, understood, weighed, matched, delivered, heard back, planned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Role
from lacarte.loop.matching.actions import match
from lacarte.loop.matching.models import Match, Price, Shortage
from lacarte.loop.needs.actions import NeedRefusedError, classify, receive, withdraw
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.needs.queries import by_reference, by_secret, visible
from lacarte.loop.orders.actions import OrderRefusedError, change
from lacarte.loop.orders.delivery.undoing import newest_change, undo
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.tasks import watch_deadlines
from lacarte.loop.planning.unmet import unmet
from lacarte.loop.sensing.actions import observe
from lacarte.loop.sensing.models import Datastream, Thing
from lacarte.loop.voice.actions import RatingRefusedError, rate
from lacarte.loop.voice.models import Rating
from lacarte.loop.voice.queries import rates
from lacarte.registers.menu.capacity.counting import with_free_units
from lacarte.registers.menu.models import CapacityLot
from tests.background import work
from tests.city import build, official

pytestmark = pytest.mark.django_db


def care_need(**fields: object) -> Need:
    values = {"text": "My mother needs help at home with washing", "longitude": 122.04, "latitude": 28.04}
    return receive(channel=Channel.WEB, **{**values, **fields})  # type: ignore[arg-type]


def test_a_need_travels_the_whole_loop() -> None:
    city = build()
    worker = official(Role.CASE_WORKER, city.west)

    need = care_need()
    assert (need.service_type, need.region, need.language) == (city.care, city.west, "en")
    work()
    need.refresh_from_db()
    assert need.priority_class == 1
    assert set(need.weighing.parts) == {"urgency", "vulnerability", "deprivation", "waiting"}

    run = match()
    work()
    order = Order.objects.get(need=need)
    assert (run.matched, run.gap, order.offer_at_place) == (1, 0, city.offer)
    assert order.resolution_due > order.contact_due > clock.now()
    assert with_free_units(CapacityLot.objects.all()).get().free == 1

    for state in (OrderState.RECEIVED, OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
        change(order, to=state, actor=worker)
    need.refresh_from_db()
    assert need.state == Need.State.MET

    rate(Order.objects.get(), contacted_in_time=True, solved=True, satisfaction=5, comment="Thank you")
    told = [describe(event) for event in timeline(need.pk)]
    assert told[0] == "We have received your need."
    assert told[-1] == "You told us how it went."
    assert "The provider has accepted it." in told


def test_a_sensed_alarm_becomes_one_need_and_clears() -> None:
    city = build()
    thing = Thing.objects.create(
        code="lift-1", name={"en": "Lift 1"}, region=city.east, longitude=122.15, latitude=28.05
    )
    stream = Datastream.objects.create(
        thing=thing, observed_property="standstill", unit="min", high=10, service_type=city.lift
    )
    start = clock.now()
    for minute, value in ((0, 0), (1, 15), (2, 20), (1, 15)):
        observe(stream, value=value, at=start + timedelta(minutes=minute))
    work()
    need = Need.objects.get()
    assert (need.channel, need.service_type, need.region, need.priority_class) == (
        "sensor",
        city.lift,
        city.east,
        0,
    )
    observe(stream, value=0, at=start + timedelta(minutes=3))
    assert not stream.alarms.filter(cleared_at=None).exists()


def test_scarce_capacity_goes_to_the_more_urgent_and_the_rest_is_planned() -> None:
    city = build(units=1)
    planner = official(Role.PLANNER)
    ordinary = care_need()
    Need.objects.filter(pk=ordinary.pk).update(received_at=clock.now() - timedelta(days=3))
    urgent = care_need(service_type=city.care)
    city.care.urgency = 1
    city.care.save()
    work()
    match()
    work()
    assert Match.objects.count() == 1
    waiting = Need.objects.get(state=Need.State.OPEN)
    [row] = unmet(planner).rows
    assert (row.service_type, row.region, row.waiting) == (city.area, city.west, None), "one person is not told of"
    assert row.reasons == {"full": None}
    short = Shortage.objects.get()
    assert (short.service_type, short.region) == (city.care, city.west)
    assert (short.full, short.out_of_reach) == (1, 0), "one more unit serves the one who waits"
    assert Price.objects.get().price > 0
    assert waiting.pk in {ordinary.pk, urgent.pk}


def test_a_person_chooses_where_the_machine_is_unsure() -> None:
    city = build()
    worker = official(Role.CASE_WORKER)
    need = receive(text="qwertz", channel=Channel.WEB)
    assert need.service_type_id == 0
    classify(need, service_type=city.care, actor=worker)
    need.refresh_from_db()
    assert (need.service_type, need.type_certainty) == (city.care, 1.0)


def test_the_same_message_twice_is_one_need() -> None:
    build()
    assert care_need(external_id="mail:1") == care_need(external_id="mail:1")
    assert Need.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": "  "}, "few words"),
        ({"text": "x" * 5001}, "5000"),
        ({"longitude": 500.0}, "Longitude"),
        ({"latitude": None}, "both"),
    ],
)
def test_bad_input_is_refused_with_a_reason(fields: dict, says: str) -> None:
    build()
    with pytest.raises(NeedRefusedError, match=says):
        care_need(**fields)


def test_only_the_secret_opens_a_needs_page() -> None:
    build()
    need = care_need()
    assert by_reference(need.reference.lower()) == need
    assert by_secret(need.secret) == need
    assert by_secret("wrong") is None
    assert by_secret("") is None


def test_a_mandate_is_a_rectangle_in_the_query() -> None:
    city = build()
    west, east = care_need(), care_need(longitude=122.15)
    assert set(visible(official(Role.CASE_WORKER, city.west))) == {west}
    assert set(visible(official(Role.CASE_WORKER, city.city))) == {west, east}
    lifts = {"service_first": city.lift.number, "service_last": city.lift.last}
    assert not visible(official(Role.CASE_WORKER, city.city, **lifts))
    assert not visible(official(Role.CASE_WORKER, city.city, name="late", until=clock.now() - timedelta(days=1)))
    assert not visible(official(Role.PLANNER))


def ordered(city: object) -> Order:
    need = care_need()
    work()
    match()
    work()
    return Order.objects.get(need=need)


def test_an_order_changes_by_the_table_and_the_mandate_only() -> None:
    city = build()
    order = ordered(city)
    stranger, worker = official(Role.CASE_WORKER, city.east), official(Role.CASE_WORKER, city.west)
    with pytest.raises(PermissionDenied):
        change(order, to=OrderState.ACCEPTED, actor=stranger)
    with pytest.raises(OrderRefusedError, match="cannot become"):
        change(order, to=OrderState.COMPLETED, actor=worker)
    with pytest.raises(OrderRefusedError, match="say why"):
        change(order, to=OrderState.REJECTED, actor=worker)


def test_a_returned_order_frees_its_unit_and_the_need_waits_again() -> None:
    city = build(units=1)
    order = ordered(city)
    change(order, to=OrderState.REJECTED, actor=official(Role.CASE_WORKER), reason="not ours")
    assert Need.objects.get().state == Need.State.OPEN
    assert with_free_units(CapacityLot.objects.all()).get().free == 1
    other = care_need()
    work()
    match()
    work()
    assert Order.objects.get(need=other).state == OrderState.REQUESTED, "the unit goes to somebody else"
    assert Need.objects.get(pk=order.need_id).state == Need.State.OPEN


def test_not_solved_reopens_the_need() -> None:
    order = ordered(build())
    worker = official(Role.CASE_WORKER)
    with pytest.raises(RatingRefusedError, match="once the provider"):
        rate(order, contacted_in_time=True, solved=True, satisfaction=5)
    for state in (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
        change(order, to=state, actor=worker)
    rate(order, contacted_in_time=True, solved=False, satisfaction=1)
    assert Need.objects.get().state == Need.State.OPEN
    failed = Order.objects.get()
    made = newest_change(failed)
    assert made is not None
    assert (made.version, made.target, made.who) == (failed.version, OrderState.FAILED, "resident")
    with pytest.raises(OrderRefusedError):
        undo(failed, actor=worker)
    with pytest.raises(RatingRefusedError):
        rate(order, contacted_in_time=True, solved=True, satisfaction=5)


def test_a_passed_deadline_is_said_once() -> None:
    order = ordered(build())
    with clock.stopped_at(order.resolution_due + timedelta(hours=1)):
        watch_deadlines()
        watch_deadlines()
    assert timeline(order.need_id).filter(name="order.overdue").count() == 1


def test_a_need_that_waits_can_be_withdrawn_and_an_ordered_one_cannot() -> None:
    need = care_need(**{"service_type": build().care})
    withdraw(need, actor=None)
    assert Need.objects.get().state == Need.State.WITHDRAWN
    with pytest.raises(NeedRefusedError):
        withdraw(need, actor=None)


def test_the_three_rates_count_what_residents_said_and_hide_small_groups() -> None:
    city = build(units=20)
    worker = official(Role.CASE_WORKER)
    for _ in range(12):
        care_need()
    work()
    match()
    work()
    for at, order in enumerate(Order.objects.all()):
        change(order, to=OrderState.ACCEPTED, actor=worker)
        if at < 11:
            change(order, to=OrderState.IN_PROGRESS, actor=worker)
            change(order, to=OrderState.COMPLETED, actor=worker)
        if at < 10:
            rate(order, contacted_in_time=True, solved=at < 8, satisfaction=5 if at < 6 else 2)
    [district] = rates("region")
    assert (district.label, district.orders, district.ratings) == (str(city.west), 12, 10)
    shown = [one.share for one in (district.response, district.resolution, district.satisfaction)]
    assert shown == [1.0, 0.8, 0.6]
    Rating.objects.first().delete()
    [kind] = rates("kind")
    assert (kind.label, kind.resolution.share) == ("Charity or community", None)
    with pytest.raises(ValueError, match="by colour"):
        rates("colour")
