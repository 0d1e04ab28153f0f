"""Requirements of service types that the law decides: their fact is ``law.`` and a variable of the chosen package.

They are kept, read from files and published as all others are: a comparison and a value. What people have said of
themselves answers them, each by the variable that ``law.toml`` says, or as ``law.`` and the variable. People are
judged as living alone: of whom they live with, no facts are said here. Where that may matter, a person decides
about those who do not, if ``law.toml`` names the fact that says so.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

from lacarte.kernel import clock
from lacarte.registers.entitlement.judging import Between, Decided, Facts, Rule
from lacarte.registers.menu.eligibility import Verdict
from lacarte.standards.openfisca.choosing import Chosen, chosen
from lacarte.standards.openfisca.depending import variables_below
from lacarte.standards.openfisca.systems import LawError, System, system

PREFIX = "law."
#: So many ways to read facts of which only bounds are known are asked; where there are more, they are not known.
_MOST_WAYS = 12
_LOG = logging.getLogger(__name__)


def decide(rule: Rule, facts: Facts) -> Decided:
    """Whether the law says that a requirement holds today, for somebody of whom ``facts`` are known.

    Where the law cannot be asked it stays open, and the log says why: a person decides.
    """
    try:
        which = chosen()
        law = system(which.package)
        if which.people and (others := _of_others(law, which, rule, facts)) is not None:
            return others
        return _decide(law, which, rule, facts, clock.now().date())
    except LawError as error:
        _LOG.warning("%s: %s", rule.fact, error)
        return Decided(None)


def _of_others(law: System, which: Chosen, rule: Rule, facts: Facts) -> Decided | None:
    """It stays open for whoever does not live alone, where the law may look at a group; else ``None``."""
    reached = variables_below(law, rule.fact.removeprefix(PREFIX))
    if reached is not None and all(str(law.variable(name).entity.key) == law.person for name in reached):
        return None
    live = facts.get(which.people)
    if isinstance(live, Between):
        live = live.low if live.low == live.high else None
    if live is None:
        return Decided(None, (which.people,))
    return None if live == 1 else Decided(None)


def _decide(law: System, which: Chosen, rule: Rule, facts: Facts, day: date) -> Decided:
    # OpenFisca is imported where it is asked: without the extra the rest of the house works.
    from lacarte.standards.openfisca.answering import ask
    from lacarte.standards.openfisca.requirements import requirement
    from lacarte.standards.openfisca.situations import Group, Situation, read_situation

    asked = requirement(
        which.package,
        rule.fact.removeprefix(PREFIX),
        rule.comparison,
        rule.value,
        assumed=[name for name in which.assumed if law.rules.get_variable(name) is not None],
    )
    ways = list(_ways(law, which, facts))
    roles = {kind: str(next(iter(law.entity(kind).roles)).key) for kind in law.entities[1:]}
    people = {str(number): way.get(law.person, {}) for number, way in enumerate(ways)}
    groups = {
        kind: {name: Group({role: [name]}, way.get(kind, {})) for name, way in zip(people, ways, strict=True)}
        for kind, role in roles.items()
    }
    population, refused = read_situation(law, Situation(people, groups), f"{day:%Y-%m}")
    for one in refused:
        _LOG.warning("%s: %s", rule.fact, one)
    (answers,) = ask(law, [asked], population, day)
    verdicts = set(answers.verdicts)
    if verdicts == {Verdict.YES} or verdicts == {Verdict.NO}:
        return Decided(verdicts == {Verdict.YES})
    lacking = dict.fromkeys(name for row in range(len(ways)) for name, _ in answers.missing_of(row))
    asks = dict.fromkeys(_ours(law, which, rule, facts, name) for name in lacking)
    return Decided(None, tuple(asks) or _bounded(facts))


def _ours(law: System, which: Chosen, rule: Rule, facts: Facts, lacking: str) -> str:
    """The fact of ours to ask for, where the law lacks a variable: it, or what the law would reckon from it.

    Of who says their age the law need not know the day of birth.
    """
    reached = variables_below(law, rule.fact.removeprefix(PREFIX)) or frozenset()
    for fact, variable in which.facts.items():
        if variable == lacking:
            return fact
        open_still = facts.get(fact) is None or isinstance(facts[fact], Between)
        if open_still and variable in reached and lacking in (variables_below(law, variable) or ()):
            return fact
    return PREFIX + lacking


def _bounded(facts: Facts) -> tuple[str, ...]:
    """The facts of which only bounds are known: it depends on them."""
    return tuple(fact for fact, value in facts.items() if isinstance(value, Between))


def _ways(law: System, which: Chosen, facts: Facts) -> Iterator[dict[str, dict[str, Any]]]:
    """Facts as the law names them, by the kind that they are about; one for each way to read bounds."""
    read: list[tuple[str, str, list[Any]]] = []
    for fact, value in facts.items():
        name = which.facts.get(fact, fact.removeprefix(PREFIX) if fact.startswith(PREFIX) else "")
        variable = law.rules.get_variable(name) if name else None
        if variable is None:
            continue
        values = _values(variable, value)
        if values:
            read.append((str(variable.entity.key), name, values))
    if math.prod(len(values) for _, _, values in read) > _MOST_WAYS:
        read = [one for one in read if len(one[2]) == 1]
    for picked in product(*(values for _, _, values in read)):
        way: dict[str, dict[str, Any]] = {}
        for (entity, name, _), value in zip(read, picked, strict=True):
            way.setdefault(entity, {})[name] = value
        yield way


def _values(variable: Any, value: Any) -> list[Any]:
    """All that a fact may be; of bounds the whole numbers between them, where whole numbers are wanted."""
    if not isinstance(value, Between):
        return [value]
    if variable.value_type is not int:
        return [value.low] if value.low == value.high else []
    return list(range(math.ceil(value.low), min(math.floor(value.high), math.ceil(value.low) + _MOST_WAYS) + 1))
