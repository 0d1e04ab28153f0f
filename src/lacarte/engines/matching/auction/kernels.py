"""The loops of the auction: bids that raise prices, falls that lower them, and what they need to be quick.

Prices and costs are whole numbers scaled by ``scale``. A need looks for the candidate that is cheapest for it,
cost and price together; going unserved at its ``limit`` is always one of the ways. Where an offer is full, the
weakest holder is known by a heap of the highest price that each would pay.

Shapes: ``n`` needs, ``k`` offers, ``m`` arcs. Rows are ``first: int64[n + 1]`` and ``arc: int64[m]``. The upper
half of an arc is its offer and the lower its cost; where 16 bits are enough for both, arcs are ``int32``, so that
half as much has to be read (the offer's top bit is the sign then, and is masked). Each row is partitioned: arcs
before ``near[i]`` cost at most ``threshold[i]``, those after it more. ``heap_first: int64[k + 1]`` bounds the
heaps ``heap_bid``/``heap_need``; ``held: int64[k]`` says how full they are and ``room: int64[k]`` how full they
may be.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lacarte.engines.compiling import Kernel, kernel

Array = Any
AnyKernel = Kernel[..., Any]


@kernel
def half(arc: Array) -> int:
    """How many bits of an arc are its cost; the others are its offer."""
    return int(arc.itemsize) * 4


@kernel
def sift_down(bid: Array, item: Array, base: int, at: int, count: int) -> None:
    """Restore the least-first heap ``base..base + count`` whose entry ``at`` may be too large."""
    value, what = bid[base + at], item[base + at]
    while True:
        child = 2 * at + 1
        if child >= count:
            break
        if child + 1 < count and bid[base + child + 1] < bid[base + child]:
            child += 1
        if bid[base + child] >= value:
            break
        bid[base + at], item[base + at] = bid[base + child], item[base + child]
        at = child
    bid[base + at], item[base + at] = value, what


@kernel
def sift_up(bid: Array, item: Array, base: int, at: int, value: int, what: int) -> None:
    """Put an entry into the heap at ``at`` or above."""
    while at > 0:
        parent = (at - 1) // 2
        if bid[base + parent] <= value:
            break
        bid[base + at], item[base + at] = bid[base + parent], item[base + parent]
        at = parent
    bid[base + at], item[base + at] = value, what


@kernel
def take_out(bid: Array, item: Array, base: int, count: int, what: int) -> None:
    """Take ``what`` out of a heap of ``count`` entries."""
    at = 0
    while item[base + at] != what:
        at += 1
    last = base + count - 1
    value, moved = bid[last], item[last]
    if at == count - 1:
        return
    bid[base + at], item[base + at] = value, moved
    sift_up(bid, item, base, at, value, moved)
    if item[base + at] == moved:
        sift_down(bid, item, base, at, count - 1)


@kernel
def narrow_row(begin: int, end: int, arc: Array, scale: int, price: Array, most: int) -> int:
    """Move the arcs of a row that cost at most ``most`` to its front; where they end."""
    bits, mask = half(arc), (1 << half(arc)) - 1
    while begin < end:
        x = arc[begin]
        if np.int64(x & mask) * scale + price[(x >> bits) & mask] <= most:
            begin += 1
        else:
            end -= 1
            arc[begin], arc[end] = arc[end], x
    return begin


@kernel
def restart(
    low: int,
    high: int,
    first: Array,
    end: Array,
    arc: Array,
    scale: int,
    limit: Array,
    price: Array,
    mate: Array,
    mate_cost: Array,
    epsilon: int,
    highest: Array,
    dropped: Array,
    value: Array,
    window: int,
    near: Array,
    threshold: Array,
) -> int:
    """Drop the needs ``low..high`` that could do better by more than ``epsilon``; say how many.

    Leaves ``value`` (the least cost there is for each), ``highest`` (the price at which a holder would rather
    leave) and, unless ``window`` is negative, the rows partitioned at ``value + window``.
    """
    bits, mask = half(arc), (1 << half(arc)) - 1
    count = 0
    for i in range(low, high):
        mine, best = mate[i], limit[i]
        own = best if mine < 0 else mate_cost[i] * scale + price[mine]
        for a in range(first[i], end[i]):
            x = arc[a]
            j = (x >> bits) & mask
            if j != mine:
                v = np.int64(x & mask) * scale + price[j]
                if v < best:
                    best = v
        dropped[i] = own > best + epsilon
        count += int(dropped[i])
        if mine >= 0:
            highest[i] = best - mate_cost[i] * scale + epsilon
        value[i] = min(own, best)
        if window >= 0:
            threshold[i] = value[i] + window
            near[i] = narrow_row(first[i], end[i], arc, scale, price, threshold[i])
    return count


@kernel
def refill(
    mate: Array,
    highest: Array,
    dropped: Array,
    heap_first: Array,
    held: Array,
    bid: Array,
    who: Array,
    queue: Array,
) -> int:
    """Build the heaps of those who stay; queue those who were dropped, in their order; say how many."""
    held[:] = 0
    waiting = 0
    for i in range(len(mate)):
        if dropped[i]:
            mate[i] = -1
            queue[waiting] = i
            waiting += 1
        elif mate[i] >= 0:
            at = heap_first[mate[i]] + held[mate[i]]
            bid[at], who[at] = highest[i], i
            held[mate[i]] += 1
    for j in range(len(held)):
        for at in range(held[j] // 2 - 1, -1, -1):
            sift_down(bid, who, heap_first[j], at, held[j])
    return waiting


@kernel
def forward(
    queue: Array,
    low: int,
    high: int,
    inside: bool,
    boundary: Array,
    deferred: Array,
    first: Array,
    near: Array,
    threshold: Array,
    arc: Array,
    scale: int,
    limit: Array,
    price: Array,
    room: Array,
    mate: Array,
    mate_cost: Array,
    heap_first: Array,
    held: Array,
    bid: Array,
    who: Array,
    epsilon: int,
) -> int:
    """Let the needs ``queue[low:high]`` bid until each has a place or prefers none; how many were deferred.

    A full offer goes to the higher of the bidder and its weakest holder; the price becomes the loser's bid, and
    the loser bids next. With ``inside``, needs on the boundary of the block are written to ``deferred``.
    """
    bits, mask = half(arc), (1 << half(arc)) - 1
    late = 0
    for q in range(low, high):
        i = queue[q]
        while True:
            if inside and boundary[i]:
                deferred[late] = i
                late += 1
                break
            best, second, target, cost = limit[i], limit[i], -1, 0
            for a in range(first[i], near[i]):
                x = arc[a]
                v = np.int64(x & mask) * scale + price[(x >> bits) & mask]
                if v < second:
                    if v < best:
                        best, second, target, cost = v, best, (x >> bits) & mask, x & mask
                    else:
                        second = v
            if second > threshold[i]:
                for a in range(near[i], first[i + 1]):
                    x = arc[a]
                    v = np.int64(x & mask) * scale + price[(x >> bits) & mask]
                    if v < second:
                        if v < best:
                            best, second, target, cost = v, best, (x >> bits) & mask, x & mask
                        else:
                            second = v
            if target < 0:
                break
            offered, base = price[target] + second - best + epsilon, heap_first[target]
            if held[target] < room[target]:
                sift_up(bid, who, base, held[target], offered, i)
                held[target] += 1
                mate[i], mate_cost[i] = target, cost
                break
            weakest = bid[base]
            if offered <= weakest:
                price[target] = offered
                continue
            loser = who[base]
            price[target] = max(price[target], weakest)
            bid[base], who[base] = offered, i
            sift_down(bid, who, base, 0, held[target])
            mate[i], mate_cost[i] = target, cost
            mate[loser] = -1
            i = loser
    return late


@kernel
def count_columns(low: int, high: int, first: Array, end: Array, arc: Array, count: Array) -> None:
    """Count into ``count: int64[k]`` the arcs up to ``end`` that needs ``low..high`` have to each offer."""
    bits, mask = half(arc), (1 << half(arc)) - 1
    for i in range(low, high):
        for a in range(first[i], end[i]):
            count[(arc[a] >> bits) & mask] += 1


@kernel
def fill_columns(
    low: int, high: int, first: Array, end: Array, arc: Array, at: Array, need: Array, cost: Array
) -> None:
    """The arcs that were counted, by offer; ``at: int64[k]`` is where each column goes on, and is used up."""
    bits, mask = half(arc), (1 << half(arc)) - 1
    for i in range(low, high):
        for a in range(first[i], end[i]):
            j = (arc[a] >> bits) & mask
            need[at[j]], cost[at[j]] = i, arc[a] & mask
            at[j] += 1


@kernel
def values(scale: int, limit: Array, price: Array, mate: Array, mate_cost: Array, value: Array) -> None:
    """What each need pays, into ``value: int64[n]``: its place and the price there, or its limit."""
    for i in range(len(mate)):
        value[i] = limit[i] if mate[i] < 0 else mate_cost[i] * scale + price[mate[i]]


@kernel
def best_claims(
    j: int,
    wanted: int,
    column: Array,
    need: Array,
    cost: Array,
    scale: int,
    value: Array,
    limit: Array,
    price: Array,
    mate: Array,
    mate_cost: Array,
    claim: Array,
    claimant: Array,
) -> int:
    """The ``wanted`` highest prices, above 0, that needs elsewhere would pay for ``j``; a heap, least first.

    ``value`` may be too high (prices have fallen since), so it only rules out.
    """
    count, least = 0, 0
    for a in range(column[j], column[j + 1]):
        i, paid = need[a], np.int64(cost[a]) * scale
        if value[i] - paid <= least or mate[i] == j:
            continue
        value[i] = limit[i] if mate[i] < 0 else mate_cost[i] * scale + price[mate[i]]
        offered = value[i] - paid
        if offered <= least:
            continue
        if count < wanted:
            sift_up(claim, claimant, 0, count, offered, a)
            count += 1
        else:
            claim[0], claimant[0] = offered, a
            sift_down(claim, claimant, 0, 0, count)
        if count == wanted:
            least = claim[0]
    return count


@kernel
def reverse(
    column: Array,
    need: Array,
    cost: Array,
    scale: int,
    limit: Array,
    price: Array,
    room: Array,
    mate: Array,
    mate_cost: Array,
    heap_first: Array,
    held: Array,
    bid: Array,
    who: Array,
    epsilon: int,
    value: Array,
    floor: Array,
    stack: Array,
    stacked: Array,
    claim: Array,
    claimant: Array,
) -> None:
    """Lower the price of every offer that has a free place and a price, and take those who gain.

    The price falls to just under the best claim that finds no place any more. What those who come leave behind
    is lowered next, first come first served, until no place is free above its ``floor``: further down, claims
    that the columns leave out might count.
    """
    size, head = 0, 0
    for j in range(len(price)):
        stacked[j] = held[j] < room[j] and price[j] > floor[j]
        if stacked[j]:
            stack[size] = j
            size += 1
    while size > 0:
        j = stack[head]
        head = (head + 1) % len(stack)
        size -= 1
        stacked[j] = 0
        free = room[j] - held[j]
        if free <= 0 or price[j] <= floor[j]:
            continue
        count = best_claims(
            j, free + 1, column, need, cost, scale, value, limit, price, mate, mate_cost, claim, claimant
        )
        last = count > free
        price[j] = min(price[j], max(claim[0] - epsilon, floor[j]) if last else floor[j])
        for t in range(1 if last else 0, count):
            if claim[t] < price[j] + epsilon:
                continue
            i, left = need[claimant[t]], mate[need[claimant[t]]]
            if left == j:  # the same pair was given twice
                continue
            if left >= 0:
                take_out(bid, who, heap_first[left], held[left], i)
                held[left] -= 1
                if price[left] > floor[left] and not stacked[left]:
                    stack[(head + size) % len(stack)] = left
                    size += 1
                    stacked[left] = 1
            mate[i], mate_cost[i] = j, cost[claimant[t]]
            sift_up(bid, who, heap_first[j], held[j], claim[t], i)
            held[j] += 1
        if held[j] < room[j] and price[j] > floor[j] and not stacked[j]:
            stack[(head + size) % len(stack)] = j
            size += 1
            stacked[j] = 1
