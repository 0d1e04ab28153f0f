"""The districts of the city and their outlines, simple enough to draw."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from lacarte.kernel import tree
from lacarte.registers.places.models import Boundary, Region

#: Degrees, about 30 metres: finer than a pixel of a map of a city.
_TOLERANCE = 0.0003


def districts() -> list[Region]:
    """The regions right below the cities; the cities themselves where they are not divided."""
    below = list(Region.objects.filter(parent__parent__number=tree.ROOT_NUMBER))
    return below or list(Region.objects.filter(parent__number=tree.ROOT_NUMBER))


def neighbourhoods() -> list[Region]:
    """The smallest regions there are."""
    return list(Region.objects.filter(number__gt=tree.ROOT_NUMBER, children=None))


def outlines(regions: Iterable[Region]) -> list[tuple[Region, BaseGeometry]]:
    """The given regions that have a boundary, each with its outline (degrees, WGS84)."""
    wanted = {region.number: region for region in regions}
    changed = Boundary.objects.filter(region__in=wanted).values_list("region_id", "changed_at")
    return [(wanted[number], _outline(number, str(at))) for number, at in changed.order_by("region_id")]


@lru_cache(maxsize=4096)
def _outline(number: int, changed: str) -> BaseGeometry:
    """``changed`` makes a boundary that was redrawn another entry of the cache."""
    geometry = shape(Boundary.objects.values_list("geometry", flat=True).get(region_id=number))
    return geometry.simplify(_TOLERANCE)
