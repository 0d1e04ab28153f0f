"""The few operations on sparse rows that learning and predicting need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Rows"]

Matrix = npt.NDArray[np.float32]
#: Numbers that are gathered at once: a megabyte or so, which stays near the processor.
_NUMBERS = 1 << 18


@dataclass(frozen=True, eq=False)
class Rows:
    """A sparse matrix by rows: row ``i`` has ``value[start[i]:start[i+1]]`` in the columns ``column[…]``."""

    start: npt.NDArray[np.int64]
    column: npt.NDArray[np.int32]
    value: Matrix
    columns: int

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.start) - 1

    def times(self, dense: Matrix) -> Matrix:
        """This matrix times ``dense`` (columns × k): rows × k."""
        return _summed(self.start, self.column, self.value, dense)

    def transposed_times(self, dense: Matrix) -> Matrix:
        """The transpose times ``dense`` (rows × k): columns × k."""
        start, row, value = self._by_column
        return _summed(start, row, value, dense)

    def take(self, rows: npt.NDArray[np.int64]) -> Rows:
        """Those rows, in that order."""
        length = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(length)])
        at = np.repeat(self.start[rows] - start[:-1], length) + np.arange(start[-1])
        return Rows(start, self.column[at], self.value[at], self.columns)

    @cached_property
    def _by_column(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], Matrix]:
        order = np.argsort(self.column, kind="stable")
        row = np.repeat(np.arange(self.rows, dtype=np.int32), np.diff(self.start))
        start = np.concatenate([[0], np.cumsum(np.bincount(self.column, minlength=self.columns))])
        return start, row[order], self.value[order]


def _summed(start: npt.NDArray[np.int64], at: npt.NDArray[np.int32], value: Matrix, dense: Matrix) -> Matrix:
    """For each row the sum of ``value`` times the rows ``at`` of ``dense``."""
    out = np.zeros((len(start) - 1, dense.shape[1]), dtype=np.float32)
    chunk = max(_NUMBERS // max(dense.shape[1], 1), 256)
    bounds = np.unique(np.searchsorted(start, np.arange(0, start[-1] + chunk, chunk), side="left"))
    for first, last in pairwise(bounds):
        last = min(int(last), len(out))
        begin, end = start[first], start[last]
        filled = first + np.flatnonzero(np.diff(start[first : last + 1]))
        if len(filled):
            part = dense[at[begin:end]] * value[begin:end, None]
            out[filled] = np.add.reduceat(part, start[filled] - begin, axis=0)
    return out
