"""Candidates of a city: time, CPU, memory, and the ratio to SciPy's k-d tree with NumPy filters in the same run.

Run: ``.venv/bin/python benchmarks/candidates.py [needs x offers ...]`` (100000x10000 1000000x10000; a minute).
Each measurement is a process of its own, so that memory is its own; ours runs twice, the first may compile.

The peer does less: the nearest 64 offers of the kind whatever they cost, filtered afterwards; so people whose 64
nearest do not fit get nobody. It is what one would write in an afternoon.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path[:0] = [str(Path(__file__).parents[1] / "src")]

from lacarte.engines.geography import travel_seconds  # noqa: E402
from lacarte.engines.matching.candidates.build import Needs, Offers, Rules, candidates  # noqa: E402

KINDS, LANGUAGES, NEAREST, BLOCK = 8, 4, 64, 100_000
Measured = tuple[float, float, float, int, int]


def city(n: int, k: int, seed: int = 1) -> tuple[Needs, Offers, Rules]:
    """Clustered needs, misplaced supply with heavy tails, one to three kinds an offer; a language is shared."""
    draw = np.random.default_rng(seed)
    centres, side = max(int(np.sqrt(k)), 2), 300.0 * np.sqrt(k)
    middle, weight = draw.random((centres, 2)) * side, 1 / np.arange(1, centres + 1) ** 0.8
    spread = side * 0.02 * (0.5 + draw.random(centres)) * np.sqrt(weight / weight.mean())

    def scatter(
        count: int, share: npt.NDArray[np.float64], wider: float, anywhere: float
    ) -> npt.NDArray[np.float64]:
        at = draw.choice(centres, count, p=share / share.sum())
        place = middle[at] + draw.normal(size=(count, 2)) * spread[at, None] * wider
        free = draw.random(count) < anywhere
        place[free] = draw.random((int(free.sum()), 2)) * side
        return np.clip(place, 0, side)

    here = scatter(n, weight, 1.0, 0.1)
    there = scatter(k, weight * np.exp(draw.normal(0, 0.6, centres)), 1.3, 0.25)
    kinds, size = draw.integers(1, 4, k), draw.pareto(1.6, k) + 0.3
    needs = Needs(
        service_type=draw.integers(0, KINDS, n),
        x=here[:, 0],
        y=here[:, 1],
        priority_class=draw.choice(4, n, p=[0.05, 0.15, 0.3, 0.5]).astype(np.uint8),
        languages=np.where(draw.random(n) < 0.2, 1 << draw.integers(1, LANGUAGES + 1, n), 1).astype(np.uint64),
        reach=np.exp(draw.normal(np.log(1700), 0.5, n)),
    )
    offers = Offers(
        service_type=draw.integers(0, KINDS, kinds.sum()),
        capacity=np.maximum(np.rint(size * 0.9 * n / size.sum()), 1).astype(np.int32),
        type_start=np.concatenate([[0], np.cumsum(kinds)]),
        x=there[:, 0],
        y=there[:, 1],
        languages=(1 | draw.integers(0, 2**LANGUAGES, k) << 1).astype(np.uint64),
        cost=draw.integers(0, 600, k),
    )
    return needs, offers, Rules(language_misfit=None)


def ours(needs: Needs, offers: Offers, rules: Rules) -> tuple[int, int]:
    """How many pairs, and for how many needs."""
    found = candidates(needs, offers, rules)
    return len(found.travel), int((found.reason == 0).sum())


def peer(needs: Needs, offers: Offers, rules: Rules) -> tuple[int, int]:
    """A k-d tree for each kind, then NumPy."""
    from scipy.spatial import cKDTree

    pairs, rows, kept = 0, 0, []
    for kind in range(KINDS):
        of_kind = np.unique(offers.type_owner[offers.service_type == kind])
        tree = cKDTree(np.stack([offers.x[of_kind], offers.y[of_kind]], axis=1))
        wanted = np.flatnonzero(needs.service_type == kind)
        for at in range(0, len(wanted), BLOCK):
            some = wanted[at : at + BLOCK]
            places = np.stack([needs.x[some], needs.y[some]], axis=1)
            metres, near = tree.query(places, k=min(NEAREST, len(of_kind)), workers=2)
            offer = of_kind[near]
            fits = (metres <= needs.reach[some, None]) & (metres <= offers.reach[offer])
            fits &= (needs.languages[some, None] & offers.languages[offer]) != 0
            cost = np.where(fits, np.rint(travel_seconds(metres)) + offers.cost[offer], np.inf)
            best = np.argsort(cost, axis=1)[:, : rules.most]
            good = np.take_along_axis(fits, best, axis=1)
            kept.append((np.take_along_axis(offer, best, axis=1)[good].astype(np.int32), good.sum(axis=1)))
            pairs, rows = pairs + int(good.sum()), rows + int(good.any(axis=1).sum())
    return pairs, rows


def measure(work: Callable[..., tuple[int, int]], n: int, k: int, times: int) -> Measured:
    """Wall, CPU, MB above the data at the most, pairs, needs; the last of so many times, in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, n, k, times))


def _measured(work: Callable[..., tuple[int, int]], n: int, k: int, times: int) -> Measured:
    data = city(n, k)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(times):
        cpu, wall = time.process_time(), time.perf_counter()
        pairs, needs = work(*data)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return wall, cpu, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, pairs, needs


def main(sizes: list[str]) -> None:
    """Print a line for each way and size."""
    for size in sizes:
        n, k = (int(part) for part in size.split("x"))
        mine, other = measure(ours, n, k, 2), measure(peer, n, k, 1)
        for name, (wall, cpu, mb, pairs, needs) in (("lacarte", mine), ("cKDTree + NumPy", other)):
            print(
                f"{size:<14} {name:<16} {wall:6.2f} s, {cpu:6.2f} CPU s, {mb:6.0f} MB more, "
                f"{pairs:>9} pairs for {needs} needs",
                flush=True,
            )
        print(f"{size:<14} ratio {other[0] / mine[0]:.1f} in time, {other[1] / mine[1]:.1f} in CPU", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["100000x10000", "1000000x10000"])
