"""Several services for one life event: the bundle problem and its answer, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.checking import refuse, whole_numbers

MOST_PARTS = 5
REQUIRED = -1  # as a rule's saving: it must hold
MUST = -1  # as a part's skip_cost: it cannot be left out


class Rule(IntEnum):
    """What a rule between two parts of a bundle asks of the lots that serve them."""

    SAME_PROVIDER = 0
    SAME_PLACE = 1
    SAME_DAY = 2
    APART = 3  # their times do not overlap: both need the person
    AFTER = 4  # the second begins when the first has ended, or later


@dataclass(frozen=True, eq=False)
class BundleProblem:
    """``n`` bundles of one to five parts, ``m`` candidates of parts, ``k`` lots (an offer in a time slot).

    Bundle ``b`` has the parts ``part_start[b]:part_start[b + 1]``; part ``p`` may be served by the lots
    ``candidate_lot[candidate_start[p]:candidate_start[p + 1]]`` at the costs beside them. A bundle is served
    as a whole; a part may be left out only where ``skip_cost`` says at what cost (never all of them).

    Rules join two parts of a bundle (numbered from 0 inside it): where a rule holds, ``rule_saving`` comes off
    the cost, or it is ``REQUIRED`` to hold. A rule about a part that is left out asks and saves nothing.
    Lots without a provider, place or day given have one of their own; without times they overlap nothing.
    ``priority_class`` and ``order`` are those of :class:`~lacarte.engines.matching.Problem`.
    Raises ``ValueError`` naming the array and the index for anything that does not fit.
    """

    part_start: npt.NDArray[np.int64]  # [n + 1]
    candidate_start: npt.NDArray[np.int64]  # [parts + 1]
    candidate_lot: npt.NDArray[np.int32]  # [m]
    candidate_cost: npt.NDArray[np.int32]  # [m], >= 0
    capacity: npt.NDArray[np.int32]  # [k], >= 0
    priority_class: npt.NDArray[np.uint8]  # [n]
    order: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [n]
    skip_cost: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [parts], MUST or >= 0
    rule_start: npt.NDArray[np.int64] = None  # type: ignore[assignment]  # [n + 1]
    rule_first: npt.NDArray[np.int8] = None  # type: ignore[assignment]  # [rules], part inside the bundle
    rule_second: npt.NDArray[np.int8] = None  # type: ignore[assignment]  # [rules], part inside the bundle
    rule_kind: npt.NDArray[np.uint8] = None  # type: ignore[assignment]  # [rules], Rule
    rule_saving: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [rules], REQUIRED or >= 0
    lot_provider: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [k]
    lot_place: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [k]
    lot_day: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [k]
    lot_begin: npt.NDArray[np.int64] = None  # type: ignore[assignment]  # [k], such as minutes
    lot_end: npt.NDArray[np.int64] = None  # type: ignore[assignment]  # [k], not before lot_begin

    def __post_init__(self) -> None:
        for name, kind in _TYPES.items():
            given = getattr(self, name)
            object.__setattr__(
                self, name, whole_numbers(name, self._missing(name) if given is None else given, kind)
            )
        self._check_lengths()
        self._check_values()

    def _missing(self, name: str) -> npt.NDArray[np.int64]:
        """What an array that was left out stands for."""
        if name in ("lot_provider", "lot_place", "lot_day"):
            return np.arange(len(self.capacity))
        if name == "skip_cost":
            return np.full(max(self.parts, 0), MUST)
        bundles, lots = len(self.priority_class), len(self.capacity)
        sizes = {"order": bundles, "rule_start": bundles + 1, "lot_begin": lots, "lot_end": lots}
        return np.zeros(sizes.get(name, 0), dtype=np.int64)

    def _check_lengths(self) -> None:
        n, k, parts = len(self.priority_class), len(self.capacity), len(self.candidate_start) - 1
        _starts("part_start", self.part_start, n, parts, "parts")
        _starts("candidate_start", self.candidate_start, parts, len(self.candidate_lot), "candidates")
        _starts("rule_start", self.rule_start, n, len(self.rule_kind), "rules")
        m, rules = len(self.candidate_lot), len(self.rule_kind)
        expected = {"candidate_cost": m, "order": n, "skip_cost": parts}
        expected |= dict.fromkeys(("rule_first", "rule_second", "rule_saving"), rules)
        expected |= dict.fromkeys(("lot_provider", "lot_place", "lot_day", "lot_begin", "lot_end"), k)
        for name, count in expected.items():
            if len(getattr(self, name)) != count:
                raise ValueError(f"{name} has {len(getattr(self, name))} entries, it must have {count}")

    def _check_values(self) -> None:
        sizes, k = np.diff(self.part_start), len(self.capacity)
        refuse("part_start", (sizes < 1) | (sizes > MOST_PARTS), sizes, f"parts, 1 to {MOST_PARTS} are possible")
        outside = (self.candidate_lot < 0) | (self.candidate_lot >= k)
        refuse("candidate_lot", outside, self.candidate_lot, f"is not one of the {k} lots")
        refuse("candidate_cost", self.candidate_cost < 0, self.candidate_cost, "is negative")
        refuse("capacity", self.capacity < 0, self.capacity, "is negative")
        for name in ("skip_cost", "rule_saving"):
            refuse(name, getattr(self, name) < -1, getattr(self, name), "is below -1")
        refuse("rule_kind", self.rule_kind > max(Rule), self.rule_kind, "is no kind of rule")
        parts = np.repeat(sizes, np.diff(self.rule_start))
        for name in ("rule_first", "rule_second"):
            at = getattr(self, name)
            refuse(name, (at < 0) | (at >= parts), at, "is no part of its bundle")
        refuse("rule_second", self.rule_first == self.rule_second, self.rule_second, "is the first part too")
        refuse("lot_end", self.lot_end < self.lot_begin, self.lot_end, "is before lot_begin")
        _ = self.weight  # refuses what is too large

    @property
    def parts(self) -> int:
        """How many parts there are in all."""
        return len(self.candidate_start) - 1

    @cached_property
    def part_bundle(self) -> npt.NDArray[np.int64]:
        """``int64[parts]``: the bundle of each part."""
        return np.repeat(np.arange(len(self.priority_class)), np.diff(self.part_start))

    @cached_property
    def candidate_part(self) -> npt.NDArray[np.int64]:
        """``int64[m]``: the part of each candidate."""
        return np.repeat(np.arange(self.parts), np.diff(self.candidate_start))

    @cached_property
    def largest_cost(self) -> int:
        """No two ways to serve a bundle differ by more; with one part a bundle, the largest cost."""
        several = np.diff(self.part_start)[self.part_bundle] > 1  # a single part is never left out
        dearest = np.where(several, self.skip_cost, 0).astype(np.int64).clip(0)
        np.maximum.at(dearest, self.candidate_part, self.candidate_cost.astype(np.int64))
        whole = np.bincount(self.part_bundle, dearest, len(self.priority_class))
        rules = np.repeat(np.arange(len(self.priority_class)), np.diff(self.rule_start))
        saved = np.bincount(rules, self.rule_saving.clip(0), len(self.priority_class))
        return int((whole + saved).max(initial=0))

    @cached_property
    def level(self) -> npt.NDArray[np.int64]:
        """``int64[n]``: 0 for the most urgent (class, order) that somebody is in, then 1, … without gaps."""
        key = (self.priority_class.astype(np.int64) << 32) + (self.order.astype(np.int64) + 2**31)
        return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)

    @cached_property
    def levels(self) -> int:
        """How many levels there are."""
        return int(self.level.max(initial=-1)) + 1

    @property
    def step(self) -> int:
        """How many cost units one level is worth: as ``Problem.step``, with whole bundles for single needs."""
        return (len(self.capacity) + 2) * (self.largest_cost + 1)

    @cached_property
    def weight(self) -> npt.NDArray[np.int64]:
        """``int64[levels]``: how many steps a bundle of each level is worth.

        One more than the next order of its class; and more than as many bundles of the next class as a bundle
        has parts, because it can push out that many. With one part a bundle this is ``levels - level``.
        Raises ``ValueError`` when that is too large to be exact.
        """
        most = int(np.diff(self.part_start).max(initial=1))
        rank = np.zeros(self.levels, dtype=np.int64)
        rank[self.level] = self.priority_class
        weights, last = [0], -1
        for own in rank[::-1].tolist():
            weights.append(1 + (most if own != last else 1) * weights[-1])
            last = own
        top = weights[-1] * self.step
        if top >= 2**50 or top * (len(self.candidate_lot) + len(self.level)) >= 2**62:
            raise ValueError(
                f"{self.levels} levels of class and order with bundles that cost up to {self.largest_cost} are "
                "too large to be exact; use a coarser unit of cost or fewer orders"
            )
        return np.array(weights[:0:-1], dtype=np.int64)

    @cached_property
    def penalty(self) -> npt.NDArray[np.int64]:
        """``int64[n]``: what leaving each bundle unserved costs."""
        return np.asarray(self.weight[self.level] * self.step, dtype=np.int64)

    def holds(self, kind: int, first: Any, second: Any) -> Any:
        """Does a rule of this kind hold between these lots? Arrays of lots are taken pair by pair."""
        if kind == Rule.APART:
            begin, end = self.lot_begin, self.lot_end
            return (end[first] <= begin[second]) | (end[second] <= begin[first])
        if kind == Rule.AFTER:
            return self.lot_begin[second] >= self.lot_end[first]
        same = (self.lot_provider, self.lot_place, self.lot_day)[kind]
        return same[first] == same[second]


@dataclass(frozen=True, eq=False)
class BundleResult:
    """Who is served how, and how good that is at least.

    First comes the number of bundles served of the most urgent class, then of the next, …, then ``objective``:
    ``cost`` plus the problem's penalty for each bundle left unserved. ``bound`` is below every possible
    objective; it is the Lagrangian one at ``price`` unless the answer is ``proven`` best by complete search
    (``gap`` is 0 then). ``served_at_most`` says for each class how many bundles of it and of the classes before
    it can be served by anybody at all. ``price`` is in the units of ``Result.price``.
    """

    choice: npt.NDArray[np.int32]  # [parts], candidate (an index into candidate_lot) or -1
    price: npt.NDArray[np.int64]  # [k], >= 0
    served_by_class: dict[int, int]
    served_at_most: dict[int, int]
    cost: int
    objective: int
    bound: int
    gap: int
    proven: bool
    step: int


_TYPES: dict[str, Any] = {
    "part_start": np.int64,
    "candidate_start": np.int64,
    "candidate_lot": np.int32,
    "candidate_cost": np.int32,
    "capacity": np.int32,
    "priority_class": np.uint8,
    "order": np.int32,
    "skip_cost": np.int32,
    "rule_start": np.int64,
    "rule_first": np.int8,
    "rule_second": np.int8,
    "rule_kind": np.uint8,
    "rule_saving": np.int32,
    "lot_provider": np.int32,
    "lot_place": np.int32,
    "lot_day": np.int32,
    "lot_begin": np.int64,
    "lot_end": np.int64,
}


def _starts(name: str, start: npt.NDArray[np.int64], rows: int, total: int, what: str) -> None:
    """Refuse what is no CSR start array of ``rows`` rows with ``total`` entries."""
    if len(start) != rows + 1:
        raise ValueError(f"{name} has {len(start)} entries, it must have {rows + 1}")
    if start[0] != 0:
        raise ValueError(f"{name}[0] is {start[0]}, it must be 0")
    refuse(name, np.diff(start) < 0, start[1:], "goes down", 1)
    if start[-1] != total:
        raise ValueError(f"{name}[{rows}] is {start[-1]}, there are {total} {what}")
