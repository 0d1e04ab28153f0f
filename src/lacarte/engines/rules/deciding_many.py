"""The same tables for many persons at once: what they say of each is what they say of one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.rules.cells import Cells
from lacarte.engines.rules.columns import Column
from lacarte.engines.rules.compiling import Compiled, Said
from lacarte.engines.rules.placing import WORD, Lookup, Placed, Places, distinct, looked_up, placed, words_of
from lacarte.engines.rules.settling import Outcome, outcome, settle
from lacarte.engines.rules.tables import HitPolicy, Kind

__all__ = ["Batch", "Decided", "decide_many"]

Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Ints64 = npt.NDArray[np.int64]
#: Persons at a time: their columns and rows stay in the processor's own memory.
CHUNK = 16_384


@dataclass(frozen=True, eq=False)
class Decided:
    """What one table says of ``n`` persons.

    ``said`` (``int32[n]``) is the place of what is said in ``sayings``, -1 where nothing is ``settled``
    (``bool[n]``); ``contradicts`` (``bool[n]``) as in a :class:`~lacarte.engines.rules.deciding.Decision`; ``hit``
    (``int32[n]``) the first row that holds, from 1, or 0. ``missing`` and ``refused`` count persons for each fact.
    ``sayings`` only grows from chunk to chunk.
    """

    table: str
    said: Ints
    sayings: Sequence[Said]
    settled: Bools
    contradicts: Bools
    hit: Ints
    missing: Mapping[str, int]
    refused: Mapping[str, int]


@dataclass(eq=False)
class _Plan:
    """One table, and its lookups by fact."""

    table: Compiled
    width: int
    sayings: list[Said]
    number: dict[Said, int]
    code: Ints
    rivals: Words
    otherwise: Words
    lookups: list[Lookup | None]


class Batch:
    """Tables ready for chunk after chunk of persons; each thread needs its own.

    Raises ``ValueError`` where tables differ on the kind of a fact.
    """

    def __init__(self, tables: Sequence[Compiled]) -> None:
        asked: dict[str, list[Cells]] = {}
        for table in tables:
            for cells in table.cells:
                asked.setdefault(cells.fact, []).append(cells)
        for fact, users in asked.items():
            if len({one.kind for one in users}) > 1:
                raise ValueError(f"tables differ on the kind of {fact}")
        self._kinds = {fact: users[0].kind for fact, users in asked.items()}
        self._cuts = {
            fact: np.array(sorted({at for one in users for at in one.at}), dtype=np.float64)
            for fact, users in asked.items()
        }
        self._words: dict[str, tuple[str, ...]] = {}
        self._plans = [_plan(table) for table in tables]
        for fact, kind in self._kinds.items():
            if kind is not Kind.STRING:
                self._look_up(
                    fact, [False, True] if kind is Kind.BOOLEAN else [-math.inf, *self._cuts[fact].tolist()]
                )

    def decide(self, columns: Mapping[str, Column], count: int) -> tuple[Decided, ...]:
        """What each table says of ``count`` persons; a fact without a column is not known of anybody.

        Raises ``ValueError`` naming a column of another length or kind.
        """
        places = {fact: self._place(fact, columns.get(fact), count) for fact in self._kinds}
        return tuple(
            _decide(plan, [places[cells.fact] for cells in plan.table.cells], count) for plan in self._plans
        )

    def _place(self, fact: str, column: Column | None, count: int) -> Placed:
        kind = self._kinds[fact]
        if column is None:
            empty = {Kind.NUMBER: np.float64, Kind.DATE: np.int64, Kind.STRING: np.int32, Kind.BOOLEAN: np.int8}[
                kind
            ]
            nothing = {Kind.NUMBER: np.nan, Kind.DATE: 0}.get(kind, -1)
            column = Column(kind, np.full(count, nothing, dtype=empty))
        if column.kind is not kind or len(column) != count:
            raise ValueError(f"{fact} is a column of {len(column)} {column.kind}s, {count} {kind}s are expected")
        if kind is Kind.STRING and self._words.get(fact) is not column.words:
            self._words[fact] = column.words
            self._look_up(fact, list(column.words))
        return placed(self._cuts[fact], column)

    def _look_up(self, fact: str, commons: Sequence[float | str | bool]) -> None:
        for plan in self._plans:
            for at, cells in enumerate(plan.table.cells):
                if cells.fact == fact:
                    plan.lookups[at] = looked_up(cells, commons, plan.width)


def decide_many(
    tables: Sequence[Compiled], columns: Mapping[str, Column], chunk: int = CHUNK
) -> Iterator[tuple[int, tuple[Decided, ...]]]:
    """Chunk by chunk the place of the first person and what each table says, in memory that does not grow.

    Raises ``ValueError`` as :class:`Batch` does.
    """
    batch = Batch(tables)
    count = max((len(one) for one in columns.values()), default=0)
    for start in range(0, count, chunk):
        end = min(start + chunk, count)
        yield start, batch.decide({fact: one.part(start, end) for fact, one in columns.items()}, end - start)


def _plan(table: Compiled) -> _Plan:
    width = max(1, math.ceil(len(table.says) / WORD))
    sayings: list[Said] = [] if table.collects else list(table.sayings)
    rivals, otherwise = (
        np.array([words_of(rows, width) for rows in one], dtype=np.uint64).T.copy()
        for one in (table.rivals, table.otherwise)
    )
    return _Plan(
        table,
        width,
        sayings,
        {said: i for i, said in enumerate(sayings)},
        np.array(table.code, dtype=np.int32),
        rivals,
        otherwise,
        [None] * len(table.cells),
    )


def _decide(plan: _Plan, places: Sequence[Placed], count: int) -> Decided:
    inputs = [
        _Asked(cells, lookup, place)
        for cells, lookup, place in zip(plan.table.cells, plan.lookups, places, strict=True)
        if lookup is not None
    ]
    holds, may = _rows(plan, inputs, count)
    hit = _first(holds, len(plan.table.says))
    if plan.table.collects:
        said = _collect(plan, holds, may)
        contradicts = np.zeros(count, dtype=np.bool_)
    else:
        said, contradicts = _by_row(plan, holds, may, hit)
    unsure = np.flatnonzero((said < 0) & ~contradicts)
    missing = _settle(plan, inputs, unsure, said, contradicts) if unsure.size else {}
    refused = {one.cells.fact: one.refused for one in inputs if one.refused}
    first: Ints = np.where(hit == len(plan.table.says), 0, hit + 1).astype(np.int32)
    return Decided(plan.table.table.code, said, plan.sayings, said >= 0, contradicts, first, missing, refused)


class _Asked:
    """One input of one table for the persons of a chunk."""

    def __init__(self, cells: Cells, lookup: Lookup, place: Placed) -> None:
        self.cells, self.lookup, self.place = cells, lookup, place
        self.exact = not place.apart.size and bool(lookup.known[: place.most + 1].all())
        self.refused = 0
        if place.most >= place.count or not lookup.known[: place.count].all():
            wrong = lookup.refused.take(place.low)
            wrong[place.apart] = False
            self.refused = int(wrong.sum())
        if place.apart.size:
            self._apart()

    def _apart(self) -> None:
        """Whoever is in several common cells, by the table's own: each range that occurs is looked at once."""
        cells, place, side = self.cells, self.place, self.cells.size + 1
        low, high = (self.lookup.cell.take(end.take(place.apart)) for end in (place.low, place.high))
        pairs, self.like, counts = np.unique(low * side + high, return_inverse=True, return_counts=True)
        self.states: list[tuple[int, int]] = []
        for pair, persons in zip(pairs.tolist(), counts.tolist(), strict=True):
            first, last = divmod(pair, side)
            allowed = any(cells.allowed[first : last + 1])
            self.states.append((first, last) if allowed else cells.unknown)
            self.refused += 0 if allowed else persons

    def rows(self, word: int) -> tuple[Words, Words]:
        """The rows whose test everybody meets for sure, and those that they may meet."""
        every, some = self.lookup.every[word].take(self.place.low), self.lookup.some[word].take(self.place.low)
        if self.place.apart.size:
            pairs = [self.cells.between(state) for state in self.states]
            for side, into in enumerate((every, some)):
                of_states = np.array([words_of(pair[side], word + 1)[word] for pair in pairs], dtype=np.uint64)
                into[self.place.apart] = of_states.take(self.like)
        return every, some

    def left(self, persons: Places, width: int) -> tuple[Ints64, list[Words]]:
        """Of some persons what is left open, and the rows that a known fact leaves, or all rows where it is not.

        Open is 0 where the fact is known as far as the table tells answers apart, else 1 and its range's number.
        """
        side, (low, high) = self.cells.size + 1, self.cells.unknown
        cell = self.place.low.take(persons)
        left = np.where(self.lookup.known, 0, 1 + low * side + high).take(cell)
        sure = [self.lookup.sure[word].take(cell) for word in range(width)]
        if self.place.apart.size:
            at = np.searchsorted(self.place.apart, persons)
            at[at == self.place.apart.size] = 0
            apart = np.flatnonzero(self.place.apart.take(at) == persons)
            state = self.like.take(at.take(apart))
            numbers = [0 if first == last else 1 + first * side + last for first, last in self.states]
            left[apart] = np.array(numbers, dtype=np.int64).take(state)
            rows = [self.cells.rows[first] if first == last else -1 for first, last in self.states]
            for word in range(width):
                each = [words_of(one, width)[word] for one in rows]
                sure[word][apart] = np.array(each, dtype=np.uint64).take(state)
        return left, sure


def _rows(plan: _Plan, inputs: Sequence[_Asked], count: int) -> tuple[list[Words], list[Words]]:
    """The rows that hold and those that may, in words of 64; the same arrays twice where all is known."""
    holds = [np.full(count, word, dtype=np.uint64) for word in words_of(plan.table.all_rows, plan.width)]
    may = holds
    for one in inputs:
        if may is holds and not one.exact:
            may = [word.copy() for word in holds]
        for word in range(plan.width):
            if one.exact:
                every = some = one.lookup.every[word].take(one.place.low)
            else:
                every, some = one.rows(word)
            holds[word] &= every
            if may is not holds:
                may[word] &= some
    return holds, may


def _first(holds: Sequence[Words], none: int) -> Places:
    """The number of the first row that holds, from 0; ``none`` where there is none."""
    row = np.full(len(holds[0]), none, dtype=np.intp)
    for word in reversed(range(len(holds))):
        rows = holds[word]
        below = np.bitwise_count(~rows & (rows - np.uint64(1)))  # ones up to the lowest bit: its number
        row = np.where(rows != 0, below + np.intp(word * WORD), row)
    return row


def _by_row(plan: _Plan, holds: list[Words], may: list[Words], row: Places) -> tuple[Ints, Bools]:
    """What the first row that holds says, where no row that may hold as well can change it."""
    several = plan.table.table.hit_policy is not HitPolicy.FIRST
    said = plan.code.take(row)
    contradicts = np.zeros(len(row), dtype=np.bool_)
    if may is not holds or several:
        doubtful = np.zeros(len(row), dtype=np.bool_)
        for word in range(plan.width):
            doubtful |= (plan.rivals[word].take(row) & may[word]) != 0
            if several and may is not holds:
                contradicts |= (plan.otherwise[word].take(row) & holds[word]) != 0
        if may is holds:
            contradicts = doubtful
        said[doubtful] = -1
    return said, contradicts


def _collect(plan: _Plan, holds: list[Words], may: list[Words]) -> Ints:
    """What all rows that hold say together, worked out once for each set of rows that occurs."""
    first, like = distinct(holds if may is holds else [*holds, *may])
    each = [outcome(plan.table, _whole(holds, at), _whole(may, at)) for at in first.tolist()]
    return _numbers(plan, each).take(like)


def _whole(words: Sequence[Words], at: int) -> int:
    return sum(int(word[at]) << (WORD * i) for i, word in enumerate(words))


def _numbers(plan: _Plan, outcomes: Sequence[Outcome]) -> Ints:
    """The place of what is said among all that the table has said so far; -1 where nothing is."""
    numbers = []
    for one in outcomes:
        if not one.settled or one.said is None:
            numbers.append(-1)
            continue
        if one.said not in plan.number:
            plan.number[one.said] = len(plan.sayings)
            plan.sayings.append(one.said)
        numbers.append(plan.number[one.said])
    return np.array(numbers, dtype=np.int32)


def _settle(
    plan: _Plan, inputs: Sequence[_Asked], unsure: Places, said: Ints, contradicts: Bools
) -> dict[str, int]:
    """Looks closer where nothing is settled, once for each case; counts of how many each fact is missing."""
    left = []
    known = [np.full(len(unsure), word, dtype=np.uint64) for word in words_of(plan.table.all_rows, plan.width)]
    for one in inputs:
        open_, sure = one.left(unsure, plan.width)
        left.append(open_)
        for word in range(plan.width):
            known[word] &= sure[word]
    first, like = distinct([*known, *left])
    missing: dict[str, int] = {}
    outcomes = []
    persons = np.bincount(like, minlength=len(first)).tolist()
    for at, count in zip(first.tolist(), persons, strict=True):
        open_inputs = tuple(
            (i, *divmod(int(open_[at]) - 1, one.cells.size + 1))
            for i, (one, open_) in enumerate(zip(inputs, left, strict=True))
            if open_[at]
        )
        found = settle(plan.table, _whole(known, at), open_inputs)
        outcomes.append(found.outcome)
        for i, _ in found.matter:
            missing[inputs[i].cells.fact] = missing.get(inputs[i].cells.fact, 0) + count
    said[unsure] = _numbers(plan, outcomes).take(like)
    contradicts[unsure] = np.array([one.contradicts for one in outcomes], dtype=np.bool_).take(like)
    return missing
