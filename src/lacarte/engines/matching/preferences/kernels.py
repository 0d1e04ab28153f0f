"""Loops behind deferred acceptance: one heap for each reserve and for the open seats of each offer.

The reserves of offer ``j`` and its open seats are parts: reserve ``r`` is part ``r + j``, the open seats are part
``reserve_start[j + 1] + j``. A part's heap has its room in ``key`` and ``holder`` from ``room[part]`` on, the
holder who would have to go first at its root.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy.typing as npt

from lacarte.engines.compiling import kernel

__all__ = ["Seats", "propose", "repeated"]

Array = npt.NDArray[Any]
Who = tuple[int, int]


class Seats(NamedTuple):
    """Who may sit where, and who sits there."""

    groups: Array  # int64[n], a bit for each group
    reserve_start: Array  # int64[k + 1]
    reserve_group: Array  # int32[r]
    capacity: Array  # int32[k]
    limit: Array  # int32[parts], seats
    room: Array  # int64[parts + 1], where each heap begins
    load: Array  # int32[parts], holders
    taken: Array  # int32[k], holders in all parts
    key: Array  # int64[room[-1]]
    holder: Array  # int32[room[-1]]


@kernel
def sink(seats: Any, base: int, count: int, key: int, who: int) -> None:
    """Put ``who`` at the root of a heap of ``count`` and let them sink to their place."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= count:
            break
        if child + 1 < count and seats.key[base + child + 1] > seats.key[base + child]:
            child += 1
        if seats.key[base + child] <= key:
            break
        seats.key[base + at] = seats.key[base + child]
        seats.holder[base + at] = seats.holder[base + child]
        at = child
    seats.key[base + at] = key
    seats.holder[base + at] = who


@kernel
def add(seats: Any, part: int, key: int, who: int) -> None:
    """Give ``who`` a free seat."""
    base, at = seats.room[part], seats.load[part]
    seats.load[part] += 1
    while at > 0 and seats.key[base + (at - 1) // 2] < key:
        above = (at - 1) // 2
        seats.key[base + at] = seats.key[base + above]
        seats.holder[base + at] = seats.holder[base + above]
        at = above
    seats.key[base + at] = key
    seats.holder[base + at] = who


@kernel
def drop_last(seats: Any, part: int) -> Who:
    """Take the seat from the holder who has to go first; returns who, and their key."""
    base = seats.room[part]
    gone, gone_key = int(seats.holder[base]), int(seats.key[base])
    count = seats.load[part] - 1
    seats.load[part] = count
    if count > 0:
        sink(seats, base, count, seats.key[base + count], seats.holder[base + count])
    return gone, gone_key


@kernel
def seat(seats: Any, j: int, key: int, who: int) -> Who:
    """Let ``who`` try the reserves of offer ``j``, then its open seats.

    Returns who is turned away, or -1, and their key. Who loses a reserved seat goes on to the offer's next parts.
    """
    for r in range(seats.reserve_start[j], seats.reserve_start[j + 1]):
        if (seats.groups[who] >> seats.reserve_group[r]) & 1 == 0 or seats.limit[r + j] == 0:
            continue
        base = seats.room[r + j]
        if seats.load[r + j] < seats.limit[r + j]:
            add(seats, r + j, key, who)
            if seats.taken[j] == seats.capacity[j]:  # somebody was lent this seat
                return drop_last(seats, seats.reserve_start[j + 1] + j)
            seats.taken[j] += 1
            return -1, key
        if key < seats.key[base]:
            last, last_key = int(seats.holder[base]), int(seats.key[base])
            sink(seats, base, seats.load[r + j], key, who)
            who, key = last, last_key
    part = seats.reserve_start[j + 1] + j
    base = seats.room[part]
    if seats.taken[j] < seats.capacity[j]:
        add(seats, part, key, who)
        seats.taken[j] += 1
        return -1, key
    if seats.load[part] == 0 or key > seats.key[base]:
        return who, key
    last, last_key = int(seats.holder[base]), int(seats.key[base])
    sink(seats, base, seats.load[part], key, who)
    return last, last_key


@kernel
def propose(offer: Array, priority: Array, order: Array, seats: Any, asks: Array) -> int:
    """Everybody proposes down their list until all are held or have nobody left to ask; returns how often.

    ``asks[i]`` is the candidate that person ``i`` asks next, and the end of their list: one line of memory for
    both, because most of the time goes into waiting for it. Afterwards it is the one after the last asked.
    """
    proposals = 0
    for i in range(len(order)):
        who, rank = i, int(order[i])
        while who >= 0:
            at = asks[who, 0]
            if at == asks[who, 1]:
                break
            asks[who, 0] = at + 1
            proposals += 1
            who, key = seat(seats, int(offer[at]), int(priority[at]) * 4294967296 + rank, who)
            rank = key & 4294967295
    return proposals


@kernel
def repeated(start: Array, offer: Array, seen: Array) -> int:
    """The first candidate that names an offer its person has named before, or -1; ``seen`` starts as -1s."""
    for i in range(len(start) - 1):
        for at in range(start[i], start[i + 1]):
            if seen[offer[at]] == i:
                return int(at)
            seen[offer[at]] = i
    return -1
