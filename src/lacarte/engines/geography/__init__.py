"""Distances on the ground and the time they take."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["haversine_metres", "travel_seconds"]

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


def travel_seconds(metres: npt.ArrayLike) -> Floats:
    """Seconds it takes to go ``metres`` in a straight line, by the stated speeds and detour."""
    street = np.asarray(metres, dtype=np.float64) * DETOUR
    walked = np.minimum(street, WALKING_LIMIT_METRES)
    return np.asarray(walked / WALKING_METRES_PER_SECOND + (street - walked) / TRANSIT_METRES_PER_SECOND)
