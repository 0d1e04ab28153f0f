"""Needs near a point or in a box, as conditions of a query."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

import numpy as np
from django.db.models import F, FloatField, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs, Least
from django.db.models.lookups import LessThanOrEqual

from lacarte.engines.geography import CELL_DEGREES, EARTH_RADIUS_METRES, cells
from lacarte.loop.needs.models import Need

_METRES_PER_DEGREE = radians(1.0) * EARTH_RADIUS_METRES
#: Up to this height, what is near is looked up by its cell; in larger areas the newest are soon found anyway.
_FEW_BANDS = 6

Corners = tuple[float, float, float, float]


def within_box(corners: Sequence[float | None]) -> Q | None:
    """Inside ``west, south, east, north`` in degrees (west > east: across the date line); ``None`` for no box."""
    if len(corners) != 4 or any(corner is None for corner in corners):
        return None
    west, south, east, north = (corner for corner in corners if corner is not None)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90 or south > north:
        return None
    inside = Q(latitude__range=(south, north)) & _in_cells((west, south, east, north))
    if west <= east:
        return inside & Q(longitude__range=(west, east))
    return inside & (Q(longitude__gte=west) | Q(longitude__lte=east))


def within_circle(longitude: float, latitude: float, metres: float) -> Q:
    """At most ``metres`` from a point (degrees, WGS84), on a plane that touches the Earth there.

    That is good to a thousandth of the distance for 10 km at 60 degrees of latitude.
    """
    degrees = metres / _METRES_PER_DEGREE
    scale = cos(radians(latitude))
    apart: Combinable = Abs(F("longitude") - Value(longitude), output_field=FloatField())
    east = Least(apart, Value(360.0) - apart, output_field=FloatField()) * Value(scale)
    north = F("latitude") - Value(latitude)
    south_most, north_most = max(latitude - degrees, -90.0), min(latitude + degrees, 90.0)
    wide = degrees / max(scale, 1e-9)
    return (
        Q(latitude__range=(south_most, north_most))
        & _in_cells((longitude - wide, south_most, longitude + wide, north_most))
        & Q(LessThanOrEqual(east * east + north * north, Value(degrees * degrees)))
    )


def _in_cells(corners: Corners) -> Q:
    """In a cell that a small box touches; no condition for a large one, and near the date line.

    The keys are asked for apart: only so does every database begin with the cells and not with the newest.
    """
    west, south, east, north = corners
    if not (-180 <= west <= east <= 180 and (north - south) / CELL_DEGREES < _FEW_BANDS and east - west < 1):
        return Q()
    bands = np.minimum(np.append(np.arange(south, north, CELL_DEGREES), north), 90.0)
    first, last = cells(np.full(bands.shape, west), bands), cells(np.full(bands.shape, east), bands)
    inside = Q()
    for least, most in zip(first.tolist(), last.tolist(), strict=True):
        inside |= Q(cell__range=(least, most))
    return Q(pk__in=Need.objects.filter(inside).order_by().values("pk"))
