"""Deadlines: by the closest rule, moved by pauses, extensions and late holidays, and with one light."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.kernel.working_calendar import WorkingCalendar
from lacarte.loop.needs.messages.conversation import thread, write
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError, change, place_order
from lacarte.loop.orders.delivery.closest import Rules
from lacarte.loop.orders.delivery.deadlines import promised
from lacarte.loop.orders.delivery.extending import ask_for_extension, decide_extension, extensions_to_decide
from lacarte.loop.orders.delivery.lights import Light, light, lit
from lacarte.loop.orders.delivery.pausing import ask_resident, end_pauses_over, pause_of, resume
from lacarte.loop.orders.delivery.reckoning import CLOCK_HOURS, DAYS, HOURS, Allowance, Span, reckon, share_used
from lacarte.loop.orders.delivery.rules import preview, remove_rule, set_rule
from lacarte.loop.orders.delivery.undoing import undo
from lacarte.loop.orders.models import DeadlineRule, Order, OrderState, Pause
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.calendars import CalendarChange, change_calendar
from lacarte.registers.places.models import Region
from tests.background import work
from tests.city import official
from tests.kernel.test_working_time import BERLIN, calendars, moments
from tests.loop.orders.delivery.at_work import WEDNESDAY, AtWork

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
allowances = st.builds(Allowance, st.integers(0, 20), st.sampled_from([DAYS, HOURS, CLOCK_HOURS]))
stops = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=4)


@given(calendars, moments, allowances, stops)
def test_a_pause_moves_a_deadline_on_and_never_before_its_end(
    calendar: WorkingCalendar, start: datetime, allowed: Allowance, stops: list[tuple[int, int]]
) -> None:
    pauses, at = [], start
    before = reckon(calendar, start, allowed)
    for after, lasts in stops:
        since = at + after * HOUR
        at = since + lasts * HOUR
        pauses.append(Span(since, at))
        now = reckon(calendar, start, allowed, pauses)
        assert start <= now.warn <= now.due
        assert now.due >= before.due
        if since < before.due:
            assert now.due >= at, "who answers in time is not late by having been asked"
        else:
            assert now == before, "what is late is not made good by asking"
        before = now


def test_the_share_of_time_used_is_that_of_working_time_without_pauses() -> None:
    calendar = WorkingCalendar(BERLIN)
    start = datetime(2026, 10, 7, 7, tzinfo=UTC)  # nine o'clock on a Wednesday
    pause = Span(start + 2 * HOUR, start + 4 * HOUR)
    found = reckon(calendar, start, Allowance(8, HOURS), [pause])
    assert found.due == start + DAY + 2 * HOUR
    assert found.warn == start + 8 * HOUR
    assert share_used(calendar, start, found.due, found.warn, [pause]) == 0.75
    assert share_used(calendar, start, found.due, found.due, [pause]) == 1


def declare_holiday(region: Region, day: date, *, actor: User) -> list[Region]:
    return change_calendar(region, CalendarChange(off=frozenset({day})), actor=actor)


def rule(city_region: Region, kind: ServiceType, contact: int, resolution: int, **more: object) -> DeadlineRule:
    return DeadlineRule(region=city_region, service_type=kind, contact=contact, resolution=resolution, **more)


@pytest.fixture
def planner(db: None) -> User:
    return official(Role.PLANNER)


@pytest.mark.django_db
def test_the_closest_rule_wins_and_what_is_removed_falls_back(at_work: AtWork, planner: User) -> None:
    root_region, root_type = Region.objects.get(number=0), ServiceType.objects.get(number=0)
    city = at_work.city
    Need.objects.filter(pk=at_work.need.pk).update(priority_class=1)
    need = Need.objects.select_related("service_type", "region").get(pk=at_work.need.pk)
    wide_to_close = [
        rule(root_region, root_type, 1, 1),
        rule(city.west, root_type, 2, 2),
        rule(root_region, city.area, 3, 3),
        rule(root_region, city.area, 4, 4, priority_class=1),
        rule(city.west, city.area, 5, 5),
        rule(root_region, city.care, 6, 6),
        rule(city.west, city.care, 7, 7),
        rule(city.west, city.care, 8, 8, priority_class=1),
    ]
    others = [rule(city.east, city.care, 90, 90), rule(root_region, city.lift, 91, 91)]
    others += [rule(city.west, city.care, 92, 92, priority_class=0)]
    for one in (*others, *reversed(wide_to_close)):
        set_rule(one, actor=planner)
    for one in reversed(wide_to_close):
        assert Rules.kept().of(need, clock.now()) == (Allowance(one.contact), Allowance(one.resolution))
        remove_rule(one, actor=planner)
    own = Allowance(city.care.contact_days), Allowance(city.care.resolution_days)
    assert Rules.kept().of(need, clock.now()) == own, "at last the service's own days"
    remove_rule(wide_to_close[0], actor=planner)


@pytest.mark.django_db
def test_a_rule_is_refused_that_cannot_be(at_work: AtWork, planner: User) -> None:
    city = at_work.city
    with pytest.raises(PermissionDenied):
        set_rule(rule(city.west, city.care, 1, 2), actor=at_work.clerk)
    local = official(Role.PLANNER, city.west)
    with pytest.raises(PermissionDenied):
        set_rule(rule(city.city, city.care, 1, 2), actor=local)
    for wrong in (
        rule(city.west, city.care, 3, 2),
        rule(city.west, city.care, -1, 2),
        rule(city.west, city.care, 1, 2, contact_unit="weeks"),
    ):
        with pytest.raises(OrderRefusedError):
            set_rule(wrong, actor=planner)
    set_rule(rule(city.west, city.care, 1, 2), actor=local)
    with pytest.raises(OrderRefusedError, match="a rule for this"):
        set_rule(rule(city.west, city.care, 2, 3), actor=planner)


@pytest.mark.django_db
def test_a_rule_moves_what_is_under_way_and_its_preview_said_so(at_work: AtWork, planner: User) -> None:
    city, order = at_work.city, at_work.order
    strict = rule(city.west, city.care, 0, 0, contact_unit=HOURS, resolution_unit=HOURS)
    with clock.stopped_at(order.requested_at + timedelta(minutes=1)):
        with CaptureQueriesContext(connection) as asked:
            seen = preview(strict, actor=planner)
        assert len(asked) < 20
        assert (seen.orders, seen.moved, seen.become(Light.RED)) == (1, 1, 1)
        assert seen.lights == Counter({(Light.GREEN, Light.RED): 1})
        assert seen.changed == [], "a planner sees how many, not whose"
        assert at_work.fresh().contact_due == order.contact_due, "nothing has happened yet"
        before = at_work.fresh()
        set_rule(strict, actor=planner)
        work()
        assert light(at_work.fresh(), paused_since=None) == Light.RED
        back = preview(strict, actor=planner, removed=True)
        assert back.lights == Counter({(Light.RED, Light.GREEN): 1})
        remove_rule(strict, actor=planner)
        work()
    after = at_work.fresh()
    assert (after.contact_due, after.resolution_due) == (before.contact_due, before.resolution_due)


@pytest.mark.django_db
def test_a_rule_with_a_day_leaves_what_was_sent_before(at_work: AtWork, planner: User) -> None:
    city, before = at_work.city, at_work.fresh()
    tomorrow = clock.now() + DAY
    set_rule(rule(city.west, city.care, 0, 1, since=tomorrow), actor=planner)
    work()
    assert at_work.fresh().resolution_due == before.resolution_due
    with clock.stopped_at(tomorrow + HOUR):
        calendar = WorkingCalendar(BERLIN.__class__("UTC"))
        assert promised([Need.objects.get(pk=at_work.need.pk)])[0].done == calendar.deadline(clock.now(), 1)


@pytest.mark.django_db
def test_a_holiday_declared_late_moves_what_is_under_way_and_the_clocks_do_too(at_work: AtWork) -> None:
    city = at_work.city
    Region.objects.filter(pk=city.city.pk).update(calendar={"zone": "Europe/Berlin"})
    ServiceType.objects.filter(pk=city.care.pk).update(contact_days=1, resolution_days=14)
    change(at_work.order, to=OrderState.REJECTED, actor=at_work.member, code="full")
    with clock.stopped_at(datetime(2026, 10, 22, 8, tzinfo=UTC)):  # Thursday before the clocks go back
        order = place_order(Need.objects.get(pk=at_work.need.pk), offer_at_place=at_work.other)
        assert order.contact_due == datetime(2026, 10, 23, 15, tzinfo=UTC)
        assert order.resolution_due == datetime(2026, 11, 11, 16, tzinfo=UTC), "five o'clock in winter"
        with pytest.raises(PermissionDenied):
            declare_holiday(city.west, date(2026, 10, 23), actor=at_work.clerk)
        boss = official(Role.PLANNER)
        changed = declare_holiday(city.west, date(2026, 10, 23), actor=boss)
        assert [one.pk for one in changed] == [city.west.pk], "in the west alone, with the hours of the city"
        assert declare_holiday(city.west, date(2026, 10, 23), actor=boss) == []
        work()
        order.refresh_from_db()
        assert order.contact_due == datetime(2026, 10, 26, 16, tzinfo=UTC)
        assert order.resolution_due == datetime(2026, 11, 12, 16, tzinfo=UTC)
        assert set(declare_holiday(city.city, date(2026, 11, 2), actor=boss)) == {city.city, city.west}
        work()
    order.refresh_from_db()
    assert order.resolution_due == datetime(2026, 11, 13, 16, tzinfo=UTC)


@pytest.mark.django_db
def test_the_clock_waits_for_the_resident_and_says_so(at_work: AtWork) -> None:
    order = at_work.order
    at_work.sent_at(WEDNESDAY)
    with clock.stopped_at(WEDNESDAY + HOUR):
        ask_resident(order, "Which door?", actor=at_work.member)
        before = at_work.fresh()
        with pytest.raises(OrderRefusedError, match="asked already"):
            ask_resident(order, "Which floor?", actor=at_work.member)
        assert [message.text for message in thread(at_work.need)] == ["Which door?"]
        assert any(said.startswith("We have a question for you. The deadline waits") for said in at_work.told())
        pause = pause_of(order)
        assert pause is not None
        assert light(before, paused_since=pause.since, now=before.contact_due + DAY) == Light.PAUSED
    with clock.stopped_at(WEDNESDAY + 4 * HOUR):
        write(at_work.need, "The green one", actor=None)
        work()
    after = at_work.fresh()
    assert pause_of(order) is None
    assert Pause.objects.get().answered
    first, then = at_work.city.care.contact_days, at_work.city.care.resolution_days
    calendar = WorkingCalendar(BERLIN.__class__("UTC"))
    for due, days in ((after.contact_due, first), (after.resolution_due, then)):
        assert due == calendar.after(calendar.deadline(WEDNESDAY, days), 3 * HOUR)


@pytest.mark.django_db
def test_the_clock_waits_so_long_and_no_longer(at_work: AtWork) -> None:
    with clock.stopped_at(WEDNESDAY):
        pause = ask_resident(at_work.order, "Which door?", actor=at_work.clerk)
        assert end_pauses_over() == 0
    with clock.stopped_at(pause.until + 30 * DAY):
        assert end_pauses_over() == 1
        assert end_pauses_over() == 0
    pause.refresh_from_db()
    assert (pause.ended_at, pause.answered) == (pause.until, False), "a late watch gives nobody time"


@pytest.mark.django_db
def test_what_is_late_stays_red_whatever_is_asked(at_work: AtWork) -> None:
    late = at_work.order.resolution_due + DAY
    with clock.stopped_at(late):
        ask_resident(at_work.order, "Which door?", actor=at_work.member)
        pause = pause_of(at_work.order)
        assert pause is not None
        assert light(at_work.fresh(), paused_since=pause.since) == Light.RED
        assert Order.objects.filter(lit(Light.RED)).exists()
    with clock.stopped_at(late + DAY):
        assert resume(at_work.order, actor=at_work.clerk)
    assert at_work.fresh().resolution_due == at_work.order.resolution_due


@pytest.mark.django_db
@pytest.mark.usefixtures("grace")
def test_work_ends_a_pause_and_taking_it_back_stops_the_clock_again(at_work: AtWork) -> None:
    with clock.stopped_at(WEDNESDAY):
        at_work.sent_at(WEDNESDAY)
        ask_resident(at_work.order, "Which door?", actor=at_work.member)
        due = at_work.fresh().resolution_due
    with clock.stopped_at(WEDNESDAY + HOUR):
        change(at_work.order, to=OrderState.ACCEPTED, actor=at_work.member)
        assert pause_of(at_work.order) is None
        assert at_work.fresh().resolution_due > due
        undo(at_work.order, actor=at_work.member)
        assert pause_of(at_work.order) is not None


@pytest.mark.django_db
def test_somebody_else_grants_a_later_deadline(at_work: AtWork) -> None:
    order, due = at_work.order, at_work.order.resolution_due
    for wrong in ({"days": 0, "code": "more-work"}, {"days": 2, "code": ""}, {"days": 2, "code": "full"}):
        with pytest.raises(OrderRefusedError):
            ask_for_extension(order, actor=at_work.member, **wrong)  # type: ignore[arg-type]
    with pytest.raises(PermissionDenied):
        ask_for_extension(order, days=2, code="more-work", actor=at_work.other_member)
    asked = ask_for_extension(order, days=2, code="more-work", actor=at_work.clerk)
    with pytest.raises(PermissionDenied, match="Somebody else"):
        decide_extension(asked, grants=True, actor=at_work.clerk)
    with pytest.raises(PermissionDenied):
        decide_extension(asked, grants=True, actor=at_work.member)
    assert list(extensions_to_decide(at_work.clerk)) == []
    assert list(extensions_to_decide(at_work.other_clerk)) == [asked]
    decide_extension(asked, grants=True, actor=at_work.other_clerk)
    after = at_work.fresh()
    assert timedelta(days=2) <= after.resolution_due - due <= timedelta(days=4)
    assert after.contact_due == order.contact_due
    assert at_work.told()[-1].endswith("Reason: it is more work than it seemed.")
    with pytest.raises(OrderRefusedError, match="decided this already"):
        decide_extension(asked, grants=False, actor=at_work.other_clerk, words="no")
    again = ask_for_extension(order, days=60, code="more-work", actor=at_work.member)
    decide_extension(again, grants=False, actor=at_work.clerk, words="enough")
    assert at_work.fresh().resolution_due == after.resolution_due


@pytest.mark.django_db
def test_the_light_of_one_order_is_that_of_the_list(at_work: AtWork) -> None:
    order = at_work.order
    states = (OrderState.REQUESTED, OrderState.ACCEPTED, OrderState.COMPLETED)
    around = (order.contact_warn, order.contact_due, order.resolution_warn, order.resolution_due)
    seen = set()
    for paused in (None, order.requested_at, order.contact_due + HOUR):
        Pause.objects.all().delete()
        if paused is not None:
            Pause.objects.create(order=order, since=paused, until=order.resolution_due + 9 * DAY)
        for state in states:
            Order.objects.update(state=state)
            for moment in around:
                assert moment is not None
                for now in (moment - HOUR, moment, moment + timedelta(seconds=1)):
                    colour = light(at_work.fresh(), paused_since=paused, now=now)
                    listed = {one for one in Light if Order.objects.filter(lit(one, now)).exists()}
                    assert listed == {colour}, (state, now, paused)
                    seen.add(colour)
    assert seen == set(Light)
    Order.objects.update(state=OrderState.REQUESTED, contact_warn=None)
    Pause.objects.all().delete()
    assert Order.objects.filter(lit(Light.GREEN, order.requested_at)).exists(), "one of before there were lights"
