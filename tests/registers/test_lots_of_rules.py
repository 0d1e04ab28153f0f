"""Lots come from rules: by the region's calendar and clock, ahead of time, and never below what is booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.kernel.working_calendar import WorkingCalendar
from lacarte.registers.menu.capacity.buckets import buckets
from lacarte.registers.menu.capacity.counting import overbooked
from lacarte.registers.menu.capacity.holding import CapacityRefusedError, NoCapacityError, confirm, hold, release
from lacarte.registers.menu.capacity.making import (
    check_rule,
    end_rule,
    keep_all_lots,
    keep_lots,
    make_lots_ahead,
    preview,
    set_lot,
    standing_against,
)
from lacarte.registers.menu.models import CapacityLot, CapacityRule
from tests.city import City

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 30)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
BERLIN = WorkingCalendar(ZoneInfo("Europe/Berlin"))


def slots(**changed: object) -> CapacityRule:
    """Half hours of the morning, two people each."""
    values = {"opens": time(9), "closes": time(11), "minutes": 30, "units": 2, "since": MONDAY, **changed}
    return CapacityRule(bucket="slot", **values)


def local(rule: CapacityRule, first: date, last: date, calendar: WorkingCalendar = BERLIN) -> list[str]:
    return [
        f"{one.starts_at.astimezone(calendar.zone):%a %d %H:%M}" for one in buckets(rule, calendar, first, last)
    ]


@pytest.fixture
def ruled(city: City) -> CapacityRule:
    """A rule of the city's offer, whose own lot is taken away."""
    CapacityLot.objects.all().delete()
    rule = slots()
    rule.offer_at_place = city.offer
    rule.save()
    return rule


def test_slots_fill_the_hours_of_working_days_and_nothing_behind_them() -> None:
    assert local(slots(closes=time(10, 20)), MONDAY, MONDAY) == ["Mon 30 09:00", "Mon 30 09:30"]
    assert local(slots(closes=time(9, 30)), date(2026, 12, 4), date(2026, 12, 7)) == [
        "Fri 04 09:00",
        "Mon 07 09:00",
    ]


def test_named_weekdays_count_and_holidays_never_do() -> None:
    calendar = WorkingCalendar(ZoneInfo("Europe/Berlin"), holidays=frozenset({date(2026, 12, 5)}))
    saturdays = slots(weekdays=[6], closes=time(9, 30))
    assert local(saturdays, MONDAY, date(2026, 12, 13), calendar) == ["Sat 12 09:00"]


def test_a_day_off_that_is_worked_by_decree_is_open() -> None:
    calendar = WorkingCalendar(ZoneInfo("Asia/Shanghai"), working_weekends=frozenset({date(2026, 12, 6)}))
    rule = slots(closes=time(9, 30))
    assert local(rule, date(2026, 12, 5), date(2026, 12, 6), calendar) == ["Sun 06 09:00"]


def test_what_the_clock_skips_is_left_out_and_what_it_repeats_is_once() -> None:
    rule = slots(weekdays=[7], opens=time(1), closes=time(4), minutes=30, since=date(2026, 1, 1))
    spring = [one.starts_at for one in buckets(rule, BERLIN, date(2026, 3, 29), date(2026, 3, 29))]
    assert [f"{at.astimezone(BERLIN.zone):%H:%M}" for at in spring] == ["01:00", "01:30", "03:00", "03:30"]
    autumn = local(rule, date(2026, 10, 25), date(2026, 10, 25))
    assert len(autumn) == len(set(autumn)) == 6


def test_a_slot_in_which_the_clock_jumps_forward_is_left_out() -> None:
    new_york = WorkingCalendar(ZoneInfo("America/New_York"))
    rule = CapacityRule(
        bucket="slot", weekdays=[7], opens=time(0), closes=time(4), minutes=45, units=1, since=date(2026, 1, 1)
    )
    found = list(buckets(rule, new_york, date(2026, 3, 8), date(2026, 3, 8)))
    starts = [one.starts_at.astimezone(new_york.zone).strftime("%H:%M") for one in found]
    assert starts == ["00:00", "00:45", "03:00"]


def test_a_day_is_as_long_as_the_clock_makes_it() -> None:
    rule = CapacityRule(bucket="day", weekdays=[7], units=1, since=date(2026, 1, 1))
    [spring] = buckets(rule, BERLIN, date(2026, 3, 29), date(2026, 3, 29))
    [autumn] = buckets(rule, BERLIN, date(2026, 10, 25), date(2026, 10, 25))
    assert [one.ends_at - one.starts_at for one in (spring, autumn)] == [timedelta(hours=23), timedelta(hours=25)]


def test_months_begin_and_end_with_the_rule() -> None:
    rule = CapacityRule(bucket="month", units=5, since=date(2026, 11, 15), until=date(2027, 1, 10))
    found = list(buckets(rule, WorkingCalendar(ZoneInfo("UTC")), date(2026, 11, 30), date(2027, 3, 1)))
    assert [(one.starts_at.date().isoformat(), one.ends_at.date().isoformat()) for one in found] == [
        ("2026-11-15", "2026-12-01"),
        ("2026-12-01", "2027-01-01"),
        ("2027-01-01", "2027-01-11"),
    ]


@given(
    zone=st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]),
    first=st.dates(date(2026, 1, 1), date(2027, 12, 1)),
    hours=st.tuples(st.integers(0, 22), st.integers(1, 23)).filter(lambda two: two[0] < two[1]),
    minutes=st.sampled_from([5, 20, 45, 90]),
    bucket=st.sampled_from(["slot", "day", "month"]),
)
def test_no_two_buckets_of_a_rule_overlap(
    zone: str, first: date, hours: tuple[int, int], minutes: int, bucket: str
) -> None:
    rule = CapacityRule(
        bucket=bucket,
        weekdays=[1, 2, 3, 4, 5, 6, 7],
        opens=time(hours[0]),
        closes=time(hours[1]),
        minutes=minutes,
        units=1,
        since=first,
    )
    found = list(buckets(rule, WorkingCalendar(ZoneInfo(zone)), first, first + timedelta(days=9)))
    assert all(one.starts_at < one.ends_at for one in found)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))


def test_lots_are_made_ahead_once_and_go_on_as_days_pass(ruled: CapacityRule) -> None:
    with clock.stopped_at(NOON):
        assert make_lots_ahead() == 44 * 4, "44 working days of the next 60; today's times are over"
        assert make_lots_ahead() == 0
        keep_all_lots()
        assert CapacityLot.objects.count() == 44 * 4
    with clock.stopped_at(NOON + timedelta(days=3)):
        assert make_lots_ahead() > 0
        last = CapacityLot.objects.latest("starts_at").starts_at
    assert last.date() <= (NOON + timedelta(days=63)).date()


def test_a_changed_rule_changes_what_is_free_and_keeps_what_is_booked(ruled: CapacityRule) -> None:
    with clock.stopped_at(NOON):
        assert keep_lots([ruled]) == []
        booked, empty = CapacityLot.objects.order_by("starts_at")[:2]
        for _ in range(2):
            confirm(hold(booked))
        ruled.units = 1
        [standing] = keep_lots([ruled])
        assert (standing.lot, standing.wanted, standing.held) == (booked, 1, 2)
        assert not overbooked()
        assert CapacityLot.objects.get(pk=empty.pk).units == 1
        assert [one.lot for one in standing_against([ruled.offer_at_place_id])] == [booked]
        release(booked.holds.first())
        with pytest.raises(NoCapacityError):
            hold(booked)
        assert keep_lots([ruled]) == []
        booked.refresh_from_db()
        assert (booked.units, booked.closing_to) == (1, None)


def test_an_ended_rule_leaves_only_what_is_booked_and_the_next_one_takes_it_over(ruled: CapacityRule) -> None:
    with clock.stopped_at(NOON):
        keep_lots([ruled])
        booked, once = CapacityLot.objects.order_by("starts_at")[:2]
        confirm(hold(booked))
        release(hold(once))
        assert [one.held for one in end_rule(ruled)] == [1]
        assert {lot.pk for lot in CapacityLot.objects.all()} == {booked.pk, once.pk}
        for lot in (booked, once):
            with pytest.raises(NoCapacityError):
                hold(lot)
        follows = slots(units=3)
        follows.offer_at_place = ruled.offer_at_place
        follows.save()
        assert keep_lots([follows]) == []
        booked.refresh_from_db()
        assert (booked.rule, booked.units, booked.closing_to) == (follows, 3, None)
        assert hold(once)


def test_days_that_become_holidays_close(ruled: CapacityRule, city: City) -> None:
    with clock.stopped_at(NOON):
        keep_lots([ruled])
        lots = CapacityLot.objects.filter(starts_at__date=date(2026, 12, 2))
        assert lots.count() == 4
        city.city.calendar = {"zone": "UTC", "holidays": ["2026-12-02"]}
        city.city.save()
        keep_all_lots()
        assert not lots.exists()


def test_no_lots_outside_the_days_of_the_offer(ruled: CapacityRule) -> None:
    offer = ruled.offer_at_place.offer
    offer.since, offer.until = date(2026, 12, 3), date(2026, 12, 4)
    offer.save()
    with clock.stopped_at(NOON):
        keep_lots([ruled])
    assert CapacityLot.objects.count() == 8


def test_a_lot_by_hand_wins_over_rules(ruled: CapacityRule) -> None:
    with clock.stopped_at(NOON):
        keep_lots([ruled])
        lot = CapacityLot.objects.earliest("starts_at")
        confirm(hold(lot))
        closed = set_lot(ruled.offer_at_place, starts_at=lot.starts_at, ends_at=lot.ends_at, units=0)
        keep_all_lots()
        closed.refresh_from_db()
        assert (closed.pk, closed.units, closed.closing_to, closed.rule) == (lot.pk, 1, 0, None)
        more = set_lot(ruled.offer_at_place, starts_at=lot.starts_at, ends_at=lot.ends_at, units=4)
        assert (more.units, more.closing_to) == (4, None)


def test_lots_that_cannot_be_are_refused_in_words(ruled: CapacityRule) -> None:
    now, place = clock.now(), ruled.offer_at_place
    for units, starts, ends, words in (
        (-3, 1, 2, "-3 units"),
        (1, 2, 1, "end before it begins"),
        (1, -3, -2, "over"),
    ):
        with pytest.raises(CapacityRefusedError, match=words):
            set_lot(
                place, starts_at=now + timedelta(hours=starts), ends_at=now + timedelta(hours=ends), units=units
            )
    assert not CapacityLot.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"units": -3}, "units"),
        ({"closes": time(8)}, "closes"),
        ({"opens": None}, "closes"),
        ({"minutes": 0}, "minutes"),
        ({"weekdays": [0]}, "weekdays"),
        ({"until": date(2026, 11, 1)}, "until"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_its_field(changed: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_rule(slots(**changed))
    assert list(refused.value.message_dict) == [field]


def test_what_a_rule_would_make_is_shown_before_it_is_saved(city: City) -> None:
    rule = slots()
    rule.offer_at_place = city.offer
    with clock.stopped_at(NOON):
        assert [f"{one.starts_at:%a %H:%M}" for one in preview(rule, 5)] == [
            "Tue 09:00", "Tue 09:30", "Tue 10:00", "Tue 10:30", "Wed 09:00",
        ]  # fmt: skip
    assert not CapacityRule.objects.exists()
