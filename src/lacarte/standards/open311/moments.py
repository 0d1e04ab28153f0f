"""Dates and times as GeoReport v2 writes them (W3C note on date and time formats, a profile of ISO 8601)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from django.utils import timezone as django_timezone
from django.utils.translation import gettext as _

_FORM = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,12}))?)?"
    # A plus sign that a client did not escape arrives as a blank.
    r"(?P<zone>[Zz]|[+\- ]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII,
)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Moment:
    """What a written time means: from ``first`` up to, and without, ``next``; a day is a whole day."""

    first: datetime
    next: datetime


def read_w3c(name: str, text: str) -> Moment:
    """The moment that ``text`` writes, from a year alone to a fraction of a second.

    Without an offset it is the city's time. Raises ``ValueError`` with the field and what to do.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise _wrong(name, text)
    parts = found.groupdict()
    year, month, day = int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1)
    try:
        clock_time = (int(parts["hour"] or 0), int(parts["minute"] or 0), int(parts["second"] or 0))
        fraction = int((parts["fraction"] or "").ljust(6, "0")[:6])
        local = datetime(year, month, day, *clock_time, fraction)
        zone = _zone(parts["zone"])
        first = local.replace(tzinfo=zone).astimezone(UTC)
        return Moment(first, _end(local, parts, zone))
    except (ValueError, OverflowError) as error:
        raise _wrong(name, text) from error


def _zone(written: str | None) -> tzinfo:
    if written is None:
        return django_timezone.get_default_timezone()
    if written in "Zz":
        return UTC
    hours, minutes = int(written[1:3]), int(written[3:].lstrip(":") or 0)
    if minutes > 59:
        raise ValueError(written)
    return timezone((-1 if written[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def _end(local: datetime, parts: dict[str, str | None], zone: tzinfo) -> datetime:
    """The end of what is written, which after the last day of all is the last moment there is."""
    try:
        return _following(local, parts).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def _following(local: datetime, parts: dict[str, str | None]) -> datetime:
    if parts["month"] is None:
        return local.replace(year=local.year + 1)
    if parts["day"] is None:
        return local.replace(year=local.year + local.month // 12, month=local.month % 12 + 1)
    if parts["hour"] is None:
        return local + timedelta(days=1)
    if parts["second"] is None:
        return local + timedelta(minutes=1)
    return local + (timedelta(seconds=1) if parts["fraction"] is None else _MICROSECOND)


def _wrong(name: str, text: str) -> ValueError:
    words = _("%(name)s: “%(text)s” is not a date and time such as 2026-01-31T09:30:00Z")
    return ValueError(words % {"name": name, "text": text[:40]})


def write_w3c(moment: datetime | None) -> str | None:
    """A moment in the city's time with its offset, to the second; ``Z`` where that is UTC."""
    if moment is None:
        return None
    written = django_timezone.localtime(moment, django_timezone.get_default_timezone()).isoformat(
        timespec="seconds"
    )
    return f"{written[:-6]}Z" if written.endswith("+00:00") else written
