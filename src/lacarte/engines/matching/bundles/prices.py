"""Prices for the capacity that bundles share, and the bounds they prove.

The capacities are all that joins one bundle with another. At given prices each bundle picks its cheapest
composition by itself, which bounds the objective from below whatever the prices are (Lagrangian relaxation);
good prices come from a subgradient step after every single bundle, in a new random order in every sweep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.bundles import kernels
from lacarte.engines.matching.bundles.book import ENDLESS, Book, Floats, Ints, book_for, fast, table_for
from lacarte.engines.matching.bundles.problem import BundleProblem

WHOLE = 2**20  # what a bundle counts where only numbers matter, so that prices may be fractions of one


@dataclass(frozen=True)
class Prices:
    """Prices and the bound they prove; ``surplus``: what each bundle saves by being served at them."""

    price: Ints  # [k]
    bound: int
    surplus: Floats  # [n]


class Market:
    """A problem at its prices. Draws follow ``seed``."""

    def __init__(self, problem: BundleProblem, seed: int) -> None:
        self.problem = problem
        self.book = book_for(problem)
        self.table = table_for(problem)
        self.draw = np.random.default_rng(seed)
        asked = np.bincount(problem.candidate_lot, minlength=len(problem.capacity))
        self.capacity: Ints = np.minimum(problem.capacity, asked).astype(np.int64)
        self.taken: Ints = np.zeros(len(problem.candidate_lot), dtype=np.int64)
        free = self.bound(np.zeros(len(self.capacity)))
        self.able: Ints = np.flatnonzero(free.surplus > 0)  # the others fit nowhere, whatever the prices

    def bound(self, price: Floats | Ints, book: Book | None = None) -> Prices:
        """What these prices, rounded and not below 0, prove."""
        whole = np.rint(price).clip(0)
        surplus = np.zeros(len(self.problem.priority_class))
        left = np.where(self.capacity > 0, ENDLESS, 0)
        total = fast(kernels.evaluate, self.problem)(book or self.book, whole, left, surplus, self.table)
        paid = whole.astype(np.int64)
        return Prices(paid, int(total) - int((self.capacity * paid).sum()), surplus)

    def step(self, price: Floats, size: float, who: Ints, left: Ints, book: Book | None = None) -> None:
        """One sweep over ``who``, in steps of ``size``, for the capacity ``left``; moves ``price``.

        A lot's step goes with the square root of its capacity: fast where it is asked often, yet fine.
        """
        rate = size / np.sqrt(np.maximum(left, 1))
        room = np.where(left > 0, ENDLESS, 0)
        sweep, order = fast(kernels.sweep, self.problem), self.draw.permutation(who)
        sweep(book or self.book, order, price, rate, left.astype(np.float64), room, self.taken, self.table)

    def search(self, start: Ints | None, sweeps: int) -> Iterator[Prices]:
        """Better and better prices: at first in steps of half a level, at last in steps of cost units."""
        price = np.zeros(len(self.capacity)) if start is None else start.astype(np.float64)
        last = max(self.problem.largest_cost / 50, 0.1)
        first = max(self.problem.step / (2 if start is None else 20), last)
        best = self.bound(price)
        yield best
        mean = price.copy()
        for s in range(sweeps):
            self.step(price, first * (last / first) ** (s / max(sweeps - 1, 1)), self.able, self.capacity)
            mean = 0.6 * mean + 0.4 * price
            if s % 10 == 9 or s == sweeps - 1:
                best = max(best, self.bound(mean), self.bound(price), key=lambda found: found.bound)
                yield best

    def served_at_most(self, price: Ints, sweeps: int) -> dict[int, int]:
        """For each class, how many of it and of the classes before it can be served at all.

        The same relaxation where only being served counts: how much of a bundle a place is worth.
        """
        bounds = {}
        for rank in np.unique(self.problem.priority_class).tolist():
            counted = self.problem.priority_class <= rank
            book, who = _counting(self.book, counted), self.able[counted[self.able]]
            worth = (price / self.problem.penalty[counted].min()).clip(0, 1) * WHOLE
            best = self.bound(worth, book).bound
            for s in range(sweeps):
                self.step(worth, WHOLE / 4 * 0.01 ** (s / max(sweeps - 1, 1)), who, self.capacity, book)
                if s % 10 == 9 or s == sweeps - 1:
                    best = max(best, self.bound(worth, book).bound)
            bounds[rank] = min((int(counted.sum()) * WHOLE - best) // WHOLE, len(who))
        return bounds


def _counting(book: Book, counted: npt.NDArray[np.bool_]) -> Book:
    """The same bundles where only being served counts, and only that of some."""
    return book._replace(
        cost=np.zeros_like(book.cost),
        skip=np.minimum(book.skip, 0),
        penalty=np.where(counted, WHOLE, 0),
        pair_most=np.zeros_like(book.pair_most),
        grid=np.minimum(book.grid, 0),
    )
