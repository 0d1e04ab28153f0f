"""Where to put more places: ours against what is done today, and against solving anew.

Run: ``.venv/bin/python benchmarks/capacity.py [needs] [offers] [units]`` (100000, 10000, 1000). One seeded
instance; each way of placing the same number of units is measured by solving the match with them. The peers in
time are the same optimum by one solve with a pool as one more offer, and pricing again after every tenth.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1] / "src"), str(Path(__file__).parent)]

from instances import instance  # noqa: E402

from lacarte.engines.matching import Problem, Result, solve  # noqa: E402
from lacarte.engines.matching.capacity.growth import grown, where_next  # noqa: E402
from lacarte.engines.matching.capacity.sharing import Pool, share  # noqa: E402


def exactly(problem: Problem) -> Result:
    """The optimum with gap 0."""
    return solve(problem, tolerance=0)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """The result, and CPU seconds."""
    start = time.process_time()
    return work(), time.process_time() - start


def with_units(problem: Problem, units: np.ndarray) -> Problem:
    return replace(problem, capacity=(problem.capacity + units).astype(np.int32))


def in_rounds(problem: Problem, before: Result, units: int, rounds: int = 10) -> np.ndarray:
    """Pricing again after each of ten rounds, a round's units going one each to the highest prices."""
    placed, result = np.zeros(len(problem.capacity), dtype=np.int64), before
    for _ in range(rounds):
        best = np.argsort(-result.price, kind="stable")[: units // rounds]
        placed[best] += 1
        result = exactly(with_units(problem, placed))
    return placed


def usual_ways(problem: Problem, before: Result, units: int) -> dict[str, np.ndarray]:
    """Where units go without a plan: at random, in proportion, to the busiest, to the highest price."""
    draw = np.random.default_rng(1)
    k = len(problem.capacity)
    asked = np.bincount(problem.candidate_offer, minlength=k)
    busiest = np.argsort(-asked / np.maximum(problem.capacity, 1), kind="stable")[:units]
    dearest = np.argsort(-before.price, kind="stable")[:units]
    share_of = problem.capacity / problem.capacity.sum()
    return {
        "random offers": np.bincount(draw.integers(0, k, units), minlength=k),
        "in proportion": np.bincount(draw.choice(k, units, p=share_of), minlength=k),
        "busiest offers": np.bincount(busiest, minlength=k),
        "highest prices, once": np.bincount(dearest, minlength=k),
    }


def report(what: str, problem: Problem, before: Result, units: np.ndarray, seconds: float | None = None) -> None:
    """People gained by class, and what it took."""
    after = exactly(with_units(problem, units))
    classes = sorted(set(after.served_by_class) | set(before.served_by_class))
    gained = [after.served_by_class.get(c, 0) - before.served_by_class.get(c, 0) for c in classes]
    took = "" if seconds is None else f"{seconds:8.2f} CPU s"
    print(f"{what:<34} {units.sum():>6} units, more served by class {gained!s:<24} {took}", flush=True)


def main(needs: int, offers: int, units: int) -> None:
    """Run everything and print the ratios."""
    problem = instance(needs, offers)
    before, cold = timed(lambda: exactly(problem))
    print(f"{needs:,} needs, {offers:,} offers; solving once {cold:.2f} CPU s, gap {before.gap}")
    for what, placed in usual_ways(problem, before, units).items():
        report(what, problem, before, placed)
    where_next(problem, before, 1)  # compiles, once
    for what, count in (("next unit", 1), ("next 10", 10), (f"next {units}", units)):
        growth, seconds = timed(lambda count=count: where_next(problem, before, count))
        report(f"ours: {what}, gap {growth.gap}", problem, before, growth.units, seconds)
    crews, crew_seconds = timed(lambda: where_next(problem, before, 100, crew=10))
    report(
        f"ours: 10 crews of 10, gap {crews.gap / max(crews.bound, 1):.2%}",
        problem,
        before,
        crews.units,
        crew_seconds,
    )
    again, again_seconds = timed(lambda: in_rounds(problem, before, units))
    report("peer: pricing again, 10 rounds", problem, before, again, again_seconds)
    pool = Pool(units, np.ones(offers, dtype=bool))
    pooled, pool_seconds = timed(lambda: share(problem, before, [pool], nobody_loses=False, solve=exactly))
    report(f"peer: one solve with a pool, gap {pooled.gap}", problem, before, pooled.units[0], pool_seconds)
    same = exactly(grown(problem, growth)).objective == exactly(with_units(problem, pooled.units[0])).objective
    print(f"the same optimum as with the pool: {same}")
    print(
        f"ratio of time to the peers: {pool_seconds / seconds:.1f} (pool), {again_seconds / seconds:.1f} (rounds)"
    )


if __name__ == "__main__":
    arguments = [int(a) for a in sys.argv[1:]]
    main(*(arguments + [100_000, 10_000, 1_000][len(arguments) :]))
