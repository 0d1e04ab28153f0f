"""Dates and times are read in all usual forms and written in one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from lacarte.standards.open311.moments import read_w3c, write_w3c


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "first", "following"),
    [
        ("2026", utc(2025, 12, 31, 16), utc(2026, 12, 31, 16)),
        ("2026-12", utc(2026, 11, 30, 16), utc(2026, 12, 31, 16)),
        ("2026-01-31", utc(2026, 1, 30, 16), utc(2026, 1, 31, 16)),
        ("2026-01-31T09:30Z", utc(2026, 1, 31, 9, 30), utc(2026, 1, 31, 9, 31)),
        ("2026-01-31T09:30:05Z", utc(2026, 1, 31, 9, 30, 5), utc(2026, 1, 31, 9, 30, 6)),
        ("2026-01-31t09:30:05z", utc(2026, 1, 31, 9, 30, 5), utc(2026, 1, 31, 9, 30, 6)),
        ("2026-01-31T09:30:05.25Z", utc(2026, 1, 31, 9, 30, 5, 250000), utc(2026, 1, 31, 9, 30, 5, 250001)),
        ("2026-01-31T09:30:05-08:00", utc(2026, 1, 31, 17, 30, 5), utc(2026, 1, 31, 17, 30, 6)),
        ("2026-01-31T09:30:05+0530", utc(2026, 1, 31, 4, 0, 5), utc(2026, 1, 31, 4, 0, 6)),
        ("2026-01-31T09:30:05+02", utc(2026, 1, 31, 7, 30, 5), utc(2026, 1, 31, 7, 30, 6)),
        ("2026-01-31T09:30:05 02:00", utc(2026, 1, 31, 7, 30, 5), utc(2026, 1, 31, 7, 30, 6)),
        ("2026-01-31T09:30:05", utc(2026, 1, 31, 1, 30, 5), utc(2026, 1, 31, 1, 30, 6)),
        (" 2026-01-31 09:30:05 ", utc(2026, 1, 31, 1, 30, 5), utc(2026, 1, 31, 1, 30, 6)),
        ("9999-12-31T23:59:59Z", utc(9999, 12, 31, 23, 59, 59), datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_every_form_is_read(settings: LazySettings, text: str, first: datetime, following: datetime) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    moment = read_w3c("start_date", text)
    assert (moment.first, moment.next) == (first, following)


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "03-01-2010", "2026-1-1", "2026-13-01", "2026-02-30", "2026-01-31T24:00:00Z",
        "2026-01-31T09", "2026-01-31T09:60Z", "2026-01-31T09:30:61Z", "2026-01-31T09:30:05+24:00",
        "2026-01-31T09:30:05+02:60", "0000-01-01", "0001-01-01T00:00:00+14:00", "1767225600", "2026-W05",
        "２０２６-01-01", "2026-01-31T09:30:05Z; DROP TABLE", "2026-01-31T09:30:05.1234567890123Z",
    ],
)  # fmt: skip
def test_what_is_no_date_is_named(settings: LazySettings, text: str) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    with pytest.raises(ValueError, match=r"^end_date: “"):
        read_w3c("end_date", text)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31)),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_what_was_written_is_read_as_the_same_second(local: datetime, zone: timezone) -> None:
    moment = local.replace(tzinfo=zone)
    written = write_w3c(moment)
    assert written is not None
    read = read_w3c("start_date", written)
    assert read.first <= moment < read.next
    assert read.next - read.first == timedelta(seconds=1)
    assert read_w3c("start_date", moment.isoformat()).first == moment


def test_a_time_is_written_in_the_citys_zone(settings: LazySettings) -> None:
    moment = utc(2026, 1, 31, 9, 30, 5, 999999)
    assert write_w3c(moment) == "2026-01-31T09:30:05Z"
    settings.TIME_ZONE = "America/New_York"
    assert write_w3c(moment) == "2026-01-31T04:30:05-05:00"
    assert write_w3c(moment + timedelta(days=180)) == "2026-07-30T05:30:05-04:00"
    assert write_w3c(None) is None
