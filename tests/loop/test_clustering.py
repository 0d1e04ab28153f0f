"""What very probably tells of the same thing is joined by itself, followed through the loop, and told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Role
from lacarte.loop.matching.actions import match
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.cases.clustering import join_by_itself
from lacarte.loop.needs.cases.joining import join, part, part_own
from lacarte.loop.needs.events import NeedReceived
from lacarte.loop.needs.models import Channel, Joining, Message, Need
from lacarte.loop.needs.queries import broken_cases
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.voice.actions import rate
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.people.models import Person
from tests.background import work
from tests.city import City, official

pytestmark = pytest.mark.django_db
S = Need.State
METRE = 1 / 111_195


def told(city: City, text: str = "The lift in building 5 is broken", north: float = 0, **fields: Any) -> Need:
    values = {"service_type": city.lift, "longitude": 122.05, "latitude": 28.05 + north * METRE}
    return receive(text=text, channel=Channel.WEB, **{**values, **fields})


def states(*needs: Need) -> list[tuple[str, object]]:
    for need in needs:
        need.refresh_from_db()
    return [(need.state, need.lead_id) for need in needs]


def test_a_second_report_of_the_same_is_joined_to_the_first(city: City) -> None:
    first = told(city)
    second = told(city, "Lift in building 5 does not work", north=15)
    work()
    assert states(first, second) == [(S.OPEN, None), (S.JOINED, first.pk)]
    joining = Joining.objects.get()
    assert joining.probability is not None
    assert joining.probability >= 0.97
    assert joining.said_by is None


def test_another_building_is_not_joined(city: City) -> None:
    needs = [told(city), told(city, "Lift in building 9 is broken", north=70)]
    work()
    assert states(*needs) == [(S.OPEN, None)] * 2


def test_both_at_the_same_moment_are_one_case(city: City) -> None:
    """Neither was there when the other was understood."""
    first, second = told(city), told(city, "Lift in building 5 does not work", north=10)
    second.understanding.alike = []
    second.understanding.save()
    work()
    assert states(first, second) == [(S.OPEN, None), (S.JOINED, first.pk)]


def test_a_third_is_joined_to_the_lead_of_the_second(city: City) -> None:
    first, second, third = told(city), told(city, north=10), told(city, north=20)
    work()
    assert states(first, second, third) == [(S.OPEN, None), (S.JOINED, first.pk), (S.JOINED, first.pk)]


@pytest.mark.parametrize(
    "case", ["same person", "danger", "held", "setting", "lead held", "said different", "another type"]
)
def test_what_is_not_joined_by_itself(city: City, settings: Any, case: str) -> None:
    ann = Person.objects.create(name="Ann") if case == "same person" else None
    first = told(city, person=ann)
    fields: dict[str, Any] = {"person": ann} if ann else {}
    if case == "another type":
        fields["service_type"] = city.lift.parent
    second = told(city, north=5, **fields)
    if case == "danger":
        Need.objects.filter(pk=second.pk).update(urgency=0)
    if case == "held":
        Need.objects.filter(pk=second.pk).update(state=S.HELD)
    if case == "lead held":
        Need.objects.filter(pk=first.pk).update(state=S.HELD)
    if case == "setting":
        settings.CONFIGURED = {**settings.CONFIGURED, "join_percent": 100}
    if case == "said different":
        join(second, first, actor=None)
        part_own(second, actor=None)
    work()
    assert not Joining.objects.exists()


def test_told_twice_the_event_changes_nothing(city: City) -> None:
    told(city)
    second = told(city, north=5)
    event = NeedReceived(need=second.pk, channel="web")
    join_by_itself(event, timeline(second.pk)[0])
    before = timeline(second.pk).count()
    join_by_itself(event, timeline(second.pk)[0])
    assert timeline(second.pk).count() == before


def offer_of(city: City) -> OfferAtPlace:
    provider = city.offer.offer.provider
    offer = Offer.objects.create(code="lifts", service_type=city.lift, provider=provider, name={"en": "Lifts"})
    return OfferAtPlace.objects.create(offer=offer, region=city.west, longitude=122.05, latitude=28.05)


def test_one_order_meets_all_that_told_of_it_and_none_is_lost_when_it_was_not_solved(city: City) -> None:
    worker = official(Role.CASE_WORKER, city.west)
    first, second = told(city), told(city, north=5)
    work()
    order = place_order(first, offer_at_place=offer_of(city))
    for state in (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
        change(order, to=state, actor=worker)
    work()
    assert states(first, second) == [(S.MET, None), (S.MET, first.pk)]
    assert describe(timeline(second.pk).last()) == f"The provider says it is done, under {first.reference}."
    rate(order, contacted_in_time=True, solved=False, satisfaction=1)
    work()
    assert states(first, second) == [(S.OPEN, None), (S.JOINED, first.pk)]


def test_a_cancelled_order_of_the_lead_leaves_the_others_waiting_for_another(city: City) -> None:
    worker = official(Role.CASE_WORKER, city.west)
    first, second, third = told(city), told(city, north=5), told(city, north=8)
    work()
    order = place_order(first, offer_at_place=offer_of(city))
    change(order, to=OrderState.CANCELLED, actor=worker, reason="told twice")
    work()
    assert states(first, second, third) == [(S.WITHDRAWN, None), (S.OPEN, None), (S.JOINED, second.pk)]
    assert broken_cases() == []


def test_a_withdrawn_lead_passes_the_case_on(city: City) -> None:
    first, second = told(city), told(city, north=5)
    work()
    withdraw(first, actor=None)
    work()
    assert states(first, second) == [(S.WITHDRAWN, None), (S.OPEN, None)]


def test_a_joined_need_gets_no_order_of_its_own(city: City) -> None:
    offer_of(city)
    first, second = told(city), told(city, north=5)
    work()
    match()
    work()
    assert not Order.objects.filter(need=second).exists()
    assert second.pk not in Need.objects.filter(state=S.OPEN).values_list("pk", flat=True)
    assert states(first)[0][0] in (S.OPEN, S.ORDERED)


def test_a_more_urgent_report_makes_its_case_more_urgent_until_it_is_taken_out(city: City) -> None:
    city.lift.urgency = 2
    city.lift.save()
    worker = official(Role.CASE_WORKER, city.west)
    first, second = told(city), told(city, "lift", north=200)
    Need.objects.filter(pk=second.pk).update(urgency=0)
    work()
    first.refresh_from_db()
    assert first.priority_class == 2
    join(second, first, actor=worker)
    work()
    first.refresh_from_db()
    assert first.priority_class == 0
    part(second, actor=worker)
    work()
    first.refresh_from_db()
    assert first.priority_class == 2


def test_who_told_it_by_mail_hears_that_it_is_joined_and_that_it_is_done(city: City) -> None:
    ann = Person.objects.create(name="Ann", email="ann@example.org")
    first = told(city)
    second = told(city, north=5, person=ann)
    work()
    assert states(second) == [(S.JOINED, first.pk)]
    [joined] = Message.objects.filter(need=second, external_id__startswith="case:")
    assert "Others have told us of the same thing." in joined.text
    assert f"/n/{second.secret}/" in joined.text
    Need.objects.filter(pk=first.pk).update(state=S.ORDERED)
    order = Order.objects.create(
        need=first,
        offer_at_place=offer_of(city),
        state=OrderState.IN_PROGRESS,
        contact_due=clock.now() + timedelta(days=1),
        resolution_due=clock.now() + timedelta(days=2),
    )
    change(order, to=OrderState.COMPLETED, actor=official(Role.CASE_WORKER, city.west))
    work()
    told_of = Message.objects.filter(need=second, external_id__startswith="case:").order_by("at")
    assert [message.text.split(".")[0] for message in told_of] == [
        "Others have told us of the same thing",
        "What you told us of is done, the provider says",
    ]
