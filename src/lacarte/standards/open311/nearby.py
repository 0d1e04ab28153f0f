"""Needs near a point or in a box, as conditions of a query."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

from django.db.models import F, FloatField, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs, Least
from django.db.models.lookups import LessThanOrEqual

from lacarte.engines.geography import EARTH_RADIUS_METRES

_METRES_PER_DEGREE = radians(1.0) * EARTH_RADIUS_METRES


def within_box(corners: Sequence[float | None]) -> Q | None:
    """Inside ``west, south, east, north`` in degrees (west > east: across the date line); ``None`` for no box."""
    if len(corners) != 4 or any(corner is None for corner in corners):
        return None
    west, south, east, north = (corner for corner in corners if corner is not None)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90 or south > north:
        return None
    high = Q(latitude__range=(south, north))
    if west <= east:
        return high & Q(longitude__range=(west, east))
    return high & (Q(longitude__gte=west) | Q(longitude__lte=east))


def within_circle(longitude: float, latitude: float, metres: float) -> Q:
    """At most ``metres`` from a point (degrees, WGS84), on a plane that touches the Earth there.

    That is good to a thousandth of the distance for 10 km at 60 degrees of latitude.
    """
    degrees = metres / _METRES_PER_DEGREE
    scale = cos(radians(latitude))
    high = Q(latitude__range=(latitude - degrees, latitude + degrees))
    apart: Combinable = Abs(F("longitude") - Value(longitude), output_field=FloatField())
    east = Least(apart, Value(360.0) - apart, output_field=FloatField()) * Value(scale)
    north = F("latitude") - Value(latitude)
    return high & Q(LessThanOrEqual(east * east + north * north, Value(degrees * degrees)))
