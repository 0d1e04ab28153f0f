"""What is different between two versions of a table, row by row and cell by cell, for people to look over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lacarte.engines.rules.tables import Row, Table

__all__ = ["Changed", "ChangedRow", "compared"]

#: So many pairs of rows are compared.
_MOST_COMPARED = 100_000


@dataclass(frozen=True)
class ChangedRow:
    """A row that is not as it was: its number before and now, from 1; 0 where it was not or is not there.

    ``cells`` are the columns that differ, with what stood and what stands there; of a row that is on one side only
    they are all that say anything. The column of notes is ``""``.
    """

    before: int
    now: int
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Changed:
    """All that differs. Columns go by name; ``moved``: the same rows or columns stand in another order."""

    inputs_gone: tuple[str, ...]
    inputs_new: tuple[str, ...]
    outputs_gone: tuple[str, ...]
    outputs_new: tuple[str, ...]
    #: Column, what differs about it (``kind``, ``allowed`` or ``default``), before, now.
    columns: tuple[tuple[str, str, str, str], ...]
    hit_policy: tuple[str, str] | None
    rows: tuple[ChangedRow, ...]
    moved: bool

    @property
    def anything(self) -> bool:
        """Whether the two differ at all."""
        names = (self.inputs_gone, self.inputs_new, self.outputs_gone, self.outputs_new)
        return any((*names, self.columns, self.hit_policy, self.rows, self.moved))


def compared(before: Table, now: Table) -> Changed:
    """What differs. Rows are matched by what they say where they are the same, then by their place."""
    names = [[one.fact for one in table.inputs] for table in (before, now)]
    outputs = [[one.name for one in table.outputs] for table in (before, now)]
    rows = tuple(_rows(before, now))
    same_columns = all(set(old) == set(new) for old, new in (names, outputs))
    policies = (before.hit_policy.value, now.hit_policy.value)
    return Changed(
        tuple(one for one in names[0] if one not in names[1]),
        tuple(one for one in names[1] if one not in names[0]),
        tuple(one for one in outputs[0] if one not in outputs[1]),
        tuple(one for one in outputs[1] if one not in outputs[0]),
        tuple(_columns(before, now)),
        policies if policies[0] != policies[1] else None,
        rows,
        moved=same_columns and not rows and (before.rows != now.rows or names[0] != names[1]),
    )


def _columns(before: Table, now: Table) -> Iterator[tuple[str, str, str, str]]:
    asked = {one.fact: one for one in before.inputs}
    for one in now.inputs:
        if (old := asked.get(one.fact)) is not None:
            yield from _differing(one.fact, ("kind", old.kind, one.kind), ("allowed", old.allowed, one.allowed))
    said = {one.name: one for one in before.outputs}
    for new in now.outputs:
        if (was := said.get(new.name)) is not None:
            kinds, allowed = ("kind", was.kind, new.kind), ("allowed", was.allowed, new.allowed)
            yield from _differing(new.name, kinds, allowed, ("default", was.default, new.default))


def _differing(name: str, *pairs: tuple[str, str, str]) -> Iterator[tuple[str, str, str, str]]:
    for what, old, new in pairs:
        if old.strip() != new.strip():
            yield name, what, str(old), str(new)


def _cells(table: Table, row: Row) -> dict[str, str]:
    """A row by its columns, without those that ask nothing."""
    asked = zip(table.inputs, row.tests, strict=True)
    tests = {one.fact: test for one, test in asked if test.strip() not in ("", "-")}
    says = {one.name: said for one, said in zip(table.outputs, row.says, strict=True)}
    return {**tests, **says, **({"": row.note} if row.note else {})}


def _rows(before: Table, now: Table) -> Iterator[ChangedRow]:
    old, new = ([_cells(table, row) for row in table.rows] for table in (before, now))
    keys = [[tuple(sorted(cells.items())) for cells in rows] for rows in (old, new)]
    if sorted(keys[0]) == sorted(keys[1]):
        return  # the same rows, if in another order
    for what, low, high, first, last in SequenceMatcher(a=keys[0], b=keys[1], autojunk=False).get_opcodes():
        if what != "equal":
            yield from _block(old, new, range(low, high), range(first, last))


def _block(
    old: Sequence[dict[str, str]], new: Sequence[dict[str, str]], gone: range, come: range
) -> Iterator[ChangedRow]:
    """Rows that took the place of others: those most alike are one row that was changed."""
    pairs = _alike(old, new, gone, come)
    kept = set(pairs.values())
    for one in gone:
        if one not in kept:
            yield ChangedRow(one + 1, 0, tuple((name, text, "") for name, text in old[one].items()))
    for at in come:
        if at not in pairs:
            yield ChangedRow(0, at + 1, tuple((name, "", text) for name, text in new[at].items()))
            continue
        was, cells = old[pairs[at]], new[at]
        differ = [name for name in dict.fromkeys([*was, *cells]) if was.get(name) != cells.get(name)]
        changed = tuple((name, was.get(name, ""), cells.get(name, "")) for name in differ)
        yield ChangedRow(pairs[at] + 1, at + 1, changed)


def _alike(
    old: Sequence[dict[str, str]], new: Sequence[dict[str, str]], gone: range, come: range
) -> dict[int, int]:
    """For new rows the old one that each was made of; of very many they are taken in their order."""
    if len(gone) * len(come) > _MOST_COMPARED:
        return dict(zip(come, gone, strict=False))
    pairs: dict[int, int] = {}
    left = list(gone)
    for at in come:
        alike = {one: len(old[one].items() & new[at].items()) for one in left}
        best = max(alike, key=lambda one: (alike[one], -abs(one - at)), default=None)
        if best is not None and alike[best]:
            pairs[at] = best
            left.remove(best)
    return pairs
