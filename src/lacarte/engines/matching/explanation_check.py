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
from lacarte.engines.matching.counterfactuals import Possible
from lacarte.engines.matching.explain import Change, Explanations
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
    for ``needs`` (all of them if left out; one or two solves for each statement). Raises ``ValueError`` for a
    result that is impossible in itself (see ``certify``).
    """
    certify(problem, result)
    faults = [*_cards(problem, result, explanations), *_zones(problem, result, explanations)]
    for need in range(len(problem.priority_class)) if needs is None else needs:
        faults += check_need(problem, result, explanations, int(need))
    return faults


def check_need(problem: Problem, result: Result, explanations: Explanations, need: int) -> list[Fault]:
    """The faults in what one need is told, each change tried by solving the changed problem."""
    told, faults = explanations.of(need), []
    left_out = solve(_without(problem, need)) if told.changes else result
    if (result.assignment[need] >= 0) != (told.outcome == "served"):
        faults.append(Fault(need, f"the outcome is not {told.outcome}"))
    for change in told.changes:
        changed = _changed(problem, explanations, need, change)
        # Whatever its rank and candidates, leaving the need out is the same problem; more places make another.
        without = None if change.kind in ("one_place", "places") else left_out
        if changed is None or not served_in_every_optimum(changed, need, without):
            faults.append(Fault(need, f"{change} would not serve it for certain"))
    if told.nearer is not None:
        lost = _others_lose(problem, result, need, told.nearer.offer)
        if told.nearer.others_lose > lost:
            faults.append(Fault(need, f"others would lose {lost}, not {told.nearer.others_lose}"))
        if (
            told.nearer.someone_goes_without
            and _value_if_taken(problem, need, told.nearer.offer)[0] <= _value(problem, result)[0]
        ):
            faults.append(Fault(need, f"nobody would go without if it had offer {told.nearer.offer}"))
    return faults


def served_in_every_optimum(problem: Problem, need: int, left_out: Result | None = None) -> bool:
    """Is it worse to leave ``need`` out (solved here, unless given) than not to?"""
    left_out = left_out or solve(_without(problem, need))
    return _value(problem, solve(problem)) < _value(problem, left_out)


def _value(problem: Problem, result: Result) -> Value:
    """How many of each level are unserved, most urgent first, then the cost: smaller is better."""
    missed = np.bincount(problem.level[result.assignment < 0], minlength=problem.levels)
    return tuple(missed.tolist()), result.cost


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


def _value_if_taken(problem: Problem, need: int, offer: int) -> Value:
    """The best value when ``need`` has one place of ``offer``; its own cost is left out."""
    return _value(problem, _rest_if_taken(problem, need, offer)[1])


def _rest_if_taken(problem: Problem, need: int, offer: int) -> tuple[Problem, Result]:
    """Everybody else's optimum when ``need`` has one place of ``offer``."""
    capacity = problem.capacity.copy()
    capacity[offer] -= 1
    rest = _without(replace(problem, capacity=capacity), need)
    return rest, solve(rest)


def _others_lose(problem: Problem, result: Result, need: int, offer: int) -> int:
    """By how much the objective of all others grows when ``need`` has ``offer``, in the problem's own units."""
    if problem.capacity[offer] == 0:
        return 2**62
    _, after = _rest_if_taken(problem, need, offer)
    row = slice(int(problem.candidate_start[need]), int(problem.candidate_start[need + 1]))
    own = int(problem.candidate_cost[row][problem.candidate_offer[row] == result.assignment[need]].min())
    left = after.assignment < 0
    left[need] = False
    return after.cost + int(problem.penalty[left].sum()) - (result.objective - own)


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


__all__ = ["Fault", "check", "check_need", "served_in_every_optimum"]
