"""Families of matching problems that are hard on an auction, each in one way; seeded, of any size.

The stress set of research/matching.md, section 2.3, and degenerate kinds beside it. ``benchmarks/matching.py``
times the same families at full size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching import Problem

MOST, REACH, COST = 16, 3.0, 300.0


def base(n: int, k: int, seed: int = 1) -> Problem:
    """``n`` needs crowd around centres, ``k`` offers lie elsewhere; four classes, nine places for ten needs."""
    draw = np.random.default_rng(seed)
    side = np.sqrt(k)
    centre = draw.random((max(int(side), 2), 2)) * side
    need_place = centre[draw.integers(0, len(centre), n)] + draw.normal(0, side / 12, (n, 2))
    offer_place = draw.random((k, 2)) * side
    size = draw.pareto(1.6, k) + 0.3
    rows, offer, far = _within_reach(need_place, offer_place)
    return _problem(
        rows,
        offer,
        far * COST + draw.integers(0, 200, k)[offer],
        capacity=np.maximum(np.rint(size * 0.9 * n / size.sum()), 1),
        priority_class=np.searchsorted([0.05, 0.2, 0.5], draw.random(n)),
        need_place=need_place,
        offer_place=offer_place,
    )


def _within_reach(
    need: npt.NDArray[np.float64], offer: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Need, offer and distance of each pair within reach, the ``MOST`` nearest of each need."""
    parts = []
    for low in range(0, len(need), 500):
        some = need[low : low + 500]
        far = np.hypot(some[:, None, 0] - offer[None, :, 0], some[:, None, 1] - offer[None, :, 1])
        near = np.argpartition(far, min(MOST, len(offer) - 1), axis=1)[:, :MOST]
        at, column = np.nonzero(np.take_along_axis(far, near, axis=1) < REACH)
        parts.append((at + low, near[at, column], far[at, near[at, column]]))
    rows, offers, fars = (np.concatenate(each) for each in zip(*parts, strict=True))
    return rows, offers, fars


def _problem(
    rows: npt.NDArray[np.int64], offer: npt.NDArray[np.int64], cost: npt.ArrayLike, **rest: object
) -> Problem:
    n = len(rest["priority_class"])  # type: ignore[arg-type]
    whole = {name: np.asarray(rest[name]).astype(np.int64) for name in ("capacity", "priority_class")}
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))])
    return Problem(start, offer, np.asarray(cost).astype(np.int64), **{**rest, **whole})  # type: ignore[arg-type]


def equal_costs(p: Problem) -> Problem:
    """Every pair costs the same: nothing but ties."""
    return replace(p, candidate_cost=np.full_like(p.candidate_cost, 300))


def free_of_cost(p: Problem) -> Problem:
    """Every pair costs nothing: only who is served counts."""
    return replace(p, candidate_cost=np.zeros_like(p.candidate_cost))


def costs_in_steps(p: Problem) -> Problem:
    """Five different costs."""
    return replace(p, candidate_cost=p.candidate_cost // (p.largest_cost // 5 + 1) * 300)


def half_capacity(p: Problem) -> Problem:
    """Half the places: many wait."""
    return replace(p, capacity=p.capacity // 2)


def three_times_the_capacity(p: Problem) -> Problem:
    """Places enough; hardly anything has a price."""
    return replace(p, capacity=p.capacity * 3)


def one_class(p: Problem) -> Problem:
    """Everybody is as urgent as everybody else."""
    return replace(p, priority_class=np.zeros_like(p.priority_class))


def everybody_ranked(p: Problem) -> Problem:
    """No two needs have the same order, as where a lottery settles ties: as many levels as needs."""
    return replace(p, order=np.random.default_rng(2).permutation(len(p.priority_class)))


def expander(p: Problem) -> Problem:
    """Offers drawn at random, near nobody: no neighbourhood to work in."""
    draw = np.random.default_rng(3)
    rows = np.repeat(np.arange(len(p.priority_class)), 8)
    return _problem(
        rows,
        draw.integers(0, len(p.capacity), len(rows)),
        draw.integers(1, 2000, len(rows)),
        capacity=p.capacity,
        priority_class=p.priority_class,
    )


def huge_offers(p: Problem) -> Problem:
    """A hundred offers are one: deep heaps, long columns, the same offer many times in a row."""
    merged = np.bincount(np.arange(len(p.capacity)) // 100, weights=p.capacity).astype(np.int64)
    return replace(p, candidate_offer=p.candidate_offer // 100, capacity=merged, offer_place=None)


def one_huge_offer(p: Problem) -> Problem:
    """One offer that everybody may have, with places for a third, and the usual ones beside it."""
    n, k = len(p.priority_class), len(p.capacity)
    rows = np.concatenate([p.rows, np.arange(n)])
    in_rows = np.argsort(rows, kind="stable")
    far = np.random.default_rng(4).integers(2000, 4000, n)
    return _problem(
        rows[in_rows],
        np.concatenate([p.candidate_offer, np.full(n, k)])[in_rows],
        np.concatenate([p.candidate_cost, far])[in_rows],
        capacity=np.append(p.capacity // 2, n // 3),
        priority_class=p.priority_class,
    )


def price_war(p: Problem) -> Problem:
    """Four alike want the same three places and nothing else: they outbid one another up to the penalty."""
    groups = len(p.priority_class) // 4
    rows = np.repeat(np.arange(groups * 4), 3)
    return _problem(
        rows,
        (rows // 4) * 3 + np.tile(np.arange(3), groups * 4),
        np.random.default_rng(5).integers(0, 2, len(rows)),
        capacity=np.ones(groups * 3),
        priority_class=np.arange(groups * 4) % 2,
    )


def chains(p: Problem) -> Problem:
    """Chains of 100: each has a place of its own or the one before, the last only that: all but the first move."""
    n = len(p.priority_class) // 100 * 100
    need = np.arange(n)
    first, last = need % 100 == 0, need % 100 == 99
    own, before = need // 100 * 99 + need % 100, need // 100 * 99 + need % 100 - 1
    offer = np.column_stack([np.where(last, before, own), np.where(first, own, before)])
    return _problem(
        np.repeat(need, 2),
        offer.ravel(),
        np.tile([1, 2], n),
        capacity=np.ones(n // 100 * 99),
        priority_class=first,
    )


def nearly_largest_costs(p: Problem) -> Problem:
    """Costs up to the limit of 32 bits."""
    return replace(p, candidate_cost=p.candidate_cost.astype(np.int64) * ((2**31 - 1) // p.largest_cost))


def given_twice(p: Problem) -> Problem:
    """Each pair is there twice, at two costs."""
    twice = np.repeat(np.arange(len(p.candidate_offer)), 2)
    cost = p.candidate_cost[twice] + np.tile([7, 0], len(p.candidate_offer))
    return replace(
        p, candidate_start=p.candidate_start * 2, candidate_offer=p.candidate_offer[twice], candidate_cost=cost
    )


def two_of_three_closed(p: Problem) -> Problem:
    """Two offers of three have no place at all."""
    return replace(p, capacity=np.where(np.arange(len(p.capacity)) % 3 == 0, p.capacity, 0))


def unchanged(p: Problem) -> Problem:
    """The problem as it is."""
    return p


#: Each makes of any problem one that is hard in its way.
FAMILIES: dict[str, Callable[[Problem], Problem]] = {
    each.__name__: each
    for each in (
        unchanged,
        equal_costs,
        free_of_cost,
        costs_in_steps,
        half_capacity,
        three_times_the_capacity,
        one_class,
        everybody_ranked,
        expander,
        huge_offers,
        one_huge_offer,
        price_war,
        chains,
        nearly_largest_costs,
        given_twice,
        two_of_three_closed,
    )
}
