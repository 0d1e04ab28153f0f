"""From a finished auction to an assignment with whole prices that prove it under strict classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.auction import price_kernels
from lacarte.engines.matching.auction.graph import Ints, graph
from lacarte.engines.matching.auction.phases import SHRINK, Auction, Progress, mean_cost
from lacarte.engines.matching.problem import Problem

#: The step between classes begins at so many times the largest cost, and grows by so much if that is not strict.
FIRST_STEP = 2
MORE = 4


@dataclass(frozen=True, eq=False)
class Outcome:
    """Who gets what, and prices in whole units of cost; ``complete`` unless it was interrupted."""

    assignment: npt.NDArray[np.int32]  # [n], offer or -1
    price: Ints  # [k]
    complete: bool


def auction(problem: Problem, allowed_gap: float, threads: int, progress: Progress) -> Outcome:
    """Match until the gap is proved to be at most ``allowed_gap`` times the cost; Ctrl-C ends it early.

    Raises ``OverflowError`` where prices would not fit 64 bits.

    Strictness: with a small step between the classes prices stay small. Afterwards each offer is labelled with
    the weight of the most urgent unserved need that reaches it by exchange. If all labelled offers are full of
    people at least as urgent, no exchange serves more of any class prefix, whatever the step; and each price
    raised by its label, times what was left out of the step, proves the same gap for the full step.
    """
    try:
        numbered = graph(problem, threads)
    except KeyboardInterrupt:  # nobody is matched yet
        nobody = np.full(len(problem.priority_class), -1, dtype=np.int32)
        return Outcome(nobody, np.zeros(len(problem.capacity), dtype=np.int64), complete=False)
    state = Auction(
        numbered,
        weight=np.asarray(problem.levels - problem.level[numbered.need], dtype=np.int64),
        step=min(problem.step, FIRST_STEP * (problem.largest_cost + 1)),
        mean_cost=mean_cost(problem),
    )
    try:
        price, complete = _solve(problem, state, allowed_gap, progress), True
    except KeyboardInterrupt:
        state.restore()
        price, complete = _lifted(problem, state, state.price // state.scale, *scarcity(state)), False
    return _renumbered(problem, state, price, complete)


def _solve(problem: Problem, state: Auction, allowed_gap: float, progress: Progress) -> Ints:
    """Run the auction as often as it takes; the prices that prove it, ``int64[k]``."""
    state.run(progress)
    label, strict = scarcity(state)
    while state.step < problem.step and not strict:
        state.raise_step(min(MORE * state.step, problem.step))
        state.run(progress)
        label, strict = scarcity(state)
    price, gap = _whole_prices(problem, state)
    while gap > allowed_gap * int(state.mate_cost[state.mate >= 0].sum()):
        state.refine()
        state.finish(SHRINK, SHRINK**2, progress)
        label, strict = scarcity(state)
        price, gap = _whole_prices(problem, state)
    return _lifted(problem, state, price, label, strict)


def _lifted(problem: Problem, state: Auction, price: Ints, label: Ints, strict: bool) -> Ints:
    """Prices for the full step between classes, from those for the step that was used."""
    return price + label * (problem.step - state.step) if strict else price


def scarcity(state: Auction) -> tuple[Ints, bool]:
    """The label of each offer, ``int64[k]``, and whether every labelled one is full of people as urgent."""
    g = state.graph
    unserved = np.flatnonzero(state.mate < 0)
    queue = unserved[np.argsort(-state.weight[unserved], kind="stable")]
    label = np.zeros(len(g.room), dtype=np.int64)
    work = price_kernels.label_scarce.at_size(len(g.need))
    work(
        queue, state.weight, g.first, g.arc, state.heap_first, state.held, state.who, label,
        np.empty(len(label) + 1, dtype=np.int64),
    )  # fmt: skip
    served = np.flatnonzero(state.mate >= 0)
    full = bool((state.held[label > 0] == g.room[label > 0]).all())
    return label, full and bool((state.weight[served] >= label[state.mate[served]]).all())


def _whole_prices(problem: Problem, state: Auction) -> tuple[Ints, int]:
    """Prices in whole units, ``int64[k]``, and the gap at the small step, in units.

    Adding one shift to all prices and cutting off the fraction keeps every inequality between them; over all
    shifts the mean gap is the gap before, so that the best shift never loses, and proves a gap below 1 to be 0.
    """
    g, n = state.graph, len(state.mate)
    price = np.where(state.closed, 0, state.price)
    price_kernels.claims_on_closed.at_size(n)(g.first, g.arc, state.scale, state.value, state.closed, price)
    paid = np.where(state.mate >= 0, state.mate_cost * state.scale + state.price[state.mate], state.limit)
    free = problem.capacity[g.offer] - state.held
    grows = np.zeros(state.scale + 1, dtype=np.int64)
    base = price_kernels.count_crossings.at_size(n)(paid, state.value, free, price, state.scale, grows)
    gaps = base + np.cumsum(grows[: state.scale])
    shift = int(np.argmin(gaps))
    return (price + shift) // state.scale, int(gaps[shift])


def _renumbered(problem: Problem, state: Auction, price: Ints, complete: bool) -> Outcome:
    g = state.graph
    assignment = np.full(len(g.need), -1, dtype=np.int32)
    served = state.mate >= 0
    assignment[g.need[served]] = g.offer[state.mate[served]]
    in_order = np.empty_like(price)
    in_order[g.offer] = price
    return Outcome(assignment, in_order, complete)
