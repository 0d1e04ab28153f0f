"""Chains: one place more at an offer lets people move up one after another, and somebody new come in.

A chain ends at the offer that gets the place and begins with an unserved need, or with a place left free. What
the best chain saves is what the place is worth. A shortest path finds it: at prices that prove the match, no
step of a chain has a negative length (Kuhn's and Jewell's successive shortest paths, run backwards from the new
place, with prices as Johnson's potentials).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import STEPS_OF_A_NEED, kernel
from lacarte.engines.matching.problem import Problem, Result

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

FAR = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Chain:
    """What one place more at ``offer`` brings: who moves where, the newcomer first if there is one.

    ``worth`` is what it saves of the objective, ``need`` who comes in (-1: nobody), ``cost_saved`` the costs of
    all who move before less after; a newcomer had none before.
    """

    offer: int
    worth: int
    need: int
    cost_saved: int
    needs: Ints  # [s]
    offers: Ints  # [s]
    costs: Ints  # [s]


@dataclass(frozen=True, eq=False)
class Standing:
    """A match that grows: the arrays change in place as places are added. ``copy`` before trying something."""

    problem: Problem
    assignment: Small  # [n]
    held_cost: Ints  # [n], what each served need costs now
    price: Ints  # [k], proves the match at the capacities so far
    column_start: Ints  # [k + 1]
    column_need: Small  # [m], who may go to each offer …
    column_cost: Small  # [m], … and at what cost
    steps: int  # how many the searches for all chains may take together

    def copy(self) -> Standing:
        """The same match, free to change."""
        return replace(
            self, assignment=self.assignment.copy(), held_cost=self.held_cost.copy(), price=self.price.copy()
        )


def standing(problem: Problem, result: Result, chains: int) -> Standing:
    """Make ``result`` ready to grow by about so many ``chains``.

    Raises ``ValueError`` if it belongs to another problem.
    """
    k = len(problem.capacity)
    if len(result.price) != k:
        raise ValueError(f"price has {len(result.price)} entries, there are {k} offers")
    held = held_cost(problem, result.assignment)
    by_offer = np.argsort(problem.candidate_offer, kind="stable")
    count = np.bincount(problem.candidate_offer, minlength=k)
    return Standing(
        problem=problem,
        assignment=result.assignment.astype(np.int32),
        held_cost=held,
        price=result.price.astype(np.int64),
        column_start=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        column_need=problem.rows[by_offer].astype(np.int32),
        column_cost=problem.candidate_cost[by_offer],
        # At least what its needs count for: where solving is compiled, so is this.
        steps=max(chains * len(problem.candidate_offer), STEPS_OF_A_NEED * len(held)),
    )


def held_cost(problem: Problem, assignment: Small) -> Ints:
    """``int64[n]``: what each need costs as it is served, 0 where it is not.

    Raises ``ValueError`` for another length, or a need whose offer is not among its candidates.
    """
    n = len(problem.priority_class)
    if len(assignment) != n:
        raise ValueError(f"assignment has {len(assignment)} entries, there are {n} needs")
    rows = problem.rows
    held = np.where(assignment >= 0, FAR, 0)
    used = np.flatnonzero(problem.candidate_offer == assignment[rows])
    np.minimum.at(held, rows[used], problem.candidate_cost[used].astype(np.int64))
    if (held == FAR).any():
        at = int(np.argmax(held == FAR))
        raise ValueError(f"assignment[{at}] = {assignment[at]} is not among the candidates of need {at}")
    return held


def best_chain(match: Standing, offers: Ints) -> Chain:
    """The best chain for one place more at one of ``offers`` (``int64[o]``, one at least); moves nobody yet.

    Lowers prices so that the highest of ``offers`` is what the chain is worth; they prove the match as before.
    """
    top, entry, onward, following = _search(match, offers)
    needs, places, costs = [], [], []
    pair, at = entry, top
    while True:
        if pair >= 0:
            needs.append(int(match.column_need[pair]))
            places.append(at)
            costs.append(int(match.column_cost[pair]))
        if following[at] < 0:
            break
        pair, at = int(onward[at]), int(following[at])
    moved = np.array(needs, dtype=np.int64)
    cost_saved = int(match.held_cost[moved].sum()) - sum(costs)
    need = -1 if entry < 0 else needs[0]
    worth = cost_saved + (0 if need < 0 else int(match.problem.penalty[need]))
    return Chain(at, worth, need, cost_saved, moved, np.array(places, np.int64), np.array(costs, np.int64))


def take(match: Standing, chain: Chain) -> None:
    """Move people along ``chain``; the prices prove the new match, with one place more at its offer."""
    match.assignment[chain.needs] = chain.offers
    match.held_cost[chain.needs] = chain.costs


def level_prices(match: Standing, units: npt.NDArray[np.int64], level: int) -> None:
    """Raise the prices of offers that got ``units`` to ``level``, and others as far as that calls for.

    Where the units were well placed the prices still prove the match, and with ``level`` as the price of a unit
    that may go anywhere they prove that no other placing saves more.
    """
    height = np.where(units > 0, np.maximum(level - match.price, 0), 0)
    _raise.for_steps(match.steps)(
        height,
        match.price,
        match.assignment,
        match.held_cost,
        match.problem.candidate_start,
        match.problem.candidate_offer,
        match.problem.candidate_cost,
        match.column_start,
        match.column_need,
    )
    match.price[:] += height


def _search(match: Standing, offers: Ints) -> tuple[int, int, Ints, Small]:
    """Where the best chain to one of ``offers`` begins, with which pair, and the steps from there."""
    k = len(match.price)
    onward, following = np.full(k, -1, dtype=np.int64), np.full(k, -1, dtype=np.int32)
    first, entry = _best_chain.for_steps(match.steps)(
        offers,
        int(offers[np.argmax(match.price[offers])]),
        match.price,
        match.assignment,
        match.held_cost,
        match.problem.penalty,
        match.column_start,
        match.column_need,
        match.column_cost,
        np.full(k, FAR),
        onward,
        following,
    )
    return int(first), int(entry), onward, following


@kernel
def _best_chain(  # type: ignore[no-untyped-def]
    offers, top, price, assignment, held_cost, penalty, column_start, column_need, column_cost, reach, onward,
    following,
):  # fmt: skip
    """Dijkstra backwards from ``offers``; then prices go down so that the chain is tight.

    ``top`` is the one of ``offers`` with the highest price: what the others are below it, they are farther away.
    ``onward[a]`` is the position of the pair by which a holder of ``a`` moves on, to ``following[a]``.
    """
    radius = price[top]
    queue = [(np.int64(0), np.int64(top))]
    for a in offers:
        reach[a] = radius - price[a]
        if price[a] > 0 and a != top:
            heappush(queue, (reach[a], np.int64(a)))
    first, entry = top, -1
    while len(queue) > 0:
        far, at = heappop(queue)
        if far >= radius:
            break
        if far > reach[at]:
            continue
        if far + price[at] < radius:
            radius, first, entry = far + price[at], at, -1
        for pair in range(column_start[at], column_start[at + 1]):
            need = column_need[pair]
            holds = assignment[need]
            if holds == at:
                continue
            other = penalty[need] if holds < 0 else price[holds] + held_cost[need]
            # A result that stopped short of the optimum may have steps that gain by themselves.
            total = far + max(price[at] + column_cost[pair] - other, 0)
            if total >= radius:
                continue
            if holds < 0:
                radius, first, entry = total, at, pair
            elif total < reach[holds]:
                reach[holds], onward[holds], following[holds] = total, pair, at
                heappush(queue, (reach[holds], np.int64(holds)))
    _lower(radius, reach, price)
    return first, entry


@kernel
def _lower(radius, reach, price):  # type: ignore[no-untyped-def]
    """Prices inside the radius go down so that the chain is tight."""
    for a in range(len(price)):
        if reach[a] < radius:
            price[a] -= radius - reach[a]


@kernel
def _raise(height, price, assignment, held_cost, start, offers, cost, column_start, column_need):  # type: ignore[no-untyped-def]
    """Who would now leave for a cheaper offer is followed there: its price rises by what is missing."""
    queue = [(np.int64(0), np.int64(0))]
    heappop(queue)
    for a in range(len(height)):
        if height[a] > 0:
            heappush(queue, (-height[a], np.int64(a)))
    while len(queue) > 0:
        above, at = heappop(queue)
        if -above < height[at]:
            continue
        for pair in range(column_start[at], column_start[at + 1]):
            need = column_need[pair]
            if assignment[need] != at:
                continue
            for other in range(start[need], start[need + 1]):
                to = offers[other]
                slack = price[to] + cost[other] - price[at] - held_cost[need]
                if to != at and -above - slack > height[to]:
                    height[to] = -above - slack
                    heappush(queue, (-height[to], np.int64(to)))
