"""The matching problem and its answer, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.checking import refuse, whole_numbers

#: How the name of a solver ends that somebody stopped.
STOPPED = ", stopped"


@dataclass(frozen=True, eq=False)
class Problem:
    """``n`` needs, ``k`` offers and ``m`` candidate pairs in CSR form.

    Need ``i`` may be served by the offers ``candidate_offer[candidate_start[i]:candidate_start[i + 1]]`` at
    the costs beside them (whole units, such as seconds). A lower ``priority_class`` is more urgent; inside a
    class, a lower ``order`` goes first (all alike when it is left out). Classes and orders may have gaps.

    ``need_place`` and ``offer_place`` (metres or degrees, NaN where not known) change nothing but speed: the
    solver numbers what is near together.
    Raises ``ValueError`` naming the array and the index for anything that does not fit.
    """

    candidate_start: npt.NDArray[np.int64]  # [n + 1]
    candidate_offer: npt.NDArray[np.int32]  # [m]
    candidate_cost: npt.NDArray[np.int32]  # [m], >= 0
    capacity: npt.NDArray[np.int32]  # [k], >= 0
    priority_class: npt.NDArray[np.uint8]  # [n]
    order: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [n]
    need_place: npt.NDArray[np.float64] | None = None  # [n, 2]
    offer_place: npt.NDArray[np.float64] | None = None  # [k, 2]

    def __post_init__(self) -> None:
        if self.order is None:
            object.__setattr__(self, "order", np.zeros(len(self.priority_class), dtype=np.int32))
        for name, kind in _TYPES.items():
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name), kind))
        n, m, k = len(self.priority_class), len(self.candidate_offer), len(self.capacity)
        if len(self.candidate_start) != n + 1:
            raise ValueError(
                f"candidate_start has {len(self.candidate_start)} entries, {n} needs call for {n + 1}"
            )
        if len(self.candidate_cost) != m:
            raise ValueError(f"candidate_cost has {len(self.candidate_cost)} entries, candidate_offer has {m}")
        if self.candidate_start[0] != 0:
            raise ValueError(f"candidate_start[0] is {self.candidate_start[0]}, it must be 0")
        refuse("candidate_start", np.diff(self.candidate_start) < 0, self.candidate_start[1:], "goes down", 1)
        if self.candidate_start[-1] != m:
            raise ValueError(f"candidate_start[{n}] is {self.candidate_start[-1]}, there are {m} candidates")
        outside = (self.candidate_offer < 0) | (self.candidate_offer >= k)
        refuse("candidate_offer", outside, self.candidate_offer, f"is not one of the {k} offers")
        refuse("candidate_cost", self.candidate_cost < 0, self.candidate_cost, "is negative")
        refuse("capacity", self.capacity < 0, self.capacity, "is negative")
        if len(self.order) != n:
            raise ValueError(f"order has {len(self.order)} entries, there are {n} needs")
        for name, count in (("need_place", n), ("offer_place", k)):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _places(name, getattr(self, name), count))

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """``int64[m]``: the need of each candidate pair."""
        return np.repeat(np.arange(len(self.priority_class)), np.diff(self.candidate_start))

    @cached_property
    def largest_cost(self) -> int:
        """The largest cost of a candidate."""
        return int(self.candidate_cost.max(initial=0))

    @cached_property
    def level(self) -> npt.NDArray[np.int64]:
        """``int64[n]``: 0 for the most urgent (class, order) that somebody is in, then 1, … without gaps."""
        if not len(self.order) or np.ptp(self.order) == 0:  # classes alone are few: no need to sort
            known = np.bincount(self.priority_class, minlength=256) > 0
            return np.asarray((np.cumsum(known) - 1)[self.priority_class], dtype=np.int64)
        key = (self.priority_class.astype(np.int64) << 32) + (self.order.astype(np.int64) + 2**31)
        return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return int(self.level.max(initial=-1)) + 1

    @property
    def step(self) -> int:
        """How many cost units one level is worth: more than any exchange of people can cost.

        An exchange is a simple alternating path, so it meets each offer at most once and moves the cost by
        at most ``(k + 1) * max(cost)`` (research/matching.md, section 1, fact a).
        """
        return (len(self.capacity) + 2) * (self.largest_cost + 1)

    @cached_property
    def penalty(self) -> npt.NDArray[np.int64]:
        """``int64[n]``: what leaving each need unserved costs. Levels that nobody is in take no room.

        Raises ``ValueError`` when the most urgent level would not fit.
        """
        if self.levels * self.step >= 2**62:
            raise ValueError(
                f"{self.levels} levels of class and order with costs up to {self.largest_cost} are too large "
                "to be exact; use a coarser unit of cost or fewer orders"
            )
        return (self.levels - self.level) * self.step


@dataclass(frozen=True, eq=False)
class Result:
    """The optimum and its proof.

    The objective is ``cost`` plus the problem's penalty for each need left unserved; ``bound`` is the
    Lagrangian lower bound at ``price`` on that objective, and ``gap`` is objective less bound. At ``price``
    nobody has a cheaper way than the one taken, and one more unit of an offer saves no more than its price: a
    whole number of class steps, which are people, and a rest in costs, which may be negative
    (``capacity.people_and_cost``). ``solver`` names what found it, and its version.
    """

    assignment: npt.NDArray[np.int32]  # [n], offer or -1
    price: npt.NDArray[np.int64]  # [k], >= 0
    served_by_class: dict[int, int]
    cost: int
    objective: int
    bound: int
    gap: int
    step: int
    solver: str = ""

    @property
    def complete(self) -> bool:
        """Whether the solver came to its end, and nobody stopped it."""
        return not self.solver.endswith(STOPPED)


_TYPES: dict[str, Any] = {
    "candidate_start": np.int64,
    "candidate_offer": np.int32,
    "candidate_cost": np.int32,
    "capacity": np.int32,
    "priority_class": np.uint8,
    "order": np.int32,
}


def _places(name: str, values: Any, count: int) -> npt.NDArray[np.float64]:
    """``values`` as ``float64[count, 2]``; one that is not finite is not known."""
    given = np.asarray(values, dtype=np.float64)
    if given.shape != (count, 2):
        raise ValueError(f"{name} has the shape {given.shape}, it must be ({count}, 2)")
    return given
