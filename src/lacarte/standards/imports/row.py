"""One row of a mapped table, in our words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lacarte.standards.imports.mapping import Mapping, plain
from lacarte.standards.imports.report import FieldError, keepable
from lacarte.standards.imports.times import LocalTimes

#: Longest text of each field, in characters; a longer one rejects the row.
_LONGEST = {"id": 80, "category": 90, "provider": 200, "text": 5000}
_LONGEST_ADDRESS = 300
_POINT = re.compile(r"\(?\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*\)?")
_WELL_KNOWN_TEXT = re.compile(r"POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)
_BECOME_CODES = frozenset({"category", "provider"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FUTURE = "received in the future"
LONG_AGO = "received before 1970"
BACKWARDS = "closed before they were received: when they were closed is not kept"
NULL_ISLAND = "at 0° north and 0° east, which is read as no place"


@dataclass(frozen=True)
class Row:
    """One request, in our words. Times are UTC; coordinates degrees (WGS84) or ``None``."""

    id: str
    received: datetime
    ended: datetime | None
    updated: datetime | None
    closed: bool
    withdrawn: bool
    category: str
    text: str
    address: str
    longitude: float | None
    latitude: float | None
    provider: str
    odd: tuple[str, ...] = ()


@dataclass
class _Field:
    """Where a field is in a row: for each part the places of its columns, and what they are called."""

    parts: list[list[int]]
    called: str
    longest: int | None


class Rows:
    """Reads the rows of a table with this header by this mapping."""

    def __init__(self, using: Mapping, header: Sequence[str], encoding: str, now: datetime) -> None:
        self._using, self._now = using, now
        self._encoding = encoding.removesuffix("-sig")
        self._times = LocalTimes(using.zone, using.dates)
        places = {plain(column): at for at, column in reversed(list(enumerate(header)))}
        self._fields: dict[str, _Field] = {}
        for name, parts in using.columns.items():
            there = [[places[plain(column)] for column in part if plain(column) in places] for part in parts]
            called = ", ".join(header[at] for part in there for at in part)
            self._fields[name] = _Field([part for part in there if part], called, _LONGEST.get(name))

    def read(self, values: list[str]) -> Row:
        """One row. Raises :class:`FieldError` naming the column."""
        odd: list[str] = []
        longitude, latitude = self._place(values, odd)
        received = self._time(self._needed(values, "received"), "received", odd)
        ended, updated = self._maybe(values, "ended", odd), self._maybe(values, "updated", [])
        status = self._needed(values, "status")
        if received > self._now:
            odd.append(FUTURE)
        if received < _EPOCH:
            odd.append(LONG_AGO)
        if ended is not None and ended < received:
            odd.append(BACKWARDS)
            ended = None
        return Row(
            id=self._needed(values, "id"),
            received=received,
            ended=ended,
            updated=updated,
            closed=status in self._using.closed,
            withdrawn=status in self._using.withdrawn,
            category=self._needed(values, "category"),
            text=self._said(values),
            address=self._text(values, "address")[:_LONGEST_ADDRESS],
            longitude=longitude,
            latitude=latitude,
            provider=self._text(values, "provider"),
            odd=tuple(odd),
        )

    def _said(self, values: list[str]) -> str:
        text = self._text(values, "text")
        for sign in self._using.blanks:
            text = text.replace(sign, " ")
        return text

    def _text(self, values: list[str], name: str) -> str:
        known = self._fields.get(name)
        if known is None:
            return ""
        text = ", ".join(filter(None, (_first(values, part) for part in known.parts)))
        if not keepable(text):
            raise FieldError(known.called, f"holds bytes that are not {self._encoding} text")
        if known.longest is not None and len(text) > known.longest:
            raise FieldError(known.called, f"has {len(text)} characters, at most {known.longest} are kept")
        if name in _BECOME_CODES and text and not any(map(str.isalnum, text)):
            raise FieldError(known.called, f"“{text}” has no letter or digit")
        return text

    def _needed(self, values: list[str], name: str) -> str:
        text = self._text(values, name)
        if not text:
            raise FieldError(self._fields[name].called, "is empty")
        return text

    def _maybe(self, values: list[str], name: str, odd: list[str]) -> datetime | None:
        text = self._text(values, name)
        return self._time(text, name, odd) if text else None

    def _time(self, text: str, name: str, odd: list[str]) -> datetime:
        try:
            at, strange = self._times.read(text)
        except ValueError:
            reason = f"“{text[:60]}” is not a time such as {self._using.dates[0]}"
            raise FieldError(self._fields[name].called, reason) from None
        if strange and strange not in odd:
            odd.append(strange)
        return at

    def _halves(self, point: str) -> tuple[str, str]:
        """Latitude and longitude of "(37.7, -122.4)" or "POINT (-122.4 37.7)"."""
        if found := _POINT.fullmatch(point):
            return found[1], found[2]
        if found := _WELL_KNOWN_TEXT.fullmatch(point):
            return found[2], found[1]
        raise FieldError(self._fields["point"].called, f"“{point[:60]}” is not “(latitude, longitude)”")

    def _place(self, values: list[str], odd: list[str]) -> tuple[float | None, float | None]:
        latitude, longitude, name = self._text(values, "latitude"), self._text(values, "longitude"), "latitude"
        if not latitude and not longitude and (point := self._text(values, "point")):
            name = "point"
            latitude, longitude = self._halves(point)
        if not latitude and not longitude:
            return None, None
        column = self._fields[name].called
        try:
            x, y = (float(said.replace(",", ".")) for said in (longitude, latitude))
        except ValueError:
            raise FieldError(column, f"“{latitude[:60]}, {longitude[:60]}” are not two numbers") from None
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise FieldError(column, f"({y}, {x}) is not on the Earth")
        if x == y == 0:
            odd.append(NULL_ISLAND)
            return None, None
        return x, y


def _first(values: list[str], places: list[int]) -> str:
    """The first of these fields that is not empty; a row may be shorter than its header."""
    for at in places:
        if at < len(values) and (text := values[at].strip()):
            return text
    return ""
