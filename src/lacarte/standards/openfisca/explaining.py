"""Why an answer is what it is: its facts, and each rule with its version in force and its legal reference."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from lacarte.registers.menu.eligibility import Verdict
from lacarte.standards.openfisca.answering import run
from lacarte.standards.openfisca.populations import Bools, Key, Population
from lacarte.standards.openfisca.reaching import NONE, Links, Tree
from lacarte.standards.openfisca.requirements import LawRequirement, references_of
from lacarte.standards.openfisca.systems import System
from lacarte.standards.openfisca.values import one, plain

#: Of so many people or groups values are told; a step of more says how many there are.
_TOLD = 20


@dataclass(frozen=True)
class Told:
    """A value, of whom, and whether somebody said it: else it is the package's usual value, or computed."""

    who: str
    value: Any
    said: bool


@dataclass(frozen=True)
class Fact:
    """A fact that was used: ``told`` of each person or group that the answer rests on."""

    variable: str
    label: str
    period: str
    told: tuple[Told, ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class Parameter:
    """A number that the law sets, with the day since when it is in force (empty where the package has none)."""

    name: str
    label: str
    value: Any
    since: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A formula that was used: its text, the version in force by its first day, and what it made.

    ``uses`` are the variables that it asked for, with their periods.
    """

    variable: str
    label: str
    period: str
    formula: str
    since: str
    text: str
    references: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    told: tuple[Told, ...]
    uses: tuple[Key, ...]


@dataclass(frozen=True)
class Explanation:
    """Of one answer to one person or group: ``law`` names the package, its version and that of OpenFisca.

    ``rules`` begin with the one that was asked for; ``facts`` were said, ``assumed`` were not.
    """

    law: str
    asked: LawRequirement
    who: str
    period: str
    value: Any
    verdict: Verdict
    missing: tuple[Key, ...]
    facts: tuple[Fact, ...]
    assumed: tuple[Fact, ...]
    rules: tuple[Rule, ...]


def explain(law: System, asked: LawRequirement, population: Population, on: date, row: int) -> Explanation:
    """Why the answer to the person or group ``row`` (its number in the population) is what it is.

    Raises :class:`~lacarte.standards.openfisca.systems.LawError` where a formula fails, ``IndexError`` for no row.
    """
    computed = run(law, [(asked, on)], population, True)
    answers = computed.answers[0]
    who = answers.names[row]
    assert computed.tree is not None
    used = _used(law, population, computed.tree, answers.key, row)
    teller = _Teller(law, population, computed.simulation, computed.tree)
    facts = [teller.fact(key, rows) for key, rows in used.items() if not teller.is_rule(key, rows)]
    rules = [teller.rule(key, rows) for key, rows in used.items() if teller.is_rule(key, rows)]
    return Explanation(
        f"{law.package} {law.version}, OpenFisca {law.core}",
        asked,
        who,
        ", ".join(period for _, period in answers.key),
        answers.value_of(row),
        answers.verdicts[row],
        answers.missing_of(row),
        tuple(fact for fact in facts if any(told.said for told in fact.told)),
        tuple(fact for fact in facts if not all(told.said for told in fact.told)),
        tuple(rules),
    )


def formula_of(variable: Any, span: Any) -> tuple[str, str, str]:
    """Of the formula in force: its name, the first day of this version and its text; all empty where none is.

    The text is what the package says of the formula, else of the variable.
    """
    formula = variable.get_formula(span)
    if formula is None:
        return "", "", ""
    since = next(start for start, one in reversed(variable.formulas.items()) if one is formula)
    text = inspect.getdoc(formula) or variable.documentation or variable.label or ""
    return str(formula.__name__), "" if since.startswith("0001") else str(since), str(text).strip()


def parameter_of(law: System, name: str, instant: str, value: Any) -> Parameter:
    """A parameter as it was read: with the day since when this value is in force, and its references."""
    node = law.rules.parameters
    for part in name.split("."):
        node = getattr(node, "children", {}).get(part)
        if node is None:  # made by the package while it computed
            return Parameter(name, "", _shown(value), "", ())
    since, references = "", list(_references(node.metadata))
    for dated in getattr(node, "values_list", ()):
        if str(dated.instant_str) <= instant:
            since = str(dated.instant_str)
            references = list(_references(dated.metadata)) or references
            break
    return Parameter(name, str(node.description or ""), _shown(value), since, tuple(references))


def _used(law: System, population: Population, tree: Tree, keys: tuple[Key, ...], row: int) -> dict[Key, Bools]:
    """Everything that an answer rests on, the asked first, each with whom of (``bool[n]``)."""
    links = Links(law, population)
    reached: dict[Key, Any] = {}

    def reach(key: Key, marks: Any) -> None:
        known = reached.get(key)
        wider = marks if known is None else np.maximum(known, marks)
        if known is not None and np.array_equal(wider, known):
            return
        reached[key] = wider
        fact = population.facts.get(key)
        open_ = wider if fact is None else np.where(fact.known, NONE, wider)
        if (open_ == NONE).all():
            return
        for below in tree.below(key):
            asking, asked, through = tree.step(key, below)
            reach(below, links.carry(open_, asking, asked, through))

    for key in keys:
        start = np.full(links.count(str(law.variable(key[0]).entity.key)), NONE, dtype=np.int64)
        start[row] = 0
        reach(key, start)
    return {key: marks != NONE for key, marks in reached.items()}


@dataclass(frozen=True)
class _Teller:
    """Puts what was computed into words and plain values."""

    law: System
    population: Population
    simulation: Any
    tree: Tree

    def is_rule(self, key: Key, rows: Bools) -> bool:
        """Whether a formula's place is here; a fact that is said of all whom it concerns is none."""
        fact = self.population.facts.get(key)
        said = fact is not None and bool(fact.known[rows].all())
        return not said and not self.law.variable(key[0]).is_input_variable()

    def fact(self, key: Key, rows: Bools) -> Fact:
        variable = self.law.variable(key[0])
        label = str(variable.label or key[0])
        return Fact(key[0], label, key[1], self._told(key, rows), references_of(variable))

    def rule(self, key: Key, rows: Bools) -> Rule:
        variable, node = self.law.variable(key[0]), self.tree.nodes[key]
        name, since, text = formula_of(variable, node.period)
        return Rule(
            key[0],
            str(variable.label or key[0]),
            key[1],
            name,
            since,
            text,
            references_of(variable),
            tuple(self._parameters(node)),
            self._told(key, rows),
            tuple(self.tree.below(key)),
        )

    def _told(self, key: Key, rows: Bools) -> tuple[Told, ...]:
        variable = self.law.variable(key[0])
        names = self.population.names(str(variable.entity.key))
        values = plain(variable, self.tree.nodes[key].value)
        fact = self.population.facts.get(key)
        told = np.flatnonzero(rows)[:_TOLD].tolist()
        return tuple(Told(names[at], one(values[at]), fact is not None and bool(fact.known[at])) for at in told)

    def _parameters(self, node: Any) -> Iterator[Parameter]:
        seen = set()
        for read in node.parameters:
            if (read.name, str(read.period)) not in seen:
                seen.add((read.name, str(read.period)))
                yield parameter_of(self.law, read.name, str(read.period), read.value)


def _references(metadata: Any) -> Iterator[str]:
    """References in the several forms that packages write them in: a text, a list, or texts by day or title."""
    said = (metadata or {}).get("reference")
    waiting = [said] if said else []
    while waiting:
        found = waiting.pop(0)
        if isinstance(found, dict):
            waiting[:0] = [found["href"]] if found.get("href") else list(found.values())
        elif isinstance(found, list | tuple):
            waiting[:0] = found
        elif found:
            yield str(found)


def _shown(value: Any) -> Any:
    """A number as it is; a scale as its steps, ``((from, rate or amount), …)``; an array's different values."""
    if hasattr(value, "thresholds"):
        steps = getattr(value, "rates", None) or getattr(value, "amounts", None) or ()
        return tuple(zip(map(one, value.thresholds), map(one, steps), strict=False))
    if isinstance(value, np.ndarray):
        return tuple(one(each) for each in np.unique(value)[:_TOLD])
    return one(value)
