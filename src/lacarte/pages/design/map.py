"""Maps of regions as SVG, drawn on the server from the same rows as their table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from lacarte.registers.places.models import Region
from lacarte.registers.places.outlines import outlines

WIDTH = 800
_STEPS = 5
_MARGIN = 10


@dataclass(frozen=True)
class Shape:
    """One region: its SVG path, its shade from 0 to 4, and what it says when pointed at."""

    path: str
    step: int
    words: str


@dataclass(frozen=True)
class Point:
    """One place: large and perhaps with a number in it, or small."""

    x: str
    y: str
    words: str
    number: str = ""
    small: bool = False


@dataclass(frozen=True)
class Step:
    """One shade of the legend."""

    step: int
    words: str


@dataclass(frozen=True)
class RegionMap:
    """What ``components/map.html`` draws; without shapes it draws nothing."""

    title: str
    words: str
    shapes: Sequence[Shape]
    points: Sequence[Point]
    legend: Sequence[Step]
    width: int = WIDTH
    height: int = WIDTH


@dataclass(frozen=True)
class _Projection:
    """Degrees to pixels: equirectangular, true at the middle latitude."""

    west: float
    north: float
    across: float
    up: float

    def x(self, longitude: float) -> float:
        return _MARGIN + (longitude - self.west) * self.across

    def y(self, latitude: float) -> float:
        return _MARGIN + (self.north - latitude) * self.up

    def at(self, longitude: float, latitude: float) -> tuple[str, str]:
        return f"{self.x(longitude):.1f}", f"{self.y(latitude):.1f}"


def region_map(
    title: str,
    regions: Iterable[Region],
    values: Mapping[int, float] | None = None,
    *,
    words: str,
    points: Iterable[tuple[float, float, str]] = (),
    numbered: bool = False,
    small: Iterable[tuple[float, float, str]] = (),
    nothing: str = "",
    said: Callable[[float], str] = "{:g}".format,
) -> RegionMap:
    """Regions shaded by ``values`` (region number -> value, 0 where missing).

    ``points`` are ``(longitude, latitude, words)`` in degrees (WGS84), ``numbered`` from 1 as in their table;
    ``small`` ones lie below them. ``nothing`` says what a value of 0 or none is, if not 0; ``said`` how another is
    written.
    """
    drawn = [(region, outline) for region, outline in outlines(regions)]
    if not drawn:
        return RegionMap(title, words, (), (), ())
    bounds = shapely.total_bounds([outline for _, outline in drawn])
    projection, height = _projection(*(float(bound) for bound in bounds))
    limits = _limits([values.get(region.number, 0) for region, _ in drawn]) if values else []
    shapes = [
        Shape(
            path=_path(outline, projection),
            step=_step(values.get(region.number, 0), limits) if values else 1,
            words=f"{region}: {_said(values.get(region.number, 0), nothing, said)}" if values else str(region),
        )
        for region, outline in drawn
    ]
    marks = [Point(*projection.at(x, y), named, small=True) for x, y, named in small]
    for n, (x, y, named) in enumerate(points, start=1):
        marks.append(Point(*projection.at(x, y), named, str(n) if numbered else ""))
    least = min((value for value in (values or {}).values() if value > 0), default=0)
    legend = _legend(limits, math.floor(least), nothing, said)
    return RegionMap(title, words, shapes, marks, legend, height=height)


def _projection(west: float, south: float, east: float, north: float) -> tuple[_Projection, int]:
    shrink = math.cos(math.radians((south + north) / 2))
    across = (WIDTH - 2 * _MARGIN) / max(east - west, 1e-9)
    up = across / shrink
    return _Projection(west, north, across, up), round((north - south) * up + 2 * _MARGIN)


def _path(outline: BaseGeometry, projection: _Projection) -> str:
    parts = []
    for polygon in getattr(outline, "geoms", [outline]):
        for ring in (polygon.exterior, *polygon.interiors):
            signs = [f"{projection.x(x):.1f},{projection.y(y):.1f}" for x, y in ring.coords]
            parts.append("M" + "L".join(signs[:-1]) + "Z")
    return "".join(parts)


def _limits(values: Sequence[float]) -> list[float]:
    """The largest value of each shade: 0 alone, then equal shares of the regions that have more."""
    more = sorted(value for value in values if value > 0)
    if not more:
        return [0]
    found = {more[min(len(more) - 1, math.ceil(len(more) * k / (_STEPS - 1)) - 1)] for k in range(1, _STEPS)}
    return [0, *sorted(found)]


def _step(value: float, limits: Sequence[float]) -> int:
    return next((step for step, limit in enumerate(limits) if value <= limit), len(limits) - 1)


def _said(value: float, nothing: str, said: Callable[[float], str]) -> str:
    return said(value) if value or not nothing else nothing


def _legend(limits: Sequence[float], least: int, nothing: str, said: Callable[[float], str]) -> list[Step]:
    """What each shade stands for; the first above 0 begins with the ``least`` value there is."""
    found, low = [], max(least, 1)
    for step, limit in enumerate(limits):
        words = _said(limit, nothing, said) if step == 0 or low >= limit else f"{said(low)}–{said(limit)}"
        found.append(Step(step, words))
        low = math.floor(limit) + 1 if step else low
    return found
