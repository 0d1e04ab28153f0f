"""A coast that does not exist: twelve districts that tile it without gap or overlap, and two zones across them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

from lacarte.demo.content import Content

#: South-west corner, degrees (WGS84), and how many kilometres a degree is there.
WEST, SOUTH = 122.05, 29.80
KM_ACROSS, KM_UP = 96.6, 110.9
_ISLANDS = "gull-islands"
_ROUNDS = 30  # of Lloyd's relaxation: enough for districts of a similar size

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Land:
    """Polygons in degrees: neighbourhoods in the content's order, the districts they make up, zones."""

    neighbourhoods: list[BaseGeometry]
    districts: list[BaseGeometry]
    zones: list[BaseGeometry]

    @property
    def city(self) -> BaseGeometry:
        """All of it."""
        return shapely.union_all(self.districts)


def draw(rng: np.random.Generator, content: Content) -> Land:
    """Draw the land."""
    cells = _cells(rng, content)
    neighbourhoods = [_in_degrees(cell) for cell in cells]
    owner = np.array([district for district, _ in content.neighbourhoods])
    districts = [
        shapely.union_all([neighbourhoods[i] for i in np.flatnonzero(owner == d)])
        for d in range(len(content.districts))
    ]
    return Land(neighbourhoods, districts, [_zone(zone, content, districts) for zone in content.zones])


def points_in(area: BaseGeometry, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """``n`` points inside ``area``: longitudes and latitudes, ``float[n]``."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    x, y = np.zeros(0), np.zeros(0)
    while x.size < n:
        tried_x, tried_y = rng.uniform(west, east, 2 * n + 16), rng.uniform(south, north, 2 * n + 16)
        inside = shapely.contains_xy(area, tried_x, tried_y)
        x, y = np.append(x, tried_x[inside]), np.append(y, tried_y[inside])
    return np.round(x[:n], 6), np.round(y[:n], 6)


def _mainland() -> Polygon:
    """Kilometres: straight inland, bays and capes along the sea."""
    up = np.linspace(0, 20, 120)
    coast = 17 + 1.6 * np.sin(up * 0.55) + 0.9 * np.sin(up * 1.3 + 1) + 0.35 * np.sin(up * 3.7)
    inland = [(0.0, 20.0), (-1.2, 13.0), (0.4, 6.0), (0.0, 0.0)]
    return Polygon([*zip(coast.tolist(), up.tolist(), strict=True), *inland])


def _cells(rng: np.random.Generator, content: Content) -> list[BaseGeometry]:
    """One cell a neighbourhood, kilometres, in the content's order."""
    land = _mainland()
    on_land = [d for d, district in enumerate(content.districts) if district.code != _ISLANDS]
    centres = _relaxed(_scattered(land, len(on_land), rng), land)
    coarse = _voronoi(centres, land)
    seeds = [_relaxed(_scattered(cell, 4, rng), cell) for cell in coarse]
    fine = iter(_voronoi(np.concatenate(seeds), land))
    islands = iter(_islands(rng))
    return [
        next(islands) if content.districts[district].code == _ISLANDS else next(fine)
        for district, _ in content.neighbourhoods
    ]


def _scattered(area: BaseGeometry, n: int, rng: np.random.Generator) -> Floats:
    return np.column_stack(points_in(area, n, rng))


def _relaxed(seeds: Floats, area: BaseGeometry) -> Floats:
    for _ in range(_ROUNDS):
        seeds = np.array([cell.centroid.coords[0] for cell in _voronoi(seeds, area)])
    return seeds


def _voronoi(seeds: Floats, area: BaseGeometry) -> list[BaseGeometry]:
    """The part of ``area`` nearest to each seed, in the seeds' order."""
    parts = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=area.buffer(5))
    tree = shapely.STRtree(list(parts.geoms))
    found = [int(tree.query(Point(seed), predicate="within")[0]) for seed in seeds]
    return [parts.geoms[i].intersection(area) for i in found]


def _islands(rng: np.random.Generator) -> list[Polygon]:
    """Four islands off the coast, kilometres."""
    made = []
    for x, y, size in ((23.2, 14.0, 1.6), (26.2, 10.0, 0.9), (22.6, 9.3, 1.1), (26.6, 16.2, 0.8)):
        angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        wave = 1 + 0.18 * np.sin(angle * 3 + rng.uniform(0, 6)) + 0.08 * np.sin(angle * 7 + rng.uniform(0, 6))
        ring = np.column_stack([x + size * 1.2 * wave * np.cos(angle), y + size * wave * np.sin(angle)])
        made.append(Polygon(ring))
    return made


def _in_degrees(cell: BaseGeometry) -> BaseGeometry:
    """Shared corners are rounded alike, so that neighbours still touch without gap or overlap."""
    scale, corner = np.array([KM_ACROSS, KM_UP]), np.array([WEST, SOUTH])
    return shapely.transform(cell, lambda km: np.round(km / scale + corner, 6))


def _zone(zone: dict[str, Any], content: Content, districts: list[BaseGeometry]) -> BaseGeometry:
    """A band across the districts that the zone touches."""
    touched = [districts[d] for d, one in enumerate(content.districts) if one.code in zone["districts"]]
    centres = sorted((part.centroid for part in touched), key=lambda centre: centre.y)
    return LineString(centres).buffer(0.018).intersection(shapely.union_all(touched))
