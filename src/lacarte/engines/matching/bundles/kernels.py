"""The loops of the bundle engine: the cheapest way to serve a bundle, and prices that move.

Values are float64 that hold whole numbers below 2**53, so that sums are exact whatever their order.
All kernels are in this one file, as numba's cache demands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lacarte.engines.compiling import kernel


@kernel
def fill_grids(starts: Any, lot: Any, rules: Any, attribute: Any, begin: Any, end: Any, grid: Any) -> None:
    """Enter each rule (grid, first part, second part, is the first the earlier, kind, saving) into its grid."""
    for r in range(len(rules)):
        at, first, second, forward, kind, saving = rules[r]
        rows, columns = starts[first + 1] - starts[first], starts[second + 1] - starts[second]
        for x in range(rows):
            for y in range(columns):
                a, b = lot[starts[first] + x], lot[starts[second] + y]
                if kind == 3:  # apart
                    holds = end[a] <= begin[b] or end[b] <= begin[a]
                elif kind == 4:  # after
                    holds = begin[b] >= end[a]
                else:
                    holds = attribute[kind, a] == attribute[kind, b]
                cell = at + (x * columns + y if forward == 1 else y * rows + x)
                if not holds and saving < 0:
                    grid[cell] = -1
                elif holds and saving > 0 and grid[cell] >= 0:
                    grid[cell] += saving


@kernel
def lay_out(first: int, last: int, book: Any, price: Any, left: Any, table: Any) -> bool:
    """Sort the ways to serve parts ``first`` to ``last`` at these prices; False when a part has none."""
    starts, lot, cost, skip = book.candidate_start, book.lot, book.cost, book.skip
    for d in range(last - first):
        found, way, value = 0, table.way[d], table.value[d]
        if skip[first + d] >= 0:
            way[0], value[0] = -1, float(skip[first + d])
            found = 1
        for c in range(starts[first + d], starts[first + d + 1]):
            j = lot[c]
            if left[j] <= 0:
                continue
            v = cost[c] + price[j]
            at = found
            while at > 0 and value[at - 1] > v:
                value[at], way[at] = value[at - 1], way[at - 1]
                at -= 1
            value[at], way[at] = v, c
            found += 1
        if found == 0:
            return False
        table.ways[d] = found
    return True


@kernel
def saves(d: int, first: int, pairs: Any, starts: Any, lot: Any, left: Any, way: Any, at: Any) -> int:
    """What part ``d``'s way saves together with those of the parts before; -1 when it may not join them."""
    c, saved, uses = way[d, at[d]], 0, 1
    if c < 0:
        return 0
    for e in range(d):
        other = way[e, at[e]]
        if other >= 0 and lot[other] == lot[c]:
            uses += 1
    if uses > left[lot[c]]:
        return -1
    begin, end, earlier, later, pair_grid, grid = pairs
    columns = starts[first + d + 1] - starts[first + d]
    for q in range(begin, end):
        if later[q] != d:
            continue
        x = way[earlier[q], at[earlier[q]]]
        if x >= 0:
            found = grid[pair_grid[q] + (x - starts[first + earlier[q]]) * columns + c - starts[first + d]]
            if found < 0:
                return -1
            saved += found
    return saved


@kernel
def look_ahead(b: int, parts: int, book: Any, table: Any) -> None:
    """What the parts from each depth on add at least: each its cheapest way, each pair its best saving."""
    table.rest[parts] = 0.0
    for d in range(parts - 1, -1, -1):
        table.rest[d] = table.rest[d + 1] + table.value[d, 0]
        for q in range(book.pair_start[b], book.pair_start[b + 1]):
            if book.later[q] == d:
                table.rest[d] -= book.pair_most[q]


@kernel
def cheapest(b: int, limit: float, book: Any, price: Any, left: Any, table: Any) -> float:
    """The least cost plus prices at which ``b`` is served out of ``left``, into ``table.pick``; or ``limit``.

    Depth first over the parts, cheapest ways first, cut where even the best rest is no better.
    """
    first, starts, lot = book.part_start[b], book.candidate_start, book.lot
    parts = book.part_start[b + 1] - first
    if not lay_out(first, first + parts, book, price, left, table):
        return limit
    look_ahead(b, parts, book, table)
    way, value, ways, at, sums, rest, _ = table
    pairs = (book.pair_start[b], book.pair_start[b + 1], book.earlier, book.later, book.pair_grid, book.grid)
    best, d = limit, 0
    at[0], sums[0] = 0, 0.0
    while d >= 0:
        if at[d] == ways[d] or sums[d] + value[d, at[d]] - value[d, 0] + rest[d] >= best:
            d -= 1
            if d >= 0:
                at[d] += 1
            continue
        saved = saves(d, first, pairs, starts, lot, left, way, at)
        if saved >= 0:
            sums[d + 1] = sums[d] + value[d, at[d]] - saved
            if d + 1 < parts:
                d += 1
                at[d] = 0
                continue
            if sums[parts] < best and something(parts, way, at, table.pick):
                best = sums[parts]
        at[d] += 1
    return best


@kernel
def something(parts: int, way: Any, at: Any, pick: Any) -> bool:
    """Copy the ways looked at into ``pick``, unless every part would be left out."""
    chosen = False
    for d in range(parts):
        chosen = chosen or way[d, at[d]] >= 0
    if chosen:
        for d in range(parts):
            pick[d] = way[d, at[d]]
    return chosen


@kernel
def evaluate(book: Any, price: Any, left: Any, surplus: Any, table: Any) -> int:
    """The sum over bundles of the cheaper of penalty and being served; ``surplus``: what being served saves."""
    total = 0
    for b in range(len(surplus)):
        penalty = book.penalty[b]
        value = cheapest(b, float(penalty), book, price, left, table)
        surplus[b] = penalty - value
        total += int(value)
    return total


@kernel
def sweep(book: Any, order: Any, price: Any, rate: Any, capacity: Any, left: Any, taken: Any, table: Any) -> None:
    """Let bundles in turn take their cheapest way; each raises the prices there, capacity lowers them.

    An incremental subgradient step for each bundle (Nedić and Bertsekas 2001), in blocks: capacity comes
    in evenly, at the end of each block. ``taken`` counts how often each candidate was taken.
    """
    n, block = len(order), 256
    for start in range(0, n, block):
        end = min(start + block, n)
        for b in order[start:end]:
            penalty = float(book.penalty[b])
            if cheapest(b, penalty, book, price, left, table) >= penalty:
                continue
            for d in range(book.part_start[b + 1] - book.part_start[b]):
                if table.pick[d] >= 0:
                    j = book.lot[table.pick[d]]
                    price[j] += rate[j]
                    taken[table.pick[d]] += 1
        share = (end - start) / n
        for j in range(len(price)):
            price[j] = max(price[j] - rate[j] * capacity[j] * share, 0.0)


@kernel
def cost_of(b: int, book: Any, choice: Any) -> int:
    """What serving ``b`` as chosen costs, after savings."""
    first, total = book.part_start[b], 0
    for p in range(first, book.part_start[b + 1]):
        total += book.cost[choice[p]] if choice[p] >= 0 else book.skip[p]
    for q in range(book.pair_start[b], book.pair_start[b + 1]):
        e, d = first + book.earlier[q], first + book.later[q]
        if choice[e] >= 0 and choice[d] >= 0:
            x, y = choice[e] - book.candidate_start[e], choice[d] - book.candidate_start[d]
            columns = book.candidate_start[d + 1] - book.candidate_start[d]
            total -= book.grid[book.pair_grid[q] + x * columns + y]
    return total


@kernel
def seat(b: int, pick: Any, book: Any, now: Any) -> None:
    """Serve ``b`` as ``pick`` says; lots may be overfull for a moment."""
    first = book.part_start[b]
    now.served[b] = True
    for p in range(first, book.part_start[b + 1]):
        c = pick[p - first]
        now.choice[p] = c
        if c < 0:
            continue
        j = book.lot[c]
        now.left[j] -= 1
        if now.left[j] <= 0:
            now.toll[j] = now.price[j]
        now.before[p], now.after[p] = -1, now.head[j]
        if now.head[j] >= 0:
            now.before[now.head[j]] = p
        now.head[j] = p


@kernel
def unseat(b: int, book: Any, now: Any) -> None:
    """Take ``b`` out of everything it holds."""
    now.served[b] = False
    for p in range(book.part_start[b], book.part_start[b + 1]):
        c = now.choice[p]
        if c < 0:
            continue
        j = book.lot[c]
        now.choice[p] = -1
        now.left[j] += 1
        if now.left[j] > 0:
            now.toll[j] = 0.0
        if now.before[p] >= 0:
            now.after[now.before[p]] = now.after[p]
        else:
            now.head[j] = now.after[p]
        if now.after[p] >= 0:
            now.before[now.after[p]] = now.before[p]


@kernel
def fill(order: Any, strict: bool, book: Any, now: Any, table: Any) -> None:
    """Serve in this order who finds free places; with ``strict`` only who is worth their prices."""
    for b in order:
        limit = float(book.penalty[b]) if strict else 2.0**60
        if not now.served[b] and cheapest(b, limit, book, now.price, now.left, table) < limit:
            seat(b, table.pick, book, now)


@kernel
def weakest(j: int, chain: int, book: Any, now: Any, table: Any) -> int:
    """Of the first holders of lot ``j`` that this chain has not moved, who loses least by leaving; or -1."""
    who, least, p = -1, 2.0**60, now.head[j]
    now.open[j] = 0
    for _ in range(64):  # enough to find one who hardly minds
        if p < 0:
            break
        h = book.bundle[p]
        p = now.after[p]
        if now.touched[h] == chain:
            continue
        held = float(cost_of(h, book, now.choice))
        for own in range(book.part_start[h], book.part_start[h + 1]):
            if now.choice[own] >= 0 and book.lot[now.choice[own]] != j:
                held += now.toll[book.lot[now.choice[own]]]
        penalty = float(book.penalty[h])
        loss = cheapest(h, min(penalty, least + held), book, now.toll, now.open, table) - held
        if loss < least:
            who, least = h, loss
    now.open[j] = 2**40
    return who


@kernel
def chain_from(b: int, chain: int, longest: int, book: Any, now: Any, moved: Any, was: Any, table: Any) -> int:
    """Serve ``b`` at any price it is worth; who is pushed out looks anew, and so on; how many were moved.

    ``moved`` lists them, ``was`` what they had: ``was[i, 5]`` is 1 for those that were served,
    ``was[i, 6]`` what they added to the objective.
    """
    mine = np.empty(5, dtype=np.int64)
    size = note(0, b, chain, book, now, moved, was)
    at = 0
    while at < size and size < longest:
        x = moved[at]
        at += 1
        penalty = book.penalty[x] * (2.0 if at == 1 else 1.0)  # prices are guesses: the first may overpay
        if cheapest(x, penalty, book, now.toll, now.open, table) >= penalty:
            continue
        parts = book.part_start[x + 1] - book.part_start[x]
        mine[:parts] = table.pick[:parts]
        seat(x, mine, book, now)
        for d in range(parts):
            while mine[d] >= 0 and now.left[book.lot[mine[d]]] < 0:
                h = weakest(book.lot[mine[d]], chain, book, now, table)
                if h < 0 or size == longest:
                    unseat(x, book, now)
                    break
                size = note(size, h, chain, book, now, moved, was)
            if not now.served[x]:
                break
    return size


@kernel
def note(size: int, b: int, chain: int, book: Any, now: Any, moved: Any, was: Any) -> int:
    """Write down what ``b`` has, and take it away."""
    first = book.part_start[b]
    moved[size], was[size, 5] = b, 1 if now.served[b] else 0
    was[size, 6] = cost_of(b, book, now.choice) if now.served[b] else book.penalty[b]
    for d in range(book.part_start[b + 1] - first):
        was[size, d] = now.choice[first + d]
    now.touched[b] = chain
    if now.served[b]:
        unseat(b, book, now)
    return size + 1


@kernel
def better(size: int, book: Any, now: Any, moved: Any, was: Any, balance: Any) -> bool:
    """Are more served of the most urgent class whose number changed, or as many everywhere at less cost?"""
    change = 0
    for i in range(size):
        b = moved[i]
        balance[book.rank[b]] += int(now.served[b]) - was[i, 5]
        change += cost_of(b, book, now.choice) if now.served[b] else book.penalty[b]
        change -= was[i, 6]
    verdict = 0
    for i in range(len(balance)):
        if verdict == 0:
            verdict = balance[i]
        balance[i] = 0
    return bool(verdict > 0 or (verdict == 0 and change < 0))


@kernel
def roll_back(size: int, book: Any, now: Any, moved: Any, was: Any) -> None:
    """Give everybody what they had before the chain."""
    for i in range(size):
        if now.served[moved[i]]:
            unseat(moved[i], book, now)
    for i in range(size):
        if was[i, 5] == 1:
            seat(moved[i], was[i], book, now)


@kernel
def improve(order: Any, chain: int, book: Any, now: Any, moved: Any, was: Any, balance: Any, table: Any) -> None:
    """Try a chain from each bundle in this order; those that make nothing better are taken back."""
    for b in order:
        size = chain_from(b, chain, len(moved), book, now, moved, was, table)
        if not better(size, book, now, moved, was, balance):
            roll_back(size, book, now, moved, was)
        chain += 1
