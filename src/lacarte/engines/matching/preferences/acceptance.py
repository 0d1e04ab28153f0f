"""Where people rank offers and offers have priorities by law: deferred acceptance.

People propose in the order of their own list; each offer holds the best it has been asked by and turns the rest
away, until nobody is left to propose. The outcome is stable, no other stable one is better for anybody, and
nobody ever gains by listing anything but the truth (Gale and Shapley 1962; Roth 1985).

**Reserves.** An offer may keep seats for groups. Its reserves are filled first, one after another in the order in
which they are listed, each with the members of its group who come first; then all other seats, those that no
member claimed among them, go to whoever comes first of all the rest. So a reserve is a minimum, not a maximum:
members who come first anyhow use reserved seats up. One person takes one seat, of the first reserve that has
them. This rule is substitutable and never takes fewer when more ask, as it is acceptant and each part is
responsive, so all of the above holds with reserves too (Hafalir, Yenmez and Yildirim 2013, Theoretical Economics
8; Kominers and Sönmez 2016, Theoretical Economics 11, for several reserves and people in several groups; Aygün
and Turhan 2020, Journal of Economic Theory 188, for seats that move on when nobody claims them).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.checking import refuse, whole_numbers
from lacarte.engines.matching.preferences.kernels import Seats, propose, repeated

__all__ = ["EVERYBODY", "GROUPS", "NOBODY", "Choices", "Placement", "admitted", "deferred_acceptance"]

#: Cutoffs that everybody, or nobody, meets.
EVERYBODY, NOBODY = np.iinfo(np.int64).max, np.iinfo(np.int64).min

#: How many groups there may be.
GROUPS = 63


@dataclass(frozen=True, eq=False)
class Choices:
    """``n`` people, ``k`` offers and ``m`` choices in CSR form, and ``r`` reserves.

    Person ``i`` lists the offers ``candidate_offer[candidate_start[i]:candidate_start[i + 1]]``, the one they
    like best first, and takes no other. A lower ``candidate_priority`` goes first at that offer (all alike when
    left out); among equals, the lower ``order``, one number a person at all offers (see ``lottery``), decides.

    Bit ``g`` of ``groups`` says that a person is in group ``g``. Offer ``j`` has the reserves
    ``reserve_start[j]`` to ``reserve_start[j + 1]``, filled in this order: so many ``reserve_seats`` for
    ``reserve_group``, out of its ``capacity``.
    Raises ``ValueError`` naming the array and the index for anything that does not fit.
    """

    candidate_start: npt.NDArray[np.int64]  # [n + 1]
    candidate_offer: npt.NDArray[np.int32]  # [m]
    capacity: npt.NDArray[np.int32]  # [k], >= 0
    order: npt.NDArray[np.int32]  # [n], >= 0, all different
    candidate_priority: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [m]
    groups: npt.NDArray[np.int64] = None  # type: ignore[assignment]  # [n], >= 0
    reserve_start: npt.NDArray[np.int64] = None  # type: ignore[assignment]  # [k + 1]
    reserve_group: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [r], below GROUPS
    reserve_seats: npt.NDArray[np.int32] = None  # type: ignore[assignment]  # [r], >= 0

    def __post_init__(self) -> None:
        lengths = {"candidate_priority": len(self.candidate_offer), "groups": len(self.order)}
        lengths |= {"reserve_start": len(self.capacity) + 1, "reserve_group": 0, "reserve_seats": 0}
        for name, kind in _TYPES.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, np.zeros(lengths[name], dtype=kind))
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name), kind))
        self._check_choices()
        self._check_reserves()

    def _check_choices(self) -> None:
        n, m, k = len(self.order), len(self.candidate_offer), len(self.capacity)
        _check_start("candidate_start", self.candidate_start, n, m)
        _check_length("candidate_priority", self.candidate_priority, m)
        outside = (self.candidate_offer < 0) | (self.candidate_offer >= k)
        refuse("candidate_offer", outside, self.candidate_offer, f"is not one of the {k} offers")
        twice = repeated.at_size(n)(self.candidate_start, self.candidate_offer, np.full(k, -1, dtype=np.int64))
        if twice >= 0:
            raise ValueError(f"candidate_offer[{twice}] = {self.candidate_offer[twice]} is on this list before")
        refuse("capacity", self.capacity < 0, self.capacity, "is negative")
        refuse("order", self.order < 0, self.order, "is negative")
        first = np.zeros(n, dtype=bool)
        first[np.unique(self.order, return_index=True)[1]] = True
        refuse("order", ~first, self.order, "is there before; each person needs a number of their own")

    def _check_reserves(self) -> None:
        n, k, r = len(self.order), len(self.capacity), len(self.reserve_group)
        _check_length("groups", self.groups, n)
        refuse("groups", self.groups < 0, self.groups, "is negative")
        _check_start("reserve_start", self.reserve_start, k, r)
        _check_length("reserve_seats", self.reserve_seats, r)
        outside = (self.reserve_group < 0) | (self.reserve_group >= GROUPS)
        refuse("reserve_group", outside, self.reserve_group, f"is not one of the {GROUPS} groups")
        refuse("reserve_seats", self.reserve_seats < 0, self.reserve_seats, "is negative")
        sums = np.concatenate([[0], np.cumsum(self.reserve_seats, dtype=np.int64)])
        more = np.diff(sums[self.reserve_start]) > self.capacity
        refuse("capacity", more, self.capacity, "is less than the seats reserved there")

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """``int64[m]``: the person of each choice."""
        return np.repeat(np.arange(len(self.order)), np.diff(self.candidate_start))

    @property
    def key(self) -> npt.NDArray[np.int64]:
        """``int64[m]``: priority and order as one number; the lower goes first at its offer."""
        return self.candidate_priority * np.int64(2**32) + self.order[self.rows]


@dataclass(frozen=True, eq=False)
class Placement:
    """Who is placed where, and the cutoffs that explain it.

    A cutoff is the key of the last person let in (``cutoff // 2**32`` is their priority, ``cutoff % 2**32`` their
    order), ``EVERYBODY`` where seats are left, ``NOBODY`` where there is none to be had. Each person is placed
    at the first offer of their list where their key is at most the open cutoff or, for a member, a reserve's
    (Azevedo and Leshno 2016, Journal of Political Economy 124): see :func:`admitted`.
    """

    assignment: npt.NDArray[np.int32]  # [n], offer or -1
    choice: npt.NDArray[np.int32]  # [n], 0 for the first of the list, -1 for nothing
    open_cutoff: npt.NDArray[np.int64]  # [k]
    reserve_cutoff: npt.NDArray[np.int64]  # [r]
    proposals: int


def deferred_acceptance(choices: Choices) -> Placement:
    """Place everybody so that nobody has a better claim to a seat they like more; people propose."""
    n, start, offer = len(choices.order), choices.candidate_start, choices.candidate_offer
    seats = _empty(choices)
    lists = np.stack([start[:-1], start[1:]], axis=1)
    proposals = propose.at_size(n)(offer, choices.candidate_priority, choices.order, seats, lists)
    sits = np.arange(len(seats.holder)) - np.repeat(seats.room[:-1], np.diff(seats.room))
    placed = seats.holder[sits < np.repeat(seats.load, np.diff(seats.room))]
    assignment, choice = np.full((2, n), -1, dtype=np.int32)
    last = lists[placed, 0] - 1
    assignment[placed] = offer[last]
    choice[placed] = last - start[placed]
    opened, reserved = _cutoffs(choices, seats)
    return Placement(assignment, choice, opened, reserved, int(proposals))


def admitted(choices: Choices, placement: Placement) -> npt.NDArray[np.bool_]:
    """``bool[m]``: which offers of their list would take each person, by the published cutoffs alone."""
    key, offer = choices.key, choices.candidate_offer
    yes = np.asarray(key <= placement.open_cutoff[offer], dtype=np.bool_)
    groups, count = choices.groups[choices.rows], np.diff(choices.reserve_start)[offer]
    for nth in range(int(count.max(initial=0))):
        at = np.flatnonzero(count > nth)
        reserve = choices.reserve_start[offer[at]] + nth
        member = groups[at] >> choices.reserve_group[reserve] & 1 == 1
        yes[at] |= member & (key[at] <= placement.reserve_cutoff[reserve])
    return yes


def _empty(choices: Choices) -> Seats:
    """All seats, nobody on them. A heap has room for its seats or for all who ask, whatever is less."""
    k, reserves = len(choices.capacity), np.diff(choices.reserve_start)
    parts = len(choices.reserve_group) + k
    opened = choices.reserve_start[1:] + np.arange(k)
    limit = np.zeros(parts, dtype=np.int32)
    limit[opened] = choices.capacity
    limit[np.arange(len(choices.reserve_group)) + np.repeat(np.arange(k), reserves)] = choices.reserve_seats
    asked = np.repeat(np.bincount(choices.candidate_offer, minlength=k), reserves + 1)
    room = np.concatenate([[0], np.cumsum(np.minimum(limit, asked), dtype=np.int64)])
    return Seats(
        groups=choices.groups,
        reserve_start=choices.reserve_start,
        reserve_group=choices.reserve_group,
        capacity=choices.capacity,
        limit=limit,
        room=room,
        load=np.zeros(parts, dtype=np.int32),
        taken=np.zeros(k, dtype=np.int32),
        key=np.empty(room[-1], dtype=np.int64),
        holder=np.empty(room[-1], dtype=np.int32),
    )


def _cutoffs(choices: Choices, seats: Seats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """``int64[k]`` for the open seats and ``int64[r]`` for the reserves."""
    last = np.full(len(seats.load), NOBODY, dtype=np.int64)
    some = seats.load > 0
    last[some] = seats.key[seats.room[:-1][some]]
    opened = choices.reserve_start[1:] + np.arange(len(choices.capacity))
    reserved = np.ones(len(last), dtype=bool)
    reserved[opened] = False
    last[reserved & (seats.load < seats.limit)] = EVERYBODY
    return np.where(seats.taken < seats.capacity, EVERYBODY, last[opened]), last[reserved]


def _check_start(name: str, start: npt.NDArray[np.int64], rows: int, total: int) -> None:
    _check_length(name, start, rows + 1)
    if start[0] != 0:
        raise ValueError(f"{name}[0] is {start[0]}, it must be 0")
    refuse(name, np.diff(start) < 0, start[1:], "goes down", 1)
    if start[-1] != total:
        raise ValueError(f"{name}[{rows}] is {start[-1]}, it must be {total}")


def _check_length(name: str, values: npt.NDArray[Any], count: int) -> None:
    if len(values) != count:
        raise ValueError(f"{name} has {len(values)} entries, it must have {count}")


_TYPES: dict[str, Any] = {
    "candidate_start": np.int64,
    "candidate_offer": np.int32,
    "capacity": np.int32,
    "order": np.int32,
    "candidate_priority": np.int32,
    "groups": np.int64,
    "reserve_start": np.int64,
    "reserve_group": np.int32,
    "reserve_seats": np.int32,
}
