"""The cut-off of each offer: whom it takes, by the last who got a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.fairness import lottery
from lacarte.engines.matching.preferences.acceptance import EVERYBODY, NOBODY
from lacarte.standalone.by_choice.criteria import Criterion
from lacarte.standalone.by_choice.inputs import Inputs
from lacarte.standalone.by_choice.run import Placed

__all__ = ["Cutoff", "Cutoffs"]

Ints = npt.NDArray[np.integer]
_ORDERS = 2**32


@dataclass(frozen=True)
class Cutoff:
    """Where an offer, or one of its reserves, begins to turn people away.

    ``group`` is the bit of those who meet the ``condition`` of a reserve, -1 for everybody. ``last`` is the
    candidate pair of the last who got a place; -1 where everybody is taken (``full`` is false) or nobody.
    ``seats`` are those of the reserve, or those that are kept for no group.
    """

    offer: int
    condition: str
    group: int
    seats: int
    full: bool
    last: int


class Cutoffs:
    """Finds cut-offs and what they mean.

    ``everybody[j]`` is the one of offer ``j`` that all can meet, ``reserves[j]`` are those for members of groups,
    in the order in which seats are given out.
    """

    def __init__(self, placed: Placed) -> None:
        self.inputs: Inputs = placed.inputs
        self.choices, self.placement = placed.inputs.choices, placed.placement
        self._person = np.argsort(self.choices.order)
        self.everybody = [
            self._cutoff(offer, "", -1, capacity - sum(one.seats for one in self.inputs.reserves[offer]), key)
            for offer, (capacity, key) in enumerate(
                zip(self.choices.capacity.tolist(), self.placement.open_cutoff.tolist(), strict=True)
            )
        ]
        key, group = self.placement.reserve_cutoff.tolist(), self.choices.reserve_group.tolist()
        first = self.choices.reserve_start.tolist()
        self.reserves = [
            [
                self._cutoff(offer, one.condition, group[at], one.seats, key[at])
                for at, one in enumerate(some, first[offer])
            ]
            for offer, some in enumerate(self.inputs.reserves)
        ]
        self._counted: dict[int, tuple[Ints, Ints]] = {}

    def easiest(self, need: int, offer: int) -> Cutoff:
        """The one that ``need`` comes nearest to, of those that are for it."""
        first, groups = int(self.choices.reserve_start[offer]), int(self.choices.groups[need])
        best, key = self.everybody[offer], int(self.placement.open_cutoff[offer])
        for at, cutoff in enumerate(self.reserves[offer], first):
            member = groups >> int(self.choices.reserve_group[at]) & 1
            if member and int(self.placement.reserve_cutoff[at]) > key:
                best, key = cutoff, int(self.placement.reserve_cutoff[at])
        return best

    def counted(self, cutoff: Cutoff) -> tuple[int, int]:
        """Of everybody, or of the group: how many have a place there, and how many named it first."""
        if cutoff.group not in self._counted:
            member = np.ones(len(self._person), dtype=bool)
            if cutoff.group >= 0:
                member = (self.choices.groups >> cutoff.group & 1) > 0
            first = self.inputs.listed[self.inputs.start[:-1]]
            placed = self.placement.assignment
            self._counted[cutoff.group] = self._by_offer(placed[member]), self._by_offer(first[member])
        used, named = self._counted[cutoff.group]
        return int(used[cutoff.offer]), int(named[cutoff.offer])

    def _by_offer(self, offers: Ints) -> Ints:
        return np.bincount(offers[offers >= 0], minlength=len(self.choices.capacity))

    def _cutoff(self, offer: int, condition: str, group: int, seats: int, key: int) -> Cutoff:
        if key in (EVERYBODY, NOBODY):
            return Cutoff(offer, condition, group, seats, key == NOBODY, -1)
        person = int(self._person[key % _ORDERS])
        return Cutoff(offer, condition, group, seats, True, self.pair(person, offer))

    def pair(self, need: int, offer: int) -> int:
        """The candidate pair of a need and an offer that is on its list."""
        first, end = self.choices.candidate_start[need : need + 2]
        return int(first + np.flatnonzero(self.choices.candidate_offer[first:end] == offer)[0])

    def decides(self, mine: int, theirs: int) -> Criterion | None:
        """What puts the candidate ``theirs`` before ``mine`` at the same offer; nothing: the draw."""
        rule = self.inputs.rules[int(self.choices.candidate_offer[mine])]
        values = self.inputs.values
        return next((one for one in rule if values[one][mine] != values[one][theirs]), None)

    def says(self, criterion: Criterion, pair: int) -> str:
        """What a criterion says of a candidate pair: a number, ``yes`` or ``no``; empty where nothing is known."""
        value = float(self.inputs.values[criterion][pair])
        if not criterion.of_number:
            return "no" if value else "yes"
        return _number(-value if criterion.form == "most" else value)

    def written(self, cutoff: Cutoff) -> str:
        """The cut-off for programs: what each criterion says of the last, and the draw."""
        if cutoff.last < 0:
            return "nobody" if cutoff.full else "everybody"
        said = [f"{one}: {self.says(one, cutoff.last) or 'unknown'}" for one in self.inputs.rules[cutoff.offer]]
        need = int(self.choices.rows[cutoff.last])
        return "; ".join([*said, self._turn(need)])

    def _turn(self, need: int) -> str:
        table, seed = self.inputs.need_table, self.inputs.seed
        if not seed:
            return f"line: {int(table.lines[need])}"
        return f"draw: {int(lottery.draw([table.ids[need]], seed)[0]):016x}"


def _number(value: float) -> str:
    """A number as people write it; empty where none is known."""
    return f"{value:.15g}" if np.isfinite(value) else ""
