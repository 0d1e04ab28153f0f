"""Good sites fast: add the best one by one, then swap as long as a swap helps.

The swap of one site for another is weighed in one pass over the demands near the new one (Whitaker, INFOR
1983; Hansen and Mladenović, Location Science 1997; Resende and Werneck, Annals of OR 2007), on sparse pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import kernel
from lacarte.engines.siting.locations import Ints, Locations, Small

Bools = npt.NDArray[np.bool_]

#: How often a search goes over everything, about: bounds, branches and swaps together.
PASSES = 1000


@dataclass(frozen=True, eq=False)
class Layout:
    """Which sites are open, and the nearest two of each demand (-1: none). Changes in place."""

    locations: Locations
    budget: int
    usable: Bools  # [k], sites that may be opened or closed at all
    open: Bools  # [k]
    near: Small  # [n]
    near_distance: Ints  # [n]
    second: Small  # [n]
    second_distance: Ints  # [n]

    @property
    def value(self) -> int:
        """The weighted sum of distances to the nearest open site."""
        return int((self.locations.weight * self.near_distance).sum())

    @property
    def spent(self) -> int:
        """How much of the budget the open sites take."""
        return int(self.locations.cost[self.open & ~self.locations.existing].sum())


def layout(locations: Locations, budget: int, opened: Bools, usable: Bools | None = None) -> Layout:
    """Serve everybody from the sites ``opened``; ``usable`` ones (not existing, by default) may change later."""
    n = len(locations.weight)
    made = Layout(
        locations=locations,
        budget=budget,
        usable=~locations.existing if usable is None else usable,
        open=opened.copy(),
        near=np.full(n, -1, dtype=np.int32),
        near_distance=np.full(n, locations.beyond, dtype=np.int64),
        second=np.full(n, -1, dtype=np.int32),
        second_distance=np.full(n, locations.beyond, dtype=np.int64),
    )
    site, distance = locations.nearest_first
    at_scale(locations, _serve)(
        -2, locations.start, site, distance, locations.beyond, made.open,
        made.near, made.near_distance, made.second, made.second_distance,
    )  # fmt: skip
    return made


def at_scale(locations: Locations, function: Any) -> Callable[..., Any]:
    """Compiled where going over all pairs and sites again and again would take plain Python long."""
    chosen: Callable[..., Any] = function.for_steps(PASSES * (len(locations.site) + len(locations.cost)))
    return chosen


def add_greedily(start: Layout) -> None:
    """Open what saves most for its cost, one after the other, as long as the budget lasts. Changes ``start``.

    A site saves less the more are open, so what it saved when last looked at bounds it (Minoux 1978).
    """
    locations, spent = start.locations, start.spent
    columns, weight, cost = locations.by_site, locations.weight, locations.cost
    saving, insert = at_scale(locations, _saving), at_scale(locations, _insert)

    def appraise(site: int) -> float:
        return -float(saving(site, *columns, weight, start.near_distance)) / max(int(cost[site]), 1)

    queue = [(appraise(int(j)), int(j)) for j in np.flatnonzero(start.usable & ~start.open)]
    heapify(queue)
    while queue:
        site = queue[0][1]
        if spent + int(cost[site]) > start.budget:
            heappop(queue)
            continue
        seen = (appraise(site), site)
        if len(queue) > 1 and seen > min(queue[1:3]):
            heapreplace(queue, seen)
            continue
        heappop(queue)
        start.open[site] = True
        spent += int(cost[site])
        insert(site, *columns, start.near, start.near_distance, start.second, start.second_distance)


def swap(start: Layout) -> bool:
    """Go once over the closed sites, opening each that saves by it, for another or within the budget.

    Changes ``start``; returns whether anything did.
    """
    locations = start.locations
    site, distance = locations.nearest_first
    swapped: bool = at_scale(locations, _swap_pass)(
        start.budget, start.spent, locations.start, site, distance, *locations.by_site,
        locations.weight, locations.cost, locations.beyond, start.usable, start.open,
        start.near, start.near_distance, start.second, start.second_distance,
    )  # fmt: skip
    return swapped


@kernel
def _serve(lost, start, site, distance, beyond, opened, near, near_distance, second, second_distance):  # type: ignore[no-untyped-def]
    """Find the nearest two open sites of each demand that had ``lost`` among them (-2: of everybody)."""
    for i in range(len(near)):
        if lost != -2 and near[i] != lost and second[i] != lost:
            continue
        near[i], near_distance[i] = -1, beyond
        second[i], second_distance[i] = -1, beyond
        for pair in range(start[i], start[i + 1]):
            if not opened[site[pair]] or site[pair] == near[i]:
                continue
            if near[i] < 0:
                near[i], near_distance[i] = site[pair], distance[pair]
            else:
                second[i], second_distance[i] = site[pair], distance[pair]
                break


@kernel
def _saving(new, column_start, demand, column_distance, weight, near_distance):  # type: ignore[no-untyped-def]
    """What opening ``new`` saves by itself."""
    saved = 0
    for pair in range(column_start[new], column_start[new + 1]):
        i = demand[pair]
        if column_distance[pair] < near_distance[i]:
            saved += weight[i] * (near_distance[i] - column_distance[pair])
    return saved


@kernel
def _insert(new, column_start, demand, column_distance, near, near_distance, second, second_distance):  # type: ignore[no-untyped-def]
    """Let ``new`` become the nearest or second nearest of those around it."""
    for pair in range(column_start[new], column_start[new + 1]):
        i, far = demand[pair], column_distance[pair]
        if near[i] == new or second[i] == new:
            continue
        if far < near_distance[i]:
            second[i], second_distance[i] = near[i], near_distance[i]
            near[i], near_distance[i] = new, far
        elif far < second_distance[i]:
            second[i], second_distance[i] = new, far


@kernel
def _losses(weight, near, near_distance, second_distance, loss):  # type: ignore[no-untyped-def]
    """What closing each site would cost."""
    loss[:] = 0
    for i in range(len(near)):
        if near[i] >= 0:
            loss[near[i]] += weight[i] * (second_distance[i] - near_distance[i])


@kernel
def _relief(new, column_start, demand, column_distance, weight, near, near_distance, second_distance, relief):  # type: ignore[no-untyped-def]
    """What opening ``new`` saves, and by how much it makes closing each other site cheaper."""
    saved = 0
    for pair in range(column_start[new], column_start[new + 1]):
        i, far = demand[pair], column_distance[pair]
        if far >= second_distance[i]:
            continue
        if far < near_distance[i]:
            saved += weight[i] * (near_distance[i] - far)
            if near[i] >= 0:
                relief[near[i]] += weight[i] * (second_distance[i] - near_distance[i])
        elif near[i] >= 0:
            relief[near[i]] += weight[i] * (second_distance[i] - far)
    return saved


@kernel
def _swap_pass(  # type: ignore[no-untyped-def]
    budget, spent, start, site, distance, column_start, demand, column_distance, weight, cost, beyond, usable,
    opened, near, near_distance, second, second_distance,
):  # fmt: skip
    loss = np.zeros(len(opened), dtype=np.int64)
    relief = np.zeros(len(opened), dtype=np.int64)
    movable = np.flatnonzero(opened & usable)
    _losses(weight, near, near_distance, second_distance, loss)
    changed = False
    for new in range(len(opened)):
        if opened[new] or not usable[new]:
            continue
        relief[:] = 0
        saved = _relief(
            new, column_start, demand, column_distance, weight, near, near_distance, second_distance, relief
        )
        out, best = -1, 0
        if spent + cost[new] <= budget:
            best = saved
        else:
            for old in movable:
                if spent + cost[new] - cost[old] <= budget:
                    net = saved - loss[old] + relief[old]
                    if net > best:
                        out, best = int(old), net
        if best <= 0:
            continue
        changed = True
        opened[new] = True
        spent += cost[new]
        if out >= 0:
            opened[out] = False
            spent -= cost[out]
            _serve(out, start, site, distance, beyond, opened, near, near_distance, second, second_distance)
        movable = np.flatnonzero(opened & usable)
        _insert(new, column_start, demand, column_distance, near, near_distance, second, second_distance)
        _losses(weight, near, near_distance, second_distance, loss)
    return changed
