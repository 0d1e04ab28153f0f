"""Solve a matching problem: the optimum under strict priority, with prices that prove it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from lacarte.engines import compiling
from lacarte.engines.matching import flow
from lacarte.engines.matching.auction.phases import Progress
from lacarte.engines.matching.auction.result import auction
from lacarte.engines.matching.baselines import in_turn
from lacarte.engines.matching.certify import appraise, served_by_class
from lacarte.engines.matching.problem import STOPPED, Problem, Result

Solver = Literal["auction", "flow"]

#: Goes up whenever the same problem may get another answer, be it as good.
VERSION = 3


def _silent(what: str, epsilon: float) -> None:
    """Nobody watches."""


def solve(
    problem: Problem,
    *,
    tolerance: float = 1e-6,
    threads: int = 2,
    solver: Solver | None = None,
    progress: Progress = _silent,
) -> Result:
    """Serve as many as possible of the most urgent class, then of the next, …; among those, at least cost.

    Inside a class the lower ``order`` goes first. The number served of each class and order is exact; the cost
    is proved to be within ``tolerance`` of the least (``0``: it is the least). Problems of 20,000 needs and
    more are solved by the auction when numba is installed, on ``threads`` threads, and the others by OR-tools;
    where numbers are too large for the one, the other is asked. ``solver`` names the first. The answer depends
    on the problem and the solver, not on the threads.

    ``progress`` is called with what was done and how fine prices are, in units of cost. Where it raises
    ``KeyboardInterrupt``, the answer is the best matching so far of an auction; of OR-tools, and while nobody is
    matched yet, it is what taking turns by class and order gives. The result is then not ``complete``, and
    ``gap`` says what the answer may lack. Ctrl-C itself does the same to an auction and ends OR-tools at once
    with ``KeyboardInterrupt``. Raises ``ValueError`` when the numbers are too large to be exact.
    """
    if not 0 <= tolerance < 1:
        raise ValueError(f"tolerance is {tolerance}, it must be from 0 to 1")
    if threads < 1:
        raise ValueError(f"threads is {threads}, it must be 1 or more")
    n = len(problem.priority_class)
    if not len(problem.candidate_offer):
        nobody = np.full(n, -1, dtype=np.int32)
        return rated(problem, nobody, np.zeros(len(problem.capacity), dtype=np.int64), f"nothing {VERSION}")
    if solver is None:
        solver = "auction" if n >= compiling.COMPILE_FROM and compiling.available() else "flow"
    ways: dict[str, Callable[[], Result]] = {
        "flow": lambda: _by_flow(problem, progress),
        "auction": lambda: _by_auction(problem, tolerance, threads, progress),
    }
    try:
        return ways.pop(solver)()
    except OverflowError:  # the two count differently: what is too large for one may fit the other
        (other,) = ways.values()
    try:
        return other()
    except OverflowError as error:
        raise ValueError(
            f"costs up to {problem.largest_cost} with {problem.levels} levels of class and order are too large "
            "to be exact; use a coarser unit of cost or fewer orders"
        ) from error


def _by_auction(problem: Problem, tolerance: float, threads: int, progress: Progress) -> Result:
    found = auction(problem, tolerance, threads, progress)
    if not found.complete and (found.assignment < 0).all():
        return _in_turn(problem, "auction")
    return rated(problem, found.assignment, found.price, _named("auction", found.complete))


class _Enough(Exception):
    """Somebody wants an answer now."""


def _by_flow(problem: Problem, progress: Progress) -> Result:
    def watch() -> None:
        try:
            progress("min-cost flow", 0.0)
        except KeyboardInterrupt as asked:
            raise _Enough from asked

    try:
        chosen = flow.flow(problem, watch)
    except _Enough:
        return _in_turn(problem, "flow")
    served = chosen >= 0
    assignment = np.full(len(chosen), -1, dtype=np.int32)
    assignment[served] = problem.candidate_offer[chosen[served]]
    return rated(problem, assignment, flow.least_prices(problem, chosen), _named("flow", True))


def _in_turn(problem: Problem, solver: Solver) -> Result:
    """What taking turns by class and order gives, for whoever cannot wait for anything better."""
    turns = in_turn(problem, np.argsort(problem.level, kind="stable"))
    return rated(problem, turns, np.zeros(len(problem.capacity), dtype=np.int64), _named(solver, False))


def _named(solver: Solver, complete: bool) -> str:
    return f"{solver} {VERSION}" if complete else f"{solver} {VERSION}{STOPPED}"


def rated(
    problem: Problem, assignment: npt.NDArray[np.int32], price: npt.NDArray[np.int64], solver: str
) -> Result:
    """A match with all that follows from it. Raises ``ValueError`` if an offer is no candidate of its need."""
    cost, objective, bound = appraise(problem, assignment, price)
    return Result(
        assignment=assignment,
        price=price,
        served_by_class=served_by_class(problem, assignment),
        cost=cost,
        objective=objective,
        bound=bound,
        gap=objective - bound,
        step=problem.step,
        solver=solver,
    )
