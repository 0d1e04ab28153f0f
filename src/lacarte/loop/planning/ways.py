"""How far people have to places that could serve them: points made few enough, and the ways between them.

The way is measured as a matching run measures it: on a plane around the middle of all points, by the speeds of
``engines.geography``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines import compiling
from lacarte.engines.geography import middle, project, travel_seconds
from lacarte.engines.siting import Locations
from lacarte.loop.matching.queries import city_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: More points than this, of people or of places, are too many for a page that is waited for.
MOST_POINTS = 1000
#: As many without numba, where the search runs a hundred times slower.
MOST_POINTS_UNCOMPILED = 80
#: Sides of the squares that points are gathered in, the first that leaves few enough; metres.
SQUARES = [side * 2**k for k in range(20) for side in (100, 150)]
FAR = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class Points:
    """``n`` points in degrees, with the region each is in and how many people (or places) each stands for."""

    longitude: Floats  # [n]
    latitude: Floats  # [n]
    region: Ints  # [n]
    weight: Ints  # [n], > 0
    first: Ints  # [n], position in what it was gathered from of the one that stands for it
    square: int = 0  # metres; 0: nobody was moved

    def __len__(self) -> int:
        return len(self.longitude)


def most_points() -> int:
    """How many points of people, and how many places, one page can look at."""
    return MOST_POINTS if compiling.available() else MOST_POINTS_UNCOMPILED


def gathered(longitude: Floats, latitude: Floats, region: Ints) -> Points:
    """One point for all who are at the same place and, where those are too many, for all of one square.

    A square's point is the middle of its people; people of different cities are never gathered. Inputs are
    ``[n]``, in degrees (WGS84), all known.
    """
    x, y = project(longitude, latitude)
    city = city_of(region)
    for square in (0, *SQUARES):
        here = [x // square, y // square, city] if square else [longitude, latitude, city]
        _, first, at, weight = np.unique(
            np.column_stack(here), axis=0, return_index=True, return_inverse=True, return_counts=True
        )
        if len(first) <= most_points():
            break
    at = at.reshape(-1)

    def mean(values: Floats) -> Floats:
        return np.asarray(np.bincount(at, weights=values, minlength=len(first)) / weight)

    return Points(mean(longitude), mean(latitude), region[first], weight.astype(np.int64), first, square)


def seconds(people: Points, places: Points, reach: Floats | None = None) -> Ints:
    """``int64[n, k]``: the way from each point of people to each place; ``FAR`` where it does not serve them.

    A place serves its own city, and no farther than ``reach`` (metres, ``float64[k]``, infinite for any).
    """
    around = middle(*(np.concatenate([getattr(people, axis), getattr(places, axis)]) for axis in _AXES))
    x, y = project(people.longitude, people.latitude, around)
    u, v = project(places.longitude, places.latitude, around)
    metres = np.hypot(x[:, None] - u[None, :], y[:, None] - v[None, :])
    found = np.rint(travel_seconds(metres)).astype(np.int64)
    ours, theirs = city_of(people.region)[:, None], city_of(places.region)[None, :]
    apart = (ours != theirs) & (ours != 0) & (theirs != 0)
    if reach is not None:
        apart |= metres > reach[None, :]
    return np.where(apart, FAR, found)


_AXES = ("longitude", "latitude")


def locations(ways: Ints, today: Ints, weight: Ints) -> Locations:
    """What the siting engine chooses from: ``k`` places that may open and, after them, all that there is today.

    ``ways`` is ``int64[n, k]`` seconds to each place and ``today`` ``int64[n]`` to what is nearest today. A place
    that is farther than that changes nothing for them, so its pair is left out.
    """
    k = ways.shape[1]
    joined = np.column_stack([ways, today])
    matters = joined < FAR
    matters[:, :k] &= ways < today[:, None]
    return Locations(
        start=np.concatenate([[0], np.cumsum(matters.sum(axis=1))]),
        site=np.nonzero(matters)[1].astype(np.int32),
        distance=joined[matters].astype(np.int32),
        cost=np.ones(k + 1, dtype=np.int64),
        weight=weight,
        existing=np.arange(k + 1) == k,
    )
