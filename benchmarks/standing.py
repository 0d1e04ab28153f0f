"""A standing match of a million needs under changes: how long each takes, who is moved, and what is proved.

Run: ``.venv/bin/python benchmarks/standing.py [needs] [offers] [epsilon] [most]`` (1000000 10000 1 40). Times are
CPU milliseconds of one call of ``Standing.update``, Python included. The peer, in the same run, is solving the
whole problem anew with the same solver, which is what a city without this does after each change.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "src"), str(Path(__file__).parent)]

import numpy as np  # noqa: E402
from instances import instance  # noqa: E402

from lacarte.engines.matching import Problem, solve  # noqa: E402
from lacarte.engines.matching.standing import Arrive, Change, SetCapacity, Standing, Withdraw  # noqa: E402

CHANGES = 1500


def like(problem: Problem, i: int) -> Arrive:
    """Somebody new who stands where need ``i`` stood."""
    row = slice(int(problem.candidate_start[i]), int(problem.candidate_start[i + 1]))
    return Arrive(
        problem.candidate_offer[row].tolist(), problem.candidate_cost[row].tolist(), int(problem.priority_class[i])
    )


def timed(what: str, standing: Standing, changes: Iterable[Change]) -> float:
    """Apply one change after the other and print how long they took; the mean in seconds."""
    taken, moved = [], []
    for change in changes:
        began = time.process_time()
        touched = standing.update([change])
        taken.append((time.process_time() - began) * 1e3)
        moved.append(max(len(touched) - 1, 0))
    p50, p90, p99 = np.percentile(taken, [50, 90, 99])
    mean = sum(taken) / len(taken)
    print(f"{what:<14}{p50:8.3f}{p90:8.3f}{p99:8.2f}{max(taken):8.1f}{mean:8.3f}{sum(moved) / len(moved):8.1f}")
    return mean / 1e3


def main(n: int, k: int, epsilon: int, most: int) -> None:
    """Solve, stand, change, prove."""
    problem, draw = instance(n, k), np.random.default_rng(5)
    solve(instance(20_000, 500))  # so that compiling is not counted
    began = time.process_time()
    result = solve(problem, tolerance=0)
    anew = time.process_time() - began
    standing = Standing(problem, result, epsilon=epsilon, most=most)
    who = draw.permutation(n)[: CHANGES + 1].tolist()
    standing.update([like(problem, who[0]), Withdraw(who[0]), SetCapacity(0, 0)])  # compiled now
    standing.update([SetCapacity(0, int(problem.capacity[0]))])
    print(
        f"{n:,} needs x {k:,} offers, epsilon {epsilon}, most {most}; solved in {anew:.1f} CPU s, gap {result.gap}"
    )
    print(f"{'ms':<14}{'p50':>8}{'p90':>8}{'p99':>8}{'worst':>8}{'mean':>8}{'moved':>8}")
    mean = timed("arrival", standing, (like(problem, i) for i in who[1:]))
    timed("departure", standing, (Withdraw(i) for i in who[1:]))
    offers = draw.permutation(k)[: CHANGES // 3].tolist()
    timed("one unit more", standing, (SetCapacity(j, int(problem.capacity[j]) + 1) for j in offers))
    timed("one unit less", standing, (SetCapacity(j, int(problem.capacity[j])) for j in offers))
    batch = [like(problem, i) for i in draw.permutation(n)[:1000].tolist()]
    began = time.process_time()
    standing.update(batch)
    print(f"1,000 arrivals at once: {time.process_time() - began:.2f} CPU s")
    published = standing.gap
    began = time.process_time()
    proved = standing.certificate()
    share = proved.gap / result.cost
    print(f"gap published {published:,}, proved {proved.gap:,} ({share:.1e} of the cost) in", end=" ")
    print(f"{time.process_time() - began:.2f} CPU s")
    print(f"ratio to solving anew: {mean / anew:.2e}")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*numbers, *(1_000_000, 10_000, 1, 40)[len(numbers) :])
