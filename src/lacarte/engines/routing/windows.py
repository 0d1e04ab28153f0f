"""In which order the stops with windows are visited so that the most windows are kept."""

from __future__ import annotations

import numpy as np

from lacarte.engines.routing.stops import Stops

#: So many windows are tried in every order (Held and Karp 1962: 2^n · n² steps, here some tens of milliseconds).
MOST_EXACT = 11


def kept(stops: Stops) -> list[int]:
    """Stops with windows in an order in which all of them are kept, as many as there can be.

    Exact up to :data:`MOST_EXACT` of them, as other stops only come between (or, where a way round is never
    quicker, after): beyond, the first to close comes first, and what does not fit is left out.
    """
    windowed = stops.windowed
    return _exact(stops, windowed) if len(windowed) <= MOST_EXACT else _by_closing(stops, windowed)


def _exact(stops: Stops, windowed: np.ndarray) -> list[int]:
    """The earliest end for each set of visited stops and the last of them; the largest set that has one wins."""
    k = len(windowed)
    if k == 0:
        return []
    start, travel = stops.travel[0, windowed + 1], stops.travel[np.ix_(windowed + 1, windowed + 1)]
    opens, closes, visits = stops.opens[windowed], stops.closes[windowed], stops.visits[windowed]
    ends = np.full((1 << k, k), np.inf)
    came = np.full((1 << k, k), -1, dtype=np.int64)
    for first in np.flatnonzero(start <= closes):
        ends[1 << first, first] = max(start[first], opens[first]) + visits[first]
    members = (np.arange(1 << k)[:, None] >> np.arange(k) & 1).astype(bool)
    for visited in range(1, (1 << k) - 1):
        arrives = ends[visited][:, None] + travel
        last = arrives.argmin(axis=0)
        soonest = arrives[last, np.arange(k)]
        ending = np.maximum(soonest, opens) + visits
        for stop in np.flatnonzero(~members[visited] & (soonest <= closes) & np.isfinite(soonest)):
            larger = visited | 1 << int(stop)
            if ending[stop] < ends[larger, stop]:
                ends[larger, stop], came[larger, stop] = ending[stop], last[stop]
    soonest = ends.min(axis=1)
    size = np.where(np.isfinite(soonest), members.sum(axis=1), 0)
    best = int(np.lexsort((soonest, -size))[0])
    return _walked_back(windowed, came, best, int(ends[best].argmin())) if size[best] else []


def _walked_back(windowed: np.ndarray, came: np.ndarray, visited: int, last: int) -> list[int]:
    order = []
    while last >= 0:
        order.append(int(windowed[last]))
        visited, last = visited & ~(1 << last), int(came[visited, last])
    return order[::-1]


def _by_closing(stops: Stops, windowed: np.ndarray) -> list[int]:
    order: list[int] = []
    for stop in windowed[np.lexsort((windowed, stops.opens[windowed], stops.closes[windowed]))]:
        tried = [[*order[:at], int(stop), *order[at:]] for at in range(len(order) + 1)]
        missed, _late, _travel, best = min((*stops.cost(one), one) for one in tried)
        if missed == 0:
            order = best
    return order
