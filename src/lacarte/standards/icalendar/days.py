"""Whole days of a calendar file: those that are not worked, and days off that are (RFC 5545, 3.6.1).

Only whole days are read, so no time zone, alarm or rule of repetition is: what a library would bring would all
have to be refused again. What says that a day is worked is ``CATEGORIES:WORKING-DAY`` (our own),
``X-APPLE-SPECIAL-DAY`` (China's published calendars), or 班 in its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _

from lacarte.registers.places.events import days_in_words, in_rows

LONGEST = 1_000_000
_MOST_DAYS = 62
_OCTETS = 75
_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^:;="]+=(?:"[^"]*"|[^:;"]*))*):(.*)', re.DOTALL)
_SPAN = re.compile(r"P(?:(\d{1,2})W|(\d{1,3})D)")
_DAY = re.compile(r"[12][0-9]{7}")
_MARKS = {False: ("HOLIDAY", "WORK-HOLIDAY"), True: ("WORKING-DAY", "ALTERNATE-WORKDAY")}


class NoCalendarError(ValueError):
    """A file is no calendar; the message says what is missing."""


@dataclass
class Days:
    """What a file says: days off, days worked, and in sentences what could not be read, with its line."""

    off: set[date] = field(default_factory=set)
    worked: set[date] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def off_in_words(self) -> str:
        """The days off as people write them."""
        return days_in_words(self.off)

    def worked_in_words(self) -> str:
        """The days worked as people write them."""
        return days_in_words(self.worked)


@dataclass(frozen=True)
class _Entry:
    """An event: its properties by name, each value with its parameters, and the line that it begins in."""

    line: int
    said: dict[str, str]


def write(name: str, code: str, days: Days, *, now: datetime) -> str:
    """A calendar called ``name``; days in a row are one entry. ``code`` makes its entries known again."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lacarte//working days//EN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    for works, found in ((False, days.off), (True, days.worked)):
        category, special = _MARKS[works]
        for first, last in in_rows(found):
            lines += [
                "BEGIN:VEVENT",
                f"UID:{first:%Y%m%d}-{category.lower()}-{code}@lacarte",
                f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
                f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
                f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}",
                f"SUMMARY:{_escaped(_('Worked') if works else _('Not worked'))}",
                f"CATEGORIES:{category}",
                f"X-APPLE-SPECIAL-DAY:{special}",
                "TRANSP:TRANSPARENT",
                "END:VEVENT",
            ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def read(text: str) -> Days:
    """The whole days of a calendar. Raises :class:`NoCalendarError` for what is none at all."""
    if "BEGIN:VCALENDAR" not in text[:LONGEST].upper():
        raise NoCalendarError(_("This is no calendar file: it has no line BEGIN:VCALENDAR."))
    if len(text) > LONGEST:
        raise NoCalendarError(_("This file is too large for a calendar."))
    days = Days()
    for entry in _entries(text):
        if entry.said.get("STATUS", "").upper() == "CANCELLED":
            continue
        try:
            found = _days_of(entry.said)
        except ValueError as error:
            summary = entry.said.get("SUMMARY", "")[:60]
            days.wrong.append(
                _("Line %(line)d, “%(name)s”: %(why)s") % {"line": entry.line, "name": summary, "why": error}
            )
            continue
        (days.worked if _is_worked(entry.said) else days.off).update(found)
    days.off -= days.worked
    return days


def _entries(text: str) -> Iterator[_Entry]:
    began, said, inside = 0, dict[str, str](), False
    for number, line in _unfolded(text):
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name, value = match[1].upper(), match[3].strip()
        if (name, value.upper()) == ("BEGIN", "VEVENT"):
            began, said, inside = number, {}, True
        elif (name, value.upper()) == ("END", "VEVENT"):
            if inside:
                yield _Entry(began, said)
            inside = False
        elif inside:
            said.setdefault(name, value)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The lines with those that go on behind a blank put together, each with the number of its first."""
    whole, began = "", 1
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text.lstrip("\ufeff")), 1):
        if line[:1] in (" ", "\t"):
            whole += line[1:]
            continue
        if whole:
            yield began, whole
        whole, began = line, number
    if whole:
        yield began, whole


def _days_of(said: dict[str, str]) -> list[date]:
    if "DTSTART" not in said:
        raise ValueError(_("it has no day."))
    if "RRULE" in said or "RDATE" in said:
        raise ValueError(_("it repeats itself. Please give each day."))
    first = _day(said["DTSTART"])
    last = _day(said["DTEND"]) - timedelta(days=1) if "DTEND" in said else first
    if "DURATION" in said and "DTEND" not in said:
        span = _SPAN.fullmatch(said["DURATION"].upper())
        if span is None:
            raise ValueError(_("it is not a whole day."))
        last = first + timedelta(days=7 * int(span[1] or 0) + int(span[2] or 0) - 1)
    if not 0 <= (last - first).days < _MOST_DAYS:
        raise ValueError(_("it ends before it begins, or is longer than two months."))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _day(value: str) -> date:
    if not _DAY.fullmatch(value):
        raise ValueError(_("it is not a whole day."))
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError as error:
        raise ValueError(_("there is no such day.")) from error


def _is_worked(said: dict[str, str]) -> bool:
    category, special = _MARKS[True]
    marks = said.get("CATEGORIES", "").upper().split(",")
    return (
        category in marks
        or said.get("X-APPLE-SPECIAL-DAY", "").upper() == special
        or "班" in said.get("SUMMARY", "")
    )


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, cut between signs (RFC 5545, 3.1)."""
    rows, row = [], ""
    for sign in line:
        if len((row + sign).encode()) > _OCTETS:
            rows.append(row)
            row = " "
        row += sign
    return "\r\n".join([*rows, row])
