"""Check a result without trusting whoever computed it: NumPy, and nothing of the solver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lacarte.engines.matching.problem import Problem, Result

#: Needs looked at together: their candidates fit the processor's cache.
BLOCK = 4096


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
    certificate = Certificate(evaluate(problem, assignment)[1], lower_bound(problem, price))
    if (certificate.objective, certificate.bound, certificate.gap) != (result.objective, result.bound, result.gap):
        raise ValueError("objective, bound or gap are not what the result says")
    return certificate


def lower_bound(problem: Problem, price: npt.NDArray[np.int64]) -> int:
    """No assignment costs less: each need takes its cheapest way at these prices, each offer is paid."""
    total = 0
    for rows, block in _blocks(problem):
        best = problem.penalty[rows].copy()
        paid = price[problem.candidate_offer[block]] + problem.candidate_cost[block]
        some, least = _least(problem, rows, paid)
        best[some] = np.minimum(best[some], least)
        total += exact_sum(best)
    paid_to_offers = zip(price.tolist(), problem.capacity.tolist(), strict=True)
    return int(total - sum(each * units for each, units in paid_to_offers))


def evaluate(problem: Problem, assignment: npt.NDArray[np.int32]) -> tuple[int, int]:
    """Cost and objective. Raises ``ValueError`` if a need is served by an offer that is no candidate of it."""
    cost, nowhere = 0, np.int64(2**31)
    for rows, block in _blocks(problem):
        given = np.repeat(assignment[rows], np.diff(problem.candidate_start[rows.start : rows.stop + 1]))
        paid = np.where(problem.candidate_offer[block] == given, problem.candidate_cost[block], nowhere)
        some, least = _least(problem, rows, paid)
        paid_by = np.full(rows.stop - rows.start, nowhere)
        paid_by[some] = least
        served = assignment[rows] >= 0
        if (paid_by[served] == nowhere).any():
            raise ValueError("a need is served by an offer that is not among its candidates")
        cost += int(paid_by[served].sum())
    return cost, cost + exact_sum(problem.penalty[assignment < 0])


def _blocks(problem: Problem) -> Iterator[tuple[slice, slice]]:
    """Some needs, and their candidates."""
    start, n = problem.candidate_start, len(problem.priority_class)
    for low in range(0, n, BLOCK):
        high = min(low + BLOCK, n)
        yield slice(low, high), slice(int(start[low]), int(start[high]))


def _least(
    problem: Problem, rows: slice, values: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Which of ``rows`` have candidates at all, and the least of ``values`` (one a candidate) of each of those."""
    start = problem.candidate_start[rows.start : rows.stop + 1]
    some = start[:-1] < start[1:]
    return some, np.minimum.reduceat(values, start[:-1][some] - start[0]) if some.any() else values[:0]


def exact_sum(values: npt.NDArray[np.int64]) -> int:
    """The sum of ``values``, none of them negative, whatever its size."""
    return (int((values >> 31).sum()) << 31) + int((values & (2**31 - 1)).sum())
