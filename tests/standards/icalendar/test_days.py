"""Working days go out as iCalendar and come back the same; what cannot be read is named with its line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lacarte.standards.icalendar.days import Days, NoCalendarError, read, write

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
some = st.sets(st.dates(date(2026, 12, 20), date(2027, 3, 10)), max_size=30)


@given(some, some, st.text(max_size=120))
def test_what_is_written_is_read_again(off: set[date], worked: set[date], name: str) -> None:
    off -= worked
    text = write(name, "w", Days(off, worked), now=NOW)
    found = read(text)
    assert (found.off, found.worked, found.wrong) == (off, worked, [])
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])


@given(st.text())
@example("\ufeffBEGIN:VEVENT\nDTSTART:99999999\n")
def test_no_text_breaks_it(text: str) -> None:
    read(f"BEGIN:VCALENDAR\n{text}\nBEGIN:VEVENT\n{text}\nEND:VEVENT")


def test_entries_of_others_are_read() -> None:
    spans = {
        ("DTSTART;VALUE=DATE:20270206", "DTEND;VALUE=DATE:20270209"): [6, 7, 8],
        ("DTSTART;VALUE=DATE:20270206", "DURATION:P2D"): [6, 7],
        ("DTSTART;VALUE=DATE:20270206", "DURATION:P1W"): [6, 7, 8, 9, 10, 11, 12],
        ("DTSTART:20270206", "SUMMARY:Spring Festival, with a name that is", "  folded: here"): [6],
        ('DTSTART;X-A="a:b";VALUE=DATE:20270206',): [6],
        ("DTSTART;VALUE=DATE:20270206", "STATUS:CANCELLED"): [],
    }
    for lines, days in spans.items():
        assert sorted(read(event(*lines)).off) == [date(2027, 2, day) for day in days], lines
    for mark in ("SUMMARY:春节（班）", "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY", "CATEGORIES:A,WORKING-DAY"):
        assert read(event("DTSTART;VALUE=DATE:20270220", mark)).worked == {date(2027, 2, 20)}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("DTSTART:20270206T090000Z",), "it is not a whole day."),
        (("DTSTART;VALUE=DATE:20270231",), "there is no such day."),
        (("DTSTART;VALUE=DATE:20270206", "RRULE:FREQ=YEARLY"), "it repeats itself. Please give each day."),
        (("DTSTART;VALUE=DATE:20270206", "DTEND;VALUE=DATE:20270206"), "it ends before it begins"),
        (("DTSTART;VALUE=DATE:20270206", "DTEND;VALUE=DATE:20270606"), "longer than two months"),
        (("DTSTART;VALUE=DATE:20270206", "DURATION:PT5H"), "it is not a whole day."),
        (("SUMMARY:x",), "it has no day."),
    ],
)
def test_what_cannot_be_read_is_named(lines: tuple[str, ...], why: str) -> None:
    (wrong,) = read(event(*lines)).wrong
    assert wrong.startswith("Line 2, “")
    assert why in wrong


def test_what_is_no_calendar_is_refused() -> None:
    with pytest.raises(NoCalendarError, match="BEGIN:VCALENDAR"):
        read("PK\3\4")
    with pytest.raises(NoCalendarError, match="too large"):
        read("BEGIN:VCALENDAR" + " " * 1_000_001)
