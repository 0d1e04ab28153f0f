"""Searches in a standing match: the cheapest way in for somebody, the best use of a place that became free.

Both are shortest paths over offers, in what the exchanges of their holders cost at the present prices, plus
``epsilon`` for each. Nobody can do better than they have by more than that, so no step costs less than nothing
and Dijkstra's method applies; raising (or lowering) the price of each offer on the way by how much nearer it is
than the end keeps it so. Of the holders of an offer, only those are looked at whose key says that they may
lead to something nearer than the end. With an epsilon of 0 the match stays the exact optimum; with a larger one
fewer people are moved, and nobody pays more than epsilon above the least. A search that has looked at ``most``
offers and people takes the best end it knows, and says by how much a longer search might have done better.
Source: successive shortest paths, Edmonds and Karp 1972; prices as in Tomizawa 1971.
"""

from __future__ import annotations

from typing import Any

from lacarte.engines.compiling import kernel_in_place
from lacarte.engines.matching.auction.kernels import half
from lacarte.engines.matching.standing.holders import NOBODY, come_forward, leave
from lacarte.engines.matching.standing.market import BROKEN, COST, OFFER, Market
from lacarte.engines.matching.standing.places import (
    attach,
    cost_of_place,
    detach,
    entry,
    first_entry,
    limit_of,
    note,
    offer_of,
    settle_in,
)

Array = Any
FAR = 1 << 62
ARRIVED = -2  # came to an offer from outside, with the change itself


@kernel_in_place
def rise(heap: Array, place: Array, key: Array, at: int, one: int) -> None:
    """Put ``one`` into the heap by ``key``, at ``at`` or above."""
    while at > 0:
        parent = (at - 1) // 2
        if key[heap[parent]] <= key[one]:
            break
        heap[at] = heap[parent]
        place[heap[at]] = at
        at = parent
    heap[at] = one
    place[one] = at


@kernel_in_place
def nearest(heap: Array, place: Array, key: Array, size: int) -> int:
    """Take the one with the least ``key`` out of the heap of ``size``."""
    top, last = heap[0], heap[size - 1]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size - 1:
            break
        if child + 1 < size - 1 and key[heap[child + 1]] < key[heap[child]]:
            child += 1
        if key[heap[child]] >= key[last]:
            break
        heap[at] = heap[child]
        place[heap[at]] = at
        at = child
    heap[at] = last
    place[last] = at
    return int(top)


@kernel_in_place
def reach(
    m: Market, search: int, count: int, size: int, j: int, distance: int, mover: int, via: int, cost: int
) -> tuple[int, int]:
    """Note a way to offer ``j``, if it is the shortest so far; how many were met, and the size of the heap."""
    if m.mark[j] != search:
        m.mark[j] = search
        m.met[count] = j
        count += 1
        m.place[j] = size
        size += 1
    elif distance >= m.near[j]:
        return count, size
    m.near[j], m.mover[j], m.via[j], m.mover_cost[j] = distance, mover, via, cost
    rise(m.heap, m.place, m.near, m.place[j], j)
    return count, size


@kernel_in_place
def ways_of(
    m: Market, search: int, count: int, size: int, i: int, via: int, base: int, least: int, best: int
) -> tuple[int, int]:
    """Note the ways of need ``i``, from ``base`` on, that are nearer than ``best``; ``least`` is their floor."""
    arc, price, near, mark = m.arc, m.price, m.near, m.mark
    bits, mask = half(arc), (1 << half(arc)) - 1
    promise, broken = m.promise[i], m.terms[0]
    for a in range(m.row[i], m.row_end[i]):
        j, cost = (arc[a] >> bits) & mask, arc[a] & mask
        distance = base + cost + price[j]
        if promise >= 0 and promise != j:
            distance += broken
        if distance < best and (mark[j] != search or distance < near[j]):
            count, size = reach(m, search, count, size, j, max(distance, least), i, via, cost)
    return count, size


@kernel_in_place
def line_up(m: Market, size: int, i: int, j: int, best: int) -> int:
    """Put need ``i``, a holder of offer ``j`` or nobody, into the queue if it may lead nearer than ``best``."""
    if i >= 0:
        bound = m.near[j] + max(m.terms[1] + m.key[i] - m.price[j], 0)
        if bound < best:
            m.bound[i] = bound
            rise(m.queue, m.queued, m.bound, size, i)
            return size + 1
    return size


@kernel_in_place
def set_out(m: Market, i: int, source: int, search: int) -> tuple[int, int, int]:
    """The ways with which :func:`way_in` begins: how many, the size of the heap, and what going without costs."""
    if i < 0:
        count, size = reach(m, search, 0, 0, source, 0, NOBODY, ARRIVED, 0)
        return count, size, FAR
    limit = limit_of(m, i)
    count, size = ways_of(m, search, 0, 0, i, ARRIVED, 0, 0, limit)
    return count, size, limit


@kernel_in_place
def way_in(m: Market, i: int, source: int, search: int, most: int) -> int:
    """Bring need ``i`` in, or (``i`` negative) find room for one of those at ``source``, which loses a place.

    Whoever goes without in the end is who costs least. Returns by how much the gap may have grown.
    """
    near, (count, size, best) = m.near, set_out(m, i, source, search)
    waiting, seen, steps, end, loser = 0, 0, 0, NOBODY, i
    while True:
        far = near[m.heap[0]] if size > 0 else FAR
        person = waiting > 0 and m.bound[m.queue[0]] < far
        if person:
            far = m.bound[m.queue[0]]
        if far >= best or (steps >= most and best - far <= m.terms[2]):
            break
        steps += 1
        if not person:
            j = nearest(m.heap, m.place, near, size)
            size -= 1
            if m.free[j] > 0:
                best, end, loser = near[j], j, NOBODY
            else:
                waiting = line_up(m, waiting, m.root[j], j, best)
            continue
        h = nearest(m.queue, m.queued, m.bound, waiting)
        m.looked[seen] = h
        waiting, seen, j = waiting - 1, seen + 1, offer_of(m, h)
        base = near[j] + m.terms[1] - cost_of_place(m, h) - m.price[j]
        if base + limit_of(m, h) < best:
            best, end, loser = base + limit_of(m, h), j, h
        count, size = ways_of(m, search, count, size, h, j, base, near[j], best)
        waiting = line_up(m, waiting, m.left[h], j, best)
        waiting = line_up(m, waiting, m.right[h], j, best)
    far = min(far, best)
    settle(m, count, far, 1)
    make_room(m, end, loser)
    follow_in(m, end)
    look_again(m, seen)
    return int(best - far)


@kernel_in_place
def make_room(m: Market, end: int, loser: int) -> None:
    """Use a free place at offer ``end``, or that of ``loser``; nothing where the newcomer itself goes without."""
    if loser >= 0 and end >= 0:
        detach(m, loser)
        note(m, loser)
    elif end >= 0:
        m.free[end] -= 1


@kernel_in_place
def settle(m: Market, count: int, far: int, sign: int) -> None:
    """Raise (``sign`` 1) or lower (-1) the prices of offers nearer than ``far`` by how much nearer they are."""
    for at in range(count):
        j = m.met[at]
        if m.near[j] < far:
            m.price[j] += sign * (far - m.near[j])


@kernel_in_place
def look_again(m: Market, seen: int) -> None:
    """Renew the keys of the people that a search looked at."""
    for at in range(seen):
        h = m.looked[at]
        j = offer_of(m, h)
        if j >= 0:
            leave(m, j, h)
            settle_in(m, h)


@kernel_in_place
def follow_in(m: Market, end: int) -> None:
    """Move everybody on the way to ``end``, from the end backwards."""
    while end >= 0:
        mover, via, cost = m.mover[end], m.via[end], m.mover_cost[end]
        if mover < 0:
            break
        if via >= 0:
            detach(m, mover)
        attach(m, mover, end, cost)
        end = via


@kernel_in_place
def best_use(m: Market, source: int, search: int, most: int) -> int:
    """Use one more place at ``source``, whose price says that somebody wants it.

    Somebody who goes without comes in, or people move up until a place is left where nobody wants one more.
    Returns by how much the gap may have grown.
    """
    near, price = m.near, m.price
    best, end, winner, winner_cost, steps = price[source], source, NOBODY, 0, 0
    count, size = reach(m, search, 0, 0, source, 0, NOBODY, ARRIVED, 0)
    while True:
        far = min(near[m.heap[0]] if size > 0 else FAR, best)
        if far >= best or (steps >= most and best - far <= m.terms[2]):
            break
        j = nearest(m.heap, m.place, near, size)
        count, size, first, who, cost = movers_to(m, search, count, size - 1, j, best)
        steps += 1
        if first < best:
            best, end, winner, winner_cost = first, j, who, cost
            if offer_of(m, who) >= 0:
                end, winner = offer_of(m, who), NOBODY
    settle(m, count, far, -1)
    if winner >= 0:
        attach(m, winner, end, winner_cost)
    else:
        m.free[end] += 1
    move_up(m, source, end)
    for at in range(count):
        if near[m.met[at]] < far:
            call_forward(m, m.met[at])
    return int(best - far)


@kernel_in_place
def movers_to(m: Market, search: int, count: int, size: int, j: int, best: int) -> tuple[int, int, int, int, int]:
    """Note all who would move to offer ``j``, as ways to where they leave.

    How many offers were met, the size of the heap, the nearest end that is nearer than ``best``, and by whom it
    is reached, at what cost: somebody who goes without, or who leaves a place that nobody wants.
    """
    price, promise, near, mark, held, k = m.price, m.promise, m.near, m.mark, m.held, len(m.near)
    broken, base, least = m.terms[0], near[j] + price[j] + m.terms[1], near[j]
    who, who_cost = NOBODY, 0
    a = first_entry(m, j)
    while a != NOBODY:
        h, cost, a = entry(m, j, a)
        left = held[h] >> OFFER
        distance = base + cost - (held[h] & COST) - price[left]
        if held[h] & BROKEN:
            distance -= broken
        if distance >= best or left == j:
            continue  # most; the rest is for the few that are left
        if promise[h] >= 0 and promise[h] != j:
            distance += broken
        distance = max(distance, least)
        if distance >= best:
            continue
        if left < k and (mark[left] != search or distance < near[left]):
            count, size = reach(m, search, count, size, left, distance, h, j, cost)
        there = distance + price[left] if left < k else distance
        if there < best:
            best, who, who_cost = there, h, cost
    return count, size, best, who, who_cost


@kernel_in_place
def move_up(m: Market, source: int, end: int) -> None:
    """Move everybody on the way from ``end`` to ``source``."""
    while end != source:
        mover, via, cost = m.mover[end], m.via[end], m.mover_cost[end]
        detach(m, mover)
        attach(m, mover, via, cost)
        end = via


@kernel_in_place
def call_forward(m: Market, j: int) -> None:
    """Lower the keys of those for whom offer ``j`` is better now than what they could have had instead."""
    promise, other, price, broken = m.promise, m.other, m.price[j], m.terms[0]
    a = first_entry(m, j)
    while a != NOBODY:
        h, cost, a = entry(m, j, a)
        this = cost + price
        if this >= other[h]:
            continue
        if promise[h] >= 0 and promise[h] != j:
            this += broken
        here = offer_of(m, h)
        if this < other[h] and here >= 0 and here != j:
            other[h] = this
            come_forward(m, here, h, this - cost_of_place(m, h))
