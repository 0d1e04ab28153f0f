"""Distances on the ground and the time they take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["NOWHERE", "Speeds", "cells", "cells_around", "haversine_metres", "middle", "project", "travel_seconds"]

Floats = npt.NDArray[np.float64]
#: Mean radius of the Earth (IUGG).
EARTH_RADIUS_METRES = 6_371_008.8
#: On foot up to a kilometre, then by bus and on foot; streets are longer than the straight line.
WALKING_METRES_PER_SECOND = 1.2
TRANSIT_METRES_PER_SECOND = 5.0
WALKING_LIMIT_METRES = 1000.0
DETOUR = 1.3


def haversine_metres(
    longitude: npt.ArrayLike,
    latitude: npt.ArrayLike,
    other_longitude: npt.ArrayLike,
    other_latitude: npt.ArrayLike,
) -> Floats:
    """Great-circle distance in metres between points in degrees (WGS84); arrays broadcast, NaN stays NaN."""
    x, y, u, v = (
        np.radians(np.asarray(part, dtype=np.float64))
        for part in (longitude, latitude, other_longitude, other_latitude)
    )
    chord = np.sin((v - y) / 2) ** 2 + np.cos(y) * np.cos(v) * np.sin((u - x) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_METRES * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


@dataclass(frozen=True)
class Speeds:
    """How people travel: ``walking_limit`` metres of street on foot, the rest by transit (metres a second)."""

    walking: float = WALKING_METRES_PER_SECOND
    transit: float = TRANSIT_METRES_PER_SECOND
    walking_limit: float = WALKING_LIMIT_METRES
    detour: float = DETOUR

    def __post_init__(self) -> None:
        for name in ("walking", "transit", "walking_limit", "detour"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0 and (value > 0 or name == "walking_limit")):
                raise ValueError(f"{name} is {value}, it must be positive")


def travel_seconds(metres: npt.ArrayLike, speeds: Speeds | None = None) -> Floats:
    """Seconds it takes to go ``metres`` in a straight line, by the stated speeds and detour."""
    by = speeds or Speeds()
    street = np.asarray(metres, dtype=np.float64) * by.detour
    walked = np.minimum(street, by.walking_limit)
    return np.asarray(walked / by.walking + (street - walked) / by.transit)


#: The cell of a point that is not known.
NOWHERE = -1
#: Height of a cell in degrees of latitude, some 222 metres; cells are about as wide as they are high.
CELL_DEGREES = 0.002
_BAND = 1 << 20  # more than the cells of one band around the Earth


def cells(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The number of the cell of some 222 by 222 metres that each point (degrees, WGS84) is in: ``int64[n]``.

    :data:`NOWHERE` for a point that is NaN in a coordinate. What is within a cell's height of a point is in
    its cell or in one of :func:`cells_around` it. Raises ``ValueError`` for what are no degrees.
    """
    x, y = _degrees("longitude", longitude, 180.0), _degrees("latitude", latitude, 90.0)
    known = ~(np.isnan(x) | np.isnan(y))
    band = _band(np.where(known, y, 0.0))
    return np.where(known, _cell(np.where(known, x, 0.0), band, 0), NOWHERE).astype(np.int64)


def cells_around(longitude: float, latitude: float) -> list[int]:
    """The cell of a point and those that touch it, in all nine as a rule; empty for a point that is not known."""
    if np.isnan(longitude) or np.isnan(latitude):
        return []
    bands = np.clip(_band(np.array([[latitude]])) + np.array([-1.0, 0.0, 1.0]), 0, _band(np.array(90.0)))
    around = _cell(np.array(longitude), bands, np.array([[-1.0], [0.0], [1.0]]))
    return sorted(set(around.astype(np.int64).ravel().tolist()))


def _band(latitude: Floats) -> Floats:
    """The number of the band of cells around the Earth, from the south pole."""
    return np.asarray(np.floor((latitude + 90.0) / CELL_DEGREES))


def _cell(longitude: Floats, band: Floats, aside: int | Floats) -> Floats:
    """The cell of a longitude in a band, or the one so many columns ``aside``; a band closes at the date line."""
    shrink = np.maximum(np.cos(np.radians((band + 0.5) * CELL_DEGREES - 90.0)), 0.01)
    columns = np.floor(360.0 / CELL_DEGREES * shrink)
    return np.asarray(band * _BAND + (np.floor((longitude + 180.0) * columns / 360.0) + aside) % columns)


def middle(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[float, float]:
    """Longitude and latitude in the midst of points in degrees, also across the date line; NaN is passed over.

    (0, 0) where no point is known. Raises ``ValueError`` for what are no degrees.
    """
    x, y = _degrees("longitude", longitude, 360.0), _degrees("latitude", latitude, 90.0)
    known = ~(np.isnan(x) | np.isnan(y))
    if not known.any():
        return 0.0, 0.0
    turn = np.radians(x[known])
    return float(np.degrees(np.arctan2(np.sin(turn).mean(), np.cos(turn).mean()))), float(y[known].mean())


def project(
    longitude: npt.ArrayLike, latitude: npt.ArrayLike, around: tuple[float, float] | None = None
) -> tuple[Floats, Floats]:
    """Metres east and north of ``around`` (the points' own :func:`middle`), from degrees (WGS84).

    Equirectangular: distances are good to a hundredth within some 80 km of the middle at 45 degrees (the error
    grows with the tangent of the latitude). What is to be compared has to be projected around one middle. A
    point that is NaN in one coordinate is NaN in both. Raises ``ValueError`` for what are no degrees.
    """
    x, y = _degrees("longitude", longitude, 360.0), _degrees("latitude", latitude, 90.0)
    if x.shape != y.shape:
        raise ValueError(f"longitude has the shape {x.shape}, latitude {y.shape}")
    centre_x, centre_y = middle(x, y) if around is None else around
    east = (x - centre_x + 180.0) % 360.0 - 180.0
    scale = np.radians(1.0) * EARTH_RADIUS_METRES
    unknown = np.isnan(x) | np.isnan(y)
    return (
        np.where(unknown, np.nan, east * scale * np.cos(np.radians(centre_y))),
        np.where(unknown, np.nan, (y - centre_y) * scale),
    )


def _degrees(name: str, values: npt.ArrayLike, most: float) -> Floats:
    given = np.asarray(values, dtype=np.float64)
    wrong = np.abs(given) > most
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(f"{name}[{at}] = {given.flat[at]} is not between -{most:g} and {most:g} degrees")
    return given
