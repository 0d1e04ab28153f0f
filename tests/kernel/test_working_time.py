"""Working time adds up whatever the hours, holidays and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.kernel.working_calendar import WorkingCalendar

BERLIN = ZoneInfo("Europe/Berlin")
MARCH, NOVEMBER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)

days = st.dates(date(2026, 3, 1), date(2026, 11, 30))
moments = st.datetimes(MARCH.replace(tzinfo=None), NOVEMBER.replace(tzinfo=None), timezones=st.just(UTC))
spans = st.integers(0, 200 * 3600).map(lambda seconds: timedelta(seconds=seconds))
calendars = st.builds(
    WorkingCalendar,
    zone=st.sampled_from([BERLIN, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/St_Johns")]),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    opens=st.sampled_from([time(0), time(1, 30), time(9)]),
    closes=st.sampled_from([time(9, 1), time(17), time(23, 59)]),
    holidays=st.frozensets(days, max_size=4),
    working_weekends=st.frozensets(days, max_size=4),
)


@given(calendars, moments, spans, spans)
def test_time_worked_adds_up(calendar: WorkingCalendar, start: datetime, one: timedelta, two: timedelta) -> None:
    end = calendar.after(start, one)
    assert end >= start
    assert calendar.worked(start, end) == one
    assert calendar.after(end, two) == calendar.after(start, one + two) or two == timedelta(0)
    assert calendar.worked(end, start) == timedelta(0)


@given(calendars, moments, moments, moments)
def test_time_worked_is_cut_anywhere(calendar: WorkingCalendar, a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    assert calendar.worked(a, b) + calendar.worked(b, c) == calendar.worked(a, c)


def test_a_deadline_ends_when_the_office_closes_whatever_the_clocks_do() -> None:
    calendar = WorkingCalendar(BERLIN)
    friday = datetime(2026, 10, 23, 8, tzinfo=UTC)  # the clocks go back on Sunday, 25 October
    assert calendar.deadline(friday, 0) == datetime(2026, 10, 23, 15, tzinfo=UTC)
    assert calendar.deadline(friday, 1) == datetime(2026, 10, 26, 16, tzinfo=UTC)
    assert calendar.days_later(friday, 1) == datetime(2026, 10, 26, 9, tzinfo=UTC)
    assert calendar.worked(friday, datetime(2026, 10, 26, 9, tzinfo=UTC)) == timedelta(hours=8)


def test_a_night_shift_works_an_hour_more_when_the_clocks_go_back() -> None:
    calendar = WorkingCalendar(BERLIN, weekdays=frozenset(range(7)), opens=time(0), closes=time(6))
    begins = datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert calendar.worked(begins, begins + timedelta(hours=12)) == timedelta(hours=7)


def test_no_time_is_worked_backwards() -> None:
    calendar = WorkingCalendar(BERLIN)
    with pytest.raises(ValueError, match="cannot be worked"):
        calendar.after(MARCH, timedelta(seconds=-1))
    with pytest.raises(ValueError, match="earlier"):
        calendar.days_later(MARCH, -1)
