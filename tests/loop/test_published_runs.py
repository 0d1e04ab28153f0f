"""A run that is published: units are taken and orders placed, the most urgent first, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Event, Role
from lacarte.loop.matching import publishing
from lacarte.loop.matching.actions import match, match_urgent
from lacarte.loop.matching.models import Match, MatchingRun, Price
from lacarte.loop.matching.publishing import RunRefusedError, discard_run, publish_run, take
from lacarte.loop.matching.queries import latest_run, why_unserved
from lacarte.loop.needs.actions import withdraw
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order, WaitingPlace
from lacarte.loop.orders.waiting import call_up
from lacarte.registers.menu.capacity.counting import overbooked
from lacarte.registers.menu.capacity.holding import hold
from lacarte.registers.menu.models import CapacityLot, Hold
from tests.background import work
from tests.city import build, official
from tests.loop.runs import State, preview, waiting_needs

pytestmark = pytest.mark.django_db


def test_a_published_run_places_its_orders() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    planner = official(Role.PLANNER)
    run = publish_run(preview(), by=planner)
    assert (run.state, run.decided_by) == (State.PUBLISHING, planner)
    work()
    run.refresh_from_db()
    assert run.state == State.PUBLISHED
    order = Order.objects.get()
    decided = Match.objects.get(run=run)
    assert (decided.outcome, decided.hold, order.need_id) == (Match.Outcome.ORDERED, order.hold, decided.need_id)
    assert Hold.objects.count() == 1, "one hold, not two"
    said = Event.objects.get(name="matching.published")
    assert (said.payload["decided"], said.payload["held"]) == (1, 1)
    assert latest_run() == run


def test_a_run_is_decided_once() -> None:
    city = build()
    waiting_needs(city, 1)
    run = preview()
    publish_run(run, by=None)
    for decide in (publish_run, discard_run):
        with pytest.raises(RunRefusedError, match="not a preview"):
            decide(run, by=None)
    other = preview()
    assert discard_run(other, by=None).state == State.DISCARDED
    with pytest.raises(RunRefusedError, match="not a preview"):
        publish_run(other, by=None)
    work()
    assert Order.objects.count() == 1


def test_a_planner_decides_where_the_mandate_reaches() -> None:
    city = build()
    waiting_needs(city, 1)
    waiting_needs(city, 1, longitude=122.15)
    run = preview()
    with pytest.raises(RunRefusedError, match="mandate"):
        publish_run(run, by=official(Role.PLANNER, city.west))
    with pytest.raises(PermissionDenied):
        discard_run(run, by=official(Role.CASE_WORKER))
    assert publish_run(run, by=official(Role.PLANNER, city.city)).state == State.PUBLISHING


def test_of_two_previews_the_second_is_overtaken_and_nothing_is_taken_twice() -> None:
    city = build(units=2)
    needs = waiting_needs(city, 3)
    first, second = preview(seed="a"), preview(seed="b")
    publish_run(first, by=None)
    publish_run(second, by=None)
    work()
    assert not overbooked()
    assert Order.objects.count() == Hold.objects.count() == 2
    assert Order.objects.values("need").distinct().count() == 2
    outcomes = list(Match.objects.filter(run=second).values_list("outcome", flat=True))
    assert outcomes == [Match.Outcome.OVERTAKEN] * 2
    assert Need.objects.filter(pk__in=[n.pk for n in needs], state=Need.State.OPEN).count() == 1


def test_a_need_of_another_kind_by_now_is_overtaken() -> None:
    city = build()
    [need] = waiting_needs(city, 1)
    match()
    Need.objects.filter(pk=need.pk).update(service_type=city.lift)
    work()
    assert Match.objects.get().outcome == Match.Outcome.OVERTAKEN
    assert not Hold.objects.exists()


def test_one_that_is_withdrawn_between_hold_and_order_gives_its_unit_back() -> None:
    city = build(units=1)
    [need] = waiting_needs(city, 1)
    run = match()
    take(run.pk)
    withdraw(need, actor=None)
    work()
    assert Match.objects.get().outcome == Match.Outcome.OVERTAKEN
    assert Hold.objects.get().state == Hold.State.RELEASED
    assert not Order.objects.exists()


def test_a_need_with_a_promise_is_in_no_other_run() -> None:
    city = build(units=2)
    waiting_needs(city, 1)
    run = match()
    take(run.pk)
    assert preview().needs == 0
    work()
    assert preview().needs == 0, "nor once it has its order"


def test_publishing_that_stops_half_way_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    city = build(units=7)
    waiting_needs(city, 8)
    run = match()
    batches: list[int] = []
    real = publishing._take

    def dies_at_the_second(decisions: Sequence[UUID]) -> None:
        batches.append(len(decisions))
        if len(batches) == 2:
            raise KeyboardInterrupt
        real(decisions)

    monkeypatch.setattr(jobs, "AT_ONCE", 3)
    monkeypatch.setattr(publishing, "_take", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert Hold.objects.count() == 3
    assert MatchingRun.objects.get(pk=run.pk).state == State.PUBLISHING
    with clock.stopped_at(clock.now() + jobs.LEASE * 2):  # another worker takes the job over
        work()
    assert batches == [3, 3, 3, 1]
    assert not overbooked()
    assert Order.objects.count() == Hold.objects.count() == 7
    assert MatchingRun.objects.get(pk=run.pk).state == State.PUBLISHED
    assert Event.objects.filter(name="matching.published").count() == 1


def test_who_moved_up_by_waiting_keeps_the_last_unit() -> None:
    city = build(units=2)
    city.care.urgency = 2
    city.care.save()
    waited, other = waiting_needs(city, 2)
    Need.objects.filter(pk=waited.pk).update(received_at=clock.now() - timedelta(days=91))
    run = preview()
    assert Match.objects.get(run=run, need=waited).promoted
    CapacityLot.objects.update(units=1)
    Need.objects.filter(pk=other.pk).update(need_index=99)  # weighed anew, in the class that both are of
    publish_run(run, by=None)
    work()
    assert Match.objects.get(run=run, hold__isnull=False).need_id == waited.pk
    assert Order.objects.get().need_id == waited.pk


@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_whom_the_draw_put_first_keeps_the_last_unit(seed: str) -> None:
    waiting_needs(build(units=4), 4)
    run = preview(seed=seed)
    CapacityLot.objects.update(units=1)
    Need.objects.filter(pk=Match.objects.get(run=run, order=4).need_id).update(need_index=99)  # weighed anew
    publish_run(run, by=None)
    work()
    assert Match.objects.get(run=run, hold__isnull=False).order == 1


def test_publishing_twice_takes_nothing_twice() -> None:
    city = build(units=4)
    waiting_needs(city, 3)
    run = match()
    take(run.pk)
    take(run.pk)
    work()
    take(run.pk)
    assert Hold.objects.count() == Order.objects.count() == 3


def test_prices_are_those_of_the_last_run_over_all_needs() -> None:
    city = build(units=1)
    waiting_needs(city, 3)
    run = match()
    work()
    assert Price.objects.get().run == run
    waiting_needs(city, 1)
    match_urgent()
    work()
    assert Price.objects.get().run == run, "urgent needs alone do not price anything"
    later = match()
    assert Price.objects.get().run == later


def test_it_is_known_why_one_still_waits() -> None:
    city = build(units=1)
    needs = waiting_needs(city, 2)
    preview()
    assert all(why_unserved(need.pk) is None for need in needs), "a preview tells nobody"
    run = match()
    work()
    [waits] = Need.objects.filter(state=Need.State.OPEN)
    told = why_unserved(waits.pk)
    assert told is not None
    assert told.run == run
    CapacityLot.objects.update(units=2)
    match()
    work()
    assert why_unserved(waits.pk) is None, "it has found something since"


def test_a_run_takes_what_is_free_by_then() -> None:
    city = build(units=2)
    waiting_needs(city, 2)
    match()
    hold(city.lot)
    work()
    assert sorted(Match.objects.values_list("outcome", flat=True)) == ["ordered", "overtaken"]
    assert not overbooked()


def test_what_people_wait_for_in_turn_no_run_gives_to_others() -> None:
    """Of three units the first two are for the two who wait in turn; a run gives out the third."""
    city = build(units=2)
    ends = city.lot.ends_at
    third = CapacityLot.objects.create(
        offer_at_place=city.offer, starts_at=ends, ends_at=ends + timedelta(days=7), units=1
    )
    for need in waiting_needs(city, 4)[:2]:
        WaitingPlace.objects.create(need=need, offer_at_place=city.offer)
    assert match().matched == 1
    work()
    order = Order.objects.select_related("hold", "need").get()
    assert order.hold is not None
    assert order.hold.lot_id == third.pk
    assert call_up() == 2 - order.need.waiting_places.count()
    assert not overbooked()


def test_who_joined_the_list_since_the_run_goes_before_it() -> None:
    city = build(units=1)
    (waits,) = waiting_needs(city, 1)
    run = preview()
    WaitingPlace.objects.create(need=waiting_needs(city, 1)[0], offer_at_place=city.offer)
    publish_run(run, by=None)
    work()
    assert Match.objects.get(run=run).outcome == Match.Outcome.OVERTAKEN
    waits.refresh_from_db()
    assert waits.state == Need.State.OPEN
    assert call_up() == 1
