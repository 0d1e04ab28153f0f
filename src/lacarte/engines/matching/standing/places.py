"""Who has which place in a standing match, what it costs, and the proof that nobody could do much better."""

from __future__ import annotations

from lacarte.engines.compiling import kernel_in_place
from lacarte.engines.matching.auction.kernels import half
from lacarte.engines.matching.standing.holders import NOBODY, join, leave
from lacarte.engines.matching.standing.market import BROKEN, COST, GONE, OFFER, Market

HALF = 31
HALF_MASK = (1 << HALF) - 1


@kernel_in_place
def offer_of(m: Market, i: int) -> int:
    """The offer of need ``i``, or -1."""
    j = m.held[i] >> OFFER
    return int(j) if j < len(m.near) else NOBODY


@kernel_in_place
def limit_of(m: Market, i: int) -> int:
    """What going without costs need ``i``."""
    return int(m.price[m.without[i]])


@kernel_in_place
def cost_of_place(m: Market, i: int) -> int:
    """What need ``i`` has costs it, a broken promise included and the price left out."""
    held = m.held[i]
    return int((held & COST) + m.terms[0] if held & BROKEN else held & COST)


@kernel_in_place
def settle_in(m: Market, i: int) -> None:
    """Put need ``i`` among the holders of its offer, where it belongs."""
    arc, bits, mask, price = m.arc, half(m.arc), (1 << half(m.arc)) - 1, m.price
    here, promise, broken = m.held[i] >> OFFER, m.promise[i], m.terms[0]
    best = limit_of(m, i)
    for a in range(m.row[i], m.row_end[i]):
        j = (arc[a] >> bits) & mask
        cost = (arc[a] & mask) + price[j]
        if promise >= 0 and promise != j:
            cost += broken
        if cost < best and j != here:
            best = cost
    m.other[i], m.key[i] = best, best - cost_of_place(m, i)
    join(m, here, i)


@kernel_in_place
def attach(m: Market, i: int, j: int, cost: int) -> None:
    """Give need ``i`` a place at offer ``j``."""
    broken = m.promise[i] >= 0 and m.promise[i] != j
    m.held[i] = int(j) << OFFER | (BROKEN if broken else 0) | int(cost)
    settle_in(m, i)
    note(m, i)


@kernel_in_place
def detach(m: Market, i: int) -> int:
    """Take need ``i`` from its offer, which is returned."""
    j = offer_of(m, i)
    leave(m, j, i)
    m.held[i] = int(m.without[i]) << OFFER
    return j


@kernel_in_place
def note(m: Market, i: int) -> None:
    """Remember that need ``i`` has something else now."""
    if m.changed[0] + 1 < len(m.changed):
        m.changed[0] += 1
        m.changed[m.changed[0]] = i


@kernel_in_place
def settle_all_in(m: Market, count: int) -> None:
    """Enter the needs ``0..count`` at the offers that ``held`` says."""
    for i in range(count):
        if offer_of(m, i) >= 0:
            settle_in(m, i)


@kernel_in_place
def add_arcs(m: Market, i: int, count: int) -> None:
    """Enter the arcs of the new need ``i`` into the columns; ``count`` extra arcs were there before."""
    arc, bits, mask = m.arc, half(m.arc), (1 << half(m.arc)) - 1
    for a in range(m.row[i], m.row_end[i]):
        j = (arc[a] >> bits) & mask
        m.extra_next[count], m.extra_need[count] = m.extra[j], i
        m.extra_cost[count] = arc[a] & mask
        m.extra[j] = count
        count += 1


@kernel_in_place
def first_entry(m: Market, j: int) -> int:
    """Where the column of offer ``j`` begins; -1 when it is empty. See :func:`entry`."""
    a = m.column[j]
    return int(a if a < m.column[j + 1] else -2 - m.extra[j])


@kernel_in_place
def entry(m: Market, j: int, a: int) -> tuple[int, int, int]:
    """Need and cost at ``a`` in the column of offer ``j``, and where the next entry is, -1 after the last.

    Extra arc ``e`` has the number -2 - e.
    """
    if a < 0:
        return m.extra_need[-2 - a], m.extra_cost[-2 - a], -2 - m.extra_next[-2 - a]
    return m.column_need[a], m.column_cost[a], a + 1 if a + 1 < m.column[j + 1] else -2 - m.extra[j]


@kernel_in_place
def proof(m: Market, low: int, high: int) -> tuple[int, int, int, int]:
    """What the needs ``low..high`` pay in places and limits, and the least they could at these prices.

    Both as a pair (sum of high halves, sum of low halves of 31 bits), which no number of needs overflows; what is
    paid for offers is not in the second.
    """
    arc, bits, mask = m.arc, half(m.arc), (1 << half(m.arc)) - 1
    paid_high, paid_low, least_high, least_low = 0, 0, 0, 0
    for i in range(low, high):
        value, promise = limit_of(m, i), m.promise[i]
        if value == GONE:
            continue
        paid = value if offer_of(m, i) < 0 else cost_of_place(m, i)
        for a in range(m.row[i], m.row_end[i]):
            j = (arc[a] >> bits) & mask
            cost = (arc[a] & mask) + m.price[j]
            value = min(value, cost + m.terms[0] if promise >= 0 and promise != j else cost)
        paid_high, paid_low = paid_high + (paid >> HALF), paid_low + (paid & HALF_MASK)
        least_high, least_low = least_high + (value >> HALF), least_low + (value & HALF_MASK)
    return paid_high, paid_low, least_high, least_low
