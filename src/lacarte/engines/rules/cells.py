"""The values of one input, cut where its tests end: all values of a cell meet the same tests of every row.

The set of rows whose test a cell meets is a whole number, bit ``r`` for row ``r``. One more cell than there are of
values stands for null. A cell that ``allowed`` leaves out can hold nobody's value.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from lacarte.engines.rules.facts import NOT_KNOWN, Known, on_scale
from lacarte.engines.rules.feel import Cut, Tests, literal_text
from lacarte.engines.rules.tables import Input, Kind, Value

__all__ = ["Cells", "State", "cut_input"]

#: The one cell that a value is in, or the first and the last of those that it may be in.
State = int | tuple[int, int]
_LAST_DAY = date.max.toordinal()
_ANY_DAY = date(2000, 1, 1)
_MOST_DIGITS = 18


@dataclass(frozen=True, eq=False)
class Cells:
    """``rows[cell]`` and ``allowed[cell]``, null last; ``size`` cells of values before it.

    The values of a number or a date go from ``cuts[cell - 1]`` up to and without ``cuts[cell]``. A string has a
    cell for each of ``words``, and one for all others; a boolean for false and for true.
    """

    fact: str
    kind: Kind
    cuts: tuple[Cut, ...]
    words: tuple[str, ...]
    rows: tuple[int, ...]
    allowed: tuple[bool, ...]
    at: tuple[float, ...]
    index: dict[str, int]
    _ranges: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """How many cells hold values; also the number of the cell of null."""
        return len(self.rows) - 1

    @property
    def unknown(self) -> tuple[int, int]:
        """The state of a value that may be anything, or null."""
        return 0, self.size

    def state(self, value: Known) -> State:
        """Where a value is. Raises ``ValueError`` in plain words for another kind and for what is not allowed."""
        if value is NOT_KNOWN:
            return self.unknown
        placed = on_scale(value, self.kind)
        if isinstance(placed, tuple):
            low, high = self.place(placed[0]), self.place(placed[1])
            if low != high:
                if not any(self.allowed[low : high + 1]):
                    raise ValueError(f"no value from {placed[0]} to {placed[1]} is allowed")
                return low, high
            placed = placed[0]
        cell = self.place(placed)
        if not self.allowed[cell]:
            shown = "null" if value is None else repr(value)
            raise ValueError(f"{shown} is not among the allowed values")
        return cell

    def place(self, value: float | str | bool | None) -> int:
        """The cell of a value; a date is given as its day."""
        if value is None:
            return self.size
        if isinstance(value, str):
            return self.index.get(value, len(self.words))
        return int(value) if isinstance(value, bool) else bisect_right(self.at, value)

    def between(self, state: tuple[int, int]) -> tuple[int, int]:
        """The rows whose test all allowed cells of a range meet, and those whose test one of them meets."""
        found = self._ranges.get(state)
        if found is None:
            every, some = -1, 0
            for rows, allowed in zip(self.rows[state[0] : state[1] + 1], self.allowed[state[0] :], strict=False):
                if allowed:
                    every, some = every & rows, some | rows
            found = self._ranges[state] = every, some
        return found

    def groups(self, state: State, among: int = -1) -> dict[int, list[int]]:
        """The allowed cells of a state by which of the rows ``among`` they meet: answers that differ for these."""
        low, high = (state, state) if isinstance(state, int) else state
        found: dict[int, list[int]] = {}
        for cell in range(low, high + 1):
            if self.allowed[cell]:
                found.setdefault(self.rows[cell] & among, []).append(cell)
        return found

    def example(self, cells: Iterable[int], below: int = -1) -> Value:
        """A value in one of the cells, a plain one where there is a choice; null only where nothing else is.

        It is a low one of its cell, or a high one where that is ``below`` a cell that it should be near to.
        """
        cell = min(cells, key=lambda one: (one == self.size, one != 0 and self._open(one), one))
        if cell == self.size:
            return None
        if self.kind is Kind.BOOLEAN:
            return bool(cell)
        if self.kind is Kind.STRING:
            return self.words[cell] if cell < len(self.words) else _another(self.words)
        low = self.at[cell - 1] if cell else -math.inf
        high = self.at[cell] if cell < len(self.at) else math.inf
        if self.kind is Kind.NUMBER:
            return _plain(low, high, cell < below)
        if low < 1 and high == math.inf:
            return _ANY_DAY
        return date.fromordinal(int(high) - 1 if low < 1 or cell < below else int(low))

    def text(self, cells: Collection[int]) -> str:
        """The cells as unary tests: ``[18..65)``, ``"car", "bus"``, ``-``."""
        chosen = sorted(cell for cell in cells if self.allowed[cell])
        if len(chosen) == sum(self.allowed):
            return "-"
        values = [cell for cell in chosen if cell < self.size]
        parts = ["null"] if self.size in chosen else []
        if self.kind is Kind.BOOLEAN:
            return ", ".join([*("true" if cell else "false" for cell in values), *parts])
        if self.kind is Kind.STRING:
            return self._words_text(values, bool(parts))
        return ", ".join([*(self._span_text(*span) for span in _runs(values)), *parts])

    def _words_text(self, values: list[int], null: bool) -> str:
        named = [literal_text(self.words[cell]) for cell in values if cell < len(self.words)]
        if len(self.words) not in values:
            return ", ".join([*named, *(["null"] if null else [])])
        left_out = [literal_text(word) for cell, word in enumerate(self.words) if cell not in values]
        return f"not({', '.join([*left_out, *([] if null else ['null'])])})"

    def _span_text(self, first: int, last: int) -> str:
        low = self.cuts[first - 1] if first else None
        high = self.cuts[last] if last < len(self.cuts) else None
        if low is not None and high is not None:
            if low.value == high.value:
                return self._end(low)
            return f"{'(' if low.after else '['}{self._end(low)}..{self._end(high)}{']' if high.after else ')'}"
        if low is not None:
            return f"{'>' if low.after else '>='} {self._end(low)}"
        if high is not None:
            return f"{'<=' if high.after else '<'} {self._end(high)}"
        return "not(null)"

    def _end(self, cut: Cut) -> str:
        return literal_text(date.fromordinal(int(cut.value)) if self.kind is Kind.DATE else cut.value)

    def _open(self, cell: int) -> bool:
        """All other strings: the last choice of an example."""
        return self.kind is Kind.STRING and cell == len(self.words)


def cut_input(asked: Input, allowed: Tests, tests: list[Tests]) -> Cells:
    """The cells of an input, by the tests of all rows in their order and by those of what is allowed."""
    every = [*tests, allowed]
    ends = {cut.at: cut for one in every for span in one.spans for cut in (span.low, span.high) if cut is not None}
    cuts = tuple(ends[at] for at in sorted(ends))
    words = tuple(sorted({word for one in every for word in one.same if isinstance(word, str)}))
    values: list[float | str | bool | None]
    if asked.kind is Kind.BOOLEAN:
        values = [False, True]
    elif asked.kind is Kind.STRING:
        values = [*words, _another(words)]
    else:
        values = [-math.inf, *(cut.at for cut in cuts)]
    values.append(None)
    rows = tuple(sum(1 << row for row, test in enumerate(tests) if test.hold(value)) for value in values)
    # A cell without any value is one that nobody can be in: days before the first, numbers after the largest.
    inside = [allowed.hold(value) for value in values]
    at = tuple(cut.at for cut in cuts)
    if asked.kind is Kind.DATE:
        inside[:-1] = [ok and (not at or i == len(at) or at[i] > 1) for i, ok in enumerate(inside[:-1])]
        inside[:-1] = [ok and (i == 0 or at[i - 1] <= _LAST_DAY) for i, ok in enumerate(inside[:-1])]
    if asked.kind is Kind.NUMBER:
        inside[:-1] = [ok and (i == 0 or at[i - 1] < math.inf) for i, ok in enumerate(inside[:-1])]
    index = {word: i for i, word in enumerate(words)}
    return Cells(asked.fact, asked.kind, cuts, words, rows, tuple(inside), at, index)


def _runs(cells: list[int]) -> list[tuple[int, int]]:
    """Cells in a row, as the first and the last of each run."""
    found: list[tuple[int, int]] = []
    for cell in cells:
        if found and found[-1][1] == cell - 1:
            found[-1] = (found[-1][0], cell)
        else:
            found.append((cell, cell))
    return found


def _another(words: Collection[str]) -> str:
    """A string that is none of these."""
    name, n = "other", 1
    while name in words:
        n += 1
        name = f"other {n}"
    return name


def _plain(low: float, high: float, highest: bool) -> float:
    """A number from ``low`` up to and without ``high`` that is short to write."""
    if low == -math.inf and high == math.inf:
        return 0.0
    if low == -math.inf or (highest and high < math.inf):
        below = math.ceil(high) - 1.0
        if low <= below < high:
            return below
        if low == -math.inf:
            return math.nextafter(high, -math.inf)
    for digits in range(_MOST_DIGITS):
        scaled = low * 10.0**digits
        if abs(scaled) >= 2**53:
            break
        shorter = math.ceil(scaled) / 10.0**digits
        if low <= shorter < high:
            return shorter
    return low
