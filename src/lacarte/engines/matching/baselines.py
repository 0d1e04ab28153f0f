"""What is usual without an engine, on the same problem: people come one after another, and nobody is moved again.

These are for comparison: each gives its person the cheapest offer with a free place, and never takes a place back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.certify import evaluate
from lacarte.engines.matching.problem import Problem

__all__ = ["Baseline", "first_come_first_served", "greedy_by_class", "in_sequence"]

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Baseline:
    """Who gets what without exchanges; ``cost`` as in :class:`~lacarte.engines.matching.problem.Result`."""

    assignment: Small  # [n], offer or -1
    served_by_class: dict[int, int]
    cost: int


def first_come_first_served(problem: Problem, arrival: Ints | None = None) -> Baseline:
    """Serve people in the order in which they came, whatever their need.

    ``arrival`` is ``int64[n]``, the lower the earlier; by number where it is left out and among equals. Raises
    ``ValueError`` for another length.
    """
    n = len(problem.priority_class)
    return in_sequence(problem, np.arange(n) if arrival is None else _by(problem, arrival))


def greedy_by_class(problem: Problem, arrival: Ints | None = None) -> Baseline:
    """Serve the most urgent first: by class, then order, then ``arrival`` as above."""
    n = len(problem.priority_class)
    return in_sequence(problem, _by(problem, np.arange(n) if arrival is None else arrival, problem.level))


def in_sequence(problem: Problem, sequence: Ints) -> Baseline:
    """Serve needs in ``sequence`` (``int64[n]``, each need once), each by its cheapest offer with a free place.

    Equal costs go to the offer that is listed first. Raises ``ValueError`` where it is not each need once.
    """
    n = len(problem.priority_class)
    given = np.ascontiguousarray(sequence, dtype=np.int64)
    if given.shape != (n,) or not np.array_equal(np.sort(given), np.arange(n)):
        raise ValueError(f"sequence must hold each of the {n} needs once")
    assignment = np.full(n, -1, dtype=np.int32)
    _serve.at_size(n)(
        given, problem.candidate_start, problem.candidate_offer, problem.candidate_cost,
        problem.capacity.copy(), assignment,
    )  # fmt: skip
    classes, counts = np.unique(problem.priority_class[assignment >= 0], return_counts=True)
    served = dict(zip(classes.tolist(), counts.tolist(), strict=True))
    return Baseline(assignment, served, evaluate(problem, assignment)[0])


def _by(problem: Problem, arrival: Ints, level: Ints | None = None) -> Ints:
    """Needs by level, where that counts, then by arrival, then by number."""
    if len(arrival) != len(problem.priority_class):
        raise ValueError(f"arrival has {len(arrival)} entries, there are {len(problem.priority_class)} needs")
    return np.lexsort((arrival,) if level is None else (arrival, level)).astype(np.int64)


@kernel
def _serve(sequence: Ints, start: Ints, offer: Small, cost: Small, left: Small, assignment: Small) -> None:
    """Fill ``assignment``, taking from the places that are ``left``."""
    for i in sequence:
        best = -1
        for t in range(start[i], start[i + 1]):
            if left[offer[t]] > 0 and (best < 0 or cost[t] < cost[best]):
                best = t
        if best >= 0:
            left[offer[best]] -= 1
            assignment[i] = offer[best]
