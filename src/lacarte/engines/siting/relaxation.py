"""What no choice of sites can beat: each demand may pay for a place to be served, and sites are taken one by one.

Lagrangian relaxation of "each demand is served once" (Cornuéjols, Fisher and Nemhauser, Management Science
1977; Beasley, EJOR 1993), the multipliers found by a subgradient method. All sums are whole numbers, so the
bound holds exactly, and a gap below one unit is a proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import kernel
from lacarte.engines.siting.interchange import at_scale
from lacarte.engines.siting.locations import LIMIT, Ints, Locations

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A bound at ``multiplier``: what each demand pays, ``int64[n]`` in ``scale`` parts of a unit.

    ``worth`` (``int64[k]``, same parts) is what each site would be paid beyond its distances, and ``per_cost``
    what a unit of the budget is worth: forcing a site open or closed raises the bound by the difference.
    """

    multiplier: Ints
    worth: Ints
    per_cost: int
    exact: int  # the bound in parts of a unit
    chosen: Bools  # [k], the sites that the bound would open
    scale: int

    @property
    def bound(self) -> int:
        """The bound, rounded up to whole units."""
        return -(-self.exact // self.scale)


def scale_of(locations: Locations) -> int:
    """In how many parts a unit is divided: as fine as the numbers allow, 1,024 at most."""
    total = max(int(locations.weight.sum()) * locations.beyond, 1)
    return max(min(1024, LIMIT // total), 1)


def relax(locations: Locations, budget: int, usable: Bools, opened: Bools, multiplier: Ints) -> Relaxed:
    """The bound at ``multiplier`` where ``opened`` sites are open and ``usable`` ones may be within ``budget``."""
    scale = scale_of(locations)
    site, distance = locations.nearest_first
    worth = np.zeros(len(locations.cost), dtype=np.int64)
    at_scale(locations, _payments)(locations.start, site, distance, locations.weight * scale, multiplier, worth)
    choice = np.flatnonzero(usable & ~opened & (worth > 0))
    cost = locations.cost[choice]
    ranked = np.argsort(-(worth[choice] / np.maximum(cost, 1)), kind="stable")
    fits = np.cumsum(cost[ranked]) <= budget
    per_cost = 0
    if not fits.all():
        first_out = choice[ranked[int(np.argmin(fits))]]
        per_cost = int(worth[first_out]) // max(int(locations.cost[first_out]), 1)
    # Any price of the budget bounds the best choice of sites within it: the dual of the knapsack.
    most = per_cost * budget + int(np.maximum(worth[choice] - per_cost * cost, 0).sum())
    chosen = opened.copy()
    chosen[choice[ranked[fits]]] = True
    exact = int(multiplier.sum()) - int(worth[opened].sum()) - most
    return Relaxed(multiplier, worth, per_cost, exact, chosen, scale)


def tighten(
    locations: Locations,
    budget: int,
    usable: Bools,
    opened: Bools,
    multiplier: Ints,
    rounds: int,
    improve: Callable[[Relaxed], int],
) -> Relaxed:
    """The best bound that ``rounds`` of the subgradient method find from ``multiplier``.

    ``improve`` is shown each new best bound, and others now and then, and returns the value of the best choice
    of sites so far; the search ends when the bound has reached it.
    """
    scale = scale_of(locations)
    site, distance = locations.nearest_first
    weight = locations.weight * scale
    ceiling = weight * locations.beyond
    served = np.zeros(len(weight), dtype=np.int64)
    count = at_scale(locations, _count)
    best = here = relax(locations, budget, usable, opened, np.clip(multiplier, 0, ceiling))
    value, stride, idle = improve(best), 1.5, 0
    slope = np.zeros(len(weight))
    for turn in range(rounds):
        if best.bound >= value or stride < 0.002:
            break
        count(locations.start, site, distance, weight, here.multiplier, here.chosen, served)
        slope = _slope(served, slope, here.multiplier, ceiling)
        size = float((slope * slope).sum())
        if size == 0:
            break
        length = stride * (value * scale - here.exact) / size
        moved = np.rint(here.multiplier + length * slope).astype(np.int64)
        here = relax(locations, budget, usable, opened, np.clip(moved, 0, ceiling))
        idle += 1
        if here.exact > best.exact:
            best, idle = here, 0
        if best is here or turn % 5 == 0:
            value = improve(here)
        if idle == 20:
            here, stride, idle, slope = best, stride / 2, 0, np.zeros(len(weight))
    return best


def _slope(served: Ints, before: Floats, multiplier: Ints, ceiling: Ints) -> Floats:
    """Which way each demand should pay, remembering the last ways (Camerini, Fratta and Maffioli 1975)."""
    slope = (1.0 - served) + 0.6 * before
    # A demand that pays nothing cannot pay less, nor one at the ceiling more.
    slope[(multiplier >= ceiling) & (slope > 0)] = 0
    slope[(multiplier <= 0) & (slope < 0)] = 0
    return slope


def settled(relaxed: Relaxed, cost: Ints, value: int) -> tuple[Bools, Bools]:
    """Which sites are open, and which closed, in every choice that is better than ``value``."""
    reduced = relaxed.worth - relaxed.per_cost * cost
    room = (value - 1) * relaxed.scale - relaxed.exact
    return reduced > room, -reduced > room


@kernel
def _payments(start, site, distance, weight, multiplier, worth):  # type: ignore[no-untyped-def]
    """What each site would be paid: of each demand, what it offers beyond its distance."""
    for i in range(len(multiplier)):
        for pair in range(start[i], start[i + 1]):
            left = multiplier[i] - weight[i] * distance[pair]
            if left <= 0:
                break
            worth[site[pair]] += left


@kernel
def _count(start, site, distance, weight, multiplier, chosen, served):  # type: ignore[no-untyped-def]
    """How many of the chosen sites serve each demand at what it offers."""
    for i in range(len(multiplier)):
        served[i] = 0
        for pair in range(start[i], start[i + 1]):
            if multiplier[i] <= weight[i] * distance[pair]:
                break
            if chosen[site[pair]]:
                served[i] += 1
