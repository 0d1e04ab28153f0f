"""Which column of a CSV file says what, in a small TOML file."""

from __future__ import annotations

import codecs
import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lacarte.standards.imports.report import FieldError, ImportFaultError, keepable

_SHIPPED = Path(__file__).parent / "mappings"
_NEEDED = ("id", "received", "status", "category")
#: Longest text of each field, in characters; a longer one rejects the row.
_LONGEST = {"id": 80, "category": 90, "provider": 200, "text": 5000}
_POINT = re.compile(r"\(?\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*\)?")
_BECOME_CODES = frozenset({"category", "provider"})


@dataclass(frozen=True)
class Row:
    """One request, in our words. Times are UTC; coordinates degrees (WGS84) or ``None``."""

    id: str
    received: datetime
    ended: datetime | None
    closed: bool
    category: str
    text: str
    address: str
    longitude: float | None
    latitude: float | None
    provider: str


@dataclass(frozen=True)
class Mapping:
    """A mapping file, read."""

    name: str
    zone: ZoneInfo
    dates: tuple[str, ...]
    closed: frozenset[str]
    subject: str
    life_area: dict[str, Any]
    columns: dict[str, Any]
    encoding: str = "utf-8-sig"

    def fits(self, header: list[str]) -> bool:
        """Whether the file has the columns that are needed."""
        return all(self.columns[name] in header for name in _NEEDED)

    def row(self, values: dict[str, str]) -> Row:
        """Read one row. Raises :class:`FieldError` naming the column."""
        longitude, latitude = self._place(values)
        ended = self._text(values, "ended")
        return Row(
            id=self._needed(values, "id"),
            received=self._time(self._needed(values, "received"), "received"),
            ended=self._time(ended, "ended") if ended else None,
            closed=self._needed(values, "status") in self.closed,
            category=self._needed(values, "category"),
            text=self._text(values, "text").replace("_", " "),
            address=self._text(values, "address")[:300],
            longitude=longitude,
            latitude=latitude,
            provider=self._text(values, "provider"),
        )

    def _text(self, values: dict[str, str], name: str) -> str:
        columns = self.columns.get(name, [])
        listed = columns if isinstance(columns, list) else [columns]
        text = ", ".join(v for v in ((values.get(column) or "").strip() for column in listed) if v)
        if not keepable(text):
            raise FieldError(
                ", ".join(listed), f"holds bytes that are not {self.encoding.removesuffix('-sig')} text"
            )
        if name in _BECOME_CODES and text and not any(map(str.isalnum, text)):
            raise FieldError(", ".join(listed), f"“{text}” has no letter or digit")
        if len(text) > _LONGEST.get(name, len(text)):
            raise FieldError(", ".join(listed), f"has {len(text)} characters, at most {_LONGEST[name]} are kept")
        return text

    def _needed(self, values: dict[str, str], name: str) -> str:
        text = self._text(values, name)
        if not text:
            raise FieldError(self.columns[name], "is empty")
        return text

    def _time(self, text: str, name: str) -> datetime:
        for form in self.dates:
            try:
                return datetime.strptime(text, form).replace(tzinfo=self.zone).astimezone(UTC)
            except ValueError:
                continue
        raise FieldError(self.columns[name], f"“{text}” is not a time such as {self.dates[0]}")

    def _place(self, values: dict[str, str]) -> tuple[float | None, float | None]:
        latitude, longitude = self._text(values, "latitude"), self._text(values, "longitude")
        column = self.columns.get("latitude", "")
        if not latitude and not longitude and (point := self._text(values, "point")):
            column, found = self.columns["point"], _POINT.fullmatch(point)
            if found is None:
                raise FieldError(column, f"“{point}” is not “(latitude, longitude)”")
            latitude, longitude = found.groups()
        if not latitude and not longitude:
            return None, None
        try:
            x, y = float(longitude), float(latitude)
        except ValueError:
            raise FieldError(column, f"“{latitude}, {longitude}” are not two numbers") from None
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise FieldError(column, f"({y}, {x}) is not on the Earth")
        return x, y


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises :class:`ImportFaultError` saying what is missing."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        columns = written["columns"]
        missing = [name for name in _NEEDED if name not in columns]
        if missing:
            raise ImportFaultError(f"{path}: [columns] lacks {', '.join(missing)}")
        return Mapping(
            name=written["name"],
            zone=ZoneInfo(written["zone"]),
            dates=tuple(written["dates"]),
            closed=frozenset(written["closed"]),
            subject=written["subject"],
            life_area=written["life_area"],
            columns=columns,
            encoding=_encoding(written.get("encoding", "utf-8-sig")),
        )
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportFaultError(f"{path}: {error}") from error
    except (LookupError, TypeError, ValueError) as error:
        if not isinstance(error, KeyError) or isinstance(error, ZoneInfoNotFoundError):
            raise ImportFaultError(f"{path}: {error}") from error
        raise ImportFaultError(f"{path} lacks {error}; see san_francisco_311.toml for an example") from error


def _encoding(name: str) -> str:
    """A name that Python knows. Raises ``LookupError``."""
    return codecs.lookup(name).name


def mapping_for(header: list[str]) -> Mapping | None:
    """The shipped mapping that fits a file's header."""
    shipped = (read_mapping(path) for path in sorted(_SHIPPED.glob("*.toml")))
    return next((mapping for mapping in shipped if mapping.fits(header)), None)
