"""Check a result without trusting whoever computed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lacarte.engines.matching.problem import Problem, Result


@dataclass(frozen=True)
class Certificate:
    """``gap`` is how far the result may be from the optimum at most, in units of the objective; 0 is a proof."""

    objective: int
    bound: int

    @property
    def gap(self) -> int:
        """Objective less bound."""
        return self.objective - self.bound


def lower_bound(problem: Problem, price: npt.NDArray[np.int64]) -> int:
    """No assignment costs less: each need takes its cheapest way at these prices, each offer is paid."""
    best = problem.penalty.copy()
    np.minimum.at(best, problem.rows, problem.candidate_cost + price[problem.candidate_offer])
    return int(best.sum()) - int((problem.capacity * price).sum())


def certify(problem: Problem, result: Result) -> Certificate:
    """Prove how good ``result`` is. Raises ``ValueError``, naming what is wrong, for an impossible result."""
    assignment, price = result.assignment, result.price
    if len(assignment) != len(problem.priority_class) or len(price) != len(problem.capacity):
        raise ValueError("assignment or price has another length than the problem")
    if (price < 0).any():
        raise ValueError(f"price[{int(np.argmax(price < 0))}] is negative")
    served = assignment >= 0
    load = np.bincount(assignment[served], minlength=len(problem.capacity))
    if len(load) > len(problem.capacity) or (load > problem.capacity).any():
        raise ValueError("an offer serves more needs than it has capacity")
    cheapest = np.full(len(assignment), np.iinfo(np.int64).max)
    used = problem.candidate_offer == assignment[problem.rows]
    np.minimum.at(cheapest, problem.rows[used], problem.candidate_cost[used].astype(np.int64))
    if (cheapest[served] == np.iinfo(np.int64).max).any():
        raise ValueError("a need is served by an offer that is not among its candidates")
    objective = int(cheapest[served].sum()) + int(problem.penalty[~served].sum())
    certificate = Certificate(objective, lower_bound(problem, price))
    if (objective, certificate.bound, certificate.gap) != (result.objective, result.bound, result.gap):
        raise ValueError("objective, bound or gap are not what the result says")
    return certificate
