"""The rules of candidates once more, a pair at a time: slow, and easy to believe."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lacarte.engines.geography import travel_seconds
from lacarte.engines.matching.candidates.build import Candidates, Needs, Offers, Reason, Rules


def metres(needs: Needs, offers: Offers, i: int, j: int) -> float:
    return math.sqrt(square(needs, offers, i, j))


def square(needs: Needs, offers: Offers, i: int, j: int) -> float:
    return float((offers.x[j] - needs.x[i]) ** 2 + (offers.y[j] - needs.y[i]) ** 2)


def apart(bits: Any, others: Any) -> bool:
    return bool(bits) and bool(others) and not int(bits) & int(others)


def is_remote(needs: Needs, offers: Offers, rules: Rules, i: int, j: int) -> bool:
    """Whether need ``i`` may take offer ``j`` without going there."""
    ways = int(offers.modes[j]) & rules.remote_modes
    return bool(ways) and (needs.modes[i] == 0 or bool(int(needs.modes[i]) & ways))


def types_of(offers: Offers, j: int) -> set[int]:
    return set(offers.service_type[offers.type_start[j] : offers.type_start[j + 1]].tolist())


def refusal(needs: Needs, offers: Offers, rules: Rules, i: int, j: int) -> Reason:
    """The first rule that forbids the pair, in the order in which they are asked."""
    kind, home, there = needs.service_type[i], needs.region[i], offers.region[j]
    deals = [d for d in rules.agreements.tolist() if d[:2] == [there, home] and d[2] <= kind <= d[3]]
    limit = min(needs.reach[i], offers.reach[j]) ** 2
    away = square(needs, offers, i, j)
    unknown = math.isnan(away)
    beyond = (math.isfinite(limit) and not rules.unknown_place_fits) if unknown else away > limit
    asked = [
        (Reason.TYPE, kind not in types_of(offers, j)),
        (Reason.AGREEMENT, home != there and home != 0 and there != 0 and not deals),
        (Reason.ELIGIBILITY, int(offers.required[j]) & ~int(needs.eligible[i]) != 0),
        (Reason.HOUSEHOLD, needs.household[i] > offers.household[j]),
        (Reason.MODE, rules.mode_misfit is None and apart(needs.modes[i], offers.modes[j])),
        (Reason.LANGUAGE, rules.language_misfit is None and apart(needs.languages[i], offers.languages[j])),
        (Reason.DEADLINE, max(needs.earliest[i], offers.first[j]) > min(needs.deadline[i], offers.last[j])),
        (Reason.REACH, beyond and not is_remote(needs, offers, rules, i, j)),
    ]
    return next((reason for reason, fails in asked if fails), Reason.NONE)


def cost_of(needs: Needs, offers: Offers, rules: Rules, i: int, j: int) -> tuple[int, int, int, int, int]:
    """Travel, wait, language, mode, offer."""
    away = metres(needs, offers, i, j)
    way = rules.unknown_travel if math.isnan(away) else math.floor(float(travel_seconds(away, rules.speeds)) + 0.5)
    return (
        0 if is_remote(needs, offers, rules, i, j) else way,
        max(int(offers.first[j]) - int(needs.earliest[i]), 0) * rules.wait_per_bucket,
        (rules.language_misfit or 0) * apart(needs.languages[i], offers.languages[j]),
        (rules.mode_misfit or 0) * apart(needs.modes[i], offers.modes[j]),
        int(offers.cost[j]) + int(offers.wait[j]),
    )


def possible(needs: Needs, offers: Offers, rules: Rules) -> dict[tuple[int, int], int]:
    """The cost of every pair that no rule forbids."""
    return {
        (i, j): sum(cost_of(needs, offers, rules, i, j))
        for i in range(len(needs))
        for j in range(len(offers))
        if refusal(needs, offers, rules, i, j) == Reason.NONE
    }


def least(pairs: dict[tuple[int, int], int], side: int, at: int, wanted: int) -> set[tuple[int, int]]:
    """The cheapest pairs of one need (side 0) or offer (1), ties to the lower number of the other."""
    mine = [(cost, pair[1 - side], pair) for pair, cost in pairs.items() if pair[side] == at]
    return {pair for _, _, pair in sorted(mine)[:wanted]}


def expected(needs: Needs, offers: Offers, rules: Rules) -> dict[tuple[int, int], int]:
    """The pairs that are to be kept, with their costs in seconds."""
    everything = possible(needs, offers, rules)
    has_room = {pair: cost for pair, cost in everything.items() if offers.capacity[pair[1]] > 0}
    full = {pair: cost for pair, cost in everything.items() if offers.capacity[pair[1]] == 0}
    kept = set().union(*(least(has_room, 0, i, rules.most) for i in range(len(needs))))
    whole = frozenset(kept)
    for j, wanted in enumerate(wanted_of(needs, offers, rules)):
        lacking = wanted - sum(pair[1] == j for pair in whole)
        left_out = {pair: cost for pair, cost in has_room.items() if pair not in whole}
        kept |= least(left_out, 1, j, max(lacking, 0))
    kept = kept.union(*(least(full, 0, i, rules.most_full) for i in range(len(needs))))
    return {pair: everything[pair] for pair in kept}


def wanted_of(needs: Needs, offers: Offers, rules: Rules) -> list[int]:
    """How many needs each offer is to have among its candidates."""
    mine = [int(np.isin(needs.service_type, list(types_of(offers, j))).sum()) for j in range(len(offers))]
    useful = [min(int(capacity), m) for capacity, m in zip(offers.capacity, mine, strict=True)]
    share = min(1.0, len(needs) / max(sum(useful), 1))
    return [min(math.ceil(u * share * rules.needs_a_unit), m) for u, m in zip(useful, mine, strict=True)]


def pairs_of(found: Candidates) -> dict[tuple[int, int], int]:
    """The pairs that were kept, with their costs in seconds."""
    p = found.problem
    rows, offers, costs = p.rows.tolist(), p.candidate_offer.tolist(), p.candidate_cost.tolist()
    pairs = dict(zip(zip(rows, offers, strict=True), costs, strict=True))
    assert len(pairs) == len(rows), "a pair twice"
    return pairs
