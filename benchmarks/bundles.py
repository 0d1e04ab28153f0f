"""Bundles of one to three services: time, gap, and the ratio to HiGHS and to plain subgradient steps.

``python benchmarks/bundles.py [bundles lots]``; without arguments the three sizes of the research report.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import pywraplp

from lacarte.engines.matching.bundles import kernels
from lacarte.engines.matching.bundles.book import ENDLESS
from lacarte.engines.matching.bundles.prices import Market
from lacarte.engines.matching.bundles.solve import (
    REQUIRED,
    BundleProblem,
    BundleResult,
    Rule,
    check_bundles,
    solve_bundles,
)

Floats = npt.NDArray[np.float64]
TYPES, NEAREST, SLOTS = 8, 9, 3
STEPS, LARGEST_FOR_HIGHS = 100, 5_000
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


def highs(problem: BundleProblem, seconds: float) -> tuple[float, float] | None:
    """CPU seconds and objective of HiGHS on the whole integer program (no rules), if it finishes."""
    solver = pywraplp.Solver.CreateSolver("HIGHS")
    solver.SetTimeLimit(int(seconds * 1000))
    served = [solver.BoolVar("") for _ in problem.priority_class]
    taken = [solver.BoolVar("") for _ in problem.candidate_lot]
    parts = [solver.Constraint(0, 0) for _ in range(problem.parts)]
    lots = [solver.Constraint(-solver.infinity(), float(c)) for c in problem.capacity]
    goal = solver.Objective()
    for part, bundle in zip(parts, problem.part_bundle.tolist(), strict=True):
        part.SetCoefficient(served[bundle], -1)
    for c, x in enumerate(taken):
        parts[problem.candidate_part[c]].SetCoefficient(x, 1)
        lots[problem.candidate_lot[c]].SetCoefficient(x, 1)
        goal.SetCoefficient(x, float(problem.candidate_cost[c]))
    for y, penalty in zip(served, problem.penalty.tolist(), strict=True):
        goal.SetCoefficient(y, -float(penalty))
    start = time.process_time()
    status = solver.Solve()
    if status != pywraplp.Solver.OPTIMAL:
        return None
    return time.process_time() - start, goal.Value() + float(problem.penalty.sum())


def plain_subgradient(problem: BundleProblem, steps: int, length: float) -> int:
    """The bound that ``steps`` whole steps reach; they get shorter with 1 / sqrt(step)."""
    market = Market(problem, 0)
    price, best = np.zeros(len(problem.capacity)), 0
    sweep, still = kernels.sweep.at_size(10**6), np.zeros(len(problem.capacity))
    room = np.where(market.capacity > 0, ENDLESS, 0)
    for s in range(steps):
        market.taken[:] = 0
        sweep(market.book, market.able, price, still, still, room, market.taken, market.table)
        best = max(best, market.bound(price).bound)
        over = np.bincount(problem.candidate_lot, market.taken, len(price)) - market.capacity
        move = length * np.sqrt(len(price) / (s + 1)) * over / np.linalg.norm(over)
        price = (price + problem.step * move).clip(0)
    return best


def ours(problem: BundleProblem) -> tuple[float, BundleResult]:
    """CPU seconds and answer, checked."""
    start = time.process_time()
    result = solve_bundles(problem)
    seconds = time.process_time() - start
    check_bundles(problem, result)
    return seconds, result


def report(n: int, k: int, rules: bool) -> None:
    """Our line, and those of the peers."""
    problem = instance(n, k, rules=rules)
    seconds, result = ours(problem)
    print(f"{n:,} bundles, {k:,} lots, {len(problem.candidate_lot):,} candidates, rules: {rules}")
    gap = "proven best" if result.proven else f"gap {result.gap / result.objective:.3%}"
    print(f"  ours  {seconds:7.1f} CPU s, {gap}, served {result.served_by_class}")
    bound = max(plain_subgradient(problem, STEPS, length) for length in (0.1, 0.3, 1, 3))
    print(f"  bound of {STEPS} plain subgradient steps, the best of four lengths: {bound / result.objective:.3%}")
    print(
        f"  our bound:                                                       {result.bound / result.objective:.3%}"
    )
    if rules or n > LARGEST_FOR_HIGHS:
        return
    peer = highs(problem, 300)
    if peer is None:
        print("  HiGHS does not finish in 300 s")
        return
    print(f"  HiGHS {peer[0]:7.1f} CPU s, {peer[0] / seconds:.1f} times ours")
    print(f"  our objective is {result.objective / peer[1] - 1:.3%} above that of HiGHS")


def main(sizes: tuple[tuple[int, int], ...]) -> None:
    """Each size, without and with rules."""
    solve_bundles(instance(1_000, 90), exact=False)  # compile
    for n, k in sizes:
        for rules in (False, True):
            report(n, k, rules)


if __name__ == "__main__":
    chosen = [int(a) for a in sys.argv[1:]]
    main(((chosen[0], chosen[1]),) if chosen else SIZES)
