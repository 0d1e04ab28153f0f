"""Bundles of one to three services: time, gap, and the ratio to HiGHS and to plain subgradient steps.

``python benchmarks/bundles.py [bundles lots]``; without arguments the three sizes of the research report.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.bundles_problem import REQUIRED, BundleProblem, Rule

Floats = npt.NDArray[np.float64]
TYPES, NEAREST, SLOTS = 8, 9, 3
SIZES = ((1_000, 90), (5_000, 300), (100_000, 6_000))


def instance(n: int, k: int, seed: int = 1, rules: bool = True) -> BundleProblem:
    """``n`` bundles around Zipf-weighted centres, ``k`` lots: sites with three slots each, Pareto capacities.

    With ``rules``, a part may pay less in the same place or on the same day as the one before it; of half the
    bundles the services need the person, so that they may not overlap; in a fifth the second follows the first.
    """
    draw = np.random.default_rng(seed)
    sites = k // SLOTS
    side = 300.0 * np.sqrt(sites)
    centres = max(int(np.sqrt(sites)), 2)
    middle, weight = draw.random((centres, 2)) * side, 1 / np.arange(1, centres + 1) ** 0.8
    home = _around(draw, n, middle, weight, side)
    site = _around(draw, sites, middle, weight * np.exp(draw.normal(0, 0.6, centres)), side)
    kinds = (1 << draw.integers(0, TYPES, sites)) | (1 << draw.integers(0, TYPES, sites))
    parts = draw.integers(1, 4, n)
    kind = draw.integers(0, TYPES, parts.sum())
    bundle = np.repeat(np.arange(n), parts)
    lots, metres = _near(draw, home[bundle], kind, site, kinds)
    wait = draw.integers(0, 600, k)
    known = lots >= 0
    size = draw.pareto(1.6, k) + 0.3
    capacity = np.maximum(np.rint(size * 0.9 * parts.sum() / size.sum()), 1)
    slot = np.arange(k) % SLOTS
    begin = (
        slot // 2 * 1440 + slot % 2 * 180 + np.arange(k) // SLOTS % 3 * 60
    )  # minutes; sites open at three hours
    start = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    return BundleProblem(
        part_start=np.concatenate([[0], np.cumsum(parts)]),
        candidate_start=start,
        candidate_lot=lots[known],
        candidate_cost=(metres[known] / 5).astype(np.int64) + wait[lots[known]],
        capacity=capacity.astype(np.int32),
        priority_class=np.searchsorted([0.05, 0.2, 0.5], draw.random(n)),
        lot_provider=np.arange(k) // SLOTS // 4,
        lot_place=np.arange(k) // SLOTS,
        lot_day=slot // 2,
        lot_begin=begin,
        lot_end=begin + 150,
        **(_rules(draw, parts) if rules else {}),
    )


def _around(draw: np.random.Generator, n: int, middle: Floats, weight: Floats, side: float) -> Floats:
    """Places around the centres, a tenth of them anywhere."""
    at = draw.choice(len(middle), n, p=weight / weight.sum())
    place = middle[at] + draw.normal(0, side * 0.03, (n, 2))
    anywhere = draw.random(n) < 0.1
    place[anywhere] = draw.random((int(anywhere.sum()), 2)) * side
    return np.clip(place, 0, side)


def _near(draw, home, kind, site, kinds):  # type: ignore[no-untyped-def]
    """For each part the lots of its nearest sites of its kind, in one or more slots; -1 where there are fewer."""
    lots = np.full((len(home), NEAREST + 3), -1)
    metres = np.zeros(lots.shape)
    for t in range(TYPES):
        fits = np.flatnonzero(kinds >> t & 1)
        mine = np.flatnonzero(kind == t)
        for rows in np.array_split(mine, max(len(mine) // 5000, 1)):
            far = np.hypot(*(home[rows, None, :] - site[None, fits, :]).transpose(2, 0, 1))
            count = min((NEAREST + 2) // SLOTS + 1, len(fits))
            near = np.argpartition(far, count - 1, axis=1)[:, :count]
            found = (fits[near][:, :, None] * SLOTS + np.arange(SLOTS)).reshape(len(rows), -1)
            away = np.repeat(np.take_along_axis(far, near, 1), SLOTS, axis=1)
            found[draw.random(found.shape) < 0.23] = -1
            lots[rows, : found.shape[1]], metres[rows, : found.shape[1]] = found, away
    return lots, metres


def _rules(draw: np.random.Generator, parts: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    rows = []
    for b in np.flatnonzero(parts > 1):
        person, follows = draw.random() < 0.5, draw.random() < 0.2
        for second in range(1, parts[b]):
            rows += [(b, second - 1, second, Rule.SAME_PLACE, 300), (b, second - 1, second, Rule.SAME_DAY, 100)]
            rows += [(b, first, second, Rule.APART, REQUIRED) for first in range(second) if person]
        if follows:
            rows.append((b, 0, 1, Rule.AFTER, REQUIRED))
    bundle, first, second, kind, saving = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    start = np.searchsorted(bundle, np.arange(len(parts) + 1))
    return {
        "rule_start": start,
        "rule_first": first,
        "rule_second": second,
        "rule_kind": kind,
        "rule_saving": saving,
    }
