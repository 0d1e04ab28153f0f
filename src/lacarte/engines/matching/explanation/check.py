"""Check explanations without trusting whoever wrote them: definitions and the solver, nothing of the search.

Numbers on cards and zones are recomputed for all needs from the problem and the assignment. Every "would change
it" is tried: the changed problem is solved, once as it is and once with the need left out, and the need is served
in *every* optimum if and only if leaving it out is worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.certify import certify
from lacarte.engines.matching.explanation.counterfactuals import Possible
from lacarte.engines.matching.explanation.explain import Change, Explanations
from lacarte.engines.matching.problem import Problem, Result
from lacarte.engines.matching.solve import solve

Ints = npt.NDArray[np.int64]
Value = tuple[tuple[int, ...], int]


@dataclass(frozen=True)
class Fault:
    """What is wrong with the explanation of ``need`` (-1: of a zone or of the whole)."""

    need: int
    what: str


def check(
    problem: Problem, result: Result, explanations: Explanations, needs: Iterable[int] | None = None
) -> list[Fault]:
    """All faults, none if every statement is true.

    Cards and zones are checked for everybody; what would change it, and what others would lose at a nearer offer,
    for ``needs`` (all of them if left out). That takes one or two solves for each statement, of the part of the
    problem that has anything to do with the need. Raises ``ValueError`` for a result that is impossible in itself
    (see ``certify``).
    """
    certify(problem, result)
    faults = [*_cards(problem, result, explanations), *_zones(problem, result, explanations)]
    parts, paid = Parts.of(problem), _paid(problem, result)
    for need in range(len(problem.priority_class)) if needs is None else needs:
        faults += _changes(problem, result, explanations, parts, int(need))
        faults += _nearer(problem, result, explanations, parts, paid, int(need))
    return faults


def served_in_every_optimum(problem: Problem, need: int) -> bool:
    """Is it worse to leave ``need`` out than not to?"""
    return _value(problem, solve(problem)) < _value(problem, solve(_without(problem, need)))


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of a problem that share no candidate, by label; they do not touch one another."""

    of_offer: Ints  # [k]
    of_need: Ints  # [n], -1 without candidates

    @classmethod
    def of(cls, problem: Problem) -> Parts:
        """Give all that hangs together the least number of an offer in it."""
        rows, offer = problem.rows, problem.candidate_offer
        label, of_need = np.arange(len(problem.capacity)), np.full(len(problem.priority_class), 2**62)
        while True:
            np.minimum.at(of_need, rows, label[offer])
            after = label.copy()
            np.minimum.at(after, offer, of_need[rows])
            if np.array_equal(after, label):
                return cls(label, np.where(of_need == 2**62, -1, of_need))
            label = after

    def around(self, changed: Problem, need: int) -> tuple[Problem, Ints]:
        """What hangs together with ``need``, whose candidates may be others now, and which needs these are."""
        row = slice(int(changed.candidate_start[need]), int(changed.candidate_start[need + 1]))
        labels = np.append(self.of_offer[changed.candidate_offer[row]], self.of_need[need])
        inside = np.isin(self.of_need, labels[labels >= 0])
        inside[need] = True
        needs, offers = np.flatnonzero(inside), np.flatnonzero(np.isin(self.of_offer, labels))
        number = np.zeros(len(self.of_offer), dtype=np.int32)
        number[offers] = np.arange(len(offers))
        arcs = np.flatnonzero(np.repeat(inside, np.diff(changed.candidate_start)))
        start = np.concatenate([[0], np.cumsum(np.diff(changed.candidate_start)[needs])])
        part = Problem(
            start, number[changed.candidate_offer[arcs]], changed.candidate_cost[arcs], changed.capacity[offers],
            changed.priority_class[needs], changed.order[needs],
        )  # fmt: skip
        return part, needs


def _changes(
    problem: Problem, result: Result, explanations: Explanations, parts: Parts, need: int
) -> Iterator[Fault]:
    """Try every change that one need is told of."""
    told = explanations.of(need)
    if (result.assignment[need] >= 0) != (told.outcome == "served"):
        yield Fault(need, f"the outcome is not {told.outcome}")
    for change in told.changes:
        changed = _changed(problem, explanations, need, change)
        if changed is not None:
            part, needs = parts.around(changed, need)
            helps = served_in_every_optimum(part, int(np.searchsorted(needs, need)))
        if changed is None or not helps:
            yield Fault(need, f"{change} would not serve it for certain")


def _nearer(
    problem: Problem, result: Result, explanations: Explanations, parts: Parts, paid: Ints, need: int
) -> Iterator[Fault]:
    """Give the need its nearer offer and solve for everybody else in its part."""
    nearer = explanations.of(need).nearer
    if nearer is None or problem.capacity[nearer.offer] == 0:
        return
    capacity = problem.capacity.copy()
    capacity[nearer.offer] -= 1
    rest, needs = parts.around(replace(problem, capacity=capacity), need)
    at = int(np.searchsorted(needs, need))
    after = solve(_without(rest, at))
    others = needs != need
    before = int(paid[needs[others]].sum())
    without = needs[others & (after.assignment < 0)]
    lost = after.cost + int(problem.penalty[without].sum()) - before
    if nearer.others_lose > lost:
        yield Fault(need, f"others would lose {lost}, not {nearer.others_lose}")
    now = needs[others & (result.assignment[needs] < 0)]
    if nearer.someone_goes_without and _missed(problem, without) <= _missed(problem, now):
        yield Fault(need, f"nobody would go without if it had offer {nearer.offer}")


def _value(problem: Problem, result: Result) -> Value:
    """How many of each level are unserved, most urgent first, then the cost: smaller is better."""
    return _missed(problem, np.flatnonzero(result.assignment < 0)), result.cost


def _missed(problem: Problem, needs: Ints) -> tuple[int, ...]:
    """How many of each level these are, most urgent first."""
    return tuple(np.bincount(problem.level[needs], minlength=problem.levels).tolist())


def _paid(problem: Problem, result: Result) -> Ints:
    """``int64[n]``: what each need adds to the objective."""
    paid = np.full(len(problem.priority_class), 2**62)
    mine = problem.candidate_offer == result.assignment[problem.rows]
    np.minimum.at(paid, problem.rows[mine], problem.candidate_cost[mine].astype(np.int64))
    return np.where(result.assignment >= 0, paid, problem.penalty)


def _without(problem: Problem, need: int) -> Problem:
    """The same problem, with no candidates for ``need``."""
    return _with_row(problem, need, np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))


def _with_row(problem: Problem, need: int, offer: npt.NDArray[np.int32], cost: npt.NDArray[np.int32]) -> Problem:
    """The same problem, with other candidates for ``need``."""
    begin, end = int(problem.candidate_start[need]), int(problem.candidate_start[need + 1])
    start = problem.candidate_start.copy()
    start[need + 1 :] += len(offer) - (end - begin)
    offers = np.concatenate([problem.candidate_offer[:begin], offer, problem.candidate_offer[end:]])
    costs = np.concatenate([problem.candidate_cost[:begin], cost, problem.candidate_cost[end:]])
    return replace(problem, candidate_start=start, candidate_offer=offers, candidate_cost=costs)


def _changed(problem: Problem, explanations: Explanations, need: int, change: Change) -> Problem | None:
    """The problem after ``change``; ``None`` where the change is not one the caller offered."""
    if change.kind in ("one_place", "places"):
        capacity = problem.capacity.copy()
        capacity[change.offer] += change.amount
        return replace(problem, capacity=capacity)
    if change.kind == "class":
        priority_class = problem.priority_class.copy()
        priority_class[need] = change.amount
        return replace(problem, priority_class=priority_class)
    if change.kind == "order":
        order = problem.order.copy()
        order[need] = change.amount
        return replace(problem, order=order)
    offered = explanations.beyond if change.kind == "reach" else explanations.later
    return None if offered is None else _with_entry(problem, need, offered, change)


def _with_entry(problem: Problem, need: int, offered: Possible, change: Change) -> Problem | None:
    """One candidate more, the cheapest that the caller offers for this change."""
    entry = np.arange(offered.start[need], offered.start[need + 1])
    amount = offered.cost if change.kind == "reach" else offered.days
    entry = entry[(offered.offer[entry] == change.offer) & (amount[entry] == change.amount)]
    if len(entry) == 0:
        return None
    best = entry[np.argmin(offered.cost[entry])]
    row = slice(int(problem.candidate_start[need]), int(problem.candidate_start[need + 1]))
    return _with_row(
        problem, need,
        np.append(problem.candidate_offer[row], offered.offer[best]),
        np.append(problem.candidate_cost[row], offered.cost[best]),
    )  # fmt: skip


def _cards(problem: Problem, result: Result, told: Explanations) -> Iterator[Fault]:
    """Pairs, surcharges, ranks and gains, recomputed."""
    n, m = len(problem.priority_class), len(problem.candidate_offer)
    rows, offer, cost = problem.rows, problem.candidate_offer, problem.candidate_cost.astype(np.int64)
    cheapest, own = np.full(n, 2**62), np.full(n, 2**62)
    np.minimum.at(cheapest, rows, cost)
    mine = offer == result.assignment[rows]
    np.minimum.at(own, rows[mine], cost[mine])
    served = result.assignment >= 0
    paid = own + result.price[np.maximum(result.assignment, 0)] if len(result.price) else own
    pair, nearer, card = told.cards.pair, told.cards.nearer, told.cards
    yield from _all(served == (pair >= 0), "a need is served if and only if its card has a pair")
    for name, entry in (("pair", pair), ("nearer", nearer)):
        inside = (entry < m) & ((entry < 0) | (rows[np.clip(entry, 0, m - 1)] == np.arange(n))) if m else entry < 0
        yield from _all(inside, f"{name} is not one of the need's own candidates")
    if not m:
        return
    yield from _all(
        ~served | ((cost[pair] == own) & (offer[pair] == result.assignment)), "the pair is not its own"
    )
    should = np.where(served, cheapest < own, np.diff(problem.candidate_start) > 0)
    yield from _all(should == (nearer >= 0), "whether there is a nearer offer")
    yield from _all((nearer < 0) | (cost[nearer] == cheapest), "the nearer offer is not the cheapest")
    more = np.where(served & (nearer >= 0), cost[nearer] + result.price[offer[nearer]] - paid, 0)
    yield from _all(card.surcharge == more, "the surcharge")
    yield from _all(card.surcharge >= -result.gap, "a surcharge is negative")
    yield from _all(card.gain == np.where(served, problem.penalty - paid, 0), "the gain")
    below = cost < own[rows]
    different = np.unique(rows[below & served[rows]] * len(problem.capacity) + offer[below & served[rows]])
    ranks = np.bincount(different // len(problem.capacity), minlength=n)
    yield from _all(card.rank == ranks, "the rank")


def _all(right: npt.NDArray[np.bool_], what: str) -> Iterator[Fault]:
    for need in np.flatnonzero(~right).tolist():
        yield Fault(need, what)


def _zones(problem: Problem, result: Result, told: Explanations) -> Iterator[Fault]:
    """Every zone full, closed and short; everybody unserved in a zone of their own level or a more urgent one."""
    zones, n = told.zones, len(problem.priority_class)
    has = np.diff(problem.candidate_start) > 0
    in_zone = (result.assignment < 0) & has
    yield from _all(in_zone == (zones.of_need >= 0), "a need belongs to a zone if and only if it is unserved")
    load = np.bincount(result.assignment[result.assignment >= 0], minlength=len(problem.capacity))
    starts = problem.candidate_start[:-1][has]
    for z in range(len(zones.parent)):
        inside = np.zeros(len(problem.capacity), dtype=bool)
        inside[zones.offers(z)] = True
        confined = np.zeros(n, dtype=bool)
        confined[has] = np.logical_and.reduceat(inside[problem.candidate_offer], starts)
        urgent = confined & (problem.level <= zones.level[z])
        held = inside[np.maximum(result.assignment, 0)] & (result.assignment >= 0)
        waits = urgent & (result.assignment < 0)
        yield from _zone(z, problem, told, load[inside], inside, urgent, held, waits)
        mine = zones.of_need == z
        yield from _all(~mine | (confined & (problem.level >= zones.level[z])), "its zone does not confine it")
        yield from _all(~(waits & (zones.of_need < 0)), "it waits in a zone and has none")
        levels = np.sort(problem.level[confined & (result.assignment < 0)])
        ahead = np.searchsorted(levels, problem.level, side="right")
        yield from _all(~mine | (zones.ahead == ahead), "how many wait in its zone")


def _zone(
    z: int, problem: Problem, told: Explanations, load: Ints, inside: npt.NDArray[np.bool_],
    urgent: npt.NDArray[np.bool_], held: npt.NDArray[np.bool_], waits: npt.NDArray[np.bool_],
) -> Iterator[Fault]:  # fmt: skip
    """The proof of one zone."""
    zones = told.zones
    if not np.array_equal(load, problem.capacity[inside]):
        yield Fault(-1, f"zone {z} has a free place")
    if (held & ~urgent).any():
        yield Fault(
            -1, f"zone {z} is held by need {np.argmax(held & ~urgent)}, less urgent or free to go elsewhere"
        )
    if int(zones.places[z]) != int(problem.capacity[inside].sum()):
        yield Fault(-1, f"zone {z} has {problem.capacity[inside].sum()} places")
    if int(zones.waiting[z]) != int(waits.sum()) or not waits.any():
        yield Fault(-1, f"{waits.sum()} needs wait in zone {z}")
    if zones.confined(z) != int(urgent.sum()):
        yield Fault(-1, f"{urgent.sum()} needs are confined to zone {z}")


__all__ = ["Fault", "check", "served_in_every_optimum"]
