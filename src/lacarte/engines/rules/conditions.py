"""Conditions that are open: what each depends on, what it is once a fact is known, and what may become of it.

A condition is one of those of a service, all of which must hold. Here they are asked "what if", before somebody is
asked in earnest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

from lacarte.engines.rules.cells import State
from lacarte.engines.rules.compiling import Compiled, Said
from lacarte.engines.rules.facts import NOT_KNOWN, Known
from lacarte.engines.rules.settling import judge

__all__ = ["Condition", "Opaque", "Reach", "TableTest", "Test", "table_test"]

#: So many ways to answer what may be asked are tried one by one.
MOST_TRIED = 1024


@dataclass(frozen=True)
class Reach:
    """What may become of a condition when some facts are never told, and the facts on which that depends.

    ``matter_for_no`` are those on which it depends whether it fails, which is all that counts where another
    condition can never be known to hold.
    """

    can_hold: bool
    can_fail: bool
    matter: tuple[str, ...]
    matter_for_no: tuple[str, ...]


class Condition(Protocol):
    """One that is open: the facts on which it depends whether it holds, and what it is once one is known."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts on which it depends, those first that are to be asked first; none: it stays open."""

    def given(self, fact: str, value: Any) -> Condition | bool:
        """What it is once ``fact`` is known: whether it holds, or what is left of it."""

    def reach(self, never: Collection[str]) -> Reach:
        """What may become of it when the facts in ``never`` are not told."""


@dataclass(frozen=True)
class Test:
    """One fact by itself; ``holds`` is ``None`` for a value with which it cannot be compared.

    ``values`` are all answers that it may get, as far as it tells them apart.
    """

    __test__ = False  # no test of pytest's
    fact: str
    holds: Callable[[Any], bool | None]
    values: tuple[Any, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The fact."""
        return (self.fact,)

    def given(self, fact: str, value: Any) -> Condition | bool:
        """Whether it holds; open for good where nothing can be said."""
        if fact != self.fact:
            return self
        found = self.holds(value)
        return Opaque(()) if found is None else found

    def reach(self, never: Collection[str]) -> Reach:
        """Nothing where the fact is never told."""
        found = set() if self.fact in never else {self.holds(value) for value in self.values}
        matter = (self.fact,) if found & {True, False} else ()
        return Reach(True in found, False in found, matter, matter if False in found else ())


@dataclass(frozen=True)
class Opaque:
    """What can only be asked as a whole: once all that it misses is known it is taken to hold."""

    missing: tuple[str, ...]

    def given(self, fact: str, value: Any) -> Condition | bool:
        """Without that fact."""
        if fact not in self.missing:
            return self
        left = tuple(one for one in self.missing if one != fact)
        return Opaque(left) if left else True

    def reach(self, never: Collection[str]) -> Reach:
        """Anything, as long as something can be told."""
        left = tuple(one for one in self.missing if one not in never)
        return Reach(bool(left), bool(left), left, left)


@dataclass(frozen=True)
class TableTest:
    """Whether what a table says ``holds``; ``states`` are those of its inputs (:func:`table_test` makes one)."""

    table: Compiled
    states: tuple[State, ...]
    holds: Callable[[Said], bool | None]
    missing: tuple[str, ...]

    def given(self, fact: str, value: Any) -> Condition | bool:
        """What the table says then; a value that cannot be is as if nothing had been said."""
        if fact not in self.missing:
            return self
        at = [cells.fact for cells in self.table.cells].index(fact)
        try:
            state = self.table.cells[at].state(value)
        except ValueError:
            return self
        states = (*self.states[:at], state, *self.states[at + 1 :])
        return _looked_at(self.table, states, self.holds)

    def reach(self, never: Collection[str]) -> Reach:
        """By trying all answers to what may be asked; where these are too many, anything may be."""
        asked = [at for at, cells in enumerate(self.table.cells) if cells.fact in self.missing]
        asked = [at for at in asked if self.table.cells[at].fact not in never]
        answers = [[cells[0] for cells in self.table.cells[at].groups(self.states[at]).values()] for at in asked]
        tried = 1
        for one in answers:
            tried *= len(one)
        if tried > MOST_TRIED:
            left = tuple(self.table.cells[at].fact for at in asked)
            return Reach(True, True, left, left)
        found = {picked: self._outcome(asked, picked) for picked in product(*answers)}
        fails = {picked: outcome is False for picked, outcome in found.items()}
        facts = [self.table.cells[at].fact for at in asked]
        return Reach(True in found.values(), False in found.values(), _vary(facts, found), _vary(facts, fails))

    def _outcome(self, asked: Sequence[int], picked: Sequence[int]) -> bool | None:
        states = list(self.states)
        for at, cell in zip(asked, picked, strict=True):
            states[at] = cell
        outcome = judge(self.table, states)[2].outcome
        return self.holds(outcome.said) if outcome.settled and outcome.said is not None else None


def table_test(
    table: Compiled, facts: Mapping[str, Known], holds: Callable[[Said], bool | None]
) -> Condition | bool:
    """A condition on what a table says of somebody of whom ``facts`` are known, or whether it holds."""
    states: list[State] = []
    for cells in table.cells:
        try:
            states.append(cells.state(facts.get(cells.fact, NOT_KNOWN)))
        except ValueError:
            states.append(cells.unknown)
    return _looked_at(table, tuple(states), holds)


def _looked_at(
    table: Compiled, states: tuple[State, ...], holds: Callable[[Said], bool | None]
) -> Condition | bool:
    _, _, found = judge(table, states)
    if found.outcome.settled and found.outcome.said is not None:
        said = holds(found.outcome.said)
        return Opaque(()) if said is None else said
    by_share = sorted(found.matter, key=lambda one: (-one[1], table.cells[one[0]].fact))
    return TableTest(table, states, holds, tuple(table.cells[at].fact for at, _ in by_share))


def _vary(facts: Sequence[str], found: Mapping[tuple[int, ...], Any]) -> tuple[str, ...]:
    """The facts of which it depends what is found, by all ways to answer them."""
    varying = []
    for at, fact in enumerate(facts):
        by_others: dict[tuple[int, ...], set[Any]] = {}
        for picked, outcome in found.items():
            by_others.setdefault((*picked[:at], *picked[at + 1 :]), set()).add(outcome)
        if any(len(outcomes) > 1 for outcomes in by_others.values()):
            varying.append(fact)
    return tuple(varying)
