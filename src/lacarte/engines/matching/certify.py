"""Check a result without trusting whoever computed it: NumPy, and nothing of the solver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lacarte.engines.matching.problem import Problem, Result

#: Needs looked at together: their candidates fit the processor's cache.
BLOCK = 8192


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
    cost, objective = evaluate(problem, assignment)
    certificate = Certificate(objective, lower_bound(problem, price))
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


def lower_bound(problem: Problem, price: npt.NDArray[np.int64]) -> int:
    """No assignment costs less: each need takes its cheapest way at these prices, each offer is paid."""

    def least(rows: slice) -> int:
        start, block = _candidates(problem, rows)
        best, some = problem.penalty[rows].copy(), start[:-1] < start[1:]
        paid = price[problem.candidate_offer[block]] + problem.candidate_cost[block]
        if len(paid):
            best[some] = np.minimum(best[some], np.minimum.reduceat(paid, start[:-1][some]))
        return exact_sum(best)

    paid_to_offers = zip(price.tolist(), problem.capacity.tolist(), strict=True)
    return int(sum(_by_block(problem, least)) - sum(each * units for each, units in paid_to_offers))


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
            raise ValueError("a need is served by an offer that is not among its candidates")
        return int(paid.sum(dtype=np.int64))

    total = sum(_by_block(problem, cost))
    return total, total + exact_sum(problem.penalty[assignment < 0])


def _candidates(problem: Problem, rows: slice) -> tuple[npt.NDArray[np.int64], slice]:
    """Where the candidates of each of ``rows`` begin and end, from the first of them; and where all are."""
    start = problem.candidate_start[rows.start : rows.stop + 1]
    return start - start[0], slice(int(start[0]), int(start[-1]))


def _by_block(problem: Problem, work: Callable[[slice], int]) -> Iterator[int]:
    """``work`` on some needs after the other; NumPy lets two threads do so side by side."""
    n = len(problem.priority_class)
    blocks = [slice(low, min(low + BLOCK, n)) for low in range(0, n, BLOCK)]
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(work, blocks)


def served_by_class(problem: Problem, assignment: npt.NDArray[np.int32]) -> dict[int, int]:
    """How many are served of each class that somebody is served of."""
    classes, counts = np.unique(problem.priority_class[assignment >= 0], return_counts=True)
    return dict(zip(classes.tolist(), counts.tolist(), strict=True))


def exact_sum(values: npt.NDArray[np.int64]) -> int:
    """The sum of ``values``, none of them negative, whatever its size."""
    return (int((values >> 31).sum()) << 31) + int((values & (2**31 - 1)).sum())
