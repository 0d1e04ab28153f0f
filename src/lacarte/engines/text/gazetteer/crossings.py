"""Where two streets meet: crossings that are known, and those that follow from known points of both streets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import cos, hypot, radians

from lacarte.engines.text.gazetteer.place import Mention, Place

_KNOWN, _FOLLOWS, _UNSURE = 0.95, 0.88, 0.6
#: How far from where two streets meet, or come nearest to each other, a known point still says in which region.
_NEAR_METRES = 400.0
#: Two known points on a street that are further apart say nothing of what is between them.
_GAP_METRES = 2500.0
#: A street may go on so much longer than from its first known point to its last.
_BEYOND = 0.35
_METRES_A_DEGREE = 111_195.0

Point = tuple[float, float]  # metres east and north of nowhere in particular
Known = tuple[Point, int]  # a point of a street, and the place that it is of


class Crossings:
    """An index of crossings by the two streets' names."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self._known: dict[frozenset[str], int] = {}
        self._points: dict[str, list[Known]] = defaultdict(list)
        self._in_order: dict[str, list[Known]] = {}

    def add_crossing(self, number: int, one: str, other: str) -> None:
        """Enter a crossing. Names are keys: folded, in their short form."""
        self._known.setdefault(frozenset((one, other)), number)
        self.add_street(number, one)
        self.add_street(number, other)

    def add_street(self, number: int, key: str) -> None:
        """Enter a street, a part of one or a crossing on it, if it has a point."""
        point = self._places[number].point
        if point is not None:
            self._points[key].append((_metres(point), number))

    def of(self, ones: dict[str, float], others: dict[str, float]) -> list[tuple[int, float]]:
        """Places where one of ``ones`` meets one of ``others``, scored; both are keys of streets with scores."""
        pairs = [(one, other) for one, other in product(ones, others) if one != other]
        known = [
            (self._known[pair], _KNOWN * _agreed(ones[one], others[other]))
            for one, other in pairs
            if (pair := frozenset((one, other))) in self._known
        ]
        if known:
            return known
        return [
            (place, score * _agreed(ones[one], others[other]))
            for one, other in pairs
            for place, score in self._where_they_meet(one, other)
        ]

    def _where_they_meet(self, one: str, other: str) -> Iterator[tuple[int, float]]:
        """The known places about where two streets meet: one, or two when they are in different regions."""
        if one not in self._points or other not in self._points:
            return
        ours, theirs = self._line(one), self._line(other)
        at = _meeting(ours, theirs) or _nearest(ours, theirs)
        if at is None:
            return
        near = sorted((_apart(at, point), place) for point, place in [*ours, *theirs])[:3]
        near = [(metres, place) for metres, place in near if metres <= _NEAR_METRES]
        if not near:
            return
        nearest: dict[tuple[int, int], int] = {}
        for _, place in near:
            nearest.setdefault((self._places[place].first, self._places[place].last), place)
        for place in nearest.values():
            yield place, _FOLLOWS if len(nearest) == 1 else _UNSURE

    def _line(self, key: str) -> list[Known]:
        """The known points of a street from one end to the other."""
        if key not in self._in_order:
            points = self._points[key]
            east = [point[0] for point, _ in points]
            north = [point[1] for point, _ in points]
            mean = sum(east) / len(east), sum(north) / len(north)
            # The direction of a street is that of its points' covariance; a half turn does not matter.
            xx = sum((x - mean[0]) ** 2 for x in east)
            yy = sum((y - mean[1]) ** 2 for y in north)
            xy = sum((x - mean[0]) * (y - mean[1]) for x, y in zip(east, north, strict=True))
            along = (xx - yy + hypot(xx - yy, 2 * xy), 2 * xy) if xx >= yy or xy else (0.0, 1.0)
            points.sort(key=lambda known: known[0][0] * along[0] + known[0][1] * along[1])
            self._in_order[key] = points
        return self._in_order[key]


def _agreed(one: float, other: float) -> float:
    """Each name speaks for the other: a bare “Market” is a street when “and 5th” follows."""
    return 1 - 0.25 * (1 - one) * (1 - other)


def _meeting(ones: list[Known], others: list[Known]) -> Point | None:
    """Where two lines cut each other, also a little beyond their ends."""
    for (a, _), (b, _) in pairwise(ones):
        for (c, _), (d, _) in pairwise(others):
            if _apart(a, b) > _GAP_METRES or _apart(c, d) > _GAP_METRES:
                continue
            u, v = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
            turn = u[0] * v[1] - u[1] * v[0]
            if abs(turn) < 0.2 * hypot(*u) * hypot(*v) or turn == 0:
                continue  # about parallel
            s = ((c[0] - a[0]) * v[1] - (c[1] - a[1]) * v[0]) / turn
            t = ((c[0] - a[0]) * u[1] - (c[1] - a[1]) * u[0]) / turn
            if -_BEYOND <= s <= 1 + _BEYOND and -_BEYOND <= t <= 1 + _BEYOND:
                return a[0] + s * u[0], a[1] + s * u[1]
    return None


def _nearest(ones: list[Known], others: list[Known]) -> Point | None:
    """Between the two points that are nearest to each other, if they are near."""
    metres, middle = min(
        (_apart(a, b), ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)) for (a, _), (b, _) in product(ones, others)
    )
    return middle if metres <= _NEAR_METRES else None


def _apart(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _metres(point: tuple[float, float]) -> Point:
    """Equirectangular around the point's own latitude: good for what is in one city."""
    longitude, latitude = point
    return longitude * cos(radians(round(latitude))) * _METRES_A_DEGREE, latitude * _METRES_A_DEGREE


def as_mentions(start: int, end: int, found: list[tuple[int, float]]) -> list[Mention]:
    """The crossings as mentions of the signs from the first name to the last."""
    return [Mention(start, end, place, score) for place, score in found]
