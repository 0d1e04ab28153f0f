"""What an answer to a bundle problem is worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.bundles.problem import BundleProblem, Rule

Ints = npt.NDArray[np.int64]


def served_in(problem: BundleProblem, choice: Ints) -> npt.NDArray[np.bool_]:
    """``bool[n]``: the bundles of which at least one part is served."""
    served = np.zeros(len(problem.priority_class), dtype=bool)
    served[problem.part_bundle[choice >= 0]] = True
    return served


def cost_of(problem: BundleProblem, choice: Ints) -> int:
    """What an answer (``int64[parts]``, candidate or -1) costs, after savings, without penalties."""
    served = served_in(problem, choice)[problem.part_bundle]
    taken = choice >= 0
    total = int(problem.candidate_cost[choice[taken]].sum(dtype=np.int64))
    total += int(problem.skip_cost[served & ~taken].sum(dtype=np.int64))
    base = np.repeat(problem.part_start[:-1], np.diff(problem.rule_start))
    one, two = choice[base + problem.rule_first], choice[base + problem.rule_second]
    for kind in Rule:
        asked = np.flatnonzero((problem.rule_kind == kind) & (one >= 0) & (two >= 0) & (problem.rule_saving > 0))
        lots = (problem.candidate_lot[side[asked]] for side in (one, two))
        total -= int(problem.rule_saving[asked[problem.holds(kind, *lots)]].sum(dtype=np.int64))
    return total


def objective_of(problem: BundleProblem, choice: Ints) -> int:
    """The cost, and the penalty of every bundle that is not served."""
    return cost_of(problem, choice) + int(problem.penalty[~served_in(problem, choice)].sum())


def rating(problem: BundleProblem, choice: Ints) -> tuple[list[int], int]:
    """Smaller is better: how many of each class are not served, most urgent first; then the objective."""
    missed = problem.priority_class[~served_in(problem, choice)]
    return np.bincount(missed, minlength=256).tolist(), objective_of(problem, choice)
