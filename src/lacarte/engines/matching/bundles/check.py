"""Check an answer to a bundle problem without trusting whoever computed it. NumPy only, no kernel."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.bundles.problem import MUST, REQUIRED, BundleProblem, BundleResult

Ints = npt.NDArray[np.int64]
FORBIDDEN = 2**55  # more than any penalty
MOST_COMPOSITIONS = 10**8


@dataclass(frozen=True)
class BundleCertificate:
    """The objective, and what the prices prove it cannot go below."""

    objective: int
    bound: int

    @property
    def gap(self) -> int:
        """Objective less bound."""
        return self.objective - self.bound


def check_bundles(problem: BundleProblem, result: BundleResult) -> BundleCertificate:
    """Prove how good ``result`` is, from its choice and prices alone.

    A ``proven`` result may be better than its prices can show: the certificate is what they show.
    Raises ``ValueError``, naming what is wrong, for an impossible result or one that says another thing.
    """
    choice, price = result.choice.astype(np.int64), result.price
    if len(choice) != problem.parts or len(price) != len(problem.capacity):
        raise ValueError("choice or price has another length than the problem")
    if (price < 0).any():
        raise ValueError(f"price[{int(np.argmax(price < 0))}] is negative")
    _check_choice(problem, choice)
    served = np.zeros(len(problem.priority_class), dtype=bool)
    served[problem.part_bundle[choice >= 0]] = True
    cost = sum(_cost(problem, choice, b) for b in np.flatnonzero(served).tolist())
    objective = cost + int(problem.penalty[~served].sum())
    certificate = BundleCertificate(objective, price_bound(problem, price))
    if (cost, objective) != (result.cost, result.objective):
        raise ValueError("cost or objective are not what the result says")
    if result.gap != result.objective - result.bound or result.bound > objective:
        raise ValueError("bound and gap do not fit the objective")
    if not result.proven and result.bound > certificate.bound:
        raise ValueError(f"the prices prove {certificate.bound}, the result says {result.bound}")
    return certificate


def _check_choice(problem: BundleProblem, choice: Ints) -> None:
    """Each chosen candidate is one of its part's, and no lot serves more than it has room for."""
    taken = np.flatnonzero(choice >= 0)
    low, high = problem.candidate_start[taken], problem.candidate_start[taken + 1]
    wrong = (choice[taken] < low) | (choice[taken] >= high)
    if wrong.any():
        raise ValueError(f"choice[{taken[np.argmax(wrong)]}] is not a candidate of its part")
    load = np.bincount(problem.candidate_lot[choice[taken]], minlength=len(problem.capacity))
    if (load > problem.capacity).any():
        raise ValueError(f"lot {int(np.argmax(load > problem.capacity))} serves more than it has capacity")


def _cost(problem: BundleProblem, choice: Ints, b: int) -> int:
    """What bundle ``b`` costs as it is served."""
    parts = range(problem.part_start[b], problem.part_start[b + 1])
    total = 0
    for p in parts:
        if choice[p] < 0 and problem.skip_cost[p] == MUST:
            raise ValueError(f"bundle {b} is served, but its part {p} is not")
        total += int(problem.candidate_cost[choice[p]] if choice[p] >= 0 else problem.skip_cost[p])
    for r in range(problem.rule_start[b], problem.rule_start[b + 1]):
        one, two = choice[parts[problem.rule_first[r]]], choice[parts[problem.rule_second[r]]]
        if one < 0 or two < 0:
            continue
        if problem.holds(int(problem.rule_kind[r]), problem.candidate_lot[one], problem.candidate_lot[two]):
            total -= max(int(problem.rule_saving[r]), 0)
        elif problem.rule_saving[r] == REQUIRED:
            raise ValueError(f"bundle {b} breaks its rule {r}")
    return total


def price_bound(problem: BundleProblem, price: Ints) -> int:
    """No answer costs less: each bundle takes its cheapest way at these prices, each lot is paid.

    A lot that is asked less often than it has room is paid for as often as it is asked.
    """
    asked = np.bincount(problem.candidate_lot, minlength=len(problem.capacity))
    paid = int((np.minimum(problem.capacity, asked) * price).sum())
    bundles = range(len(problem.priority_class))
    return sum(min(int(problem.penalty[b]), _cheapest(problem, price, b)) for b in bundles) - paid


def _cheapest(problem: BundleProblem, price: Ints, b: int) -> int:
    """The least value of a composition of ``b``: all of them in one array, an axis for each part."""
    ways = [_ways(problem, price, p) for p in range(problem.part_start[b], problem.part_start[b + 1])]
    if prod(len(lots) for lots, _ in ways) > MOST_COMPOSITIONS:
        raise ValueError(f"bundle {b} has too many compositions to be checked")
    total = np.zeros((1,) * len(ways), dtype=np.int64)
    for at, (_, value) in enumerate(ways):
        total = total + value.reshape([-1 if axis == at else 1 for axis in range(len(ways))])
    for r in range(problem.rule_start[b], problem.rule_start[b + 1]):
        one, two = int(problem.rule_first[r]), int(problem.rule_second[r])
        first, second = ways[one][0][:, None], ways[two][0][None, :]
        both = (first >= 0) & (second >= 0)
        holds = problem.holds(int(problem.rule_kind[r]), first, second)
        saving = int(problem.rule_saving[r])
        change = np.where(both & holds, -max(saving, 0), 0)
        if saving == REQUIRED:
            change = np.where(both & ~holds, FORBIDDEN, 0)
        shape = [1] * len(ways)
        shape[one], shape[two] = change.shape
        total = total + (change if one < two else change.T).reshape(shape)
    if total.size and all(lots[-1] < 0 for lots, _ in ways):
        total[(-1,) * len(ways)] = FORBIDDEN  # everything left out is not served
    return int(total.min(initial=FORBIDDEN))


def _ways(problem: BundleProblem, price: Ints, p: int) -> tuple[Ints, Ints]:
    """The lots that may serve part ``p`` at all and their costs plus prices; lot -1 for leaving it out."""
    mine = slice(problem.candidate_start[p], problem.candidate_start[p + 1])
    lots, cost = problem.candidate_lot[mine].astype(np.int64), problem.candidate_cost[mine]
    usable = problem.capacity[lots] > 0
    lots, value = lots[usable], (cost + price[lots])[usable]
    if problem.skip_cost[p] == MUST:
        return lots, value
    return np.append(lots, -1), np.append(value, problem.skip_cost[p])
