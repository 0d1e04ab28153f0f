"""CPU seconds to explain everybody, against the same numbers by NumPy; and what 10,000 needs are told, checked.

Run: ``.venv/bin/python benchmarks/explanations.py [needs] [offers] [every]``. ``every`` = 1 (the default) checks
every statement made to the 10,000 (minutes), 10 those made to each tenth need.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "src"), str(Path(__file__).parent)]

import numpy as np  # noqa: E402
from instances import instance  # noqa: E402

from lacarte.engines.matching import Problem, Result, solve  # noqa: E402
from lacarte.engines.matching.explanation.cards import cards  # noqa: E402
from lacarte.engines.matching.explanation.check import check  # noqa: E402
from lacarte.engines.matching.explanation.counterfactuals import Possible  # noqa: E402
from lacarte.engines.matching.explanation.explain import explain  # noqa: E402
from lacarte.engines.matching.explanation.words import words  # noqa: E402

TOWNS = 25


def by_numpy(problem: Problem, result: Result) -> np.ndarray:
    """The peer: rank, cheapest offer and surcharge of everybody, in plain NumPy; returns the surcharges."""
    has = np.diff(problem.candidate_start) > 0
    starts, rows = problem.candidate_start[:-1][has], problem.rows
    n, offer, cost = len(has), problem.candidate_offer, problem.candidate_cost.astype(np.int64)
    own, cheapest = np.full(n, 2**62), np.full(n, 2**62)
    own[has] = np.minimum.reduceat(np.where(offer == result.assignment[rows], cost, 2**62), starts)
    packed = (cost << 31) + np.arange(len(offer))
    cheapest[has] = np.minimum.reduceat(packed, starts)
    np.bincount(rows[cost < own[rows]], minlength=n)
    served = own < 2**62
    there = (cheapest >> 31) + result.price[offer[np.where(served, cheapest & (2**31 - 1), 0)]]
    return np.where(served & ((cheapest >> 31) < own), there - own - result.price[result.assignment], 0)


def best(work, times: int = 3) -> float:  # type: ignore[no-untyped-def]
    """The least CPU seconds of a few runs; the first compiles."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def speed(needs: int, offers: int) -> None:
    """How long everybody's explanation takes."""
    problem = instance(needs, offers)
    result = solve(problem)
    arcs = len(problem.candidate_offer)
    print(f"{needs:,} needs x {offers:,} offers, {arcs:,} candidates, solved by {result.solver}, gap {result.gap}")
    assert np.array_equal(cards(problem, result).surcharge, by_numpy(problem, result))
    stream = best(lambda: int(problem.candidate_offer.sum()) + int(problem.candidate_cost.sum()))
    peer = best(lambda: by_numpy(problem, result), 2)
    card = best(lambda: cards(problem, result))
    whole = best(lambda: explain(problem, result))
    print(f"{'stream the candidates once':<44} {stream:8.3f} CPU s")
    print(f"{'peer: card numbers by NumPy':<44} {peer:8.3f} CPU s")
    print(f"{'card numbers':<44} {card:8.3f} CPU s, {peer / card:.1f} times faster than the peer")
    print(f"{'and zones, worth of places, changes':<44} {whole:8.3f} CPU s")
    told = explain(problem, result)
    few = range(0, needs, max(needs // 5000, 1))
    for language in ("en", "zh-hans"):
        spent = best(lambda language=language: [words(told.of(need), language, {}) for need in few], 2)
        print(f"{'one need in words, ' + language:<44} {spent / len(few) * 1e6:8.0f} µs")


def towns() -> tuple[Problem, Possible, Possible]:
    """10,000 needs in towns apart; each need's last two offers are held back as just beyond reach, or as later."""
    draw = np.random.default_rng(5)
    parts = [instance(10_000 // TOWNS, 1000 // TOWNS, seed) for seed in range(TOWNS)]
    degree = np.concatenate([np.diff(part.candidate_start) for part in parts])
    offer = np.concatenate([part.candidate_offer + town * (1000 // TOWNS) for town, part in enumerate(parts)])
    cost = np.concatenate([part.candidate_cost for part in parts])
    place = np.arange(len(offer)) - np.repeat(np.cumsum(degree) - degree, degree)
    kept = place < np.repeat(np.maximum(degree - 2, 0), degree)
    start = np.concatenate([[0], np.cumsum(np.maximum(degree - 2, 0))])
    problem = Problem(
        start, offer[kept], cost[kept], np.concatenate([part.capacity for part in parts]),
        np.concatenate([part.priority_class for part in parts]), draw.integers(0, 60, len(degree)),
    )  # fmt: skip
    more = np.concatenate([[0], np.cumsum(np.minimum(degree, 2))])
    beyond = Possible(more, offer[~kept], cost[~kept])
    return problem, beyond, Possible(more, offer[~kept], cost[~kept] // 2, draw.integers(1, 90, int(more[-1])))


def truth(every: int) -> None:
    """Check what the 10,000 are told."""
    problem, beyond, later = towns()
    result = solve(problem, tolerance=0)
    told = explain(problem, result, beyond, later)
    few = range(0, len(problem.priority_class), every)
    kinds = Counter(change.kind for need in few for change in told.of(need).changes)
    outcomes = Counter(told.of(need).outcome for need in few)
    nearer = sum(told.of(need).nearer is not None for need in few)
    zones = len(told.zones.parent)
    print(f"\n{len(few):,} of 10,000 needs: {dict(outcomes)}; {zones} zones")
    print(f"statements: {nearer:,} on a nearer offer; would change it: {dict(kinds)}")
    began = time.process_time()
    faults = check(problem, result, told, few)
    print(f"{len(faults)} faults found by solving each changed problem, {time.process_time() - began:.0f} CPU s")
    for fault in faults[:5]:
        print(f"  need {fault.need}: {fault.what}")


if __name__ == "__main__":
    given = [int(value) for value in sys.argv[1:]]
    speed(*(given[:2] or (1_000_000, 10_000)))
    truth(given[2] if len(given) > 2 else 1)
