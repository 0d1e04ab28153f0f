"""From needs and offers to the arcs of the matching problem: who could be served where, and at what cost.

What a rule forbids is no arc; what is merely worse costs seconds. How an exact result comes about although each
need keeps a few offers only::

    found = candidates(needs, offers, rules)
    while True:
        result = solve(found.problem)
        wider = widen(found, result.price)
        if wider is found:
            break
        found = wider
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lacarte.engines import compiling
from lacarte.engines.matching.candidates.columns import Columns, columns
from lacarte.engines.matching.candidates.grid import Grid
from lacarte.engines.matching.candidates.pairs import Arcs, Extra, Kept, Table
from lacarte.engines.matching.candidates.tables import EVER, Needs, Offers, Reason, Rules
from lacarte.engines.matching.problem import Problem

__all__ = ["EVER", "Candidates", "Needs", "Offers", "Parts", "Reason", "Rules", "candidates", "widen"]

#: Pairs counted together.
_CHUNK = 2**20

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]


class Finder(Protocol):
    """Looks for candidates: :class:`Table` for small sets, :class:`Grid` for large ones, with the same answers."""

    def cheapest(self, most: int, most_full: int, ceiling: Ints) -> Kept: ...
    def reasons(self, rows: Ints) -> npt.NDArray[np.uint8]: ...
    def adopt(self, kept: Kept, shorts: Ints, missing: Ints) -> Extra: ...
    def fill(self, kept: Kept, extra: Extra) -> Arcs: ...


@dataclass(frozen=True)
class Parts:
    """What the costs of some candidates are made of, each ``int32`` seconds; they add up to the cost."""

    travel: Small
    wait: Small  # for the bucket, after the earliest that suits
    language: Small
    mode: Small
    offer: Small  # its price, quality and own wait


@dataclass(frozen=True, eq=False)
class Candidates:
    """The problem to solve, and what it was made from.

    Candidates of a need are sorted by cost, then by the offer's number.
    """

    problem: Problem
    travel: Small  # [m] seconds
    misfit: npt.NDArray[np.uint8]  # [m] 1: no language is shared, 2: no mode is, 3: neither
    reason: npt.NDArray[np.uint8]  # [n] Reason why nobody with capacity can serve the need; 0: somebody can
    truncated: npt.NDArray[np.bool_]  # [n] had more offers with capacity than ``rules.most``
    needs: Needs = field(repr=False)
    offers: Offers = field(repr=False)
    rules: Rules = field(repr=False)
    threads: int = 2

    @cached_property
    def counts(self) -> dict[Reason, int]:
        """How many needs there are with each reason that somebody has."""
        found = np.bincount(self.reason, minlength=len(Reason))
        return {reason: int(found[reason]) for reason in Reason if found[reason]}

    def parts(self, pairs: slice | Ints) -> Parts:
        """Parts of the costs of candidates ``pairs``, such as ``slice(*candidate_start[i : i + 2])`` of a need."""
        wrong = self.misfit[pairs].astype(np.int32)
        language = (wrong & 1) * np.int32(self.rules.language_misfit or 0)
        mode = (wrong >> 1) * np.int32(self.rules.mode_misfit or 0)
        which = self.problem.candidate_offer[pairs]
        offer, travel = self.offers.cost[which] + self.offers.wait[which], self.travel[pairs]
        wait = self.problem.candidate_cost[pairs] - travel - language - mode - offer
        return Parts(travel, wait, language, mode, offer)

    def ordered(self, order: Small) -> Candidates:
        """The same with another ``order`` inside classes (``int32[n]``)."""
        needs, problem = replace(self.needs, order=order), replace(self.problem, order=order)
        return replace(self, needs=needs, problem=problem)


def candidates(
    needs: Needs,
    offers: Offers,
    rules: Rules | None = None,
    threads: int = 2,
    progress: Callable[[str], None] | None = None,
) -> Candidates:
    """Join ``n`` needs with the offers that may serve them, so many that a match loses next to nothing.

    What is kept, of all pairs that no rule forbids, exactly and always:

    1. Each need keeps its ``most`` cheapest offers with capacity (all, if it has no more), ties to the lower
       number. So no need loses its only offer, nor any of its last ``most``; ``truncated`` says who lost one.
    2. Each need keeps, apart from those, its ``most_full`` cheapest offers without capacity: they serve nobody
       and crowd nobody out, but get a price that says what a unit there would do.
    3. Each offer with capacity keeps ``needs_a_unit`` needs for each unit, or all that it may serve: where (1)
       leaves it fewer, its cheapest truncated needs are added. So capacity that only truncated needs could use
       is not stranded. When capacity exceeds needs, units count in proportion, so that no more than
       ``needs_a_unit * n + k`` pairs are added (see ``_wanted``).

    Proof: (1) and (2) are top lists, found by a search that stops only where the least possible cost exceeds
    the worst kept; (3) adds to each short offer what it lacks, out of all pairs that (1) left out. Not
    guaranteed by a bounded number of arcs alone, for any bound: that as many are served as with all pairs.
    :func:`widen` tells, and mends it.

    Works on ``threads`` threads; the answer does not depend on them. Raises ``ValueError`` naming what is
    wrong where costs would not fit ``int32``. Nearest by rings of grid cells: Bentley, Weide and Yao, ACM
    TOMS 6 (1980).
    """
    rules, say = rules or Rules(), progress or _silence
    made = columns(needs, offers, rules, np.zeros(len(offers), dtype=np.int64))
    find = _finder(made, threads)
    say(f"looking for candidates of {len(needs)} needs among {len(offers)} offers")
    kept = find.cheapest(rules.most, rules.most_full, np.full(len(needs), np.iinfo(np.int64).max))
    extra = _adopted(find, made, kept, offers, rules)
    arcs = find.fill(kept, extra)
    say(f"found {len(arcs.offer)} candidates")
    reason = _reasons(find, kept)
    return _candidates(arcs, reason, kept.cut, needs, offers, rules, threads)


def widen(found: Candidates, price: Ints) -> Candidates:
    """Add the pairs that were left out but would improve a result at these prices; ``found`` if there are none.

    ``price`` (``int64[k]``, >= 0) is that of an optimal result for ``found.problem``. A truncated need would
    gain by an offer whose cost and price are below its best way at these prices; up to ``rules.most`` such
    offers are added to each. What was left out counts as no dearer than the dearest candidate, since the
    problem's ``step`` outweighs exchanges up to that cost only.

    Getting ``found`` itself back is a proof that the result is optimal among all pairs that no rule forbids,
    people served as well as cost. For the prices are then a dual solution of the problem with all pairs at
    capped costs; ``step`` is right for that; whom it serves does not depend on costs; and true costs are no
    lower than capped ones, which the result attains. Column generation; Gilmore and Gomory, Operations
    Research 9 (1961). Raises ``ValueError`` for prices that are none.
    """
    problem, rules = found.problem, found.rules
    given = np.ascontiguousarray(price, dtype=np.int64)
    if given.shape != problem.capacity.shape:
        raise ValueError(f"price has the shape {given.shape}, there are {len(problem.capacity)} offers")
    if (given < 0).any():
        raise ValueError(f"price[{int(np.argmax(given < 0))}] is negative")
    if not found.truncated.any():
        return found
    find = _finder(columns(found.needs, found.offers, rules, given, problem.largest_cost), found.threads)
    ceiling = np.where(found.truncated, _best_way(problem, given), np.iinfo(np.int64).min)
    better = find.cheapest(rules.most, 0, ceiling)
    if not len(better.offer):
        return found
    count = np.diff(problem.candidate_start).astype(np.int32)
    kept = Kept(np.arange(len(count)), count, problem.candidate_offer, found.reason == 0, found.truncated)
    rows = np.repeat(better.order, better.count[better.order])
    arcs = find.fill(kept, Extra(rows, better.offer.astype(np.int64)))
    return _candidates(arcs, found.reason, found.truncated, found.needs, found.offers, rules, found.threads)


def _silence(_: str) -> None:
    """Nobody wants to know."""


def _finder(made: Columns, threads: int) -> Finder:
    if len(made.need.x) >= compiling.COMPILE_FROM and compiling.available():
        return Grid(made, threads)
    return Table(made)


def _adopted(find: Finder, made: Columns, kept: Kept, offers: Offers, rules: Rules) -> Extra:
    """Needs for the offers that too few keep."""
    nothing = Extra(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    if not kept.cut.any():
        return nothing
    missing = _wanted(made, offers, rules)
    for at in range(0, len(kept.offer), _CHUNK):
        missing -= np.bincount(kept.offer[at : at + _CHUNK], minlength=len(offers))
    shorts = np.flatnonzero(missing > 0)
    return find.adopt(kept, shorts, missing[shorts]) if len(shorts) else nothing


def _wanted(made: Columns, offers: Offers, rules: Rules) -> Ints:
    """How many needs each offer should keep; ``int64[k]``.

    A unit more than there are needs of an offer's kinds is of no use. When there are more units than needs in
    all, they count in proportion, so that huge capacities do not keep everybody.
    """
    n = len(made.need.x)
    of_kind = np.bincount(made.need.kind[made.need.kind >= 0], minlength=made.kinds)
    needs = np.bincount(made.pair_offer, weights=of_kind[made.pair_kind], minlength=len(offers))
    useful = np.minimum(offers.capacity, needs)
    share = min(1.0, n / max(float(useful.sum()), 1.0))
    return np.minimum(np.ceil(useful * share * rules.needs_a_unit), needs).astype(np.int64)


def _reasons(find: Finder, kept: Kept) -> npt.NDArray[np.uint8]:
    """Why each need has no candidate with capacity."""
    reason = np.zeros(len(kept.able), dtype=np.uint8)
    reason[~kept.able] = find.reasons(np.flatnonzero(~kept.able))
    return reason


def _best_way(problem: Problem, price: Ints) -> Ints:
    """What each need pays at these prices, candidate or unserved; ``int64[n]``."""
    best = problem.penalty.copy()
    some = np.flatnonzero(np.diff(problem.candidate_start) > 0)
    if len(some):
        worth = problem.candidate_cost + price[problem.candidate_offer]
        best[some] = np.minimum(best[some], np.minimum.reduceat(worth, problem.candidate_start[some]))
    return best


def _candidates(
    arcs: Arcs,
    reason: npt.NDArray[np.uint8],
    cut: npt.NDArray[np.bool_],
    needs: Needs,
    offers: Offers,
    rules: Rules,
    threads: int,
) -> Candidates:
    problem = Problem(
        candidate_start=arcs.start,
        candidate_offer=arcs.offer,
        candidate_cost=arcs.cost,
        capacity=offers.capacity,
        priority_class=needs.priority_class,
        order=needs.order,
        need_place=np.stack([needs.x, needs.y], axis=1),
        offer_place=np.stack([offers.x, offers.y], axis=1),
    )
    return Candidates(problem, arcs.travel, arcs.misfit, reason, cut, needs, offers, rules, threads)
