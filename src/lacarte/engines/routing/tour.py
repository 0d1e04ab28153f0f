"""An open tour: the most windows kept, then the least late, then the shortest way that is found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lacarte.engines.routing.improving import improved
from lacarte.engines.routing.stops import Stops, Tour
from lacarte.engines.routing.windows import kept


def tour(stops: Stops) -> Tour:
    """A good order to visit all stops in, from the start, ending anywhere; the same for the same stops.

    First the windows: as many are kept as can be (:func:`~lacarte.engines.routing.windows.kept` says up to how
    many stops that is certain, where no way round is quicker than the straight one). Then cheapest insertion and
    the nearest neighbour, each improved; the better one. So it is never worse than the nearest neighbour.
    """
    inserted = _filled(stops, kept(stops))
    both = [improved(stops, order) for order in (inserted, _nearest(stops))]
    return Tour.of(stops, min(both, key=stops.cost))


def tour_along(stops: Stops, order: Sequence[int]) -> Tour:
    """The tour that keeps ``order`` as it is, with every stop that is not in it put where it costs least.

    Raises ``ValueError`` for an order that names a stop twice, or one that there is not.
    """
    if len(set(order)) < len(order) or not set(order) <= set(range(len(stops))):
        raise ValueError("the order names a stop twice, or one that there is not")
    return Tour.of(stops, _filled(stops, list(order)))


def _filled(stops: Stops, order: list[int]) -> list[int]:
    """``order`` with all other stops, each time the one that lengthens the way least, where no window is lost."""
    left = sorted(set(range(len(stops))) - set(order))
    free = [stop for stop in left if np.isinf(stops.opens[stop]) and np.isinf(stops.closes[stop])]
    while free:
        order, stop = _with_cheapest(stops, order, free)
        free.remove(stop)
    for stop in (stop for stop in left if stop not in order):  # windows that could not be kept
        order = min((_put(order, stop, at) for at in range(len(order) + 1)), key=stops.cost)
    return order


def _with_cheapest(stops: Stops, order: list[int], free: list[int]) -> tuple[list[int], int]:
    path, new = np.array([-1, *order]) + 1, np.array(free) + 1
    added = stops.travel[np.ix_(path, new)]
    added[:-1] += stops.travel[np.ix_(path[1:], new)] - stops.travel[path[:-1], path[1:]][:, None]
    now = stops.lateness(order) if len(stops.windowed) else None
    for one in np.argsort(added, axis=None, kind="stable"):
        at, which = divmod(int(one), len(free))
        tried = _put(order, free[which], at)
        if now is None or stops.lateness(tried) <= now:
            return tried, free[which]
    return [*order, free[0]], free[0]  # at the end nothing is made later; not reached


def _put(order: list[int], stop: int, at: int) -> list[int]:
    return [*order[:at], stop, *order[at:]]


def _nearest(stops: Stops) -> list[int]:
    order: list[int] = []
    left, here = np.ones(len(stops), dtype=bool), 0
    for _ in range(len(stops)):
        here = int(np.where(left, stops.travel[here, 1:], np.inf).argmin()) + 1
        order.append(here - 1)
        left[here - 1] = False
    return order
