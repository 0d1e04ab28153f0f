"""Check a result without trusting whoever computed it: NumPy or one plain loop, and nothing of the solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import COMPILE_FROM, available, in_blocks, kernel

if TYPE_CHECKING:
    from lacarte.engines.matching.problem import Problem, Result

#: Needs looked at together: their candidates fit the processor's cache.
BLOCK = 8192
HALF = 31
HALF_MASK = (1 << HALF) - 1
NONE = 1 << 62
NO_CANDIDATE = "a need is served by an offer that is not among its candidates"
Array = Any


@dataclass(frozen=True)
class Certificate:
    """``gap`` is how far the result may be from the optimum at most, in units of the objective; 0 is a proof.

    With a gap of 0 complementary slackness holds: nobody has a cheaper way at these prices than the one taken,
    and only offers without a free place have a price.
    """

    objective: int
    bound: int

    @property
    def gap(self) -> int:
        """Objective less bound."""
        return self.objective - self.bound


def certify(problem: Problem, result: Result) -> Certificate:
    """Prove how good ``result`` is. Raises ``ValueError``, naming what is wrong, for an impossible result."""
    assignment, price = result.assignment, result.price
    if len(assignment) != len(problem.priority_class) or len(price) != len(problem.capacity):
        raise ValueError("assignment or price has another length than the problem")
    if (price < 0).any():
        raise ValueError(f"price[{int(np.argmax(price < 0))}] is negative")
    load = np.bincount(assignment[assignment >= 0], minlength=len(problem.capacity))
    if len(load) > len(problem.capacity) or (load > problem.capacity).any():
        raise ValueError("an offer serves more needs than it has capacity")
    cost, objective, bound = appraise(problem, assignment, price)
    certificate = Certificate(objective, bound)
    found = {
        "served_by_class": served_by_class(problem, assignment),
        "cost": cost,
        "objective": objective,
        "bound": certificate.bound,
        "gap": certificate.gap,
        "step": problem.step,
    }
    for name, value in found.items():
        if getattr(result, name) != value:
            raise ValueError(f"{name} is {value} and not {getattr(result, name)}, as the result says")
    return certificate


def appraise(
    problem: Problem, assignment: npt.NDArray[np.int32], price: npt.NDArray[np.int64]
) -> tuple[int, int, int]:
    """Cost, objective, bound: :func:`evaluate` and :func:`lower_bound`, in one pass where that is compiled.

    Raises ``ValueError`` if a need is served by an offer that is no candidate of it.
    """
    n = len(problem.priority_class)
    if n < COMPILE_FROM or not available():
        return *evaluate(problem, assignment), lower_bound(problem, price)
    pairs = problem.candidate_start, problem.candidate_offer, problem.candidate_cost

    def look(low: int, high: int) -> tuple[int, int, int, int]:
        return _look.at_size(n)(low, high, *pairs, assignment, price, problem.penalty)

    found, cost, high, low = (
        sum(map(int, each)) for each in zip(*in_blocks(look, [0, n // 2, n], 2), strict=True)
    )
    if found < (assignment >= 0).sum():
        raise ValueError(NO_CANDIDATE)
    objective = cost + exact_sum(problem.penalty[assignment < 0])
    return cost, objective, (high << HALF) + low - _paid_to_offers(problem, price)


@kernel
def _look(
    low: int, high: int, start: Array, offer: Array, cost: Array, assignment: Array, price: Array, penalty: Array
) -> tuple[int, int, int, int]:
    """Of the needs ``low..high``: how many have a candidate, what those cost, and what the cheapest ways cost.

    The last in two halves, which no number of needs overflows.
    """
    found, total, upper, lower = 0, 0, 0, 0
    for i in range(low, high):
        mine, best, least = assignment[i], NONE, penalty[i]
        for a in range(start[i], start[i + 1]):
            least = min(least, cost[a] + price[offer[a]])
            if offer[a] == mine and cost[a] < best:  # a pair that was given twice counts at its lower cost
                best = cost[a]
        if best < NONE:
            found, total = found + 1, total + best
        upper, lower = upper + (least >> HALF), lower + (least & HALF_MASK)
    return found, total, upper, lower


def lower_bound(problem: Problem, price: npt.NDArray[np.int64]) -> int:
    """No assignment costs less: each need takes its cheapest way at these prices, each offer is paid."""

    def least(rows: slice) -> int:
        start, block = _candidates(problem, rows)
        best, some = problem.penalty[rows].copy(), start[:-1] < start[1:]
        paid = price[problem.candidate_offer[block]] + problem.candidate_cost[block]
        if len(paid):
            best[some] = np.minimum(best[some], np.minimum.reduceat(paid, start[:-1][some]))
        return exact_sum(best)

    return sum(_by_block(problem, least)) - _paid_to_offers(problem, price)


def _paid_to_offers(problem: Problem, price: npt.NDArray[np.int64]) -> int:
    return sum(each * units for each, units in zip(price.tolist(), problem.capacity.tolist(), strict=True))


def evaluate(problem: Problem, assignment: npt.NDArray[np.int32]) -> tuple[int, int]:
    """Cost and objective. Raises ``ValueError`` if a need is served by an offer that is no candidate of it."""

    def cost(rows: slice) -> int:
        start, block = _candidates(problem, rows)
        mine = np.repeat(assignment[rows], np.diff(start))
        used = np.flatnonzero(problem.candidate_offer[block] == mine)
        need, paid = np.searchsorted(start, used, side="right"), problem.candidate_cost[block][used]
        served = int((assignment[rows] >= 0).sum())
        if len(need) > served:  # a pair that was given twice counts at its lower cost
            order = np.lexsort((paid, need))
            need, paid = need[order], paid[order]
            first = np.flatnonzero(np.diff(need, prepend=-1))
            need, paid = need[first], paid[first]
        if len(need) < served:
            raise ValueError(NO_CANDIDATE)
        return int(paid.sum(dtype=np.int64))

    total = sum(_by_block(problem, cost))
    return total, total + exact_sum(problem.penalty[assignment < 0])


def _candidates(problem: Problem, rows: slice) -> tuple[npt.NDArray[np.int64], slice]:
    """Where the candidates of each of ``rows`` begin and end, from the first of them; and where all are."""
    start = problem.candidate_start[rows.start : rows.stop + 1]
    return start - start[0], slice(int(start[0]), int(start[-1]))


def _by_block(problem: Problem, work: Callable[[slice], int]) -> list[int]:
    """``work`` on some needs after the other; NumPy lets two threads do so side by side."""
    n = len(problem.priority_class)
    return in_blocks(lambda low, high: work(slice(low, high)), [*range(0, n, BLOCK), n], threads=2)


def served_by_class(problem: Problem, assignment: npt.NDArray[np.int32]) -> dict[int, int]:
    """How many are served of each class that somebody is served of."""
    counts = np.bincount(problem.priority_class[assignment >= 0])
    return {one: count for one, count in enumerate(counts.tolist()) if count}


def exact_sum(values: npt.NDArray[np.int64]) -> int:
    """The sum of ``values``, none of them negative, whatever its size."""
    return (int((values >> HALF).sum()) << HALF) + int((values & HALF_MASK).sum())
