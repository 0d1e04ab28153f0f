"""Which region and zones a point is in, and by which calendar it works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import shapely
from django.conf import settings
from django.db.models import Q, TextField
from django.db.models.functions import MD5, Cast
from shapely.geometry import shape

from lacarte.kernel import tree
from lacarte.kernel.prepared import Prepared
from lacarte.kernel.versions import remembered
from lacarte.kernel.working_calendar import Hours, WorkingCalendar
from lacarte.registers.places.models import Boundary, NamedPlace, Region, Zone

_BY_NUMBER = Prepared(Region, "number = %s")
_WITH_CALENDAR = Prepared(Region, "calendar <> '{}'")


@dataclass(frozen=True)
class _Map:
    """Boundaries with an index, and the region number of each."""

    index: shapely.STRtree
    shapes: npt.NDArray[np.object_]
    numbers: npt.NDArray[np.int64]


def root() -> Region:
    """Everywhere."""
    return _region(tree.ROOT_NUMBER)


def _region(number: int) -> Region:
    found = _BY_NUMBER.first(number)
    if found is None:
        raise Region.DoesNotExist(f"there is no region {number}")
    return found


def regions_at(longitudes: npt.ArrayLike, latitudes: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The number of the smallest region around each point (degrees, WGS84); the root's where there is none.

    Inputs are ``float[n]``, NaN for an unknown point; the answer is ``int64[n]``.
    """
    x, y = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
    points = shapely.points(x, y)
    found = np.full(points.shape, tree.ROOT_NUMBER, dtype=np.int64)
    known = _map()
    if known is None:
        return found
    asked, boundary = known.index.query(points)  # with a predicate it would prepare each point, not the shapes
    inside = shapely.intersects_xy(known.shapes[boundary], x[asked], y[asked])
    asked, boundary = asked[inside], boundary[inside]
    # A deeper region always has the larger number of two that contain each other (kernel.tree).
    np.maximum.at(found, asked, known.numbers[boundary])
    return found


def zones_at(longitudes: npt.ArrayLike, latitudes: npt.ArrayLike) -> list[frozenset[UUID]]:
    """The keys of the functional zones that each point is in; they may overlap. Inputs as :func:`regions_at`."""
    points = shapely.points(np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float))
    keys, index = _zones(_zones_version())
    found: list[set[UUID]] = [set() for _ in points]
    for asked, zone in index.query(points, predicate="intersects").T.tolist():
        found[asked].add(keys[zone])
    return [frozenset(zones) for zones in found]


def region_at(longitude: float | None, latitude: float | None) -> Region:
    """The smallest region around a point (degrees, WGS84), or the root."""
    if longitude is None or latitude is None:
        return root()
    return _region(region_number_at(longitude, latitude))


def region_number_at(longitude: float, latitude: float) -> int:
    """The number of the smallest region around a point (degrees, WGS84); the root's where there is none."""
    return int(regions_at([longitude], [latitude])[0])


def is_served(longitude: float, latitude: float) -> bool:
    """Whether a point (degrees, WGS84) is inside the city's boundaries; any is where none is known."""
    return region_number_at(longitude, latitude) != tree.ROOT_NUMBER or not Boundary.objects.exists()


def calendar_of(region: Region) -> WorkingCalendar:
    """The working calendar of a region: its own, or that of the nearest region above it."""
    return calendars_of([region])[region.number]


def calendars_of(regions: Iterable[Region], instead: Iterable[Region] = ()) -> dict[int, WorkingCalendar]:
    """As :func:`calendar_of`, by region number, in one query. ``instead``: some with their calendars to be."""
    kept = {region.number: region for region in (*_WITH_CALENDAR.all(), *instead)}
    written = [kept[number] for number in sorted(kept, reverse=True)]  # of two above, the nearer comes first
    return {
        region.number: read_calendar(
            next((above.calendar for above in written if region.number in above.interval), {})
        )
        for region in regions
    }


def read_calendar(written: dict[str, Any]) -> WorkingCalendar:
    """A calendar as it is kept with its region. Raises ``ValueError`` for one that says what cannot be."""
    return WorkingCalendar(
        zone=ZoneInfo(written.get("zone", settings.TIME_ZONE)),
        weekdays=frozenset(written.get("weekdays", range(5))),
        opens=time.fromisoformat(written.get("opens", "09:00")),
        closes=time.fromisoformat(written.get("closes", "17:00")),
        holidays=_days(written, "holidays"),
        working_weekends=_days(written, "working_weekends"),
        later=tuple(_hours(one) for one in written.get("later", [])),
    )


def _hours(written: dict[str, Any]) -> Hours:
    opens, closes = (time.fromisoformat(written[name]) for name in ("opens", "closes"))
    return Hours(date.fromisoformat(written["since"]), frozenset(written["weekdays"]), opens, closes)


def _days(written: dict[str, Any], name: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in written.get(name, []))


def ancestors(region: Region) -> list[Region]:
    """The regions above this one, nearest first, without the root."""
    above = Region.objects.filter(number__lt=region.number, last__gte=region.last, number__gt=tree.ROOT_NUMBER)
    return list(above.order_by("-number"))


def named_like(typed: str, most: int) -> list[tuple[str, str]]:
    """Names in which ``typed`` occurs, each with that of its region: streets and landmarks, then regions.

    For who has typed half a name; what whole words mean, the gazetteer says.
    """
    like = Q()
    for code, _name in settings.LANGUAGES:
        like |= Q(**{f"name__{code}__icontains": typed})
    places = NamedPlace.objects.filter(like, first_number=None).select_related("region").order_by("code")[:most]
    found = [(str(place), str(place.region)) for place in places]
    regions = Region.objects.filter(like).exclude(number=tree.ROOT_NUMBER).select_related("parent")
    found += [(str(region), str(region.parent)) for region in regions[: most - len(found)]]
    return found


def parts_of(street: NamedPlace) -> list[NamedPlace]:
    """The parts of a long street by house numbers, in their order; empty for other places."""
    if street._state.adding or street.first_number is not None:
        return []
    parts = NamedPlace.objects.filter(kind=street.kind, name=street.name, first_number__isnull=False)
    return list(parts.select_related("region__parent").order_by("first_number"))


@remembered(Boundary)
def _map() -> _Map | None:
    rows = list(Boundary.objects.values_list("region_id", "geometry"))
    if not rows:
        return None
    shapes = np.array([shape(geometry) for _, geometry in rows], dtype=object)
    shapely.prepare(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    # What is prepared is made when it is first asked for a point in its box: by this thread alone.
    shapely.intersects_xy(shapes, (west + east) / 2, (south + north) / 2)
    return _Map(shapely.STRtree(shapes), shapes, np.array([number for number, _ in rows], dtype=np.int64))


def _zones_version() -> tuple[tuple[UUID, str], ...]:
    """Zones are few and carry no time of change: the database sums up their boundaries."""
    return tuple(Zone.objects.order_by("pk").values_list("pk", MD5(Cast("boundary", TextField()))))


@lru_cache(maxsize=1)
def _zones(version: tuple[tuple[UUID, str], ...]) -> tuple[list[UUID], shapely.STRtree]:
    rows = list(Zone.objects.order_by("pk").values_list("pk", "boundary"))
    return [key for key, _ in rows], shapely.STRtree([shape(boundary) for _, boundary in rows])
