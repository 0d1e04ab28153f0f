"""Where the demo city's streets run, which addresses they give, and the landmarks beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from lacarte.demo.content import Content
from lacarte.demo.geography import Land, points_in
from lacarte.registers.places.gazetteer import Covering, remember
from lacarte.registers.places.models import NamedPlace, Region

SOURCE = "demo"
#: Neighbourhoods that a street runs through, and house numbers that it has in each.
_THROUGH, _NUMBERS = 5, 60
_ISLANDS = "gull-islands"
_FILE = Path(__file__).parent / "content" / "places.toml"

Text = dict[str, str]


@dataclass(frozen=True, eq=False)
class Streets:
    """By street: the neighbourhoods it runs through, in order, and its line (degrees)."""

    names: list[Text]
    through: list[list[int]]
    lines: list[LineString]

    def address(self, place: int, street: int, number: int) -> tuple[Text, int]:
        """A street of a neighbourhood, the ``street``-th of them, and a house number that it has there."""
        there = [k for k, run in enumerate(self.through) if place in run]
        chosen = there[street % len(there)]
        return self.names[chosen], self.first_number(chosen, place) + number % _NUMBERS

    def first_number(self, street: int, place: int) -> int:
        """The lowest house number that a street has in a neighbourhood."""
        return self.through[street].index(place) * _NUMBERS + 1


def lay(land: Land, content: Content) -> Streets:
    """Lay the streets: each begins where there are fewest so far and goes on to what is next to it.

    No draw is made, so that the rest of the city stays as it is drawn.
    """
    district = [content.districts[d].code for d, _ in content.neighbourhoods]
    on_island = np.array([code == _ISLANDS for code in district])
    centre = np.array([(area.centroid.x, area.centroid.y) for area in land.neighbourhoods])
    many = np.zeros(len(district), dtype=np.int64)
    through: list[list[int]] = []
    tags = content.words["streets"]
    names = [dict(zip(tags, pair, strict=True)) for pair in zip(*tags.values(), strict=True)]
    for _ in names:
        run = [int(np.argmin(many))]
        shut = on_island != on_island[run[0]]  # no street crosses the sea
        while len(run) < min(_THROUGH, int((~shut).sum())):
            away = np.hypot(*(centre - centre[run[-1]]).T) * (1 + 0.25 * many)
            away[run] = np.inf
            away[shut] = np.inf
            run.append(int(np.argmin(away)))
        many[run] += 1
        through.append(run)
    lines = [_line(centre, run, k) for k, run in enumerate(through)]
    return Streets(names, through, lines)


def _line(centre: Any, run: list[int], number: int) -> LineString:
    """From middle to middle, a little beside it so that streets cross each other at places of their own."""
    aside = 0.0012 * np.array([np.cos(number * 2.4), np.sin(number * 2.4)])
    return LineString(np.round(centre[run] + aside, 6))


def write_named_places(content: Content, land: Land, streets: Streets, neighbourhoods: list[Region]) -> int:
    """Enter streets, their parts, their crossings and the landmarks. Returns how many."""
    places = [
        *_streets(streets, land, neighbourhoods),
        *_crossings(streets, land, neighbourhoods),
        *_landmarks(content, land, neighbourhoods),
    ]
    return sum(remember(places, source=SOURCE))


def _streets(streets: Streets, land: Land, neighbourhoods: list[Region]) -> Iterator[NamedPlace]:
    covering = Covering()
    for k, (name, run, line) in enumerate(zip(streets.names, streets.through, streets.lines, strict=True)):
        where = covering.of({neighbourhoods[place].number: 1 for place in run})
        yield NamedPlace(code=f"demo-street-{k}", kind=NamedPlace.Kind.STREET, name=name, region_id=where)
        for place in run:
            low = streets.first_number(k, place)
            point = _midway(line, land.neighbourhoods[place])
            yield NamedPlace(
                code=f"demo-street-{k}-{low}",
                kind=NamedPlace.Kind.STREET,
                name=name,
                region=neighbourhoods[place],
                longitude=round(point.x, 6),
                latitude=round(point.y, 6),
                first_number=low,
                last_number=low + _NUMBERS - 1,
            )


def _midway(line: LineString, area: BaseGeometry) -> BaseGeometry:
    """The middle of the longest stretch of a street in an area."""
    stretches = shapely.get_parts(shapely.intersection(line, area))
    longest = max(stretches, key=shapely.length, default=None)
    if longest is None or longest.length == 0:
        return area.representative_point()
    return longest.interpolate(0.5, normalized=True)


def _crossings(streets: Streets, land: Land, neighbourhoods: list[Region]) -> Iterator[NamedPlace]:
    areas = shapely.STRtree(land.neighbourhoods)
    for one, other in combinations(range(len(streets.lines)), 2):
        met = shapely.intersection(streets.lines[one], streets.lines[other])
        if met.is_empty:
            continue
        point: BaseGeometry = shapely.get_parts(met)[0].representative_point()
        inside = areas.query(point, predicate="within").tolist()
        if inside:
            names = {tag: f"{name} & {streets.names[other][tag]}" for tag, name in streets.names[one].items()}
            yield NamedPlace(
                code=f"demo-crossing-{one}-{other}",
                kind=NamedPlace.Kind.CROSSING,
                name=names,
                region=neighbourhoods[inside[0]],
                longitude=round(point.x, 6),
                latitude=round(point.y, 6),
            )


def _landmarks(content: Content, land: Land, neighbourhoods: list[Region]) -> Iterator[NamedPlace]:
    rng = np.random.default_rng(len(neighbourhoods))
    position = {one["code"]: k for k, (_, one) in enumerate(content.neighbourhoods)}
    for one in tomllib.loads(_FILE.read_text(encoding="utf-8"))["landmark"]:
        place = position[one["neighbourhood"]]
        x, y = points_in(land.neighbourhoods[place], 1, rng)
        yield NamedPlace(
            code=f"demo-{one['code']}",
            kind=NamedPlace.Kind.LANDMARK,
            name=one["name"],
            other_names=one.get("other_names", []),
            region=neighbourhoods[place],
            longitude=float(x[0]),
            latitude=float(y[0]),
        )
