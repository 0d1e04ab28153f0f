"""Whether requirements of the law hold: yes, no, or it cannot be said yet, and which facts are missing.

Everybody is in one simulation. A fact that the computation asked for and nobody said is missing, unless the
requirement assumes it; what the law does not ask of somebody is not missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from lacarte.registers.menu.eligibility import Verdict
from lacarte.standards.openfisca.populations import Bools, Ints, Key, Known, Population, check
from lacarte.standards.openfisca.reaching import NONE, Links, Tree
from lacarte.standards.openfisca.requirements import EVERYTHING, LawRequirement, meets
from lacarte.standards.openfisca.simulating import LawSimulation, simulate
from lacarte.standards.openfisca.spans import key_of, span_of
from lacarte.standards.openfisca.systems import LawError, System
from lacarte.standards.openfisca.values import Values, one, plain


@dataclass(frozen=True, eq=False)
class Lacking:
    """A fact that is missing: of each row the first and the last person (or group) it is missing of, -1: of none.

    Both ``int64[n]``, numbers in the population.
    """

    first: Ints
    last: Ints

    @property
    def rows(self) -> Bools:
        """``bool[n]``: for whom it is missing."""
        return np.asarray(self.last != NONE)


@dataclass(frozen=True, eq=False)
class Answers:
    """Of one requirement, for every person or every group of its kind, in the order of ``names``.

    ``value`` (``[n]``) is what the law computes from what is known and, for the rest, the package's usual values;
    ``holds`` (``bool[n]``) says whether that meets the requirement. ``missing`` has the facts that are not known.
    ``settled`` (``bool[n]``) are those whose answer is the same whatever is missing.
    """

    asked: LawRequirement
    names: tuple[str, ...]
    value: Values
    holds: Bools
    missing: Mapping[Key, Lacking]
    assumed: Mapping[Key, Lacking]
    key: tuple[Key, ...]
    settled: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @property
    def open(self) -> Bools:
        """``bool[n]``: of whom it cannot be said yet."""
        found: Bools = np.zeros(len(self.names), dtype=bool)
        for lacking in self.missing.values():
            found |= lacking.rows
        return found & ~self.settled if self.settled.size else found

    @property
    def verdicts(self) -> list[Verdict]:
        """The answers."""
        words = np.where(self.holds, Verdict.YES.value, Verdict.NO.value)
        return [Verdict(word) for word in np.where(self.open, Verdict.OPEN.value, words).tolist()]

    def value_of(self, row: int) -> Any:
        """The value of one row as Python has it."""
        return one(self.value[row])

    def missing_of(self, row: int) -> tuple[Key, ...]:
        """The facts that would settle one row; none where it is settled."""
        return tuple(key for key, lacking in self.missing.items() if self.open[row] and lacking.rows[row])


@dataclass(frozen=True, eq=False)
class Computed:
    """A simulation that has run, its tree where it was kept, and its answers, one a requirement."""

    simulation: LawSimulation
    tree: Tree | None
    answers: tuple[Answers, ...]


def ask(law: System, asked: Sequence[LawRequirement], population: Population, on: date) -> tuple[Answers, ...]:
    """Whether each requirement holds, for everybody, in the period that the day ``on`` is in.

    Raises :class:`LawError` for a requirement of another package, arrays that do not fit, and formulas that fail.
    """
    return ask_on_days(law, [(one, on) for one in asked], population)


def ask_on_days(
    law: System, asked: Sequence[tuple[LawRequirement, date]], population: Population, *, loops: int = 1
) -> tuple[Answers, ...]:
    """As :func:`ask`, each requirement on a day of its own, in this order.

    What was computed for one day is there for the next. ``loops``: how often a formula may come back to itself at
    another period before its usual value stands. Where all requirements assume everything, nothing is missing, and
    what was computed is not kept.
    """
    check(law, population)
    if strange := [one.package for one, _ in asked if one.package != law.package]:
        raise LawError(f"this is the law of {law.package}, not of {strange[0]}")
    trace = not all(EVERYTHING in one.assumed for one, _ in asked)
    return run(law, asked, population, trace, loops).answers


def run(
    law: System,
    asked: Sequence[tuple[LawRequirement, date]],
    population: Population,
    trace: bool,
    loops: int = 1,
) -> Computed:
    """Compute, and give the simulation too; what was checked is not checked again. Raises :class:`LawError`."""
    simulation = simulate(law, population, trace=trace)
    simulation.max_spiral_loops = loops
    found = [_calculate(law, simulation, one, on) for one, on in asked]
    tree = Tree(law, simulation) if trace else None
    lacks = _Lacks(law, population, tree) if tree is not None else None
    answers = []
    for (requirement, _), (values, keys) in zip(asked, found, strict=True):
        lacking = lacks.of(keys) if lacks is not None else {}
        answers.append(
            Answers(
                requirement,
                population.names(requirement.entity),
                values,
                meets(requirement, values),
                {key: one for key, one in lacking.items() if not requirement.assumes(key[0])},
                {key: one for key, one in lacking.items() if requirement.assumes(key[0])},
                keys,
            )
        )
    return Computed(simulation, tree, tuple(answers))


def _calculate(
    law: System, simulation: LawSimulation, asked: LawRequirement, on: date
) -> tuple[Values, tuple[Key, ...]]:
    """The values, and what was computed for them: several periods where a sum over them was asked for."""
    variable = law.variable(asked.variable)
    span = span_of(asked.period, on)
    own = str(variable.definition_period)
    try:
        if asked.period == own or own == "eternity":
            return plain(variable, simulation.calculate(variable.name, span)), (key_of(variable, span),)
        longer = _length(asked.period) > _length(own)
        if longer:
            values = simulation.calculate_add(variable.name, span)
            parts = span.get_subperiods(variable.definition_period)
        else:
            values = simulation.calculate_divide(variable.name, span)
            parts = [span_of(own, on)]
    except Exception as error:
        # A formula may raise whatever Python can; nobody's answer may rest on it.
        raise LawError(f"{law.package} cannot compute {asked.variable} of {span}: {_line(error)}") from error
    return plain(variable, values), tuple(key_of(variable, part) for part in parts)


def _length(kind: str) -> int:
    return {"weekday": 1, "day": 1, "week": 7, "month": 30, "year": 365}[kind]


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


class _Lacks:
    """Which facts are missing, of everything that was computed; each part of the tree is looked at once."""

    def __init__(self, law: System, population: Population, tree: Tree) -> None:
        self.law, self.population, self.tree = law, population, tree
        self.links = Links(law, population)
        self.found: dict[Key, dict[Key, Lacking]] = {}

    def of(self, keys: tuple[Key, ...]) -> dict[Key, Lacking]:
        """The facts that are missing for any of ``keys``."""
        merged: dict[Key, Lacking] = {}
        for key in keys:
            for missing, lacking in self._below(key).items():
                merged[missing] = _either(merged.get(missing), lacking)
        return merged

    def _below(self, key: Key) -> dict[Key, Lacking]:
        if key in self.found:
            return self.found[key]
        self.found[key] = {}  # a variable that comes back to itself asks for nothing new
        fact = self.population.facts.get(key)
        variable = self.law.variable(key[0])
        unknown = _unknown(fact, self.links.count(str(variable.entity.key)))
        if not unknown.any():
            return {}
        if variable.is_input_variable():
            self.found[key] = {} if _ended(variable, self.tree.nodes[key].period) else {key: _numbered(unknown)}
            return self.found[key]
        merged: dict[Key, Lacking] = {}
        for below in self.tree.below(key):
            target, source, through = self.tree.step(key, below)
            for missing, lacking in self._below(below).items():
                carried = self._carry(missing, lacking, source, target, through, unknown)
                if carried.rows.any():
                    merged[missing] = _either(merged.get(missing), carried)
        self.found[key] = merged
        return merged

    def _carry(
        self, missing: Key, lacking: Lacking, source: str, target: str, through: frozenset[str], unknown: Bools
    ) -> Lacking:
        """What is missing below, for those whose own value nobody said."""
        last = self.links.carry(lacking.last, source, target, through)
        # The smallest number wins as the largest does, counted from the other end.
        count = self.links.count(str(self.law.variable(missing[0]).entity.key))
        first = self.links.carry(_mirrored(lacking.first, count), source, target, through)
        return Lacking(np.where(unknown, _mirrored(first, count), NONE), np.where(unknown, last, NONE))


def _unknown(fact: Known | None, count: int) -> Bools:
    return np.ones(count, dtype=bool) if fact is None else ~fact.known


def _numbered(unknown: Bools) -> Lacking:
    numbers = np.where(unknown, np.arange(len(unknown)), NONE).astype(np.int64)
    return Lacking(numbers, numbers)


def _mirrored(numbers: Ints, count: int) -> Ints:
    return np.where(numbers == NONE, NONE, count - 1 - numbers)


def _either(one: Lacking | None, other: Lacking) -> Lacking:
    if one is None:
        return other
    first = np.where(one.rows & other.rows, np.minimum(one.first, other.first), np.maximum(one.first, other.first))
    return Lacking(first, np.maximum(one.last, other.last))


def _ended(variable: Any, span: Any) -> bool:
    return variable.end is not None and span.start.date > variable.end
