"""A tour made shorter by local moves: 2-opt (Croes 1958) and Or-opt (Or 1976), the best one at each step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lacarte.engines.routing.stops import Floats, Stops

_LONGEST_SEGMENT = 3
#: With windows, so many of the moves that save the most are looked at before a tour counts as done.
_MOST_TRIED = 300
_NEARLY = 1e-7
Move = tuple[float, int, int, int, bool]  # what it adds, segment from, to, after which it goes, turned round


def improved(stops: Stops, order: list[int]) -> list[int]:
    """``order`` after moves that shorten it, until none does; never with a window more missed, or later."""
    n = len(stops)
    padded = np.zeros((n + 2, n + 2))  # the last is an end that is no way from anywhere: the tour is open
    padded[: n + 1, : n + 1] = stops.travel
    has_windows = len(stops.windowed) > 0
    path = np.concatenate([[0], np.asarray(order, dtype=np.int64) + 1, [n + 1]])
    least = _NEARLY * max(1.0, float(stops.travel.max(initial=0.0)))
    now = stops.lateness(order)
    while True:
        for move in _moves(padded[np.ix_(path, path)], least, _MOST_TRIED if has_windows else 1):
            tried = _moved(path, move)
            cost = stops.lateness((tried[1:-1] - 1).tolist()) if has_windows else now
            if cost <= now:
                path, now = tried, cost
                break
        else:
            return [int(stop) - 1 for stop in path[1:-1]]


def _moves(way: Floats, least: float, most: int) -> Iterator[Move]:
    """The moves that save more than ``least``, the best first, at most ``most``.

    ``way``: ``float[n + 2, n + 2]``, travel between the positions of the path.
    """
    n = len(way) - 2
    found: list[tuple[Floats, int, bool]] = [(_reversals(way), 0, True)]
    found += [
        (_shifts(way, length, turned), length, turned)
        for length in range(1, min(_LONGEST_SEGMENT, n) + 1)
        for turned in (False, True)
        if not (length == 1 and turned)
    ]
    listed: list[Move] = []
    for added, length, turned in found:
        flat = added.ravel()
        saving = np.flatnonzero(flat < -least)
        if len(saving) > most:
            saving = saving[np.argsort(flat[saving], kind="stable")[:most]]
        for one in saving:
            i, j = divmod(int(one), added.shape[1])
            listed.append((float(flat[one]), *((i, j, i - 1) if length == 0 else (i, i + length - 1, j)), turned))
    yield from sorted(listed)[:most]


def _reversals(way: Floats) -> Floats:
    """What turning positions i to j round adds: ``float[n + 2, n + 2]``, inf where that is no move."""
    n = len(way) - 2
    added = np.full(way.shape, np.inf)
    i, j = np.triu_indices(n, k=1)
    i, j = i + 1, j + 1
    added[i, j] = way[i - 1, j] + way[i, j + 1] - way[i - 1, i] - way[j, j + 1]
    return added


def _shifts(way: Floats, length: int, turned: bool) -> Floats:
    """What taking ``length`` stops from position i on and putting them after k adds: ``float[n + 2, n + 1]``."""
    n = len(way) - 2
    i, after = np.arange(1, n - length + 2), np.arange(n + 1)
    j = i + length - 1
    head, tail = (j, i) if turned else (i, j)
    taken = way[i - 1, j + 1] - way[i - 1, i] - way[j, j + 1]
    put = way[after[None, :], head[:, None]] + way[tail[:, None], after[None, :] + 1] - way[after, after + 1]
    inside = (after[None, :] >= i[:, None] - 1) & (after[None, :] <= j[:, None])
    added = np.full((n + 2, n + 1), np.inf)
    added[i] = np.where(inside, np.inf, taken[:, None] + put)
    return added


def _moved(path: np.ndarray, move: Move) -> np.ndarray:
    _added, i, j, after, turned = move
    segment = path[i : j + 1][::-1] if turned else path[i : j + 1]
    if after == i - 1:
        return np.concatenate([path[:i], segment, path[j + 1 :]])
    if after < i:
        return np.concatenate([path[: after + 1], segment, path[after + 1 : i], path[j + 1 :]])
    return np.concatenate([path[:i], path[j + 1 : after + 1], segment, path[after + 1 :]])
