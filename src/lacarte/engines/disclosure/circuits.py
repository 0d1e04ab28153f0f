"""Circuits in a table with totals: ways to change some numbers so that every row and column still adds up.

Rows, the row of totals among them, and columns are the nodes of a network, every number is an edge. To go along a
number from its row to its column raises it, to go back lowers it; in the row and in the column of totals the
other way round, in the grand total again the first. Whatever flows round a circuit leaves all sums as they are, so
that a hidden number on a circuit of hidden numbers could as well be higher or lower by it. Where no single circuit
can carry all that is wanted, several do together: where all numbers of a row are small, one rises by what many of
them fall by. Source: Gusfield, SIAM Journal on Computing 17 (1988); Hundepool and others, Statistical Disclosure
Control (2012), section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

__all__ = ["Network", "Way"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Cell = tuple[int, int]
_ENDLESS = 1 << 62
#: More than a way can have steps: of two ways of one price the one with fewer is nearer.
_STEPS = 4096.0


@dataclass(frozen=True)
class Way:
    """The other numbers of circuits through a number, and what of them is not hidden yet, as the sum of ``cost``.

    ``moved`` are those of them that can take the whole amount too.
    """

    cost: float
    cells: tuple[Cell, ...]
    moved: tuple[Cell, ...]


@dataclass(frozen=True, eq=False)
class Network:
    """A table with its totals (``int64[r + 1, c + 1]``) in which numbers are to be moved by ``amount``."""

    counts: Ints
    amount: int

    def cheapest(self, cell: Cell, cost: Floats) -> Way | None:
        """The circuits through ``cell`` whose other numbers cost least together, or ``None``.

        ``cost`` (as ``counts``) is 0 for what is hidden and infinite for what must not be. By them ``cell`` can be
        ``amount`` more, or less, and every number is still at least 1. One circuit that carries it all is the
        cheapest of its kind; several together are found one after the other, each the cheapest then.
        """
        best: Way | None = None
        for least, rising in product((self.amount, 1), (True, False)):
            way = self._circuits(cell, cost, rising, least)
            if way is not None and (best is None or (way.cost, len(way.cells)) < (best.cost, len(best.cells))):
                best = way
            if best is not None and best.cost == 0:
                break
        return best

    def _circuits(self, cell: Cell, cost: Floats, rising: bool, least: int) -> Way | None:
        """Circuits that carry at least ``least`` each and the amount together."""
        moves = np.zeros_like(self.counts)
        if self._room(cell, rising, moves) < self.amount:
            return None
        price = cost.copy()
        used: dict[Cell, None] = {}
        left = self.amount
        while left > 0:
            steps = self._search(cell, price, rising, moves, min(least, left))
            if steps is None:
                return None
            carried = min(left, *(self._room(other, up, moves) for other, up in steps))
            for other, up in steps:
                moves[other] += carried if up else -carried
                price[other] = 0.0
                used[other] = None
            left -= carried
        whole = tuple(other for other in used if abs(int(moves[other])) >= self.amount)
        return Way(float(sum(cost[other] for other in used)), tuple(used), whole)

    def _search(
        self, cell: Cell, cost: Floats, rising: bool, moves: Ints, least: int
    ) -> list[tuple[Cell, bool]] | None:
        """Dijkstra's way back from one end of ``cell`` to the other; equal costs go by the fewest steps.

        The numbers on it, each with whether it rises.
        """
        rows, columns = self.counts.shape
        # A cell that rises is passed from row to column where its sign is plus, as is one that falls where minus.
        forth = rising == bool(self._plus[cell])
        start, end = (rows + cell[1], cell[0]) if forth else (cell[0], rows + cell[1])
        price = cost * _STEPS + 1
        prices = [np.where(self._rooms(up, moves) >= least, price, np.inf) for up in (self._plus, ~self._plus)]
        for one in prices:
            one[cell] = np.inf
        reached = np.full(rows + columns, np.inf)
        came = np.full(rows + columns, -1)
        reached[start] = 0.0
        ahead = reached.copy()
        while np.isfinite(ahead[node := int(np.argmin(ahead))]):
            if node == end:
                return self._walked(came, start, end)
            ahead[node] = np.inf
            others, found = slice(rows, None), prices[0][node] if node < rows else None
            if found is None:
                others, found = slice(rows), prices[1][:, node - rows]
            nearer = reached[node] + found < reached[others]
            reached[others][nearer] = ahead[others][nearer] = (reached[node] + found)[nearer]
            came[others][nearer] = node
        return None

    @cached_property
    def _plus(self) -> Bools:
        """Whether a number has the sign plus: those inside, and the grand total."""
        plus = np.ones(self.counts.shape, dtype=bool)
        plus[-1], plus[:, -1] = False, False
        plus[-1, -1] = True
        return plus

    def _rooms(self, rising: Bools, moves: Ints) -> Ints:
        """By how much numbers can still move. A count of nobody is known; of any other somebody is left."""
        room = np.where(rising, _ENDLESS, self.counts + moves - 1)
        return np.where(self.counts == 0, 0, room)

    def _room(self, cell: Cell, rising: bool, moves: Ints) -> int:
        count = int(self.counts[cell])
        return 0 if count == 0 else _ENDLESS if rising else count + int(moves[cell]) - 1

    def _walked(self, came: Ints, start: int, end: int) -> list[tuple[Cell, bool]]:
        rows = self.counts.shape[0]
        steps: list[tuple[Cell, bool]] = []
        node = end
        while node != start:
            before = int(came[node])
            cell = (node, before - rows) if node < rows else (before, node - rows)
            steps.append((cell, (before < rows) == bool(self._plus[cell])))
            node = before
        return steps
