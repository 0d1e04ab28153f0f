"""Regions from GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from lacarte.registers.places import queries
from lacarte.registers.places.actions import add_region, draw
from lacarte.registers.places.models import Region
from lacarte.standards.imports.report import ImportFaultError, Report

#: Properties that usually name a region, the most telling first.
NAMES = ("nhood", "neighborhood", "neighbourhood", "district", "name", "NAME", "Name")


def import_places(path: Path, *, city: str = "", name_property: str = "") -> Report:
    """Load the polygons of a GeoJSON file as regions of ``city`` (by default the file's name).

    Features with the same ``name_property`` are one region; it is found when not given. Loading the same
    file again updates the boundaries. Raises :class:`ImportFaultError` when the file is not such a file.
    """
    features = _features(path)
    name_property = name_property or _name_property(features, path)
    report = Report()
    parts = _by_name(features, name_property, report)
    title = city or path.stem.replace("_", " ").title()
    with transaction.atomic():
        above = _region(queries.root(), code=slug(title), name=title, boundary=None, report=Report())
        for name, shapes in parts.items():
            boundary = shapely.union_all(shapes)
            _region(above, code=f"{slug(title)}-{slug(name)}", name=name, boundary=boundary, report=report)
        whole = shapely.union_all([one for shapes in parts.values() for one in shapes])
        draw(above, mapping(whole))
    return report


def slug(text: str) -> str:
    """Letters and digits of any script, joined by dashes."""
    return "-".join(re.findall(r"\w+", text.casefold()))


def _features(path: Path) -> list[Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
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


def _by_name(features: list[Any], name_property: str, report: Report) -> dict[str, list[BaseGeometry]]:
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for number, feature in enumerate(features, start=1):
        try:
            name = str((feature.get("properties") or {}).get(name_property) or "").strip()
            geometry = shape(feature.get("geometry") or {})
        except (AttributeError, TypeError, ValueError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
            report.reject(number, "geometry", f"cannot be read ({error})")
            continue
        if not name:
            report.reject(number, name_property, "is empty: give every feature a name")
        elif geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty:
            report.reject(number, "geometry", f"is a {geometry.geom_type}: only polygons are regions")
        else:
            parts[name].append(shapely.make_valid(geometry))
    return parts


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
