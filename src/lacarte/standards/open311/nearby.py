"""Needs near a point or in a box, as conditions of a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from uuid import UUID

import numpy as np
from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs, Coalesce, Least
from django.db.models.lookups import Exact, LessThanOrEqual

from lacarte.engines.geography import CELL_DEGREES, EARTH_RADIUS_METRES, cells
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Subject

_METRES_PER_DEGREE = radians(1.0) * EARTH_RADIUS_METRES
#: Higher areas than so many cells are not looked up by cell: the newest there are soon found among all.
_FEW_BANDS = 12
#: Nor are those with more needs than that, which is about what as much time passes over among the newest.
_FEW_NEEDS = 5000

Corners = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True)
class Area:
    """A condition for needs, and the corners of a box around all that fulfil it."""

    inside: Q
    corners: Corners

    def narrowed(self, needs: QuerySet[Need]) -> QuerySet[Need]:
        """``needs`` about places in this area.

        Where few are near, a database without statistics (SQLite) would still pass over all the newest. It does
        not when what they are about is asked so that no index helps.
        """
        few = self._few()
        if few is None:
            return needs.filter(self.inside, subject=Subject.PLACE)
        about_places = Exact(Coalesce(F("subject"), Value("")), Value(Subject.PLACE))
        return needs.filter(self.inside, about_places, pk__in=few)

    def _few(self) -> list[UUID] | None:
        """The keys of the needs in all cells that the box touches; ``None`` where they are many."""
        west, south, east, north = self.corners
        if not (-180 <= west <= east <= 180 and (north - south) / CELL_DEGREES < _FEW_BANDS):
            return None
        bands = np.append(np.arange(south, north, CELL_DEGREES), north)
        ends = (cells(np.full(bands.shape, x), bands).tolist() for x in (west, east))
        inside = Q()
        for least, most in zip(*ends, strict=True):
            inside |= Q(cell__range=(least, most))
        keys = list(Need.objects.filter(inside).order_by().values_list("pk", flat=True)[: _FEW_NEEDS + 1])
        return keys if len(keys) <= _FEW_NEEDS else None


def box(corners: Sequence[float | None]) -> Area | None:
    """Inside ``west, south, east, north`` in degrees (west > east: across the date line); ``None`` for no box."""
    if len(corners) != 4 or any(corner is None for corner in corners):
        return None
    west, south, east, north = (corner for corner in corners if corner is not None)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90 or south > north:
        return None
    high = Q(latitude__range=(south, north))
    wide = Q(longitude__range=(west, east)) if west <= east else Q(longitude__gte=west) | Q(longitude__lte=east)
    return Area(high & wide, (west, south, east, north))


def circle(longitude: float, latitude: float, metres: float) -> Area:
    """At most ``metres`` from a point (degrees, WGS84), on a plane that touches the Earth there.

    That is good to a thousandth of the distance for 10 km at 60 degrees of latitude.
    """
    degrees = metres / _METRES_PER_DEGREE
    scale = cos(radians(latitude))
    apart: Combinable = Abs(F("longitude") - Value(longitude), output_field=FloatField())
    east = Least(apart, Value(360.0) - apart, output_field=FloatField()) * Value(scale)
    north = F("latitude") - Value(latitude)
    lowest, highest = max(latitude - degrees, -90.0), min(latitude + degrees, 90.0)
    wide = degrees / max(scale, 1e-9)
    inside = Q(latitude__range=(lowest, highest)) & Q(
        LessThanOrEqual(east * east + north * north, Value(degrees * degrees))
    )
    return Area(inside, (longitude - wide, lowest, longitude + wide, highest))
