"""Check a placement without trusting whoever computed it: does anybody have a better claim?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.preferences.acceptance import EVERYBODY, NOBODY, Choices

__all__ = ["Stability", "check_stability"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Stability:
    """What is wrong with a placement. The last three are choices (positions in ``candidate_offer``) that block.

    ``unlisted`` are people placed where they did not ask to be, ``overfull`` offers with more people than
    seats, ``waste`` choices that their person likes more than what they have although a seat is free,
    ``reserve_envy`` those at a full offer where they have the better claim to a seat of a reserve,
    ``open_envy`` those where they have it to an open seat (both may hold for one choice).
    """

    unlisted: Ints
    overfull: Ints
    waste: Ints
    reserve_envy: Ints
    open_envy: Ints

    @property
    def blocking(self) -> Ints:
        """All choices that block, in order."""
        return np.unique(np.concatenate([self.waste, self.reserve_envy, self.open_envy]))

    @property
    def stable(self) -> bool:
        """Nobody is misplaced and nothing blocks."""
        return not (len(self.unlisted) or len(self.overfull) or len(self.blocking))


def check_stability(choices: Choices, assignment: npt.NDArray[np.int32]) -> Stability:
    """Everything that is wrong with ``assignment``, ``int32[n]``, -1 for nothing; seats are counted out anew.

    A choice blocks when its person likes it more than what they have and its offer, choosing among those it has
    and this person by the rule in ``preferences``, would take them. Raises ``ValueError`` for an assignment of
    another length or with an offer that is not there.
    """
    n, k, offer = len(choices.order), len(choices.capacity), choices.candidate_offer
    if len(assignment) != n:
        raise ValueError(f"assignment has {len(assignment)} entries, there are {n} people")
    outside = (assignment < -1) | (assignment >= k)
    if outside.any():
        at = int(np.argmax(outside))
        raise ValueError(f"assignment[{at}] = {assignment[at]} is not one of the {k} offers")
    rows = choices.rows
    held = np.flatnonzero(offer == assignment[rows])
    until = choices.candidate_start[1:].copy()
    until[rows[held]] = held
    better = np.arange(len(offer)) < until[rows]
    placed = np.zeros(n, dtype=bool)
    placed[rows[held]] = True
    load = np.bincount(offer[held], minlength=k)
    free = (load < choices.capacity)[offer]
    reserve_claim, open_claim = _claims(choices, held, load)
    return Stability(
        unlisted=np.flatnonzero((assignment >= 0) & ~placed),
        overfull=np.flatnonzero(np.bincount(assignment[assignment >= 0], minlength=k) > choices.capacity),
        waste=np.flatnonzero(better & free),
        reserve_envy=np.flatnonzero(better & ~free & reserve_claim),
        open_envy=np.flatnonzero(better & ~free & open_claim),
    )


def _claims(choices: Choices, held: Ints, load: Ints) -> tuple[Bools, Bools]:
    """``bool[m]`` twice: would the choice's person get a reserved seat, an open seat, from who holds them now?"""
    offer, key, groups = choices.candidate_offer, choices.key, choices.groups[choices.rows]
    claim = np.zeros(len(offer), dtype=bool)
    reserves = np.diff(choices.reserve_start)
    for nth in range(int(reserves.max(initial=0))):
        has = reserves > nth
        reserve = np.minimum(choices.reserve_start[:-1] + nth, len(choices.reserve_group) - 1)
        group = np.where(has, choices.reserve_group[reserve], 0)
        seats = np.where(has, choices.reserve_seats[reserve], 0)
        member = has[offer] & (groups >> group[offer] & 1 == 1)
        mine = held[member[held]]
        mine = mine[np.lexsort((key[mine], offer[mine]))]
        first = np.searchsorted(offer[mine], np.arange(len(seats)))
        seated = mine[np.arange(len(mine)) - first[offer[mine]] < seats[offer[mine]]]
        held = np.setdiff1d(held, seated, assume_unique=True)
        claim |= member & (key < _last(seated, offer, key, seats)[offer])
    return claim, key < _last(
        held, offer, key, choices.capacity - load + np.bincount(offer[held], minlength=len(load))
    )[offer]


def _last(seated: Ints, offer: npt.NDArray[np.int32], key: Ints, seats: Ints) -> Ints:
    """``int64[k]``: the key to beat for one of ``seats``, held by ``seated``."""
    last = np.full(len(seats), NOBODY, dtype=np.int64)
    np.maximum.at(last, offer[seated], key[seated])
    return np.where(np.bincount(offer[seated], minlength=len(seats)) < seats, EVERYBODY, last)
