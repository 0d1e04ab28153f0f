"""Several services for one life event, all or nothing: who is served how, and how good that is at least.

Small problems are solved to the proven optimum (CP-SAT), large ones by prices for capacity with a certified
gap. Prices are those of the main run's kind, and may start from there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.bundles.check import BundleCertificate, check_bundles
from lacarte.engines.matching.bundles.exact import solve_exact
from lacarte.engines.matching.bundles.prices import Market, Prices
from lacarte.engines.matching.bundles.problem import MUST, REQUIRED, BundleProblem, BundleResult, Rule
from lacarte.engines.matching.bundles.seats import Seats
from lacarte.engines.matching.bundles.value import cost_of, objective_of, rating, served_in
from lacarte.engines.matching.bundles.zones import polish
from lacarte.engines.matching.problem import Problem, Result
from lacarte.engines.matching.solve import solve

__all__ = [
    "MUST",
    "REQUIRED",
    "BundleCertificate",
    "BundleProblem",
    "BundleResult",
    "Rule",
    "check_bundles",
    "prices_from",
    "solve_bundles",
]

Ints = npt.NDArray[np.int64]
Progress = Callable[[str, int, int], None]

EXACT_UP_TO = 3_000  # parts


def solve_bundles(
    problem: BundleProblem,
    prices: Ints | None = None,
    tolerance: float = 0.005,
    seed: int = 0,
    sweeps: int = 60,
    effort: float = 10.0,
    exact: bool | None = None,
    progress: Progress | None = None,
) -> BundleResult:
    """Serve as many bundles as possible of the most urgent class, then of the next, …; then at least cost.

    ``prices`` (``int64[k]``, see :func:`prices_from`) are where the search for prices starts. It makes
    ``sweeps`` passes over the bundles; improving the answer stops once it is certified to be within
    ``tolerance`` of the bound. ``exact`` asks for the complete search (by default up to 3,000 parts), which
    may take ``effort`` deterministic seconds for each class and is not proven when that is not enough.
    Same problem, same seed, same answer. ``progress`` is told stage, objective so far and bound. Ctrl-C ends
    the search; the best answer so far comes back with its certificate.
    Raises ``ValueError`` when the numbers are too large to be exact, or prices do not fit.
    """
    if prices is not None and (len(prices) != len(problem.capacity) or (np.asarray(prices) < 0).any()):
        raise ValueError(f"prices must be {len(problem.capacity)} numbers, none negative")
    if exact is None and (np.diff(problem.part_start) == 1).all():
        return _as_needs(problem)
    run = _Run(problem, seed, progress)
    with suppress(KeyboardInterrupt):
        run.find_prices(prices, sweeps)
        run.find_seats(tolerance, sweeps)
        if exact or (exact is None and problem.parts <= EXACT_UP_TO):
            run.prove(effort, sweeps)
        elif exact is None and not run.within(tolerance):
            run.polish(tolerance)
    return run.result(sweeps // 6)


def prices_from(result: Result, problem: BundleProblem) -> Ints:
    """``int64[k]``: a main run's prices as prices for bundles over the same lots and classes.

    A level of the main run is worth one step; one of bundles is worth ``problem.weight`` steps.
    """
    if len(result.price) != len(problem.capacity):
        raise ValueError(f"price has {len(result.price)} entries, there are {len(problem.capacity)} lots")
    steps = np.append(0, problem.weight[::-1])
    levels = np.interp(result.price / result.step, np.arange(len(steps)), steps)
    return np.asarray(np.rint(levels * problem.step), dtype=np.int64)


class _Run:
    """One run: what is best so far, at any time."""

    def __init__(self, problem: BundleProblem, seed: int, progress: Progress | None) -> None:
        self.problem, self.seed, self.progress = problem, seed, progress
        self.market = Market(problem, seed)
        self.prices = Prices(np.zeros(len(problem.capacity), np.int64), 0, np.zeros(len(problem.priority_class)))
        self.choice: Ints = np.full(problem.parts, -1, dtype=np.int64)
        self.at_most: dict[int, int] = {}
        self.proven = False

    def tell(self, stage: str) -> None:
        if self.progress is not None:
            self.progress(stage, objective_of(self.problem, self.choice), self.prices.bound)

    def within(self, tolerance: float) -> bool:
        objective = objective_of(self.problem, self.choice)
        return objective - self.prices.bound <= tolerance * objective

    def take(self, choice: Ints, stage: str) -> None:
        """Keep the better of two answers."""
        if rating(self.problem, choice) < rating(self.problem, self.choice):
            self.choice = choice
        self.tell(stage)

    def find_prices(self, start: Ints | None, sweeps: int) -> None:
        for prices in self.market.search(start, sweeps):
            self.prices = prices
            self.tell("prices")

    def find_seats(self, tolerance: float, sweeps: int) -> None:
        quick = Seats(self.market, self.prices)
        quick.fill()
        self.take(quick.choice, "filled")
        seats = Seats(self.market, self.prices)
        seats.dive(max(sweeps // 3, 2))
        seats.fill()
        self.take(seats.choice, "dived")
        seats.improve(urgent=True)
        self.take(seats.choice, "urgent")
        if rating(self.problem, quick.choice) < rating(self.problem, seats.choice):
            seats = quick
        for served in (False, True):
            if not self.within(tolerance):
                seats.improve(served=served)
                self.take(seats.choice, "improved")

    def polish(self, tolerance: float) -> None:
        for choice in polish(self.problem, self.choice, self.prices.surplus, self.seed):
            self.take(choice, "polished")
            if self.within(tolerance):
                return

    def prove(self, effort: float, sweeps: int) -> None:
        self.at_most = self.market.served_at_most(self.prices.price, sweeps)
        found = solve_exact(self.problem, self.choice, effort, self.seed, self.at_most)
        self.take(found.choice, "searched")
        self.proven = found.proven

    def result(self, sweeps: int) -> BundleResult:
        """What was found, with its certificate."""
        bounds = self.at_most or self.market.served_at_most(self.prices.price, sweeps)
        return _result(self.problem, self.choice, self.prices.price, self.prices.bound, bounds, self.proven)


def _result(
    problem: BundleProblem, choice: Ints, price: Ints, bound: int, bounds: dict[int, int], proven: bool
) -> BundleResult:
    classes, counts = np.unique(problem.priority_class[served_in(problem, choice)], return_counts=True)
    objective = objective_of(problem, choice)
    bound = objective if proven else bound
    return BundleResult(
        choice=choice.astype(np.int32),
        price=price,
        served_by_class=dict(zip(classes.tolist(), counts.tolist(), strict=True)),
        served_at_most=bounds,
        cost=cost_of(problem, choice),
        objective=objective,
        bound=bound,
        gap=objective - bound,
        proven=proven,
        step=problem.step,
    )


def _as_needs(problem: BundleProblem) -> BundleResult:
    """Bundles of one part each are needs: the main solver's optimum."""
    needs = Problem(
        candidate_start=problem.candidate_start,
        candidate_offer=problem.candidate_lot,
        candidate_cost=problem.candidate_cost,
        capacity=problem.capacity,
        priority_class=problem.priority_class,
        order=problem.order,
    )
    found = solve(needs)
    used = np.flatnonzero(problem.candidate_lot == found.assignment[problem.candidate_part])
    dearest_first = used[np.argsort(-problem.candidate_cost[used], kind="stable")]
    choice = np.full(problem.parts, -1, dtype=np.int64)
    choice[problem.candidate_part[dearest_first]] = dearest_first
    # The number served of the most urgent classes is the same in every optimum (a transversal matroid).
    ranks = np.unique(problem.priority_class).tolist()
    bounds = {k: sum(served for own, served in found.served_by_class.items() if own <= k) for k in ranks}
    return _result(problem, choice, found.price, found.bound, bounds, proven=found.gap == 0)
