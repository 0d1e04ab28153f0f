"""Needs and offers that are drawn, as a run reads them from the records."""

from __future__ import annotations

import numpy as np

from lacarte.kernel.ids import uuid7
from lacarte.loop.matching.inputs import Inputs
from lacarte.loop.matching.queries import OpenNeeds, Supply

CITY_BITS = 48  # of the number of a region, below those that say which city it is of
CITY = 1 << CITY_BITS


def made(n: int, k: int, seed: int, **given: object) -> Inputs:
    """Needs and offers of three types in two cities, some with unknown places, in a square of 20 km."""
    draw = np.random.default_rng(seed)

    def places(count: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = draw.uniform(122.0, 122.2, count), draw.uniform(28.0, 28.2, count)
        lost = draw.random(count) < 0.1
        return np.where(lost, np.nan, x), np.where(lost, np.nan, y)

    x, y = places(n)
    u, v = places(k)
    needs = OpenNeeds(
        ids=[uuid7() for _ in range(n)],
        service_type=draw.integers(1, 4, n),
        region=draw.integers(0, 3, n) << CITY_BITS,
        longitude=x,
        latitude=y,
        language=draw.integers(0, 4, n),
        priority_class=draw.integers(0, 4, n),
        index=draw.integers(0, 5000, n),
        waited=draw.integers(0, 90, n),
    )
    supply = Supply(
        ids=[uuid7() for _ in range(k)],
        service_type=draw.integers(1, 4, k),
        region=draw.integers(0, 3, k) << CITY_BITS,
        longitude=u,
        latitude=v,
        languages=draw.integers(0, 4, k),
        reach_metres=draw.choice([1e9, 4000.0, 9000.0], k),
        price_minor=np.where(draw.random(k) < 0.1, np.nan, draw.integers(0, 30_000, k)),
        free=draw.integers(0, 4, k),
        day=np.where(draw.random(k) < 0.2, 30, 0),
        agreements=frozenset({(1, 2, 1, 2)}),
        area=draw.integers(0, 4, k) * (draw.random(k) < 0.3),
        areas=frozenset({(1, 0, CITY), (2, CITY, 2 * CITY - 1), (3, 0, 0), (3, 2 * CITY, 3 * CITY - 1)}),
    )
    refused = np.flatnonzero(draw.random(n * k) < 0.05).astype(np.int64)
    return Inputs(needs, supply, **{"refused": refused, "seed": "s", "promotion_days": 0, **given})  # type: ignore[arg-type]
