"""Candidates of many needs by a uniform grid of offers, one for each kind of service.

A need looks at rings of cells around its own and stops where nothing better can follow. The rules are those of
:mod:`candidate_pairs`, asked in the same order; tests hold the two to each other. All in one file, since numba's
cache does not see changes across files. ``a`` is the record of a need, ``o`` that of an offer, ``j`` its number;
the best ``found`` offers so far, ``wanted`` at most, are ``who``, their costs and prices ``value``.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Arguments are arrays and records whose types numba works out; candidate_grid.py, which calls, is typed.

from __future__ import annotations

import numpy as np

from lacarte.engines.compiling import kernel

# The numbers of candidate_tables.Reason, as compiled code takes them.
AGREEMENT, ELIGIBILITY, HOUSEHOLD, MODE, LANGUAGE, DEADLINE, REACH, CAPACITY = 2, 3, 4, 5, 6, 7, 8, 9
#: Rounding must not make a ring seem farther than it is.
SLACK_METRES = 1e-6
NEVER, MASK = 2**63 - 1, 2**32 - 1
#: Needs in a box; candidates put in order without sorting; offers between two checks whether to go on.
IN_A_BOX, FEW, STRIDE = 64, 64, 16


@kernel
def at_home(a, o):
    """Is no agreement needed?"""
    return a.region == o.region or a.region == 0 or o.region == 0


@kernel
def agreed(a, o, agreements):
    """Is there an agreement by which the offer may serve the region of the need?"""
    low, high = 0, len(agreements)
    while low < high:
        half = (low + high) // 2
        deal = agreements[half]
        if deal.supplier < o.region or (deal.supplier == o.region and deal.beneficiary < a.region):
            low = half + 1
        else:
            high = half
    while (
        low < len(agreements) and agreements[low].supplier == o.region and agreements[low].beneficiary == a.region
    ):
        if agreements[low].type_first <= a.service_type <= agreements[low].type_last:
            return True
        low += 1
    return False


@kernel
def apart(bits, others):
    """Are both known, and nothing in common?"""
    return bits != 0 and others != 0 and bits & others == 0


@kernel
def remote(a, o, rule):
    """Does nobody travel?"""
    offered = o.modes & rule.remote_modes
    return offered != 0 and (a.modes == 0 or a.modes & offered != 0)


@kernel
def forbidden(a, o, square, rule):
    """The first rule but for agreements that forbids the pair, ``square`` metres apart; 0 if none does."""
    if o.required & ~a.eligible != 0:
        return ELIGIBILITY
    if a.household > o.household:
        return HOUSEHOLD
    if rule.mode_misfit < 0 and apart(a.modes, o.modes):
        return MODE
    if rule.language_misfit < 0 and apart(a.languages, o.languages):
        return LANGUAGE
    if max(a.earliest, o.first) > min(a.deadline, o.last):
        return DEADLINE
    limit = min(a.square, o.square)
    beyond = square > limit if square == square else limit < np.inf and not rule.unknown_place_fits
    if beyond and not remote(a, o, rule):
        return REACH
    return 0


@kernel
def seconds(metres, rule):
    """As ``geography.travel_seconds``, to the nearest second."""
    street = metres * rule.detour
    walked = min(street, rule.walking_limit)
    return int(walked / rule.walking + (street - walked) / rule.transit + 0.5)


@kernel
def travel(a, o, square, rule):
    """Seconds on the way."""
    if remote(a, o, rule):
        return 0
    return seconds(np.sqrt(square), rule) if square == square else rule.unknown_travel


@kernel
def misfit(a, o):
    """1 where no language is shared, plus 2 where no mode is."""
    return int(apart(a.languages, o.languages)) + 2 * int(apart(a.modes, o.modes))


@kernel
def besides(a, o, rule):
    """What the pair costs but for the way."""
    wait = max(np.int64(o.first) - np.int64(a.earliest), 0) * rule.wait_per_bucket
    wrong = misfit(a, o)
    return o.own + wait + (wrong & 1) * rule.language_misfit + (wrong >> 1) * rule.mode_misfit


@kernel
def square_metres(a, o):
    """Of the straight line between the two; NaN where a place is not known."""
    east, north = o.x - a.x, o.y - a.y
    return east * east + north * north


@kernel
def sift(at, count, value, who):
    """Let an entry sink in a heap with the worst on top."""
    worth, j = value[at], who[at]
    while 2 * at + 1 < count:
        below = 2 * at + 1
        right = below + 1
        if right < count and (
            value[right] > value[below] or (value[right] == value[below] and who[right] > who[below])
        ):
            below = right
        if worth > value[below] or (worth == value[below] and j > who[below]):
            break
        value[at], who[at] = value[below], who[below]
        at = below
    value[at], who[at] = worth, j


@kernel
def look(a, listed, first, last, rule, agreements, ceiling, found, wanted, value, who):
    """Weigh offers; the ``found`` best so far are in no order until ``wanted``, then a heap, the worst on top.

    Counting references to arrays is what costs most here, so what is called for each offer takes records.
    """
    for at in range(first, last):
        o = listed[at]
        square = square_metres(a, o)
        if square > min(a.square, o.square) and not remote(a, o, rule):
            continue
        worth = min(travel(a, o, square, rule) + besides(a, o, rule), rule.cap) + o.price
        full = found == wanted
        if worth >= ceiling or (full and worth > value[0]):
            continue
        if full and worth == value[0] and o.number > who[0]:
            continue
        if forbidden(a, o, square, rule) != 0 or not (at_home(a, o) or agreed(a, o, agreements)):
            continue
        if full:
            value[0], who[0] = worth, o.number
            sift(0, wanted, value, who)
            continue
        value[found], who[found] = worth, o.number
        found += 1
        if found == wanted:
            for top in range(wanted // 2 - 1, -1, -1):
                sift(top, wanted, value, who)
    return found


@kernel
def look_in_order(a, listed, first, last, rule, agreements, ceiling, found, wanted, value, who):
    """As ``look`` for offers that are sorted by their own cost and price: it can stop."""
    at = first
    while at < last:
        least = min(listed[at].own, rule.cap) + listed[at].price
        if least >= ceiling or (found == wanted and least > value[0]):
            break
        upto = min(at + STRIDE, last)
        found = look(a, listed, at, upto, rule, agreements, ceiling, found, wanted, value, who)
        at = upto
    return found


@kernel
def gap(a, g, column, row, ring):
    """Metres to what lies outside the square of the rings before ``ring``; inf where nothing does.

    The outermost cells also hold all that lies beyond them, so a side that they are on is no limit.
    """
    if ring == 0:
        return 0.0
    west = a.x - (g.left + (column - ring + 1) * g.side) if column - ring >= 0 else np.inf
    east = g.left + (column + ring) * g.side - a.x if column + ring < g.across else np.inf
    south = a.y - (g.low + (row - ring + 1) * g.side) if row - ring >= 0 else np.inf
    north = g.low + (row + ring) * g.side - a.y if row + ring < g.up else np.inf
    return max(min(west, east, south, north) - SLACK_METRES, 0.0)


@kernel
def look_in_ring(
    a, g, column, row, ring, cells, listed, rule, agreements, ceiling, found, wanted, value, who,
):  # fmt: skip
    """As ``look`` for the cells at ``ring`` steps; those of a row follow each other."""
    left, right = max(column - ring, 0), min(column + ring, g.across - 1)
    for at in range(max(row - ring, 0), min(row + ring, g.up - 1) + 1):
        cell = g.cell + at * g.across
        whole = abs(at - row) == ring
        if whole or column - ring >= 0:
            first, last = cells[cell + left], cells[cell + (right if whole else left) + 1]
            if first < last:
                found = look(a, listed, first, last, rule, agreements, ceiling, found, wanted, value, who)
        if not whole and column + ring < g.across:
            first, last = cells[cell + right], cells[cell + right + 1]
            if first < last:
                found = look(a, listed, first, last, rule, agreements, ceiling, found, wanted, value, who)
    return found


@kernel
def look_in_group(a, g, cells, listed, rule, agreements, ceiling, wanted, value, who):
    """The ``wanted`` best offers of a group, below the ceiling; how many there are."""
    if a.x != a.x or a.y != a.y:
        first, last = g.all_first, g.all_last
        return look_in_order(a, listed, first, last, rule, agreements, ceiling, 0, wanted, value, who)
    first, last = g.free_first, g.free_last
    found = look_in_order(a, listed, first, last, rule, agreements, ceiling, 0, wanted, value, who)
    column = int(min(max((a.x - g.left) / g.side, 0.0), g.across - 1.0))
    row = int(min(max((a.y - g.low) / g.side, 0.0), g.up - 1.0))
    limit = min(a.square, g.square)
    for ring in range(g.across + g.up):
        metres = gap(a, g, column, row, ring)
        if metres == np.inf or metres * metres > limit:
            break
        least = min(g.least_own + seconds(metres, rule), rule.cap) + g.least_price
        if least >= ceiling or (found == wanted and least > value[0]):
            break
        found = look_in_ring(
            a, g, column, row, ring, cells, listed, rule, agreements, ceiling, found, wanted, value, who
        )
    return found


@kernel
def cheapest(
    order, first, last, most, most_full, ceiling, need, rule, agreements, groups, cells, listed,
    count, able, cut,
):  # fmt: skip
    """The best offers of the needs ``order[first:last]``, in no order; writes ``count``, ``able`` and ``cut``."""
    value, who = np.empty(max(most + 1, most_full), np.int64), np.empty(max(most + 1, most_full), np.int32)
    kept, filled = np.empty((last - first) * (most + most_full), np.int32), 0
    for at in range(first, last):
        i = order[at]
        a = need[i]
        if a.kind < 0:
            continue
        for full in range(2):
            g = groups[2 * a.kind + full]
            # One more than is kept shows whether there are more.
            wanted = most_full if full else most + 1
            if wanted == 0 or g.all_first == g.all_last:
                continue
            found = look_in_group(a, g, cells, listed, rule, agreements, ceiling[i], wanted, value, who)
            if full == 0:
                able[i], cut[i] = found > 0, found > most
                if found > most:
                    who[0] = who[most]
                    found = most
            for rank in range(found):
                kept[filled + rank] = who[rank]
            filled += found
            count[i] += found
    return kept[:filled].copy()


@kernel
def reasons(rows, need, rule, agreements, groups, listed, reason):
    """The last rule that an offer failed, for each of ``rows``, none of which has a candidate with capacity."""
    for i in rows:
        a = need[i]
        if a.kind < 0:
            continue
        worst = 0
        for full in range(1, -1, -1):
            g = groups[2 * a.kind + full]
            for at in range(g.all_first, g.all_last):
                o = listed[at]
                said = AGREEMENT
                if at_home(a, o) or agreed(a, o, agreements):
                    said = forbidden(a, o, square_metres(a, o), rule)
                worst = max(worst, CAPACITY if said == 0 else said)
                if worst >= REACH + full:
                    break
        reason[i] = worst


@kernel
def fill(
    order, first, last, count, kept, at_kept, extra_start, extra, need, offer, rule,
    start, offers, costs, ways, wrong,
):  # fmt: skip
    """Write the rows of the needs ``order[first:last]``, cheapest first; ``kept[at_kept:]`` holds their offers."""
    keys = np.empty(1, np.int64)
    for at in range(first, last):
        i = order[at]
        a = need[i]
        size = start[i + 1] - start[i]
        if size > len(keys):
            keys = np.empty(2 * size, np.int64)
        for rank in range(size):
            j = kept[at_kept + rank] if rank < count[i] else extra[extra_start[i] + rank - count[i]]
            o = offer[j]
            keys[rank] = ((travel(a, o, square_metres(a, o), rule) + besides(a, o, rule)) << 32) + j
        many = size > FEW
        if many:
            keys[:size].sort()
        for rank in range(size):
            key, place = keys[rank], start[i]
            if many:
                place += rank
            else:  # counting the smaller ones is faster than sorting: no branches
                for other in range(size):
                    place += keys[other] < key
            o = offer[key & MASK]
            offers[place], costs[place] = key & MASK, key >> 32
            ways[place], wrong[place] = (key >> 32) - besides(a, o, rule), misfit(a, o)
        at_kept += count[i]


@kernel
def away(box, o, rule):
    """Square metres from an offer to a box; 0 where the way may not count."""
    if o.x != o.x or o.y != o.y or o.modes & rule.remote_modes != 0:
        return 0.0
    east = max(box.west - o.x, o.x - box.east, 0.0)
    north = max(box.south - o.y, o.y - box.north, 0.0)
    return east * east + north * north


@kernel
def from_box(box, rows, o, j, found, keys, worst, need, rule, agreements, at_kept, count, kept):
    """Note the needs of a box that could use ``j``, as cost and number in one, below ``worst``."""
    for at in range(box.first, box.last):
        i = rows[at]
        a = need[i]
        square = square_metres(a, o)
        if forbidden(a, o, square, rule) != 0:
            continue
        key = ((travel(a, o, square, rule) + besides(a, o, rule)) << 32) + i
        if key >= worst or j in kept[at_kept[i] : at_kept[i] + count[i]]:
            continue
        if at_home(a, o) or agreed(a, o, agreements):
            keys[found] = key
            found += 1
    return found


@kernel
def from_kind(first, last, boxes, rows, o, j, wanted, found, keys, need, rule, agreements, at_kept, count, kept):
    """As ``from_box`` for all boxes of a kind, nearest first, while they can be among the ``wanted`` cheapest."""
    squares = np.empty(last - first, np.float64)
    for b in range(first, last):
        squares[b - first] = away(boxes[b], o, rule)
    worst = NEVER
    for b in np.argsort(squares):
        least = o.own + (seconds(np.sqrt(squares[b]), rule) if squares[b] > 0 else 0)
        if squares[b] > o.square or (least << 32) > worst:
            break
        box = boxes[first + b]
        found = from_box(box, rows, o, j, found, keys, worst, need, rule, agreements, at_kept, count, kept)
        if found >= 2 * wanted:
            keys[:found].sort()
            found = wanted
            worst = keys[wanted - 1]
    return found


@kernel
def adopt(
    shorts, first, last, missing, kind_start, kind_of, box_start, boxes, rows,
    need, offer, rule, agreements, at_kept, count, kept, took,
):  # fmt: skip
    """The ``missing`` cheapest needs of each of the offers ``shorts[first:last]`` that do not keep it yet."""
    out, filled = np.empty(missing[first:last].sum(), np.int64), 0
    for s in range(first, last):
        j, wanted, found = shorts[s], missing[s], 0
        keys = np.empty(2 * wanted + IN_A_BOX, np.int64)
        for t in range(kind_start[j], kind_start[j + 1]):
            begin, end = box_start[kind_of[t]], box_start[kind_of[t] + 1]
            found = from_kind(
                begin, end, boxes, rows, offer[j], j, wanted, found, keys,
                need, rule, agreements, at_kept, count, kept,
            )  # fmt: skip
        keys[:found].sort()
        took[s] = min(found, wanted)
        for rank in range(took[s]):
            out[filled + rank] = keys[rank] & MASK
        filled += took[s]
    return out[:filled].copy()
