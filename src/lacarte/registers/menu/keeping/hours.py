"""Opening hours: checked, and written in one line such as ``1-5 09:00-12:00 13:00-17:00; 6 10:00-14:00``.

Days are 1 (Monday) to 7; a line without days says the same of all seven.
"""

from __future__ import annotations

import re
from datetime import time
from itertools import groupby, pairwise
from typing import Any

from django.utils.translation import gettext as _

Hours = dict[str, list[list[str]]]
DAYS = tuple("1234567")
MIDNIGHT = "24:00"  # the end of a day
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")
_PART = re.compile(r"(?:([1-7](?:\s*[-–]\s*[1-7])?(?:\s*,\s*[1-7](?:\s*[-–]\s*[1-7])?)*)\s+)?(\S.*)")


class HoursError(ValueError):
    """These are no opening hours; the message says what is wrong."""


def check_hours(hours: Any) -> Hours:
    """The opening hours, sorted, without the days on which it is closed. Raises :class:`HoursError`."""
    if not isinstance(hours, dict):
        raise HoursError(_("Opening hours are said for each day of the week."))
    found: Hours = {}
    for day, spans in hours.items():
        if day not in DAYS:
            raise HoursError(_("Days of the week are 1 (Monday) to 7 (Sunday)."))
        if spans:
            found[day] = _checked(spans)
    return {day: found[day] for day in DAYS if day in found}


def read_hours(line: str) -> Hours:
    """The opening hours that :func:`hours_in_line` wrote. Raises :class:`HoursError`."""
    found: dict[str, list[list[str]]] = {}
    for part in filter(None, (part.strip() for part in line.split(";"))):
        said = _PART.fullmatch(part)
        if said is None or not _SPAN.search(said[2]) or _SPAN.sub("", said[2]).strip(" ,"):
            raise HoursError(_("“%(part)s” are no opening hours such as “1-5 09:00-17:00”.") % {"part": part[:60]})
        spans = [[begin, end] for begin, end in _SPAN.findall(said[2])]
        for day in read_days(said[1]) if said[1] else DAYS:
            found.setdefault(day, []).extend(spans)
    return check_hours(found)


def read_days(said: str) -> list[str]:
    """The days of ``1-3,6``. Raises :class:`HoursError` where they run backwards."""
    found: list[str] = []
    for part in said.replace("–", "-").split(","):
        first, _sign, last = (one.strip() for one in part.partition("-"))
        last = last or first
        if first not in DAYS or last not in DAYS or first > last:
            raise HoursError(_("“%(days)s” are no days of the week such as “1-5”.") % {"days": part.strip()[:60]})
        found += [day for day in DAYS if first <= day <= last]
    return found


def hours_in_line(hours: Hours) -> str:
    """The opening hours in one line; days that are alike and follow each other are one part."""
    parts = []
    days = [day for day in DAYS if hours.get(day)]
    for _key, alike in groupby(enumerate(days), lambda one: (int(one[1]) - one[0], hours[one[1]])):
        same = [day for _at, day in alike]
        said = " ".join(f"{begin}-{end}" for begin, end in hours[same[0]])
        parts.append(f"{days_in_line(same)} {said}")
    return "; ".join(parts)


def days_in_line(days: list[str]) -> str:
    """Days as :func:`read_days` reads them."""
    parts = []
    for _key, row in groupby(enumerate(days), lambda one: int(one[1]) - one[0]):
        same = [day for _at, day in row]
        parts.append(same[0] if len(same) == 1 else f"{same[0]}-{same[-1]}")
    return ",".join(parts)


def read_time(said: str) -> time:
    """A time of day such as ``9:00``. Raises :class:`HoursError`."""
    found = _TIME.fullmatch(said.strip())
    if found is None:
        raise HoursError(_("“%(time)s” is no time of day such as 09:00.") % {"time": said.strip()[:20]})
    return time(int(found[1]), int(found[2]))


def _checked(spans: Any) -> list[list[str]]:
    found: list[list[str]] = []
    for span in spans if isinstance(spans, list | tuple) else [spans]:
        if not isinstance(span, list | tuple) or len(span) != 2:
            raise HoursError(_("Please say from when to when it is open."))
        begin, end = str(span[0]), str(span[1])
        opens = f"{read_time(begin):%H:%M}"
        closes = MIDNIGHT if end == MIDNIGHT else f"{read_time(end):%H:%M}"
        if closes <= opens:
            said = {"opens": opens, "closes": closes}
            raise HoursError(_("It closes at %(closes)s, before it opens at %(opens)s.") % said)
        found.append([opens, closes])
    found.sort()
    for before, after in pairwise(found):
        if after[0] < before[1]:
            said = {"one": "–".join(before), "other": "–".join(after)}
            raise HoursError(_("%(one)s and %(other)s overlap.") % said)
    return found
