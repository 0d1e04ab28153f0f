"""What follows from which rows hold and which may; and what is left to ask where nothing follows yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lacarte.engines.rules.cells import State
from lacarte.engines.rules.compiling import Compiled, Said
from lacarte.engines.rules.tables import HitPolicy, Value

__all__ = ["MOST_TRIED", "Left", "Outcome", "Settled", "judge", "outcome", "rows_of", "settle"]

#: So many ways to fill in what is not known are tried one by one.
MOST_TRIED = 4096
#: So many tables with facts that are not known are remembered for each table of rules.
_MOST_REMEMBERED = 20_000

#: An input that is not known, and the first and the last cell that it may be in.
Left = tuple[int, int, int]


class Outcome(NamedTuple):
    """``said`` is ``None`` where nothing is settled; ``contradicts``: rows hold that may not both hold."""

    settled: bool
    said: Said | None
    contradicts: bool


_OPEN = Outcome(False, None, False)
_CONTRADICTION = Outcome(False, None, True)


class Settled(NamedTuple):
    """An outcome, and the inputs of which it depends: pairs of input and share.

    The share is that of the input's answers, as far as the table tells them apart, after each of which the table
    is settled whatever the other facts are. ``exact``: every way to fill in what is not known was tried.
    """

    outcome: Outcome
    matter: tuple[tuple[int, float], ...]
    exact: bool


def rows_of(mask: int) -> tuple[int, ...]:
    """The numbers of a set of rows, from 0, in their order."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return tuple(found)


def outcome(table: Compiled, holds: int, may: int) -> Outcome:
    """What follows when the rows ``holds`` hold and of the others only those in ``may`` can.

    Every way in which these may hold or not says the same where this is settled. Source: DMN 1.4, table 8.2.
    """
    if table.collects:
        return _collected(table, holds, may)
    row = (holds & -holds).bit_length() - 1 if holds else len(table.says)
    if table.table.hit_policy is not HitPolicy.FIRST and holds & table.otherwise[row]:
        return _CONTRADICTION
    return _OPEN if may & table.rivals[row] else Outcome(True, table.sayings[table.code[row]], False)


def _collected(table: Compiled, holds: int, may: int) -> Outcome:
    policy, unsure = table.table.hit_policy, rows_of(may & ~holds)
    said = [table.says[row] for row in rows_of(holds)]
    if policy is HitPolicy.COUNT:
        return _OPEN if unsure else Outcome(True, (float(len(said)),), False)
    if not said:
        return _OPEN if unsure else Outcome(True, _of_none(table), False)
    if policy is HitPolicy.COLLECT:
        return _OPEN if unsure else Outcome(True, tuple(said), False)
    values = [one[0] for one in said]
    if policy is HitPolicy.SUM:
        total: Value = _sum(values)
        idle = all(table.says[row][0] == 0 for row in unsure)
    else:
        sign = 1 if policy is HitPolicy.LEAST else -1
        total = min(values, key=lambda value: sign * _scale(value))
        idle = all(sign * _scale(table.says[row][0]) >= sign * _scale(total) for row in unsure)
    return Outcome(True, (total,), False) if idle else _OPEN


def _of_none(table: Compiled) -> Said:
    """What a table that collects says where no row holds: its default, or an empty list, or null."""
    if any(one.default.strip() for one in table.table.outputs):
        return (table.default,) if table.table.hit_policy is HitPolicy.COLLECT else table.default
    return () if table.table.hit_policy is HitPolicy.COLLECT else (None,)


def _sum(values: Sequence[Value]) -> float:
    total = 0.0
    for value in values:
        total += _scale(value)
    return total


def _scale(value: Value) -> float:
    """A number, or a date as its day; others are never put together."""
    if isinstance(value, int | float):
        return float(value)
    if value is None or isinstance(value, str):
        raise TypeError(f"{value!r} has no order")
    return float(value.toordinal())


def settle(table: Compiled, known: int, left: tuple[Left, ...]) -> Settled:
    """What follows when the facts that are known leave the rows ``known``, and the inputs ``left`` are not known.

    For use where :func:`outcome` settles nothing: rows may together leave no room for anything else, and not all
    that is unknown need matter. What this finds is remembered, as many persons share it.
    """
    found = table.remembered.get((known, left))
    if found is None:
        if len(table.remembered) >= _MOST_REMEMBERED:
            table.remembered.clear()
            table.findings.clear()
        found = _settle(table, known, left)
        found = table.remembered[known, left] = table.findings.setdefault(found, found)
    return found


def _settle(table: Compiled, known: int, left: tuple[Left, ...]) -> Settled:
    groups = [list(table.cells[at].groups((low, high), known)) for at, low, high in left]
    tried = 1
    for one in groups:
        tried *= len(one)
    asked = [at for at, _, _ in left]
    if tried > MOST_TRIED:
        return Settled(_OPEN, _seen_to_matter(table, known, asked, groups), False)
    masks = [known]
    for one in groups:
        masks = [mask & rows for mask in masks for rows in one]
    each = {mask: outcome(table, mask, mask) for mask in dict.fromkeys(masks)}
    number = {one: i for i, one in enumerate(dict.fromkeys(each.values()))}
    results = [number[each[mask]] for mask in masks]
    if len(number) == 1:
        return Settled(each[masks[0]], (), True)
    plain = [one.settled for one in number]
    matter, stride = [], len(results)
    for at, one in zip(asked, groups, strict=True):
        stride //= len(one)
        if (share := _share(results, len(one), stride, plain)) is not None:
            matter.append((at, share))
    return Settled(_OPEN, tuple(matter), True)


def _share(results: list[int], count: int, stride: int, plain: list[bool]) -> float | None:
    """Of the answers to one input, the share that settles; ``None`` where no answer makes any difference."""
    slabs: list[list[int]] = [[] for _ in range(count)]
    for start in range(0, len(results), stride):
        slabs[start // stride % count].extend(results[start : start + stride])
    if all(slab == slabs[0] for slab in slabs):
        return None
    return sum(len(set(slab)) == 1 and plain[slab[0]] for slab in slabs) / count


def _seen_to_matter(
    table: Compiled, known: int, asked: list[int], groups: list[list[int]]
) -> tuple[tuple[int, float], ...]:
    """Inputs that are shown to matter by an example, where there are too many ways to try them all.

    The example: everything else is as one row asks, and two answers to this input say different things.
    """
    found = []
    for i, at in enumerate(asked):
        others = [one for j, one in enumerate(groups) if j != i]
        if any(_differ(table, _as_row_asks(row, known, others), groups[i]) for row in rows_of(known)):
            settling = sum(_settles(table, known, answer, others) for answer in groups[i])
            found.append((at, settling / len(groups[i])))
    return tuple(found)


def _as_row_asks(row: int, known: int, others: list[list[int]]) -> int:
    mask = known
    for one in others:
        mask &= next((rows for rows in one if rows >> row & 1), one[0])
    return mask


def _differ(table: Compiled, mask: int, answers: list[int]) -> bool:
    first = outcome(table, mask & answers[0], mask & answers[0])
    return any(outcome(table, mask & rows, mask & rows) != first for rows in answers[1:])


def _settles(table: Compiled, known: int, answer: int, others: list[list[int]]) -> bool:
    holds = may = known & answer
    for one in others:
        every, some = -1, 0
        for rows in one:
            every, some = every & rows, some | rows
        holds, may = holds & every, may & some
    return outcome(table, holds, may).settled


def judge(table: Compiled, states: Sequence[State]) -> tuple[int, int, Settled]:
    """The rows that hold, those that hold or may, and what follows, for the state of each input in order."""
    holds = may = known = table.all_rows
    left: list[Left] = []
    for at, (cells, state) in enumerate(zip(table.cells, states, strict=True)):
        if isinstance(state, int):
            rows = cells.rows[state]
            holds, may, known = holds & rows, may & rows, known & rows
        else:
            every, some = cells.between(state)
            holds, may = holds & every, may & some
            left.append((at, *state))
    direct = outcome(table, holds, may)
    if direct.settled or direct.contradicts or not left:
        return holds, may, Settled(direct, (), True)
    return holds, may, settle(table, known, tuple(left))
