"""Regions from GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from lacarte.registers.places import queries
from lacarte.registers.places.actions import add_region, draw
from lacarte.registers.places.models import Region
from lacarte.standards.imports.report import FieldError, ImportFaultError, Report, keepable

#: Properties that usually name a region, the most telling first.
NAMES = ("nhood", "neighborhood", "neighbourhood", "district", "name", "NAME", "Name")
_LONGEST_CODE = 80
#: What reading somebody else's GeoJSON raises.
UNREADABLE = (AttributeError, TypeError, ValueError, KeyError, IndexError, shapely.errors.ShapelyError)


@dataclass
class _Part:
    """A region that is being put together from the features of its name."""

    name: str
    shapes: list[BaseGeometry] = field(default_factory=list)


def import_places(path: Path, *, city: str = "", name_property: str = "") -> Report:
    """Load the polygons of a GeoJSON file as regions of ``city`` (by default the file's name).

    Features with the same ``name_property`` are one region; it is found when not given. Loading the same
    file again updates the boundaries. Raises :class:`ImportFaultError` when the file is not such a file.
    """
    features = features_of(path)
    name_property = name_property or _name_property(features, path)
    report = Report()
    title = city or path.stem.replace("_", " ").title()
    if not slug(title):
        raise ImportFaultError(f"“{title}” has no letter or digit: name the city with --city")
    parts = _by_code(features, name_property, slug(title), report)
    if not parts:
        return report
    try:
        _draw_all(title, parts, report)
    except ValueError as error:  # of the tree of regions
        raise ImportFaultError(f"{path}: {error}") from error
    return report


@transaction.atomic
def _draw_all(title: str, parts: dict[str, _Part], report: Report) -> None:
    above = _region(queries.root(), code=slug(title), name=title, boundary=None, report=Report())
    for code, part in parts.items():
        _region(above, code=code, name=part.name, boundary=shapely.union_all(part.shapes), report=report)
    whole = shapely.union_all([one for part in parts.values() for one in part.shapes])
    draw(above, mapping(whole))


def slug(text: str) -> str:
    """Letters and digits of any script, joined by dashes."""
    return "-".join(re.findall(r"\w+", text.casefold()))


def features_of(path: Path) -> list[Any]:
    """The features of a GeoJSON file. Raises :class:`ImportFaultError` where it is none."""
    try:
        read = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ImportFaultError(f"{path} is not GeoJSON: {error}") from error
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(features, list) or not features:
        raise ImportFaultError(f"{path} is not a GeoJSON FeatureCollection with features")
    return features


def _name_property(features: list[Any], path: Path) -> str:
    first = features[0].get("properties") if isinstance(features[0], dict) else None
    found = next((name for name in NAMES if name in (first or {})), None)
    if found is None:
        raise ImportFaultError(f"{path}: which property names the regions? There are {', '.join(first or {})}")
    return found


def _by_code(features: list[Any], name_property: str, above: str, report: Report) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    for number, feature in enumerate(features, start=1):
        try:
            name, polygons = _read(feature, name_property)
            code = _code(above, name, name_property)
        except FieldError as error:
            report.reject(number, *error.args)
            continue
        parts.setdefault(code, _Part(name)).shapes.append(polygons)
    return parts


def _code(above: str, name: str, name_property: str) -> str:
    """The code of a region in the city ``above``. Names that differ in signs only are one region."""
    if not slug(name) or not keepable(name):
        raise FieldError(name_property, "is empty: give every feature a name")
    code = f"{above}-{slug(name)}"
    if len(code) > _LONGEST_CODE:
        raise FieldError(name_property, f"“{name[:40]}…” is too long: {len(code)} characters with the city's")
    return code


def _read(feature: Any, name_property: str) -> tuple[str, BaseGeometry]:
    """Name and polygons of a feature, mended where they cross themselves. Raises :class:`FieldError`."""
    try:
        name = str((feature.get("properties") or {}).get(name_property) or "").strip()
        geometry = shape(feature.get("geometry") or {})
    except UNREADABLE as error:
        raise FieldError("geometry", f"cannot be read ({error})") from error
    if geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty:
        raise FieldError("geometry", f"is a {geometry.geom_type}: only polygons are regions")
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise FieldError("geometry", f"({west:g}, {south:g}) are not degrees: convert the file to WGS84")
    mended = shapely.make_valid(shapely.force_2d(geometry))
    areas = [one for one in shapely.get_parts(mended) if one.geom_type in ("Polygon", "MultiPolygon")]
    if not areas:
        raise FieldError("geometry", "has no area")
    return name, shapely.union_all(areas)


def _region(parent: Region, *, code: str, name: str, boundary: BaseGeometry | None, report: Report) -> Region:
    drawn = mapping(boundary) if boundary is not None else None
    known = Region.objects.filter(code=code).first()
    if known is None:
        report.loaded += 1
        return add_region(parent, code=code, name={"en": name}, boundary=drawn)
    report.known += 1
    if drawn is not None:
        draw(known, drawn)
    return known
