"""What balance across regions costs: time against the plain solve, travel, and how near the best it comes.

Run: ``.venv/bin/python benchmarks/balance.py [needs] [offers]`` (100,000 x 10,000; a minute). CPU seconds. The
peer of the quick way is the exact min-cost flow in OR-tools, in the same run (up to 200,000 needs). 64 regions.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1] / "src")]

from instances import instance  # noqa: E402

from lacarte.engines.matching import solve  # noqa: E402
from lacarte.engines.matching.fairness.balance import Balance, max_min_exact, max_min_order  # noqa: E402

SIDE, EXACT_UP_TO = 8, 200_000


def spread(people: np.ndarray, served: np.ndarray) -> str:
    """Worst, tenth percentile and standard deviation of the regions' rates in the last class."""
    some = people[-1] > 0
    rates = served[-1, some] / people[-1, some]
    return f"worst {rates.min():.3f}, p10 {np.quantile(rates, 0.1):.3f}, std {rates.std():.3f}"


def show(name: str, balance: Balance, seconds: float, plain: float) -> None:
    """One line."""
    print(
        f"{name:<6} {seconds:6.1f} s ({seconds / plain:.1f} plain solves): "
        f"last class {spread(balance.people, balance.after)}"
        f" (worst at most {balance.bound[-1]:.3f}), travel +{balance.cost_after / balance.cost_before - 1:.2%},"
        f" {int((balance.before.sum(axis=1) - balance.after.sum(axis=1)).sum())} people lost",
        flush=True,
    )


def main(n: int, k: int) -> None:
    """Print the plain solve, the quick way and the exact one."""
    problem = instance(n, k)
    place = problem.need_place
    assert place is not None
    cell = np.minimum((place / place.max() * SIDE).astype(np.int64), SIDE - 1)
    region = cell[:, 0] * SIDE + cell[:, 1]
    solve(problem)  # compiles
    begin = time.process_time()
    solve(problem)
    plain = time.process_time() - begin
    begin = time.process_time()
    _, quick = max_min_order(problem, region, solve)
    quick_seconds = time.process_time() - begin
    print(f"plain  {plain:6.1f} s: last class {spread(quick.people, quick.before)}", flush=True)
    show("quick", quick, quick_seconds, plain)
    if n > EXACT_UP_TO:
        return
    begin = time.process_time()
    _, exact = max_min_exact(problem, region, solve)
    exact_seconds = time.process_time() - begin
    show("exact", exact, exact_seconds, plain)
    print(f"ratio of quick to exact: time {quick_seconds / exact_seconds:.2f}, ", end="")
    print(f"worst rate {quick.worst_after[-1] / exact.worst_after[-1]:.3f}")


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(arguments[0] if arguments else 100_000, arguments[1] if arguments[1:] else 10_000)
