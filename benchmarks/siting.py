"""Where to open sites: p-median against HiGHS, maximal covering against SCIP and greedy, gaps stated.

Run: ``.venv/bin/python benchmarks/siting.py [large]``. The instances are pmed1 of OR-Library, whose optimum is
published, graphs drawn as OR-Library's were, and seeded towns; ``large`` adds coverings of 100,000 demands by
2,000 sites and of a million by 5,000.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from ortools.linear_solver import pywraplp

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]

from tests.engines.test_siting import PMED1, everywhere, shortest_paths  # noqa: E402

from lacarte.engines.siting import Locations, maximal_covering, p_median  # noqa: E402


def drawn_graph(n: int, p: int, seed: int) -> str:
    """A connected graph of ``n`` vertices and n²/50 edges, in OR-Library's form."""
    draw = np.random.default_rng(seed)
    ring = np.column_stack([np.arange(n), (np.arange(n) + 1) % n])
    others = draw.integers(0, n, (n * n // 50 - n, 2))
    edges = np.vstack([ring, others[others[:, 0] != others[:, 1]]]) + 1
    lines = [f"{a} {b} {cost}" for (a, b), cost in zip(edges, draw.integers(1, 101, len(edges)), strict=True)]
    return "\n".join([f"{n} {len(edges)} {p}", *lines])


def highs(distance: np.ndarray, p: int, seconds: int) -> tuple[float, bool]:
    """The p-median as HiGHS solves it, each vertex listing only the sites that can be its nearest."""
    solver = pywraplp.Solver.CreateSolver("HIGHS")
    solver.SetTimeLimit(seconds * 1000)
    opened = [solver.BoolVar("") for _ in distance]
    solver.Add(sum(opened) == p)
    for row in distance:
        nearest = np.argsort(row, kind="stable")[: len(row) - p + 1]
        served = [solver.NumVar(0, 1, "") for _ in nearest]
        solver.Add(sum(served) == 1)
        for variable, site in zip(served, nearest, strict=True):
            solver.Objective().SetCoefficient(variable, int(row[site]))
            solver.Add(variable <= opened[site])
    solver.Objective().SetMinimization()
    status = solver.Solve()
    return (solver.Objective().Value(), status == solver.OPTIMAL) if status in (0, 1) else (np.nan, False)


def medians() -> None:
    """Each instance by both; ratio of CPU time."""
    graphs = {"pmed1 (optimum 5819)": PMED1.read_text()}
    for n, p in ((100, 10), (100, 33), (200, 10), (200, 67), (400, 5), (400, 40), (900, 90)):
        graphs[f"drawn {n} x {n}, {p} sites"] = drawn_graph(n, p, seed=n + p)
    for name, text in graphs.items():
        distance, p = shortest_paths(text)
        start = time.process_time()
        ours = p_median(everywhere(distance.astype(np.int32)), p)
        seconds = time.process_time() - start
        line = f"{name:<28} ours {ours.value} gap {ours.gap:>3} {seconds:7.2f} CPU s"
        if len(distance) <= 200:
            start = time.process_time()
            value, proved = highs(distance, p, seconds=60)
            theirs = time.process_time() - start
            line += f"   HiGHS {value:.0f} {'proved' if proved else 'not proved'} {theirs:7.2f} CPU s"
            line += f", ratio {theirs / seconds:.1f}"
        print(line, flush=True)


def town(n: int, k: int, reach: float, seed: int = 1) -> Locations:
    """People around centres, sites anywhere; the pairs within ``reach`` (the side of the town is 10,000)."""
    draw = np.random.default_rng(seed)
    centre, weight = draw.random((40, 2)), draw.pareto(1.2, 40) + 0.2
    at = draw.choice(40, n, p=weight / weight.sum())
    people = np.clip(centre[at] + draw.normal(0, 0.05, (n, 2)), 0, 1) * 10_000
    sites = draw.random((k, 2)) * 10_000
    counts, site, distance = [0], [], []
    for first in range(0, n, 2_000):
        far = np.linalg.norm(people[first : first + 2_000, None] - sites, axis=2)
        who, where = np.nonzero(far <= reach)
        counts += np.bincount(who, minlength=len(far)).tolist()
        site.append(where.astype(np.int32))
        distance.append(far[who, where].astype(np.int32))
    return Locations(
        start=np.cumsum(counts),
        site=np.concatenate(site),
        distance=np.concatenate(distance),
        cost=np.ones(k, dtype=np.int64),
        weight=draw.integers(1, 6, n),
    )


def coverings(large: bool) -> None:
    """How much of the weight is covered, against a greedy choice and the bound."""
    sizes = [(10_000, 500, 30, 400, 50), (10_000, 500, 30, 1000, 50)]
    sizes += [(100_000, 2_000, 100, 600, 0), (1_000_000, 5_000, 200, 430, 0)] if large else []
    for n, k, p, reach, branches in sizes:
        x = town(n, k, reach)
        start = time.process_time()
        found = maximal_covering(x, p, reach, branches=branches)
        seconds, total = time.process_time() - start, int(x.weight.sum())
        print(
            f"{n:,} x {k:,}, {p} sites, {len(x.site) / n:.1f} pairs each: covered {found.value / total:.4%}, "
            f"bound {found.bound / total:.4%}, gap {found.gap}, {seconds:.1f} CPU s",
            flush=True,
        )


if __name__ == "__main__":
    medians()
    coverings("large" in sys.argv[1:])
