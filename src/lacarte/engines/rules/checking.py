"""Whether a table answers everything, and once: what no row covers, and rows that hold together and should not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from lacarte.engines.rules.compiling import Compiled
from lacarte.engines.rules.settling import rows_of
from lacarte.engines.rules.tables import HitPolicy, Value

__all__ = ["Checked", "Gap", "Overlap", "Where", "check"]

#: So many places are looked at for gaps. Well over what tables that people keep need; half a second at most.
MOST_STEPS = 300_000


@dataclass(frozen=True)
class Where:
    """Values of one input as unary tests, and one of them."""

    fact: str
    tests: str
    example: Value


@dataclass(frozen=True)
class Gap:
    """Where no row holds, for each input in order. The defaults are said there."""

    where: tuple[Where, ...]


@dataclass(frozen=True)
class Overlap:
    """Where two rows (from 1) hold together though the hit policy does not allow it."""

    first: int
    second: int
    where: tuple[Where, ...]


@dataclass(frozen=True)
class Checked:
    """What was found; ``finished`` is false where more may be there than is listed."""

    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    finished: bool


def check(table: Compiled, most: int = 10, steps: int = MOST_STEPS) -> Checked:
    """The gaps and the overlaps of a table, at most so many of each, every one with an example.

    Exact for all kinds of values: each input is looked at cell by cell. Two rows of a table with one hit (unique)
    overlap wherever both hold; of one where several may hold (any) if they say different things; of others never.
    A gap is no fault in itself: it is where the defaults are said.
    """
    search = _Gaps(table, most, steps)
    search.look(0, table.all_rows, [])
    overlaps, all_listed = _overlaps(table, most)
    return Checked(tuple(search.found), overlaps, search.finished and all_listed)


class _Gaps:
    """A search that settles one input after the other and keeps the rows that still hold."""

    def __init__(self, table: Compiled, most: int, steps: int) -> None:
        self.table, self.most, self.steps = table, most, steps
        self.finished = True
        self.found: list[Gap] = []
        self.covered: set[tuple[int, int]] = set()
        everywhere = [one.between(one.unknown)[0] for one in table.cells]
        # Inputs that most rows ask about come first: then the others are soon covered by a row that asks no more.
        self.order = sorted(range(len(everywhere)), key=lambda at: (everywhere[at].bit_count(), at))
        rest = [table.all_rows]
        for at in reversed(self.order):
            rest.append(rest[-1] & everywhere[at])
        self.rest = rest[::-1]

    def look(self, depth: int, rows: int, path: list[list[int]]) -> bool:
        """Whether everything below is covered; what is not is noted, unless enough is."""
        if rows & self.rest[depth] or (depth, rows) in self.covered:
            return True
        if not rows or depth == len(self.order):
            self._note(path)
            return False
        whole = True
        cells = self.table.cells[self.order[depth]]
        groups = cells.groups(cells.unknown, rows)
        # Null last: what somebody has is a plainer example than what they do not have.
        for mask, members in sorted(groups.items(), key=lambda one: (one[1] == [cells.size], one[0] != 0, one[1])):
            self.steps -= 1
            if self.steps < 0 or len(self.found) >= self.most:
                self.finished = False
                return False
            whole = self.look(depth + 1, mask, [*path, members]) and whole
        if whole:
            self.covered.add((depth, rows))
        return whole

    def _note(self, path: list[list[int]]) -> None:
        members = dict(zip(self.order, path, strict=False))
        chosen = [members.get(at, _possible(self.table, at)) for at in range(len(self.order))]
        self.found.append(Gap(_where(self.table, chosen)))


def _possible(table: Compiled, at: int) -> list[int]:
    return [cell for cell, allowed in enumerate(table.cells[at].allowed) if allowed]


def _where(table: Compiled, chosen: list[list[int]]) -> tuple[Where, ...]:
    return tuple(
        Where(cells.fact, cells.text(members), cells.example(members))
        for cells, members in zip(table.cells, chosen, strict=True)
    )


def _overlaps(table: Compiled, most: int) -> tuple[tuple[Overlap, ...], bool]:
    """Pairs of rows, and whether these are all. Two rows meet where they do in every input by itself."""
    policy, count = table.table.hit_policy, len(table.says)
    if policy not in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return (), True
    found: list[Overlap] = []
    beside = [[_rows_beside(table, at, row) for at in range(len(table.cells))] for row in range(count)]
    for row in range(count):
        later = table.all_rows & ~((2 << row) - 1)
        wrong = later & (table.otherwise[row] if policy is HitPolicy.ANY else -1)
        for other in rows_of(reduce(and_, beside[row], wrong)):
            if len(found) >= most:
                return tuple(found), False
            both = 1 << row | 1 << other
            chosen = [
                [cell for cell in _possible(table, at) if cells.rows[cell] & both == both]
                for at, cells in enumerate(table.cells)
            ]
            found.append(Overlap(row + 1, other + 1, _where(table, chosen)))
    return tuple(found), True


def _rows_beside(table: Compiled, at: int, row: int) -> int:
    """The rows that hold for some value of one input for which this row does."""
    cells = table.cells[at]
    return reduce(or_, (cells.rows[cell] for cell in _possible(table, at) if cells.rows[cell] >> row & 1), 0)
