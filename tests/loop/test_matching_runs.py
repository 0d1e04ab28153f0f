"""The life of a run: computed, published or discarded; one at a time; the same again, to the last bit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.test import override_settings

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Event, Job, Role
from lacarte.loop.matching import nights, publishing
from lacarte.loop.matching.actions import compute, match, match_urgent
from lacarte.loop.matching.inputs import fingerprint, pack, read, unpack
from lacarte.loop.matching.lease import LEASE, RunUnderwayError, lease
from lacarte.loop.matching.models import Match, MatchingRun, Price, RunInput, Unserved
from lacarte.loop.matching.publishing import RunRefusedError, discard_run, publish_run, take
from lacarte.loop.matching.queries import decision_of, latest_run, why_unserved
from lacarte.loop.matching.replaying import replay
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.models import Order
from lacarte.registers.menu.actions import hold
from lacarte.registers.menu.models import CapacityLot, Hold, Offer, OfferAtPlace
from lacarte.registers.menu.queries import overbooked
from tests.city import City, build, official

pytestmark = pytest.mark.django_db
Kind, State = MatchingRun.Kind, MatchingRun.State


def work() -> None:
    while jobs.work_once():
        pass
    assert not Job.objects.exclude(last_error="").exists(), Job.objects.exclude(last_error="").values("last_error")


def waiting_needs(city: City, count: int, **fields: object) -> list[Need]:
    where = {"longitude": 122.04, "latitude": 28.04, "service_type": city.care}
    needs = [receive(channel=Channel.WEB, **{"text": "", **where, **fields}) for _ in range(count)]  # type: ignore[arg-type]
    work()
    return needs


def preview(kind: Kind = Kind.BY_HAND, **more: object) -> MatchingRun:
    return compute(kind, **more)  # type: ignore[arg-type]


# Computed


def test_a_preview_changes_nothing_but_itself() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    run = preview()
    work()
    assert (run.state, run.matched, run.needs) == (State.COMPUTED, 1, 2)
    assert not Order.objects.exists()
    assert not Hold.objects.exists()
    assert Need.objects.filter(state=Need.State.OPEN).count() == 2
    assert latest_run() is None
    assert decision_of(Match.objects.get().need_id) is None, "nobody is told of a preview"


def test_all_that_a_run_is_about_is_recorded() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    run = preview(seed="drawn in public: 7")
    assert run.seed == "drawn in public: 7"
    assert len(run.fingerprint) == len(run.digest) == 64
    assert run.certificate["objective"] == run.certificate["bound"] > run.certificate["step"] > 0
    assert (run.certificate["gap"], run.gap) == (0, 0)
    assert "lacarte" in run.engine_version
    assert "matching" in run.rules_version
    assert run.served_by_class == {"1": 1}
    decided = Match.objects.get(run=run)
    assert (decided.priority_class, decided.order) == (1, 1)
    assert Unserved.objects.get(run=run).order == 2


def test_who_waits_longer_goes_first_and_then_the_draw_decides() -> None:
    city = build(units=1)
    first, second, third = waiting_needs(city, 3)
    served = set()
    for seed in "abcdefgh":
        run = preview(seed=seed)
        served.add(Match.objects.get(run=run).need_id)
        assert preview(seed=seed).digest == run.digest, "the same draw again"
    assert len(served) > 1, "equals take turns by the draw"
    Need.objects.filter(pk=second.pk).update(received_at=clock.now() - timedelta(days=20))
    assert {Match.objects.get(run=preview(seed=seed)).need_id for seed in "abcdefgh"} == {second.pk}
    assert first.pk != third.pk


# Again


def test_a_run_computed_again_is_the_same_to_the_last_bit() -> None:
    city = build(units=3)
    waiting_needs(city, 5)
    run = match()
    work()
    waiting_needs(city, 2)
    CapacityLot.objects.update(units=9)
    assert replay(run) == [], "whatever has happened to the records since"


def test_a_difference_is_named() -> None:
    city = build()
    waiting_needs(city, 3)
    run = preview()
    MatchingRun.objects.filter(pk=run.pk).update(digest="0" * 64, engine_version="lacarte 0")
    run.refresh_from_db()
    assert {difference.what for difference in replay(run)} == {"digest", "engine_version"}
    assert any(str(difference).startswith("digest: 0000") for difference in replay(run))


def test_inputs_that_are_gone_or_broken_say_so() -> None:
    city = build()
    waiting_needs(city, 1)
    run = preview()
    RunInput.objects.update(arrays=b"nothing of the kind")
    with pytest.raises(ValueError, match="cannot be read"):
        replay(run)
    with clock.stopped_at(clock.now() + timedelta(days=366)):
        assert nights.forget_old() == 1
    with pytest.raises(LookupError, match="run_days"):
        replay(run)


def test_what_is_kept_is_what_was_read_and_names_nobody() -> None:
    city = build()
    waiting_needs(city, 3, text="My name is Ines Falk", address="Long Lane 7")
    inputs = read("seed")
    packed = pack(inputs)
    assert fingerprint(unpack(packed)) == fingerprint(inputs)
    assert fingerprint(unpack(packed)) != fingerprint(read("another seed"))
    assert unpack(packed).needs.ids == inputs.needs.ids
    assert unpack(packed).supply.agreements == inputs.supply.agreements
    with np.load(io.BytesIO(packed)) as arrays:
        text = {name for name, values in arrays.items() if values.dtype.kind not in "iuf"}
    assert text == {"seed"}, "the rest is ids and numbers"


def test_a_run_over_nothing_is_a_run() -> None:
    run = match()
    work()
    run.refresh_from_db()
    assert (run.needs, run.matched, run.state) == (0, 0, State.PUBLISHED)
    assert replay(run) == []


# Published


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


# One at a time


def test_runs_never_overlap_and_the_second_says_so() -> None:
    build()
    with lease():
        with pytest.raises(RunUnderwayError, match="under way"):
            match()
        with pytest.raises(RunUnderwayError):
            match_urgent()
    assert match().state == State.PUBLISHING


def test_a_run_that_died_does_not_bar_the_next_for_long() -> None:
    build()
    with pytest.raises(KeyboardInterrupt), lease():
        raise KeyboardInterrupt
    assert preview().needs == 0
    with lease() as dead, clock.stopped_at(clock.now() + LEASE * 2):
        assert preview().needs == 0
        with pytest.raises(RunUnderwayError, match="another one"):
            dead.renew()


def test_a_run_that_lost_its_lease_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from lacarte.loop.matching import actions
    from lacarte.loop.matching.models import RunLease

    city = build()
    waiting_needs(city, 1)

    def slow(*arguments: object) -> None:
        RunLease.objects.update(token=None, until=None)

    monkeypatch.setattr(actions, "keep_decisions", slow)
    with pytest.raises(RunUnderwayError):
        preview()
    assert not MatchingRun.objects.exists()
    assert not RunInput.objects.exists()


# By the clock


def test_urgent_needs_do_not_wait_for_the_night() -> None:
    city = build(units=5)
    [urgent] = waiting_needs(city, 1)
    city.care.urgency = 3
    city.care.save()
    [ordinary] = waiting_needs(city, 1)
    Need.objects.filter(pk=urgent.pk).update(priority_class=1)
    city.care.urgency = 1
    city.care.save()
    assert ordinary.pk != urgent.pk
    run = match_urgent()
    assert run is not None
    assert (run.kind, run.needs, run.matched) == (Kind.URGENT, 1, 1)
    work()
    assert Order.objects.get().need == urgent


def test_without_anything_new_there_is_no_run_every_minute() -> None:
    city = build(units=0)
    assert match_urgent() is None, "nobody waits"
    waiting_needs(city, 2)
    assert match_urgent() is not None
    work()
    assert match_urgent() is None, "the same would come out"
    lifts = Offer.objects.create(code="l", service_type=city.lift, provider=city.offer.offer.provider, name={})
    place = OfferAtPlace.objects.create(offer=lifts, region=city.west)
    CapacityLot.objects.create(
        offer_at_place=place, starts_at=city.lot.starts_at, ends_at=city.lot.ends_at, units=3
    )
    assert match_urgent() is None, "what nobody needs changes nothing"
    CapacityLot.objects.update(units=1)
    again = match_urgent()
    assert again is not None
    assert again.matched == 1


NIGHT = {"match_hour": 2, "publish_hour": 6, "run_days": 365, "promotion_days": 0}


def night(**other: int) -> override_settings:
    return override_settings(CONFIGURED={**NIGHT, **other}, TIME_ZONE="UTC")


def test_the_run_of_the_night_is_computed_once_and_counts_in_the_morning() -> None:
    city = build(units=1)
    waiting_needs(city, 2)
    evening = datetime(2026, 11, 24, 23, tzinfo=UTC)
    CapacityLot.objects.update(starts_at=evening, ends_at=evening + timedelta(days=30))
    preview(Kind.NIGHTLY)
    MatchingRun.objects.update(started_at=evening - timedelta(days=1))

    def at(hours: float) -> tuple[int, int]:
        with clock.stopped_at(evening + timedelta(hours=hours)):
            nights.compute_due()
            nights.publish_due()
        states = list(MatchingRun.objects.values_list("state", flat=True))
        return len(states), states.count(State.PUBLISHING)

    with night(publish_hour=24):
        assert at(0) == (2, 0), "yesterday's night is missing"
        assert at(0.5) == (2, 0)
    with night():
        assert at(3.1) == (3, 0)
        assert at(5) == (3, 0)
        assert at(7.1) == (3, 1)
        assert at(8) == (3, 1)
    states = list(MatchingRun.objects.order_by("started_at").values_list("state", flat=True))
    assert states == [State.DISCARDED, State.DISCARDED, State.PUBLISHING]


def test_a_city_may_leave_it_to_its_planner() -> None:
    build()
    preview(Kind.NIGHTLY)
    with night(publish_hour=24), clock.stopped_at(clock.now() + timedelta(days=2)):
        assert nights.publish_due() is None
    with night(publish_hour=6), clock.stopped_at(clock.now() + timedelta(days=2)):
        assert nights.publish_due() is not None


def test_a_run_takes_what_is_free_by_then() -> None:
    city = build(units=2)
    waiting_needs(city, 2)
    match()
    hold(city.lot)
    work()
    assert sorted(Match.objects.values_list("outcome", flat=True)) == ["ordered", "overtaken"]
    assert not overbooked()
