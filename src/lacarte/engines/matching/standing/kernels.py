"""Changes to a standing match: the cheapest way in for somebody, the best use of a place that became free.

Both are shortest paths over offers, in what the exchanges of their holders cost at the present prices, plus
``epsilon`` for each. Nobody can do better than they have by more than that, so no step costs less than nothing
and Dijkstra's method applies; raising (or lowering) the price of each offer on the way by how much nearer it is
than the end keeps it so. With an epsilon of 0 the match stays the exact optimum; with a larger one fewer people
are moved, and nobody pays more than epsilon above the least. A search that has looked at ``most`` offers takes
the best end it knows, and says by how much a longer search might have done better. Source: successive shortest
paths, Edmonds and Karp 1972; prices as in Tomizawa 1971.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.auction.kernels import half

Array = Any
FAR = 1 << 62
HALF = 31
HALF_MASK = (1 << HALF) - 1
NOBODY = -1
ARRIVED = -2  # came to an offer from outside, with the change itself


# In the hot loops arrays are taken out of the tuple first: compiled code counts references to each array at every
# access through it.


class Market(NamedTuple):
    """A standing match as arrays, with room for needs and arcs to come.

    ``n`` rows of needs (``row``, ``row_end`` into ``arc``), ``k`` columns of offers (those that were there at
    first, then a chain of ``extra`` arcs). ``limit`` is -1 for a need that has gone. ``promise`` is the offer a
    need was promised, or -1: any other costs ``terms[0]`` more. ``terms[1]`` is epsilon, ``terms[2]`` what a
    search that is cut short may lose at the most. ``value`` is what each need pays: its place and the price
    there, or its limit. The last group is scratch.
    """

    row: Array  # int64[n]
    row_end: Array  # int64[n]
    arc: Array  # int64[m] or int32[m]
    limit: Array  # int64[n]
    promise: Array  # int32[n]
    terms: Array  # int64[3]
    column: Array  # int64[k + 1]
    column_need: Array  # int32[m]
    column_cost: Array  # int32[m]
    extra: Array  # int64[k], the newest extra arc of each column, or -1
    extra_next: Array  # int64[e]
    extra_need: Array  # int32[e]
    extra_cost: Array  # int32[e]
    price: Array  # int64[k]
    free: Array  # int64[k]
    mate: Array  # int32[n]
    mate_cost: Array  # int64[n]
    value: Array  # int64[n]
    holder: Array  # int32[k], the first of each offer's holders, or -1
    after: Array  # int32[n], the next holder of the same offer
    before: Array  # int32[n]
    near: Array  # int64[k], distance of the search
    mover: Array  # int32[k], who would move to (from) the offer
    via: Array  # int32[k], from (to) which offer
    mover_cost: Array  # int64[k]
    mark: Array  # int64[k], the number of the search that met the offer last
    heap: Array  # int32[k]
    place: Array  # int32[k], where in the heap the offer is
    met: Array  # int32[k], the offers that this search met
    changed: Array  # int32[1 + k], how many needs moved, and who


@kernel
def cost_for(m: Market, i: int, j: int, cost: int) -> int:
    """What offer ``j`` costs need ``i``, a broken promise included."""
    if m.promise[i] >= 0 and m.promise[i] != j:
        return int(cost + m.terms[0])
    return cost


@kernel
def attach(m: Market, i: int, j: int, cost: int) -> None:
    """Give need ``i`` a place at offer ``j``."""
    m.mate[i], m.mate_cost[i], m.value[i] = j, cost, cost_for(m, i, j, cost) + m.price[j]
    m.after[i], m.before[i] = m.holder[j], NOBODY
    if m.holder[j] >= 0:
        m.before[m.holder[j]] = i
    m.holder[j] = i
    if m.changed[0] + 1 < len(m.changed):
        m.changed[0] += 1
        m.changed[m.changed[0]] = i


@kernel
def detach(m: Market, i: int) -> int:
    """Take need ``i`` from its offer, which is returned."""
    j = m.mate[i]
    if m.before[i] >= 0:
        m.after[m.before[i]] = m.after[i]
    else:
        m.holder[j] = m.after[i]
    if m.after[i] >= 0:
        m.before[m.after[i]] = m.before[i]
    m.mate[i], m.value[i] = NOBODY, m.limit[i]
    return int(j)


@kernel
def reprice(m: Market, j: int, by: int) -> None:
    """Change the price of offer ``j``, and with it what its holders pay."""
    m.price[j] += by
    h = m.holder[j]
    while h >= 0:
        m.value[h] += by
        h = m.after[h]


@kernel
def rise(m: Market, at: int, j: int) -> None:
    """Put offer ``j`` into the heap of distances at ``at`` or above."""
    while at > 0:
        parent = (at - 1) // 2
        if m.near[m.heap[parent]] <= m.near[j]:
            break
        m.heap[at] = m.heap[parent]
        m.place[m.heap[at]] = at
        at = parent
    m.heap[at] = j
    m.place[j] = at


@kernel
def nearest(m: Market, size: int) -> int:
    """Take the nearest of ``size`` offers out of the heap."""
    top, last = m.heap[0], m.heap[size - 1]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size - 1:
            break
        if child + 1 < size - 1 and m.near[m.heap[child + 1]] < m.near[m.heap[child]]:
            child += 1
        if m.near[m.heap[child]] >= m.near[last]:
            break
        m.heap[at] = m.heap[child]
        m.place[m.heap[at]] = at
        at = child
    m.heap[at] = last
    m.place[last] = at
    return int(top)


@kernel
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
    rise(m, m.place[j], j)
    return count, size


@kernel
def way_in(m: Market, i: int, source: int, search: int, most: int) -> int:
    """Bring need ``i`` in, or (``i`` negative) find room for one of those at ``source``, which loses a place.

    Whoever goes without in the end is who costs least. Returns by how much the gap may have grown.
    """
    row, row_end, arc, price, promise = m.row, m.row_end, m.arc, m.price, m.promise
    near, mark, value, limit, after = m.near, m.mark, m.value, m.limit, m.after
    broken, epsilon, tolerated = m.terms[0], m.terms[1], m.terms[2]
    bits, mask = half(arc), (1 << half(arc)) - 1
    count, size, best, end, loser = 0, 0, FAR, NOBODY, i
    if i >= 0:
        best = limit[i]
        for a in range(row[i], row_end[i]):
            j, cost = (arc[a] >> bits) & mask, arc[a] & mask
            if cost + price[j] < best:
                count, size = reach(m, search, count, size, j, cost + price[j], i, ARRIVED, cost)
    else:
        count, size = reach(m, search, count, size, source, 0, NOBODY, ARRIVED, 0)
    far, looked = best, 0
    while size > 0 and near[m.heap[0]] < best:
        if looked >= most and best - near[m.heap[0]] <= tolerated:
            far = near[m.heap[0]]
            break
        j = nearest(m, size)
        size, looked = size - 1, looked + 1
        if m.free[j] > 0:
            best, end, loser = near[j], j, NOBODY
            break
        h = m.holder[j]
        while h >= 0:
            base, kept = near[j] + epsilon - value[h], promise[h]
            if base + limit[h] < best:
                best, end, loser = base + limit[h], j, h
            for a in range(row[h], row_end[h]):
                o, cost = (arc[a] >> bits) & mask, arc[a] & mask
                distance = base + cost + price[o]
                if kept >= 0 and kept != o:
                    distance += broken
                if distance < best and (mark[o] != search or distance < near[o]):
                    distance = max(distance, near[j])
                    count, size = reach(m, search, count, size, o, distance, h, j, cost)
            h = after[h]
    far = min(far, best)
    for at in range(count):
        if m.near[m.met[at]] < far:
            reprice(m, m.met[at], far - m.near[m.met[at]])
    if end >= 0:
        if loser >= 0:
            detach(m, loser)
            note_loser(m, loser)
        else:
            m.free[end] -= 1
        follow_in(m, end)
    return int(best - far)


@kernel
def note_loser(m: Market, i: int) -> None:
    """Remember that need ``i`` goes without now."""
    if m.changed[0] + 1 < len(m.changed):
        m.changed[0] += 1
        m.changed[m.changed[0]] = i


@kernel
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


@kernel
def best_use(m: Market, source: int, search: int, most: int) -> int:
    """Use one more place at ``source``, whose price says that somebody wants it.

    Somebody who goes without comes in, or people move up until a place is left where nobody wants one more.
    Returns by how much the gap may have grown.
    """
    price, promise, near, mark, value, limit, mate = m.price, m.promise, m.near, m.mark, m.value, m.limit, m.mate
    column_need, column_cost = m.column_need, m.column_cost
    broken, epsilon, tolerated = m.terms[0], m.terms[1], m.terms[2]
    best, end, winner, winner_cost = price[source], source, NOBODY, 0
    count, size = reach(m, search, 0, 0, source, 0, NOBODY, ARRIVED, 0)
    far, looked = best, 0
    while size > 0 and near[m.heap[0]] < best:
        if looked >= most and best - near[m.heap[0]] <= tolerated:
            far = near[m.heap[0]]
            break
        j = nearest(m, size)
        size, looked = size - 1, looked + 1
        base = near[j] + price[j] + epsilon
        a, last, extra = m.column[j], m.column[j + 1], m.extra[j]
        while a < last or extra >= 0:
            if a < last:
                h, cost = column_need[a], column_cost[a]
                a += 1
            else:
                h, cost = m.extra_need[extra], m.extra_cost[extra]
                extra = m.extra_next[extra]
            distance = base + cost - value[h]
            if distance >= best:
                continue
            left = mate[h]
            if promise[h] >= 0 and promise[h] != j:
                distance += broken
            distance = max(distance, near[j])
            if distance >= best or left == j or limit[h] < 0:
                continue
            if left < 0:
                best, end, winner, winner_cost = distance, j, h, cost
                continue
            if distance + price[left] < best:
                best, end, winner = distance + price[left], left, NOBODY
            if mark[left] != search or distance < near[left]:
                count, size = reach(m, search, count, size, left, distance, h, j, cost)
    far = min(far, best)
    for at in range(count):
        if m.near[m.met[at]] < far:
            reprice(m, m.met[at], m.near[m.met[at]] - far)
    if winner >= 0:
        attach(m, winner, end, winner_cost)
    else:
        m.free[end] += 1
    while end != source:
        mover, via, cost = m.mover[end], m.via[end], m.mover_cost[end]
        detach(m, mover)
        attach(m, mover, via, cost)
        end = via
    return int(best - far)


@kernel
def proof(m: Market, low: int, high: int) -> tuple[int, int, int, int]:
    """What the needs ``low..high`` pay in places and limits, and the least they could at these prices.

    Both as a pair (sum of high halves, sum of low halves of 31 bits), which no number of needs overflows; what is
    paid for offers is not in the second.
    """
    arc, bits, mask = m.arc, half(m.arc), (1 << half(m.arc)) - 1
    paid_high, paid_low, least_high, least_low = 0, 0, 0, 0
    for i in range(low, high):
        if m.limit[i] < 0:
            continue
        paid = m.limit[i] if m.mate[i] < 0 else cost_for(m, i, m.mate[i], m.mate_cost[i])
        value = m.limit[i]
        for a in range(m.row[i], m.row_end[i]):
            j = (arc[a] >> bits) & mask
            value = min(value, cost_for(m, i, j, arc[a] & mask) + m.price[j])
        paid_high, paid_low = paid_high + (paid >> HALF), paid_low + (paid & HALF_MASK)
        least_high, least_low = least_high + (value >> HALF), least_low + (value & HALF_MASK)
    return paid_high, paid_low, least_high, least_low


@kernel
def link_all(m: Market, count: int) -> None:
    """Make the lists of holders of the needs ``0..count`` from ``mate``."""
    for i in range(count - 1, -1, -1):
        if m.mate[i] >= 0:
            attach(m, i, m.mate[i], m.mate_cost[i])
    m.changed[0] = 0


@kernel
def add_arcs(m: Market, i: int, count: int) -> None:
    """Enter the arcs of the new need ``i`` into the columns; ``count`` extra arcs were there before."""
    arc, bits, mask = m.arc, half(m.arc), (1 << half(m.arc)) - 1
    for a in range(m.row[i], m.row_end[i]):
        j = (arc[a] >> bits) & mask
        m.extra_next[count], m.extra_need[count] = m.extra[j], i
        m.extra_cost[count] = arc[a] & mask
        m.extra[j] = count
        count += 1
