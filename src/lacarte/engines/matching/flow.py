"""OR-tools' min-cost flow: the oracle that the auction must agree with, and the solver of small problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching import flow_process
from lacarte.engines.matching.problem import Problem

Ints = npt.NDArray[np.int64]
Offers = npt.NDArray[np.int32]


def _go_on() -> None:
    """Nobody wants it to stop."""


def flow(problem: Problem, watch: Callable[[], None] = _go_on) -> Ints:
    """``int64[n]``: the candidate pair that serves each need in an optimum, or -1.

    ``watch`` is called now and then where that takes long, and may raise to end it. Raises ``OverflowError`` when
    the numbers are too large to be exact.
    """
    n, k, m = len(problem.priority_class), len(problem.capacity), len(problem.candidate_offer)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    # The solver multiplies costs by the number of nodes.
    if int(problem.penalty.max()) * (n + k + 2) >= 2**62:
        raise OverflowError("costs times nodes would not fit 64 bits")
    sink = n + k
    offers, needs = np.arange(n, n + k), np.arange(n)
    flows = cheapest_flows(
        tails=np.concatenate([problem.rows, offers, needs]),
        heads=np.concatenate([n + problem.candidate_offer, np.full(k + n, sink)]),
        capacities=np.concatenate([np.ones(m), problem.capacity, np.ones(n)]),
        costs=np.concatenate([problem.candidate_cost, np.zeros(k, dtype=np.int64), problem.penalty]),
        supplies=np.concatenate([np.ones(n), np.zeros(k), [-n]]),
        watch=watch,
    )
    used = np.flatnonzero(flows[:m] > 0)
    chosen = np.full(n, -1, dtype=np.int64)
    chosen[problem.rows[used]] = used
    return chosen


def cheapest_flows(
    *,
    tails: npt.NDArray[Any],
    heads: npt.NDArray[Any],
    capacities: npt.NDArray[Any],
    costs: npt.NDArray[Any],
    supplies: npt.NDArray[Any],
    watch: Callable[[], None] = _go_on,
) -> Ints:
    """``int64[arcs]``: the flow on each arc that brings all ``supplies`` (one a node, their sum 0) at least cost.

    ``watch`` is called now and then where that takes long; it may raise to end it, and so does Ctrl-C. Raises
    ``ValueError`` where there is no such flow, or OR-tools cannot count that far.
    """
    return flow_process.solved((tails, heads, capacities, costs, supplies), watch)


def least_prices(problem: Problem, chosen: Ints) -> Ints:
    """The least non-negative prices at which everybody prefers what they have; ``int64[k]``.

    They are longest paths in the exchange graph of offers: an unserved need bids its penalty less the cost,
    a holder passes on what the move would cost. The least of all proving prices is what one *more* unit is
    worth. Bellman–Ford; no positive cycle, as the assignment is optimal.
    """
    rows, offer = problem.rows, problem.candidate_offer
    cost = problem.candidate_cost.astype(np.int64)
    served = chosen >= 0
    price = np.zeros(len(problem.capacity), dtype=np.int64)
    free = ~served[rows]
    np.maximum.at(price, offer[free], problem.penalty[rows[free]] - cost[free])
    held = served[rows]
    mine = chosen[rows[held]]
    gain = cost[mine] - cost[held]
    source, target, gain = _best_of_each_pair(offer[mine], offer[held], gain, len(price))
    for _ in range(len(price) + 1):
        before = price.copy()
        np.maximum.at(price, target, before[source] + gain)
        if np.array_equal(price, before):
            break
    return price


def _best_of_each_pair(source: Offers, target: Offers, gain: Ints, k: int) -> tuple[Offers, Offers, Ints]:
    """One exchange for each pair of different offers: the one that gains most."""
    different = source != target
    source, target, gain = source[different], target[different], gain[different]
    key = source.astype(np.int64) * k + target
    order = np.lexsort((-gain, key))
    first = np.ones(len(order), dtype=bool)
    first[1:] = key[order][1:] != key[order][:-1]
    kept = order[first]
    return source[kept], target[kept], gain[kept]
