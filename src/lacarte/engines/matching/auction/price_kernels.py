"""Loops over finished prices: which offers are scarce for whom, and whole prices that prove as much."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.auction.kernels import half

Array = Any


@kernel
def label_scarce(
    queue: Array,
    weight: Array,
    first: Array,
    arc: Array,
    heap_first: Array,
    held: Array,
    who: Array,
    label: Array,
    stack: Array,
) -> None:
    """Into ``label: int64[k]`` the largest weight of an unserved need that reaches each offer by exchange.

    ``queue`` holds the unserved needs, largest weight first. A need reaches its candidates and, through each
    holder there, the holder's other candidates. Where none reaches, the label stays 0.
    """
    bits, mask = half(arc), (1 << half(arc)) - 1
    for q in range(len(queue)):
        i, size = queue[q], 0
        for a in range(first[i], first[i + 1]):
            j = (arc[a] >> bits) & mask
            if label[j] == 0:
                label[j] = weight[i]
                stack[size] = j
                size += 1
        while size > 0:
            size -= 1
            j = stack[size]
            for at in range(heap_first[j], heap_first[j] + held[j]):
                h = who[at]
                for a in range(first[h], first[h + 1]):
                    o = (arc[a] >> bits) & mask
                    if label[o] == 0:
                        label[o] = weight[i]
                        stack[size] = o
                        size += 1


@kernel
def count_crossings(paid: Array, value: Array, free: Array, price: Array, scale: int, step_at: Array) -> int:
    """What the gap becomes when every price is rounded to a whole unit after adding the same shift.

    ``step_at: int64[scale + 1]`` receives by how much the gap grows at each shift; returned is the gap at 0.
    ``paid - value`` is how much more than the least a need pays; ``free`` places are left at ``price``.
    """
    base = 0
    for i in range(len(paid)):
        if paid[i] != value[i]:
            base += paid[i] // scale - value[i] // scale
            step_at[scale - paid[i] % scale] += 1
            step_at[scale - value[i] % scale] -= 1
    for j in range(len(price)):
        if free[j] > 0 and price[j] > 0:
            base += free[j] * (price[j] // scale)
            step_at[scale - price[j] % scale] += free[j]
    return base


@kernel
def claims_on_closed(first: Array, arc: Array, scale: int, value: Array, closed: Array, price: Array) -> None:
    """The least price at which nobody would come to a closed offer, into ``price``."""
    bits, mask = half(arc), (1 << half(arc)) - 1
    for i in range(len(value)):
        for a in range(first[i], first[i + 1]):
            j = (arc[a] >> bits) & mask
            if closed[j]:
                price[j] = max(price[j], value[i] - np.int64(arc[a] & mask) * scale)


@kernel
def costs_of_places(first: Array, arc: Array, mate: Array, cost: Array) -> None:
    """What each need's place costs, into ``cost: int64[n]``; the least, if the same pair was given twice."""
    bits, mask = half(arc), (1 << half(arc)) - 1
    for i in range(len(mate)):
        found = False
        for a in range(first[i], first[i + 1]):
            if (arc[a] >> bits) & mask == mate[i] and (not found or arc[a] & mask < cost[i]):
                cost[i], found = arc[a] & mask, True
