"""What cities do without an optimum: first come first served, and greedy by priority. To compare with.

Nobody is moved once placed. Research/matching.md, section 2.3, has what that costs people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.problem import Problem

__all__ = ["first_come_first_served", "greedy_by_priority", "in_turn"]

Assignment = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


def first_come_first_served(problem: Problem, seed: int) -> Assignment:
    """Everybody, in an order of arrival drawn by ``seed``, takes the cheapest offer that has a free place.

    Returns the offer of each need or -1, ``int32[n]``. Of equally cheap offers the lower number is taken.
    """
    return in_turn(problem, np.random.default_rng(seed).permutation(len(problem.priority_class)))


def greedy_by_priority(problem: Problem, seed: int) -> Assignment:
    """As first come first served, but by class, then order; who arrives first, by ``seed``, settles what is left.

    Returns the offer of each need or -1, ``int32[n]``.
    """
    arrival = np.random.default_rng(seed).permutation(len(problem.priority_class))
    return in_turn(problem, arrival[np.argsort(problem.level[arrival], kind="stable")])


def in_turn(problem: Problem, turn: Ints) -> Assignment:
    """As the two above for a known order of arrival: ``turn`` is ``int64[n]``, the needs, who is first at first.

    Returns the offer of each need or -1, ``int32[n]``. Raises ``ValueError`` unless each need is there once.
    """
    if not np.array_equal(np.sort(turn), np.arange(len(problem.priority_class))):
        raise ValueError(f"turn must hold each of the {len(problem.priority_class)} needs once")
    assignment = np.full(len(turn), -1, dtype=np.int32)
    _take.at_size(len(turn))(
        turn,
        problem.candidate_start,
        problem.candidate_offer,
        problem.candidate_cost,
        problem.capacity.copy(),
        assignment,
    )
    return assignment


@kernel
def _take(turn, start, offer, cost, free, assignment):  # type: ignore[no-untyped-def]
    """Let each need in ``turn`` take the cheapest offer with a place in ``free: int32[k]``, which is used up."""
    for i in turn:
        best, least = -1, 0
        for a in range(start[i], start[i + 1]):
            j = offer[a]
            if free[j] > 0 and (best < 0 or cost[a] < least or (cost[a] == least and j < best)):
                best, least = j, cost[a]
        if best >= 0:
            assignment[i] = best
            free[best] -= 1
