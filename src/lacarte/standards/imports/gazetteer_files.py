"""Named places in files: a table of names (CSV), or points, lines and areas (GeoJSON, RFC 7946)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from lacarte.engines.text.gazetteer import has_han
from lacarte.registers.places.models import NamedPlace
from lacarte.standards.imports.places import UNREADABLE, features_of
from lacarte.standards.imports.report import BYTES_AS_MARKS, FieldError, ImportFaultError, Report, keepable
from lacarte.standards.imports.table import DELIMITERS, Lines, Table

Kind = NamedPlace.Kind
_KINDS = {kind.value for kind in Kind}
_LONGEST_NAME, _MOST_NAMES = 120, 30
_LANGUAGE = re.compile(r"name[_:]([a-z]{2,3}(?:-[a-z0-9]{2,8})*)", re.IGNORECASE)
#: How OpenStreetMap says Chinese.
_TONGUES = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-sg": "zh-hans"}
_OTHER_NAMES = ("other_names", "alt_name", "old_name", "short_name", "loc_name", "official_name")
#: Tags of OpenStreetMap by which a feature is a place of a kind.
_TAGGED = (("highway", Kind.STREET), ("landuse", Kind.ESTATE), ("place", Kind.AREA))


@dataclass
class Draft:
    """A named place as a file has it; ``line`` is its line, or the feature's number."""

    line: int
    kind: str
    name: dict[str, str]
    others: list[str] = field(default_factory=list)
    region: str = ""  # code; empty: by its shape
    numbers: tuple[int, int] | None = None
    shape: BaseGeometry | None = None  # degrees, WGS84
    code: str = ""


def drafts_in(path: Path, report: Report) -> Iterator[Draft]:
    """The places of a file; what cannot be used is noted in ``report``. Raises :class:`ImportFaultError`."""
    if path.suffix.lower() in (".geojson", ".json"):
        yield from _features(path, report)
    else:
        yield from _rows(path, report)


def _rows(path: Path, report: Report) -> Iterator[Draft]:
    try:
        with path.open(encoding="utf-8-sig", errors=BYTES_AS_MARKS, newline="") as file:
            header, table = _table(path, Lines(file))
            for record in table:
                try:
                    if record.fault:
                        raise FieldError("all columns", record.fault)
                    yield _of_row(dict(zip(header, record.values, strict=False)), record.line)
                except FieldError as error:
                    report.reject(record.line, *error.args)
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror}") from error
    except (UnicodeError, csv.Error) as error:
        raise ImportFaultError(f"{path} is not a CSV file in UTF-8: {error}") from error


def _table(path: Path, lines: Lines) -> tuple[list[str], Table]:
    found: list[str] = []
    for delimiter in DELIMITERS:
        lines.begin()
        header = [column.strip().lower() for column in next(csv.reader(lines, delimiter=delimiter), [])]
        if all(map(keepable, header)) and any(name == "name" or _LANGUAGE.fullmatch(name) for name in header):
            return header, Table(lines, delimiter, len(header))
        found = max(found, header, key=len)
        lines.give_back(0)
    seen = ", ".join(column for column in found if keepable(column))[:300]
    raise ImportFaultError(f"{path} has no column “name” (there are: {seen or 'none that can be read'})")


def _of_row(row: Mapping[str, str], line: int) -> Draft:
    kind = row.get("kind", "").strip().lower() or Kind.LANDMARK
    if kind not in _KINDS:
        raise FieldError("kind", f"“{kind[:40]}” is none of {', '.join(sorted(_KINDS))}")
    return Draft(
        line,
        kind,
        _names(row),
        _others(row),
        region=_text(row, "region"),
        numbers=_numbers(row),
        shape=_point(row),
        code=_text(row, "code"),
    )


def _features(path: Path, report: Report) -> Iterator[Draft]:
    for number, feature in enumerate(features_of(path), start=1):
        try:
            yield _of_feature(feature, number)
        except FieldError as error:
            report.reject(number, *error.args)


def _of_feature(feature: Any, number: int) -> Draft:
    try:
        said = {
            str(key): str(value) for key, value in (feature.get("properties") or {}).items() if value is not None
        }
        drawn = shape(feature.get("geometry") or {})
    except UNREADABLE as error:
        raise FieldError("geometry", f"cannot be read ({error})") from error
    if drawn.is_empty or not drawn.is_valid:
        raise FieldError("geometry", "is empty or crosses itself")
    west, south, east, north = drawn.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise FieldError("geometry", f"({west:g}, {south:g}) are not degrees: convert the file to WGS84")
    kind = said.get("kind", "").strip().lower() or _kind_of(said, drawn)
    if kind not in _KINDS:
        raise FieldError("kind", f"“{kind[:40]}” is none of {', '.join(sorted(_KINDS))}")
    return Draft(
        number,
        kind,
        _names(said),
        _others(said),
        _text(said, "region"),
        _numbers(said),
        drawn,
        _text(said, "code"),
    )


def _kind_of(said: Mapping[str, str], drawn: BaseGeometry) -> str:
    """What a feature is that does not say so: a line is a street, as in a map of streets."""
    tagged = next((kind for tag, kind in _TAGGED if said.get(tag)), None)
    if tagged is not None:
        return str(tagged)
    return str(Kind.STREET if "Line" in drawn.geom_type else Kind.LANDMARK)


def _names(said: Mapping[str, str]) -> dict[str, str]:
    """Names by language; the plain one is first."""
    names = {}
    if plain := _text(said, "name"):
        names["zh-hans" if has_han(plain) else "en"] = plain
    for key in said:
        if (found := _LANGUAGE.fullmatch(key)) and (text := _text(said, key)):
            tongue = found[1].lower()
            names[_TONGUES.get(tongue, tongue)] = text
    if not names:
        raise FieldError("name", "is empty")
    return names


def _others(said: Mapping[str, str]) -> list[str]:
    every = [part.strip() for key in _OTHER_NAMES for part in re.split("[;|；]", _text(said, key, most=2000))]
    others = list(dict.fromkeys(part for part in every if part))
    if len(others) > _MOST_NAMES or any(len(part) > _LONGEST_NAME for part in others):
        raise FieldError(
            "other_names", f"has more than {_MOST_NAMES} names or one over {_LONGEST_NAME} characters"
        )
    return others


def _text(said: Mapping[str, str], key: str, most: int = _LONGEST_NAME) -> str:
    text = said.get(key, "").strip()
    if not keepable(text):
        raise FieldError(key, "holds what is not UTF-8 text")
    if len(text) > most:
        raise FieldError(key, f"has {len(text)} characters, at most {most} are kept")
    return text


def _numbers(said: Mapping[str, str]) -> tuple[int, int] | None:
    first, last = _text(said, "first_number"), _text(said, "last_number")
    if not first and not last:
        return None
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last) < 100_000):
        raise FieldError("first_number", f"“{first}” to “{last}” are not house numbers in order")
    return int(first), int(last)


def _point(row: Mapping[str, str]) -> BaseGeometry | None:
    x, y = _text(row, "longitude"), _text(row, "latitude")
    if not x and not y:
        return None
    try:
        longitude, latitude = float(x), float(y)
    except ValueError:
        raise FieldError("longitude", f"“{x}”, “{y}” are not two numbers") from None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise FieldError("longitude", f"({x}, {y}) is not on the Earth: degrees, longitude from −180 to 180")
    return shape({"type": "Point", "coordinates": [longitude, latitude]})
