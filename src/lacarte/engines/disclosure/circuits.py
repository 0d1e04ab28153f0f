"""Circuits in a table with totals: ways to change some numbers so that every row and column still adds up.

Rows, the row of totals among them, and columns are the nodes of a network, every number is an edge. To go along a
number from its row to its column raises it, to go back lowers it; in the row and in the column of totals the
other way round, in the grand total again the first. Whatever flows round a circuit leaves all sums as they are, so
that a hidden number on a circuit of hidden numbers could as well be higher or lower by it. Source: Gusfield, SIAM
Journal on Computing 17 (1988); Hundepool and others, Statistical Disclosure Control (2012), section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

__all__ = ["Network", "Way"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Cell = tuple[int, int]


@dataclass(frozen=True)
class Way:
    """The other numbers of a circuit, and what of them is not hidden yet, as the sum of ``cost``."""

    cost: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True, eq=False)
class Network:
    """A table with its totals (``int64[r + 1, c + 1]``) in which numbers are to be moved by ``amount``."""

    counts: Ints
    amount: int

    def cheapest(self, cell: Cell, cost: Floats) -> Way | None:
        """The circuit through ``cell`` whose other numbers cost least together, or ``None``.

        ``cost`` (as ``counts``) is 0 for what is hidden and infinite for what must not be. Each number on it can
        take ``amount`` more, or less and still be at least 1.
        """
        ways = [way for rising in (True, False) if (way := self._search(cell, cost, rising)) is not None]
        return min(ways, key=lambda way: (way.cost, len(way.cells)), default=None)

    def _search(self, cell: Cell, cost: Floats, rising: bool) -> Way | None:
        """Dijkstra's way back from one end of ``cell`` to the other; equal costs go by the fewest steps."""
        row, column = cell
        if not self._can_move(cell, rising):
            return None
        rows, columns = self.counts.shape
        # A cell that rises is passed from row to column where its sign is plus, as is one that falls where minus.
        forth = rising == self._plus(cell)
        start, end = (rows + column, row) if forth else (row, rows + column)
        best: dict[int, tuple[float, int]] = {start: (0.0, 0)}
        came: dict[int, int] = {}
        queue = [(0.0, 0, start)]
        while queue:
            spent, steps, node = heappop(queue)
            if node == end:
                return Way(spent, self._walked(came, start, end))
            if (spent, steps) > best[node]:
                continue
            for other in range(rows, rows + columns) if node < rows else range(rows):
                passed = (node, other - rows) if node < rows else (other, node - rows)
                price = float(cost[passed])
                raised = (node < rows) == self._plus(passed)
                if passed == cell or price == np.inf or not self._can_move(passed, raised):
                    continue
                reached = (spent + price, steps + 1)
                if reached < best.get(other, (np.inf, 0)):
                    best[other], came[other] = reached, node
                    heappush(queue, (*reached, other))
        return None

    def _plus(self, cell: Cell) -> bool:
        rows, columns = self.counts.shape
        return bool((cell[0] == rows - 1) == (cell[1] == columns - 1))

    def _can_move(self, cell: Cell, rising: bool) -> bool:
        """A count of nobody is shown and known; any other can rise, and fall as long as somebody is left."""
        count = int(self.counts[cell])
        return count > 0 if rising else count > self.amount

    def _walked(self, came: dict[int, int], start: int, end: int) -> tuple[Cell, ...]:
        rows = self.counts.shape[0]
        cells: list[Cell] = []
        node = end
        while node != start:
            before = came[node]
            cells.append((node, before - rows) if node < rows else (before, node - rows))
            node = before
        return tuple(cells)
