"""Large bundle problems: prices for capacity, an answer that follows them, and how far it may be off.

The capacities are all that joins one bundle with another. At given prices each bundle picks its cheapest
composition by itself, which bounds the objective from below whatever the prices; good prices come from a
subgradient step after every single bundle. People are then seated at those prices, most urgent class first,
and chains of moves (one pushes another out, who looks anew) repair what prices alone cannot decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching import bundles_kernels as kernels
from lacarte.engines.matching.bundles_book import (
    ENDLESS,
    Book,
    Floats,
    Ints,
    Standing,
    Table,
    book_for,
    fast,
    standing_for,
    table_for,
)
from lacarte.engines.matching.bundles_problem import REQUIRED, BundleProblem

BLOCK = 256
LONGEST = 40  # bundles that one chain may move
FINE = 2**20  # parts of a bundle, where bundles are counted at prices


@dataclass(frozen=True)
class Prices:
    """Prices and the bound they prove; ``surplus``: what each bundle saves by being served at them."""

    price: Ints  # [k]
    bound: int
    surplus: Floats  # [n]


class Market:
    """A problem at its prices."""

    def __init__(self, problem: BundleProblem, seed: int) -> None:
        self.problem = problem
        self.book: Book = book_for(problem)
        self.table: Table = table_for(problem)
        self.draw = np.random.default_rng(seed)
        asked = np.bincount(problem.candidate_lot, minlength=len(problem.capacity))
        self.capacity: Ints = np.minimum(problem.capacity, asked).astype(np.int64)
        self.left: Ints = np.where(self.capacity > 0, ENDLESS, 0)

    def bound(self, price: Floats, book: Book | None = None) -> Prices:
        """What these prices, rounded and not below 0, prove."""
        whole = np.rint(price).clip(0)
        surplus = np.zeros(len(self.problem.priority_class))
        evaluate = fast(kernels.evaluate, self.problem)
        total = int(evaluate(book or self.book, whole, self.left, surplus, self.table))
        paid = whole.astype(np.int64)
        return Prices(paid, total - int((self.capacity * paid).sum()), surplus)

    def search(self, start: Ints | None, sweeps: int) -> Iterator[Prices]:
        """Better and better prices: first in steps of half a level, at last in steps of single cost units.

        A lot's price moves with the square root of its size: fast where it is often asked, yet finely.
        """
        price = np.zeros(len(self.capacity)) if start is None else start.astype(np.float64)
        size = np.sqrt(np.maximum(self.capacity, 1))
        first, last = self.problem.step / 2, max(self.problem.largest_cost / 500, 0.1)
        best = self.bound(price)
        if start is not None:
            first = max(self.problem.step / 20, last)
        mean, sweep = price.copy(), fast(kernels.sweep, self.problem)
        capacity = self.capacity.astype(np.float64)
        for s in range(sweeps):
            rate = first * (last / first) ** (s / max(sweeps - 1, 1)) / size
            order = self.draw.permutation(len(self.problem.priority_class))
            sweep(self.book, order, BLOCK, price, rate, capacity, self.left, self.table)
            mean = 0.6 * mean + 0.4 * price
            if s % 10 == 9 or s == sweeps - 1:
                best = max(best, self.bound(mean), self.bound(price), key=lambda found: found.bound)
                yield best

    def seat(self, prices: Prices, passes: int) -> Standing:
        """An answer at these prices, improved until nothing helps or ``passes`` are over."""
        rank = self.problem.priority_class
        now = standing_for(self.problem, prices.price.astype(np.float64))
        order = np.lexsort((-prices.surplus, rank))
        fill = fast(kernels.fill, self.problem)
        for worth in (True, False):
            fill(order, worth, self.book, now, self.table)
        self.improve(now, order, passes)
        return now

    def improve(self, now: Standing, order: Ints, passes: int) -> None:
        """Chains from the unserved first, most urgent first, then from everybody."""
        moved = np.zeros(LONGEST, dtype=np.int64)
        was = np.zeros((LONGEST, 7), dtype=np.int64)
        balance = np.zeros(256, dtype=np.int64)
        improve, chain = fast(kernels.improve, self.problem), 0
        for _ in range(passes):
            gained = 0
            for who in (order[~now.served[order]], order):
                gained += improve(who, chain, self.book, now, moved, was, balance, self.table)
                chain += len(who)
            if gained == 0:
                return

    def served_at_most(self, price: Ints) -> dict[int, int]:
        """For each class, how many of it and of the classes before it can be served at all.

        A bound of the same kind on the number alone: a lot is dear there (up to one whole bundle) when its
        price is above what the least urgent of these people would pay.
        """
        problem, bounds = self.problem, {}
        for rank in np.unique(problem.priority_class).tolist():
            counted = problem.priority_class <= rank
            dear = (price / problem.penalty[counted].min()).clip(0, 1) * FINE
            book = _counting(self.book, counted)
            best = self.bound(dear, book).bound
            if TUNE:
                size = np.sqrt(np.maximum(self.capacity, 1))
                cap = self.capacity.astype(float)
                who = np.flatnonzero(counted)
                sweep = fast(kernels.sweep, self.problem)
                for s in range(TUNE):
                    sweep(book, self.draw.permutation(who), BLOCK, dear, 0.3*FINE*(0.01)**(s/TUNE)/size, cap, self.left, self.table)
                    if s%10==9: best=max(best,self.bound(dear,book).bound); print(rank, s, int(counted.sum())+(-best)//FINE)
            bounds[rank] = min(int(counted.sum()) + (-best) // FINE, int(counted.sum()))
        return bounds


TUNE = 40


def _counting(book: Book, counted: npt.NDArray[np.bool_]) -> Book:
    """The same bundles where only being served counts, and only that of some."""
    return book._replace(
        cost=np.zeros_like(book.cost),
        skip=np.minimum(book.skip, 0),
        penalty=np.where(counted, FINE, 0),
        pair_most=np.zeros_like(book.pair_most),
        grid=np.minimum(book.grid, 0),
    )


Progress = Callable[[str, float], None]
assert REQUIRED == -1
