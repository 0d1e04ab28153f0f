"""Where many persons are: the cells of all tables that ask for a fact, cut once for all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lacarte.engines.rules.cells import Cells
from lacarte.engines.rules.columns import Column
from lacarte.engines.rules.tables import Kind

__all__ = ["WORD", "Lookup", "Placed", "Places", "distinct", "looked_up", "placed", "words_of"]

Places = npt.NDArray[np.intp]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
#: Rows that one number of an array holds.
WORD = 64
_FULL = (1 << WORD) - 1
#: Odd constants that mix bits well, from the fractions of the golden ratio and of the square root of two.
_MIX, _STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0x6A09E667F3BCC909)


@dataclass(frozen=True, eq=False)
class Placed:
    """For each person the common cell of one fact: ``count`` are of values, then null, not known, and refused.

    ``high`` is the last cell of those whose fact is known by bounds in different cells; they are at ``apart``.
    """

    low: Places
    high: Places
    apart: Places
    count: int

    @cached_property
    def most(self) -> int:
        """The largest common cell that anybody is in."""
        return int(self.low.max(initial=0))


@dataclass(frozen=True, eq=False)
class Lookup:
    """For each common cell of a fact what it means in one table.

    ``every`` and ``some`` are ``uint64[words, cells]``: the rows whose test all its values meet, or one of them;
    ``known`` and ``refused`` are ``bool[cells]``; ``cell`` is the table's own cell.
    """

    every: Words
    some: Words
    known: npt.NDArray[np.bool_]
    refused: npt.NDArray[np.bool_]
    cell: Places

    @cached_property
    def sure(self) -> Words:
        """As ``every`` where the fact is known; where it is not all rows, since it rules none out."""
        return np.where(self.known, self.every, np.uint64(_FULL))


def words_of(rows: int, count: int) -> list[int]:
    """A set of rows as ``count`` numbers of 64 bits."""
    return [rows >> (WORD * i) & _FULL for i in range(count)]


def placed(cuts: Floats, column: Column) -> Placed:
    """Everybody's common cell of a fact; ``cuts`` are used for numbers and dates only."""
    if column.kind not in {Kind.NUMBER, Kind.DATE}:
        count = 2 if column.kind is Kind.BOOLEAN else len(column.words)
        cell = column.low.astype(np.intp)
        cell[(cell < 0) | (cell >= count)] = count + 1
        if column.null is not None:
            cell[column.null] = count
        return Placed(cell, cell, np.zeros(0, dtype=np.intp), count)
    count = len(cuts) + 1
    low = column.low.astype(np.float64, copy=False)
    high = low if column.high is None else column.high.astype(np.float64, copy=False)
    first = np.searchsorted(cuts, low, side="right")
    last = first if column.high is None else np.searchsorted(cuts, high, side="right")
    for bad, into in (
        (_impossible(column.kind, low, high), count + 2),
        (_unknown(column.kind, low, high), count + 1),
    ):
        if bad.any():
            first[bad] = last[bad] = into
    if column.null is not None:
        first[column.null] = last[column.null] = count
    return Placed(first, last, np.flatnonzero(first != last) if last is not first else first[:0], count)


def _unknown(kind: Kind, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    if kind is Kind.DATE:
        return (low < 1) | (high < 1)
    return np.isnan(low) if high is low else np.isnan(low) | np.isnan(high)


def _impossible(kind: Kind, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    if kind is Kind.DATE:
        return np.asarray((high > date.max.toordinal()) | (low > high))
    if high is low:
        return np.isinf(low)
    return np.asarray((low > high) | (low == math.inf) | (high == -math.inf))


def looked_up(cells: Cells, commons: Sequence[float | str | bool], width: int) -> Lookup:
    """What common cells mean in one table; each is given by a value in it."""
    own = [cells.place(value) for value in commons] + [cells.size]
    anything = cells.between(cells.unknown)
    known = [*(cells.allowed[cell] for cell in own), False, False]
    refused = [*(not cells.allowed[cell] for cell in own), False, True]
    rows = [(cells.rows[cell],) * 2 if cells.allowed[cell] else anything for cell in own] + [anything] * 2
    every, some = (
        np.array([words_of(pair[side] & ((1 << (width * WORD)) - 1), width) for pair in rows], dtype=np.uint64).T
        for side in (0, 1)
    )
    return Lookup(
        np.ascontiguousarray(every),
        np.ascontiguousarray(some),
        np.array(known, dtype=np.bool_),
        np.array(refused, dtype=np.bool_),
        np.array([*own, 0, 0], dtype=np.intp),
    )


def distinct(parts: Sequence[npt.NDArray[np.generic]]) -> tuple[Places, Places]:
    """The places of one of each different row of these columns, and for each row which of them it is like."""
    columns = [part.astype(np.uint64, copy=False) for part in parts]
    key = columns[0]
    for other in columns[1:]:
        key = (key ^ (key >> np.uint64(29))) * _MIX + other * _STEP
    _, first, like = np.unique(key, return_index=True, return_inverse=True)
    # Two different rows may come to the same key, if hardly ever; then rows are compared as they are.
    if not all(np.array_equal(one[first][like], one) for one in columns):
        _, first, like = np.unique(np.column_stack(columns), axis=0, return_index=True, return_inverse=True)
    return first, like.reshape(-1)
