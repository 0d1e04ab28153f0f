"""Quiet hours end in the morning, across midnight and across changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.kernel.quiet_hours import QuietHours

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours.read("21:00-08:00")


@pytest.mark.parametrize(
    "written", ["", "21:00", "21-8", "8pm-9am", "21:00-21:00", "21:00-08:00-09:00", "25:00-08:00"]
)
def test_what_is_no_hours_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="21:00-08:00"):
        QuietHours.read(written)


@pytest.mark.parametrize(
    ("at", "over"),
    [("20:59", "20:59"), ("21:00", "08:00"), ("00:00", "08:00"), ("07:59", "08:00"), ("08:00", "08:00")],
)
def test_a_night_lies_across_midnight(at: str, over: str) -> None:
    now = datetime.combine(datetime(2026, 11, 28), time.fromisoformat(at), SHANGHAI)
    assert f"{NIGHT.over(now, SHANGHAI):%H:%M}" == over


def test_a_rest_at_noon_lies_within_a_day() -> None:
    rest = QuietHours.read("12:30 - 14:00")
    now = datetime(2026, 11, 28, 13, tzinfo=SHANGHAI)
    assert rest.over(now, SHANGHAI) == now + timedelta(hours=1)
    assert rest.over(now + timedelta(hours=1), SHANGHAI) == now + timedelta(hours=1)


def test_a_night_in_which_the_clocks_change_ends_by_the_clock() -> None:
    before = datetime(2026, 10, 24, 22, tzinfo=BERLIN)
    assert NIGHT.over(before, BERLIN).astimezone(UTC) == datetime(2026, 10, 25, 7, tzinfo=UTC), "an hour longer"


def test_a_night_in_which_the_clocks_go_forward_is_an_hour_shorter() -> None:
    before = datetime(2027, 3, 27, 22, tzinfo=BERLIN)
    assert NIGHT.over(before, BERLIN).astimezone(UTC) == datetime(2027, 3, 28, 6, tzinfo=UTC)


def test_hours_that_end_in_the_hour_that_is_left_out_end_when_it_would_have_been_over() -> None:
    early = QuietHours.read("21:00-02:30")
    over = early.over(datetime(2027, 3, 28, 1, tzinfo=BERLIN), BERLIN)
    assert over.astimezone(UTC) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "03:30 by the clock"


def test_hours_that_end_in_the_hour_that_comes_twice_never_end_in_the_past() -> None:
    early = QuietHours.read("21:00-02:30")
    second_time = datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=BERLIN).astimezone(UTC)
    assert early.over(second_time, BERLIN) == second_time + timedelta(minutes=15)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Santiago")]),
    st.integers(0, 47),
    st.integers(2, 40),
)
def test_nor_where_clocks_change(now: datetime, zone: ZoneInfo, begins: int, long: int) -> None:
    halves = [divmod(half % 48, 2) for half in (begins, begins + long)]
    quiet = QuietHours(*(time(hour, 30 * half) for hour, half in halves))
    over = quiet.over(now, zone)
    assert now <= over <= now + timedelta(hours=25)
    assert quiet.over(over, zone) == over


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([SHANGHAI, ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")]),
    st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True),
)
def test_when_it_is_over_nothing_waits_any_more(now: datetime, zone: ZoneInfo, minutes: list[int]) -> None:
    quiet = QuietHours(*(time(*divmod(minute, 60)) for minute in minutes))
    over = quiet.over(now, zone)
    assert now <= over < now + timedelta(days=1)
    assert quiet.over(over, zone) == over
