"""Which numbers of a table with totals are hidden: the small ones, and others so that these cannot be reckoned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from lacarte.engines.disclosure.circuits import Cell, Network, Way

__all__ = ["HIDDEN", "SMALLEST", "Reason", "Table", "hide", "hide_row"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
#: For each hidden number the circuits of hidden ones by which it can move, as the numbers on them.
Circuits = dict[Cell, frozenset[Cell]]
#: Counts from 1 to below this are hidden, and no hidden count is known to within less.
SMALLEST = 10
#: In the place of a hidden number.
HIDDEN = -1


class Reason(IntEnum):
    """Why a number is shown or not."""

    SHOWN = 0
    SMALL = 1
    PROTECTS = 2  # with it a small one could be found by subtraction


@dataclass(frozen=True, eq=False)
class Table:
    """A table with its row, column and grand totals last; all arrays are ``[r + 1, c + 1]``.

    ``shown`` holds the counts, :data:`HIDDEN` in the place of hidden ones, and is what may be published.
    ``reason`` is of :class:`Reason`, and ``protects`` the flat index of the small number that could be reckoned
    were a hidden one shown (its own for a small one, -1 for what is shown). Both are for who may see the counts:
    that a hidden number is a small one narrows it down, so one sign for both is published.
    """

    shown: Ints
    reason: npt.NDArray[np.uint8]
    protects: Ints

    @property
    def hidden(self) -> Bools:
        """``bool[r + 1, c + 1]``."""
        return np.asarray(self.reason != Reason.SHOWN)


def hide(counts: npt.ArrayLike, smallest: int = SMALLEST) -> Table:
    """``counts`` (``[r, c]``, whole people) with totals, without those under ``smallest`` and without a way back.

    Totals are hidden by the same rule. Whoever knows all that is shown, that rows and columns add up and that no
    hidden number is 0 can reckon none to within less than ``smallest``: for every hidden one there are tables that
    fit in which it differs by as much. Small numbers are hidden before large ones; totals are larger, so last.

    A zero is shown: that there is nobody tells of nobody, though where all of a row are in one column it tells in
    which, so such columns are better joined before. Who can ask for other tables of the same people can subtract
    one table from another: that is not seen here.

    The same counts give the same table. Raises ``ValueError`` for counts that are no whole numbers from 0 on or
    for a ``smallest`` under 1. Source: :mod:`~lacarte.engines.disclosure.circuits`.
    """
    n = np.asarray(counts)
    if n.ndim != 2 or not n.size:
        raise ValueError(f"counts have the shape {n.shape}, a table has rows and columns")
    if not np.issubdtype(n.dtype, np.integer) or n.min() < 0:
        raise ValueError("counts are whole numbers from 0 on")
    if smallest < 1:
        raise ValueError(f"smallest is {smallest}, it must be 1 or more")
    full = np.zeros((n.shape[0] + 1, n.shape[1] + 1), dtype=np.int64)
    full[:-1, :-1] = n
    full[:-1, -1], full[-1, :-1], full[-1, -1] = n.sum(axis=1), n.sum(axis=0), n.sum()
    small = (full > 0) & (full < smallest)
    protects = _protected(Network(full, smallest), small)
    reason = np.where(small, Reason.SMALL, np.where(protects >= 0, Reason.PROTECTS, Reason.SHOWN))
    return Table(np.where(protects >= 0, HIDDEN, full), reason.astype(np.uint8), protects)


def hide_row(counts: npt.ArrayLike, smallest: int = SMALLEST) -> Table:
    """As :func:`hide`, of a single list of ``counts`` (``[c]``) with its total; arrays are ``[1, c + 1]``."""
    # A table of one row, whose row of totals says the same again: what is hidden in one is hidden in both.
    table = hide(np.asarray(counts)[None, :], smallest)
    protects = table.protects[:1]
    return Table(table.shown[:1], table.reason[:1], np.where(protects < 0, -1, protects % protects.size))


def _protected(network: Network, small: Bools) -> Ints:
    """For each number the small one it is hidden for, or -1; the smallest are looked after first."""
    hidden = small.copy()
    circuits: Circuits = {}
    for cell in sorted(_cells(small), key=lambda one: (int(network.counts[one]), one)):
        waiting = [cell]
        while waiting:
            asked = waiting.pop()
            if asked in circuits:
                continue
            way = network.cheapest(asked, _costs(network.counts, hidden))
            # Raised together, a number and the totals that it is part of are always a circuit.
            assert way is not None
            circuits |= _on(asked, way)
            # What is hidden for others must not be reckoned either, and may not move as far on these circuits.
            waiting += [other for other in way.cells if not hidden[other]]
            for other in way.cells:
                hidden[other] = True
    return _only_needed(network, small, circuits)


def _on(cell: Cell, way: Way) -> Circuits:
    """The circuits of a way, for all that can take the whole amount on them."""
    return dict.fromkeys((cell, *way.moved), frozenset((cell, *way.cells)))


def _only_needed(network: Network, small: Bools, circuits: Circuits) -> Ints:
    """Without what later choices made needless: the largest are shown again first, if nothing is lost by it."""
    protects = np.where(small, np.arange(small.size).reshape(small.shape), -1)
    extra = [cell for cell in circuits if not small[cell]]
    for cell in sorted(extra, key=lambda one: (-int(network.counts[one]), one)):
        if cell not in circuits:
            continue
        found = _without(network, small, circuits, cell)
        if isinstance(found, dict):
            circuits = found
        else:  # with fewer numbers hidden later on it is needed all the more
            protects[cell] = found[0] * small.shape[1] + found[1]
    return protects


def _without(network: Network, small: Bools, circuits: Circuits, shown: Cell) -> Circuits | Cell:
    """The circuits that are left when one more number is shown, or the small number that then has none.

    What was hidden for the sake of others and has no circuit any more is shown too.
    """
    left = dict(circuits)
    waiting = [shown]
    while waiting:
        gone = waiting.pop()
        left.pop(gone, None)
        only_hidden = np.full(small.shape, np.inf)
        for cell in left:
            only_hidden[cell] = 0.0
        for cell in [one for one, circuit in left.items() if gone in circuit]:
            if gone not in left[cell]:
                continue  # on the new circuit of another
            way = network.cheapest(cell, only_hidden)
            if way is not None:
                left |= _on(cell, way)
            elif small[cell]:
                return cell
            else:
                waiting.append(cell)
    return left


def _cells(wanted: Bools) -> list[Cell]:
    return [(int(row), int(column)) for row, column in np.argwhere(wanted)]


def _costs(counts: Ints, hidden: Bools) -> npt.NDArray[np.float64]:
    return np.where(hidden, 0.0, np.where(counts > 0, counts.astype(np.float64), np.inf))
