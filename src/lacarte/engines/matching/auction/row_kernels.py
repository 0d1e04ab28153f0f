"""The loops that number a problem anew, take a sample, and find out who shares offers with the other block."""

from __future__ import annotations

from typing import Any

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.auction.kernels import half

Array = Any


@kernel
def copy_rows(
    low: int,
    high: int,
    need: Array,
    rank: Array,
    start: Array,
    offer: Array,
    cost: Array,
    first: Array,
    arc: Array,
    seen: Array,
) -> None:
    """Rows ``low..high`` of the problem's candidates in the solver's numbering.

    Counts in ``seen: int32[k]`` how often each offer is a candidate of these needs.
    """
    bits = half(arc)
    for i in range(low, high):
        to = first[i]
        for a in range(start[need[i]], start[need[i] + 1]):
            j = rank[offer[a]]
            arc[to] = (j << bits) | cost[a]
            seen[j] += 1
            to += 1


@kernel
def pick_rows(low: int, high: int, pick: Array, start: Array, row: Array, first: Array, arc: Array) -> None:
    """Copy the rows ``pick[low:high]``, which begin at ``start`` in ``row``, to ``first`` in ``arc``."""
    for i in range(low, high):
        begin = start[pick[i]]
        for a in range(first[i + 1] - first[i]):
            arc[first[i] + a] = row[begin + a]


@kernel
def mark_boundary(low: int, high: int, first: Array, arc: Array, shared: Array, boundary: Array) -> None:
    """Mark in ``boundary: uint8[n]`` the needs that have a candidate which another block has too."""
    bits, mask = half(arc), (1 << half(arc)) - 1
    for i in range(low, high):
        boundary[i] = 0
        for a in range(first[i], first[i + 1]):
            if shared[(arc[a] >> bits) & mask]:
                boundary[i] = 1
                break
