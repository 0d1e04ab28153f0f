"""What goes wrong in the middle of a case: nothing is lost, nothing is had twice, and the pages say what is so.

Two who decide at the same moment: ``test_at_once``. A provider whose account is withdrawn: ``test_watching``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role, User
from lacarte.kernel.working_calendar import WorkingCalendar
from lacarte.loop.needs.messages.conversation import write
from lacarte.loop.needs.messages.expecting import deadlines
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError, change, place_order
from lacarte.loop.orders.checking import check
from lacarte.loop.orders.delivery.deadlines import set_anew
from lacarte.loop.orders.delivery.dispatching import dispatch, proposals
from lacarte.loop.orders.delivery.escalating import open_escalations
from lacarte.loop.orders.delivery.extending import ask_for_extension, decide_extension
from lacarte.loop.orders.delivery.lights import Light, light
from lacarte.loop.orders.delivery.pausing import ask_resident, pause_of
from lacarte.loop.orders.delivery.rules import remove_rule, set_rule
from lacarte.loop.orders.delivery.watching import watch_deadlines
from lacarte.loop.orders.models import DeadlineRule, Escalation, Order, OrderState
from lacarte.registers.menu.models import Offer, ServiceType
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.calendars import CalendarChange, change_calendar
from lacarte.registers.places.models import Region
from tests.background import work
from tests.city import City, official, signed_in
from tests.loop.orders.delivery.at_work import LATER, WEDNESDAY, AtWork, second_offer

pytestmark = pytest.mark.django_db
S = OrderState
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UTC_WEEK = WorkingCalendar(ZoneInfo("UTC"))


@pytest.fixture
def planner(db: None) -> User:
    return official(Role.PLANNER, until=LATER)


def rule(at: AtWork, contact: int, resolution: int, unit: str = "days") -> DeadlineRule:
    return DeadlineRule(
        region=at.city.west,
        service_type=at.city.care,
        contact=contact,
        contact_unit=unit,
        resolution=resolution,
        resolution_unit=unit,
    )


def pages_say(at: AtWork, words: str, *, nowhere: bool = False) -> None:
    """What the resident and the desk read of the case."""
    assert at.person.user is not None
    for client, address in (
        (signed_in(at.person.user), reverse("need", args=[at.need.reference])),
        (signed_in(at.clerk), reverse("desk-need", args=[at.need.reference])),
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert (words in page.content.decode()) != nowhere, (address, words)


# A rule is deleted


def test_a_rule_is_deleted_while_the_clock_stands_still(at_work: AtWork, planner: User) -> None:
    with clock.stopped_at(WEDNESDAY):
        at_work.sent_at(WEDNESDAY)
        strict = set_rule(rule(at_work, 2, 4, "hours"), actor=planner)
        work()
        ask_resident(at_work.order, "Which door?", actor=at_work.member)
    with clock.stopped_at(WEDNESDAY + HOUR):
        remove_rule(strict, actor=planner)
        remove_rule(strict, actor=planner)
        work()
        pause = pause_of(at_work.order)
        assert pause is not None
        assert light(at_work.fresh(), paused_since=pause.since) == Light.PAUSED
    with clock.stopped_at(WEDNESDAY + 3 * HOUR):
        write(at_work.need, "The green one", actor=None)
        work()
    after, kind = at_work.fresh(), at_work.city.care
    for due, days in ((after.contact_due, kind.contact_days), (after.resolution_due, kind.resolution_days)):
        assert due == UTC_WEEK.after(UTC_WEEK.deadline(WEDNESDAY, days), 3 * HOUR), "the service's own days"


def test_what_is_in_time_again_waits_for_nobody_and_is_raised_anew_when_it_is_late(
    at_work: AtWork, planner: User
) -> None:
    with clock.stopped_at(WEDNESDAY):
        at_work.sent_at(WEDNESDAY)
        strict = set_rule(rule(at_work, 0, 1, "hours"), actor=planner)
        work()
    with clock.stopped_at(WEDNESDAY + 2 * HOUR):
        for _twice in range(2):
            watch_deadlines()
            work()
        assert open_escalations(at_work.clerk).count() == 1
        pages_say(at_work, "This takes too long.")
        remove_rule(strict, actor=planner)
        work()
        assert not open_escalations(at_work.clerk).exists(), "nobody decides what is in time"
        pages_say(at_work, "No official has to decide any more.")
    with clock.stopped_at(at_work.fresh().contact_due + HOUR):
        for _twice in range(2):
            watch_deadlines()
            work()
        assert [row.why for row in open_escalations(at_work.clerk)] == ["contact"], "late by its own days"
    assert Escalation.objects.count() == 1
    names = list(timeline(at_work.need.pk).values_list("name", flat=True))
    assert (names.count("order.escalated"), names.count("order.overdue")) == (2, 1)


def test_a_later_deadline_that_is_granted_is_the_decision(at_work: AtWork) -> None:
    change(at_work.order, to=S.ACCEPTED, actor=at_work.member)
    with clock.stopped_at(at_work.order.resolution_due + HOUR):
        watch_deadlines()
        assert open_escalations(at_work.clerk).count() == 1
        asked = ask_for_extension(at_work.order, days=5, code="more-work", actor=at_work.member)
        decide_extension(asked, grants=True, actor=at_work.clerk)
        watch_deadlines()
        assert not open_escalations(at_work.clerk).exists()


def test_one_rule_for_one_case_whoever_sets_it_first(at_work: AtWork, planner: User) -> None:
    seen = set_rule(rule(at_work, 1, 2), actor=planner)
    with pytest.raises(OrderRefusedError, match="a rule for this service"):
        set_rule(rule(at_work, 1, 3), actor=planner)
    at, mine = seen.changed_at, DeadlineRule.objects.get()
    mine.resolution = 9
    set_rule(DeadlineRule.objects.get(), actor=planner)
    for verb in (set_rule, remove_rule):
        with pytest.raises(OrderRefusedError, match=f"{planner} changed this rule meanwhile"):
            verb(mine, actor=planner, seen=at)
    assert DeadlineRule.objects.get().resolution == 2


# The clocks change, and holidays come late


def test_the_clocks_change_inside_a_deadline_and_inside_a_pause(at_work: AtWork, planner: User) -> None:
    Region.objects.filter(pk=at_work.city.city.pk).update(
        calendar={"zone": "Europe/Berlin", "weekdays": [0, 5, 6]}
    )
    saturday = datetime(2026, 10, 24, 13, tzinfo=UTC)  # three o'clock; the clocks go back at night
    set_rule(rule(at_work, 24, 48, "clock-hours"), actor=planner)
    at_work.sent_at(saturday)
    assert at_work.fresh().contact_due == saturday + DAY, "a day and a night are 24 hours, whatever the clocks say"
    with clock.stopped_at(saturday + HOUR):
        ask_resident(at_work.order, "Which door?", actor=at_work.member)
    with clock.stopped_at(saturday + 21 * HOUR):
        write(at_work.need, "The green one", actor=None)
        work()
    assert at_work.fresh().contact_due == saturday + DAY + 20 * HOUR
    remove_rule(DeadlineRule.objects.get(), actor=planner)
    set_rule(rule(at_work, 2, 10, "hours"), actor=planner)
    work()
    # Of the working hours, an hour ran before the pause and one of it stood on Saturday, two on Sunday.
    assert at_work.fresh().contact_due == datetime(2026, 10, 25, 11, tzinfo=UTC)


def test_a_holiday_is_declared_while_the_clock_stands_still_and_taken_back(at_work: AtWork, planner: User) -> None:
    with clock.stopped_at(WEDNESDAY):
        at_work.sent_at(WEDNESDAY)
        pause = ask_resident(at_work.order, "Which door?", actor=at_work.member)
    thursday, friday = WEDNESDAY + DAY, WEDNESDAY + 2 * DAY
    with clock.stopped_at(thursday):
        off = CalendarChange(off=frozenset({thursday.date(), friday.date()}))
        change_calendar(at_work.city.west, off, actor=planner)
        work()
        assert light(at_work.fresh(), paused_since=pause.since) == Light.PAUSED
        pause.refresh_from_db()
        told_until = pause.until
    with clock.stopped_at(friday):
        change_calendar(at_work.city.west, CalendarChange(usual=frozenset({friday.date()})), actor=planner)
        write(at_work.need, "The green one", actor=None)
        work()
        work()
    pause.refresh_from_db()
    assert (pause.ended_at, pause.until, pause.answered) == (friday, told_until, True)
    calendar = WorkingCalendar(ZoneInfo("UTC"), holidays=frozenset({thursday.date()}))
    after = at_work.fresh()
    days = at_work.city.care.resolution_days
    stood = 8 * HOUR  # of Wednesday; nobody works on Thursday
    assert after.resolution_due == calendar.after(calendar.deadline(WEDNESDAY, days), stood)
    assert light(after, paused_since=None, now=friday) == Light.GREEN
    pages_say(at_work, "Not worked until then: 7 October 2027.")


def test_a_day_that_an_official_would_decide_by_becomes_a_holiday(at_work: AtWork, planner: User) -> None:
    with clock.stopped_at(WEDNESDAY):
        at_work.sent_at(WEDNESDAY - 20 * DAY)
        watch_deadlines()
        (row,) = Escalation.objects.all()
        assert row.decide_by.date() == date(2027, 10, 7)
        change_calendar(at_work.city.west, CalendarChange(off=frozenset({date(2027, 10, 7)})), actor=planner)
        work()
        row.refresh_from_db()
        assert row.decide_by.date() == date(2027, 10, 8)
    with clock.stopped_at(datetime(2027, 10, 8, 12, tzinfo=UTC)):
        watch_deadlines()
        assert Escalation.objects.count() == 1, "nobody is passed over on a holiday"


# A type is retired, a region merged


def test_a_type_is_retired_while_an_order_is_under_way(at_work: AtWork) -> None:
    ServiceType.objects.filter(pk=at_work.city.care.pk).update(orderable=False)
    Offer.objects.update(paused=True)
    due = at_work.fresh().resolution_due
    set_anew([at_work.order.pk])
    assert at_work.fresh().resolution_due == due
    change(at_work.order, to=S.ACCEPTED, actor=at_work.member)
    pages_say(at_work, "Home care")
    assert Client().get(reverse("menu-service", args=["home-care"])).status_code == 404, (
        "nobody orders it any more"
    )
    with pytest.raises(ProtectedError):
        ServiceType.objects.get(pk=at_work.city.care.pk).delete()
    change(at_work.order, to=S.REJECTED, actor=at_work.member, code="full")
    work()
    need = Need.objects.get(pk=at_work.need.pk)
    assert need.state == Need.State.OPEN
    assert proposals(need, actor=at_work.clerk) == [], "no offer takes anybody on"
    pages_say(at_work, "Home care")
    Offer.objects.update(paused=False)
    order = dispatch(need, at_work.other, actor=at_work.clerk)
    for to in (S.ACCEPTED, S.IN_PROGRESS, S.COMPLETED):
        change(order, to=to, actor=at_work.other_member)
    work()
    assert Need.objects.get(pk=need.pk).state == Need.State.MET
    assert check().well


def test_a_region_is_merged_into_another_while_an_order_is_under_way(city: City, at_work: AtWork) -> None:
    new = add_region(city.city, code="n", name={"en": "New West"})
    clerk_of_new = official(Role.CASE_WORKER, new, until=LATER)
    with clock.stopped_at(WEDNESDAY):
        at_work.sent_at(WEDNESDAY)
        Region.objects.filter(pk=new.pk).update(calendar={"holidays": ["2027-10-07"]})
        with pytest.raises(ProtectedError):
            city.west.delete()
        Need.objects.filter(region=city.west).update(region=new)
        Order.objects.filter(region=city.west).update(region=new)
        before = at_work.fresh()
        set_anew([at_work.order.pk])
        after = at_work.fresh()
        assert after.resolution_due > before.resolution_due, "by the calendar of where it is now"
        with pytest.raises(Exception, match="no mandate"):
            change(at_work.order, to=S.ACCEPTED, actor=at_work.clerk)
        change(at_work.order, to=S.ACCEPTED, actor=clerk_of_new)
        shown = signed_in(clerk_of_new).get(reverse("desk-need", args=[at_work.need.reference]))
        assert "New West" in shown.content.decode()
        listed = signed_in(clerk_of_new).get(reverse("desk-orders")).content.decode()
        assert at_work.need.reference in listed
        assert at_work.need.reference not in signed_in(at_work.clerk).get(reverse("desk-orders")).content.decode()
    assert check().well


# What is promised, and what nobody has to decide any more


def test_what_is_promised_is_what_counts(at_work: AtWork, planner: User, city: City) -> None:
    set_rule(rule(at_work, 3, 30, "hours"), actor=planner)
    change(at_work.order, to=S.REJECTED, actor=at_work.member, code="full")
    work()
    need = Need.objects.get(pk=at_work.need.pk)
    page = Client().get(reverse("menu-service", args=["home-care"])).content.decode()
    assert "You hear from the provider within 2 working days." in page
    assert "In some places it is another time." in page
    resident = at_work.person.user
    assert resident is not None
    with clock.stopped_at(WEDNESDAY + 7 * DAY + HOUR):
        promise = deadlines(need)
        order = place_order(need, offer_at_place=at_work.other)
        assert (order.contact_due, order.resolution_due) == (promise.contact, promise.done)
        assert order.contact_due == WEDNESDAY + 7 * DAY + 4 * HOUR


def test_a_run_may_find_an_offer_before_an_official_decides(at_work: AtWork) -> None:
    for order in (at_work.order, None):
        order = order or dispatch(at_work.need, at_work.other, actor=at_work.clerk)
        change(order, to=S.REJECTED, actor=None, who="provider", code="not-ours")  # type: ignore[arg-type]
        work()
    (row,) = open_escalations(at_work.clerk)
    assert row.why == "returned"
    pages_say(at_work, "An official decides by")
    place_order(Need.objects.get(pk=at_work.need.pk), offer_at_place=second_offer(at_work.city, "third"))
    work()
    row.refresh_from_db()
    assert (row.ended_at is not None, row.decided_by) == (True, None)
    told = at_work.told()
    assert told.index("No official has to decide any more.") > told.index(
        "We have found an offer and asked the provider."
    )
    pages_say(at_work, "An official has seen to it.", nowhere=True)
    assert check().well
