"""Where one more unit of capacity relieves most, and what the next ones bring.

What places are worth together has diminishing returns of the strictest kind (it is the value of a matching, so
units are gross substitutes; Murota, Discrete Convex Analysis, 2003): putting each next unit where it brings most
is the best placing for *every* budget on the way, not a heuristic. Only units that come in blocks need a bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.capacity.chains import Chain, Standing, best_chain, level_prices, standing, take
from lacarte.engines.matching.certify import lower_bound
from lacarte.engines.matching.problem import Problem, Result

__all__ = ["Growth", "curve", "grown", "people_and_cost", "where_next"]


@dataclass(frozen=True, eq=False)
class Growth:
    """Units in the order in which to add them, what each brings, and the match with all of them.

    ``worth`` is what a unit saves of the objective: the penalty of the need that comes in, less what the
    people moved and served then cost more. ``bound`` is what no placing of as many units can exceed, ``gap``
    is bound less worth in all; 0 is a proof. ``complete`` is false where Ctrl-C cut the work short: what is
    there is then as good for its smaller number.
    """

    offer: npt.NDArray[np.int32]  # [u]
    worth: npt.NDArray[np.int64]  # [u], falling where units are single
    need: npt.NDArray[np.int32]  # [u], who comes in; -1 where people only get something better
    priority_class: npt.NDArray[np.int16]  # [u], of that need; -1 for nobody
    cost_saved: npt.NDArray[np.int64]  # [u], negative where serving one more costs travel
    units: npt.NDArray[np.int32]  # [k], units at each offer in all
    assignment: npt.NDArray[np.int32]  # [n]
    price: npt.NDArray[np.int64]  # [k]
    bound: int
    complete: bool = True

    @property
    def gap(self) -> int:
        """How much more another placing of as many units could save at most."""
        return self.bound - int(self.worth.sum())

    @property
    def people(self) -> dict[int, int]:
        """How many more people are served, by priority class."""
        classes, counts = np.unique(self.priority_class[self.priority_class >= 0], return_counts=True)
        return dict(zip(classes.tolist(), counts.tolist(), strict=True))


def where_next(
    problem: Problem,
    result: Result,
    units: int,
    allowed: npt.NDArray[np.bool_] | None = None,
    crew: int = 1,
) -> Growth:
    """Place ``units`` more units of capacity where they save most, in blocks of ``crew`` at one offer.

    ``result`` should be proved (gap 0); with a gap, the answer's gap says what that costs. ``allowed``
    (``bool[k]``) says where units may go; everywhere by default. Fewer units come back where more would help
    nobody. Single units are placed best of all, each shorter list included. Blocks are placed greedily, the first
    one best of all, with the best placing of single units as the bound.
    Raises ``ValueError`` for negative or indivisible numbers or arrays of another length.
    """
    if units < 0 or crew < 1 or units % crew:
        raise ValueError(f"units = {units} is not a number of crews of {crew}")
    open_to = _allowed(problem, allowed)
    return (
        _place_singly(problem, result, units, open_to)
        if crew == 1
        else _place_blocks(problem, result, units // crew, crew, open_to)
    )


def curve(problem: Problem, result: Result, offer: int, up_to: int) -> Growth:
    """What the first, second, … unit more at ``offer`` bring, exactly; ends where one more would bring nothing.

    Raises ``ValueError`` for an offer that is not there or a negative ``up_to``.
    """
    if not 0 <= offer < len(problem.capacity):
        raise ValueError(f"offer = {offer} is not one of the {len(problem.capacity)} offers")
    return where_next(problem, result, up_to, np.arange(len(problem.capacity)) == offer)


def grown(problem: Problem, growth: Growth) -> Problem:
    """The problem with the units of ``growth`` in place: its assignment and price answer this one."""
    capacity: Any = problem.capacity.astype(np.int64) + growth.units
    return replace(problem, capacity=capacity)


def people_and_cost(
    price: npt.NDArray[np.int64], step: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Split prices into levels that people gain and cost saved, ``price = levels * step + cost``.

    A cost below zero is travel that serving somebody more takes. The nearest whole number of levels is meant,
    which is right unless one place more moves half of all offers' people.
    """
    levels = (price + step // 2) // step
    return levels, price - levels * step


def _allowed(problem: Problem, allowed: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_]:
    k = len(problem.capacity)
    if allowed is None:
        return np.ones(k, dtype=bool)
    if allowed.shape != (k,):
        raise ValueError(f"allowed has the shape {allowed.shape}, there are {k} offers")
    return allowed.astype(bool)


def _place_singly(problem: Problem, result: Result, units: int, open_to: npt.NDArray[np.bool_]) -> Growth:
    """Always the best chain to any of the offers: one search for each unit."""
    match = standing(problem, result, units)
    offers = np.flatnonzero(open_to)
    chains: list[Chain] = []
    complete = True
    try:
        while len(offers) and len(chains) < units:
            chain = best_chain(match, offers)
            if chain.worth <= 0:
                break
            take(match, chain)
            chains.append(chain)
    except KeyboardInterrupt:
        complete = False
        match = _again(problem, result, chains, match)
    return _growth(match, result, chains, units if complete else len(chains), open_to, complete)


def _place_blocks(
    problem: Problem, result: Result, blocks: int, crew: int, open_to: npt.NDArray[np.bool_]
) -> Growth:
    """Always the offer whose next block is worth most. Worth only falls, so the last one seen bounds it."""
    match = standing(problem, result, blocks * crew)
    offers = np.flatnonzero(open_to)
    chains: list[Chain] = []
    most = crew * match.price[offers]
    complete = True
    try:
        while len(offers) and len(chains) < blocks * crew:
            best_chain(match, offers)  # for the prices: a block is worth at most its first unit each time
            most = np.minimum(most, crew * match.price[offers])
            trial, block = _best_block(match, offers, crew, most)
            if sum(chain.worth for chain in block) <= 0:
                break
            match, chains = trial, chains + block
    except KeyboardInterrupt:
        complete = False
    singly = _place_singly(problem, result, blocks * crew if complete else len(chains), open_to)
    growth = _growth(match, result, chains, 0, open_to, complete)
    return replace(growth, bound=singly.bound, complete=complete and singly.complete)


def _best_block(
    match: Standing, offers: npt.NDArray[np.int64], crew: int, most: npt.NDArray[np.int64]
) -> tuple[Standing, list[Chain]]:
    """The best block of ``crew`` units at one of ``offers``, and the match with it.

    ``most`` is what a block at each is worth at most; what was looked at is written there exactly.
    """
    best, found = -1, (match, list[Chain]())
    while best < 0 or most[best] < most.max():
        at, trial = int(np.argmax(most)), match.copy()
        block = _block(trial, offers[at : at + 1], crew)
        most[at] = sum(chain.worth for chain in block)
        if best < 0 or most[at] > most[best]:
            best, found = at, (trial, block)
    return found


def _block(match: Standing, offer: npt.NDArray[np.int64], crew: int) -> list[Chain]:
    """Add ``crew`` places at the one ``offer``, those included that bring nothing."""
    block = []
    for _ in range(crew):
        chain = best_chain(match, offer)
        take(match, chain)
        block.append(chain)
    return block


def _again(problem: Problem, result: Result, chains: list[Chain], broken: Standing) -> Standing:
    """The match after ``chains``, for when the last one was interrupted half-way. Any prices bound."""
    match = replace(broken, assignment=result.assignment.copy(), held_cost=broken.held_cost.copy())
    for chain in chains:
        take(match, chain)
    return match


def _growth(
    match: Standing,
    result: Result,
    chains: list[Chain],
    units: int,
    open_to: npt.NDArray[np.bool_],
    complete: bool,
) -> Growth:
    """The answer, with the bound on any placing of ``units`` units that may go to ``open_to`` offers."""
    problem = match.problem
    offer = np.array([chain.offer for chain in chains], dtype=np.int32)
    need = np.array([chain.need for chain in chains], dtype=np.int32)
    added = np.bincount(offer, minlength=len(match.price))
    level = int(match.price[open_to].max(initial=0))
    level_prices(match, added, level)
    dual = lower_bound(problem, match.price) - units * int(match.price[open_to].max(initial=0))
    return Growth(
        offer=offer,
        worth=np.array([chain.worth for chain in chains], dtype=np.int64),
        need=need,
        priority_class=np.where(need >= 0, problem.priority_class[need].astype(np.int16), -1).astype(np.int16),
        cost_saved=np.array([chain.cost_saved for chain in chains], dtype=np.int64),
        units=added.astype(np.int32),
        assignment=match.assignment,
        price=match.price,
        bound=result.objective - dual,
        complete=complete,
    )
