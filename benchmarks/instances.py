"""Seeded matching problems for the benchmarks: clustered demand, misplaced heavy-tailed supply.

As described in the research behind the engine: about sqrt(k) centres with Zipf weights and a tenth of
background; supply sits where people are no longer, by a factor drawn anew for each centre, and a quarter of it
anywhere; capacities are Pareto (1.6), 0.9 places a need in all; eight service types, offers serve one to three;
a fifth of the needs is in a language that some offers speak; four classes, the deprived centres more urgent;
at most 48 nearest offers within a person's own reach. Costs are seconds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import kernel
from lacarte.engines.matching import Problem

Floats = npt.NDArray[np.float64]
TYPES, LANGUAGES, MOST = 8, 4, 48
METRES_PER_SECOND = 5.0


def instance(n: int, k: int, seed: int = 1) -> Problem:
    """A problem of ``n`` needs and ``k`` offers in no particular order, places included."""
    draw = np.random.default_rng(seed)
    centres = max(int(np.sqrt(k)), 2)
    side = 300.0 * np.sqrt(k)  # metres, so that the density of offers is that of a city
    middle = draw.random((centres, 2)) * side
    weight = 1 / np.arange(1, centres + 1) ** 0.8
    spread = side * 0.02 * (0.5 + draw.random(centres)) * np.sqrt(weight / weight.mean())
    need_place, at = _scatter(draw, n, middle, weight, spread, side, 0.1)
    supply = weight * np.exp(draw.normal(0, 0.6, centres))
    offer_place, _ = _scatter(draw, k, middle, supply, spread * 1.3, side, 0.25)
    size = draw.pareto(1.6, k) + 0.3
    capacity = np.maximum(np.rint(size * 0.9 * n / size.sum()), 1).astype(np.int32)
    kinds = (1 << draw.integers(0, TYPES, k)) | np.where(draw.random(k) < 0.5, 1 << draw.integers(0, TYPES, k), 0)
    kinds |= np.where(draw.random(k) < 0.2, 1 << draw.integers(0, TYPES, k), 0)
    spoken = 1 | draw.integers(0, 2**LANGUAGES, k) << 1
    language = np.where(draw.random(n) < 0.2, 1 << draw.integers(1, LANGUAGES + 1, n), 1)
    deprived = draw.normal(0, 0.7, centres + 1)[at]
    draws = draw.random(n) * np.exp(-deprived * 0.5)
    classes = np.searchsorted(np.quantile(draws, [0.05, 0.2, 0.5]), draws).astype(np.uint8)
    reach = np.exp(draw.normal(np.log(1700), 0.5, n))
    extra = draw.integers(0, 600, k).astype(np.int64)
    kind = draw.integers(0, TYPES, n)
    start, offer, cost = _nearest(need_place, 1 << kind, language, reach, offer_place, kinds, spoken, extra, side)
    return Problem(start, offer, cost, capacity, classes, need_place=need_place, offer_place=offer_place)


def _scatter(
    draw: np.random.Generator, n: int, middle: Floats, weight: Floats, spread: Floats, side: float, anywhere: float
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Points around the centres, a share of them anywhere; and the centre of each (the last: none)."""
    at = draw.choice(len(middle), n, p=weight / weight.sum())
    place = middle[at] + draw.normal(0, 1, (n, 2)) * spread[at, None]
    free = draw.random(n) < anywhere
    place[free] = draw.random((int(free.sum()), 2)) * side
    at[free] = len(middle)
    return np.clip(place, 0, side), at


def _nearest(need, kind, language, reach, offer, kinds, spoken, extra, side):  # type: ignore[no-untyped-def]
    """Candidates in CSR form by a uniform grid."""
    cells = max(int(side / 1000.0), 1)
    cell = np.minimum((offer / side * cells).astype(np.int64), cells - 1)
    key = cell[:, 0] * cells + cell[:, 1]
    order = np.argsort(key, kind="stable")
    first = np.searchsorted(key[order], np.arange(cells * cells + 1))
    fill = _fill.at_size(len(need))
    offers = np.zeros(len(need) * MOST, dtype=np.int32)
    costs = np.zeros(len(need) * MOST, dtype=np.int32)
    start = np.zeros(len(need) + 1, dtype=np.int64)
    fill(need, kind, language, reach, offer, kinds, spoken, extra, order, first, cells, side, start, offers, costs)
    return start, offers[: start[-1]].copy(), costs[: start[-1]].copy()


@kernel
def _fill(
    need, kind, language, reach, offer, kinds, spoken, extra, order, first, cells, side, start, offers, costs
):  # type: ignore[no-untyped-def]
    """Each need's nearest offers that fit, at most ``MOST``, sorted by insertion."""
    near = np.empty(MOST, dtype=np.float64)
    who = np.empty(MOST, dtype=np.int64)
    at = 0
    for i in range(len(need)):
        found = 0
        x, y, far = need[i, 0], need[i, 1], reach[i]
        low_x, high_x = max(int((x - far) / side * cells), 0), min(int((x + far) / side * cells), cells - 1)
        low_y, high_y = max(int((y - far) / side * cells), 0), min(int((y + far) / side * cells), cells - 1)
        for a in range(low_x, high_x + 1):
            for b in range(low_y, high_y + 1):
                for o in range(first[a * cells + b], first[a * cells + b + 1]):
                    j = order[o]
                    if kinds[j] & kind[i] == 0 or spoken[j] & language[i] == 0:
                        continue
                    metres = np.hypot(offer[j, 0] - x, offer[j, 1] - y)
                    if metres > far or (found == MOST and metres >= near[MOST - 1]):
                        continue
                    place = found if found < MOST else MOST - 1
                    while place > 0 and near[place - 1] > metres:
                        near[place], who[place] = near[place - 1], who[place - 1]
                        place -= 1
                    near[place], who[place] = metres, j
                    found = min(found + 1, MOST)
        for r in range(found):
            offers[at] = who[r]
            costs[at] = int(near[r] / METRES_PER_SECOND) + extra[who[r]]
            at += 1
        start[i + 1] = at
