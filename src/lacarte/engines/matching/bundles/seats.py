"""An answer that follows the prices: dive, fill, then chains of moves.

At good prices many bundles are indifferent, so that prices alone do not say who is served where. What they
took on average over some sweeps does: it is close to the optimum of the linear relaxation (the volume
algorithm's idea, Barahona and Anbil 2000). The dive seats those whose average is clearest, lets the others
bid for what is left, and so on.
"""

from __future__ import annotations

import numpy as np

from lacarte.engines.matching.bundles import kernels
from lacarte.engines.matching.bundles.book import Floats, Ints, Standing, fast, standing_for
from lacarte.engines.matching.bundles.prices import Market, Prices

SURE = 0.95  # who took the same in so many sweeps is seated at once
ROUND = 5  # at least one in so many is seated in each round of a dive
LONGEST = 40  # bundles that one chain may move


class Seats:
    """Who is seated where, at the prices found. ``choice`` is always complete: the last finished stage's."""

    def __init__(self, market: Market, prices: Prices) -> None:
        self.market, self.prices = market, prices
        self.now: Standing = standing_for(market.problem, prices.price.astype(np.float64))
        self.order: Ints = np.lexsort((-prices.surplus, market.problem.priority_class))
        self.choice: Ints = self.now.choice.copy()
        self.chains = 0  # tried so far: each has a number

    def keep(self) -> None:
        """A stage is finished."""
        self.choice = self.now.choice.copy()

    def fill(self) -> None:
        """Seat who finds room: first those worth the prices, then anybody; most urgent class first."""
        market, now = self.market, self.now
        now.toll[:] = np.where(now.left > 0, 0, now.price)
        for worth in (True, False):
            fast(kernels.fill, market.problem)(self.order, worth, market.book, now, market.table)
        self.keep()

    def dive(self, sweeps: int) -> None:
        """Seat the clearest, let the rest bid for what is left, until nobody new finds room."""
        market, price = self.market, self.prices.price.astype(np.float64)
        size, who = market.problem.step / 50, market.able
        while len(who):
            left = self.now.left.copy()
            for _ in range(sweeps // 2):
                market.step(price, size, who, left)
            market.taken[:] = 0
            for _ in range(sweeps):
                market.step(price, size, who, left)
            often = market.taken / sweeps
            served, sure = self._clear(often)
            enough = min(SURE, float(np.sort(sure[who])[-max(len(who) // ROUND, 1)]))
            chosen = who[(sure[who] >= enough) & (served[who] > 0.3)]
            self._seat(chosen[np.lexsort((-sure[chosen], market.problem.priority_class[chosen]))], often)
            seated = int(self.now.served[chosen].sum())
            who = who[~self.now.served[who] & (served[who] > 0.02)]
            if seated == 0:
                break

    def _clear(self, often: Floats) -> tuple[Floats, Floats]:
        """For each bundle: how often it was served, and how often its least clear part took the same."""
        problem = self.market.problem
        parts, favourite = np.zeros(problem.parts), np.zeros(problem.parts)
        np.add.at(parts, problem.candidate_part, often)
        np.maximum.at(favourite, problem.candidate_part, often)
        served, sure = (np.zeros(len(problem.priority_class)), np.ones(len(problem.priority_class)))
        np.maximum.at(served, problem.part_bundle, parts)
        optional = problem.skip_cost >= 0  # left out is a choice like any other
        favourite[optional] = np.maximum(favourite, served[problem.part_bundle] - parts)[optional]
        np.minimum.at(sure, problem.part_bundle, favourite)
        return served, sure

    def _seat(self, who: Ints, often: Floats) -> None:
        """Seat these in turn where they were most often, if there is room."""
        market, now = self.market, self.now
        seldom = np.rint((1 - often) * 2**20).astype(np.int32)
        skip = np.where(market.book.skip >= 0, 2**20, -1).astype(np.int32)
        book = market.book._replace(cost=seldom, skip=skip)
        free = now._replace(price=np.zeros_like(now.price))
        fast(kernels.fill, market.problem)(who, False, book, free, market.table)

    def improve(self, urgent: bool = False, served: bool = False) -> None:
        """Chains from the unserved, most urgent first: only of all classes but the last where ``urgent``.

        With ``served`` from those who are served, who may find something cheaper.
        """
        market, now = self.market, self.now
        rank = market.problem.priority_class
        who = self.order[np.isin(self.order, market.able) & (now.served[self.order] == served)]
        who = who[rank[who] < rank.max(initial=0)] if urgent else who
        moved, was = np.zeros(LONGEST, dtype=np.int64), np.zeros((LONGEST, 7), dtype=np.int64)
        balance = np.zeros(256, dtype=np.int64)
        run = fast(kernels.improve, market.problem)
        run(who, self.chains, market.book, now, moved, was, balance, market.table)
        self.chains += len(who)
        self.keep()
