"""A country package's own tests, read: each says what is known of people and what the law makes of it.

The files are lists of cases in YAML: https://openfisca.org/doc/coding-the-legislation/writing_yaml_tests.html.
A case that asks for what no requirement can say is not expressible, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lacarte.standards.openfisca.situations import Group, Situation
from lacarte.standards.openfisca.systems import System

#: What a case may say that a requirement cannot.
_BEYOND = {
    "reforms": "it changes the law by a reform",
    "parameters": "it changes parameters of the law",
    "extensions": "it adds an extension to the law",
}


class InexpressibleError(ValueError):
    """A case that no requirement can say; the message is the reason."""


@dataclass(frozen=True)
class Case:
    """One case of a file as it is written, and where it stands."""

    file: Path
    name: str
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Expected:
    """A value that the law is expected to make: ``who`` is a name, empty for all; ``value`` a list for each."""

    variable: str
    period: Any
    who: str
    value: Any


class TestFilesError(ValueError):
    """There are no tests there, or a file is none; the message says which."""

    __test__ = False


def read_cases(path: Path) -> Iterator[Case]:
    """All cases of a file, or of all YAML files in a folder and below it. Raises :class:`TestFilesError`."""
    files = [path] if path.is_file() else sorted((*path.rglob("*.yaml"), *path.rglob("*.yml")))
    if not files:
        raise TestFilesError(f"{path} has no tests: a .yaml file or a folder with some is wanted")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in files:
        try:
            read = yaml.load(file.read_text(encoding="utf-8"), loader)  # noqa: S506 - a safe loader
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise TestFilesError(f"{file} cannot be read: {' '.join(str(error).split())}") from error
        for number, said in enumerate(read if isinstance(read, list) else [read], start=1):
            if isinstance(said, dict) and ("output" in said or "input" in said):
                yield Case(file, str(said.get("name") or f"case {number}"), said)


def situation_of(law: System, case: Case) -> Situation:
    """What a case says is known: people by name, or facts alone, as of one person or of a list of them.

    Raises :class:`InexpressibleError`.
    """
    for word, why in _BEYOND.items():
        if case.said.get(word):
            raise InexpressibleError(why)
    said = case.said.get("input") or {}
    if not isinstance(said, dict):
        raise InexpressibleError("its input is no mapping")
    if "axes" in said:
        raise InexpressibleError("it repeats its input along axes")
    words = {name for entity in law.rules.entities for name in (entity.key, entity.plural)}
    return _of_people(law, said) if words & said.keys() else _of_facts(law, said)


def expected_of(law: System, case: Case) -> list[Expected]:
    """The values that a case expects. Raises :class:`InexpressibleError`."""
    output = case.said.get("output")
    if not isinstance(output, dict) or not output:
        raise InexpressibleError("it expects nothing")
    plurals = {entity.plural: entity for entity in law.rules.entities}
    kinds = {entity.key for entity in law.rules.entities}
    found: list[Expected] = []
    for name, said in output.items():
        if law.rules.get_variable(name) is not None:
            found += _expected(case, str(name), "", said)
        elif name in kinds:
            found += [each for variable, value in said.items() for each in _expected(case, variable, "", value)]
        elif name in plurals:
            found += [
                each
                for who, facts in said.items()
                for variable, value in facts.items()
                for each in _expected(case, variable, str(who), value)
            ]
        else:
            raise InexpressibleError(f"{law.package} knows no “{name}”")
    return found


def _expected(case: Case, variable: str, who: str, said: Any) -> list[Expected]:
    if isinstance(said, dict):
        return [Expected(variable, period, who, value) for period, value in said.items()]
    return [Expected(variable, case.said.get("period"), who, said)]


def _of_people(law: System, said: Mapping[str, Any]) -> Situation:
    person = law.rules.person_entity
    people = said.get(person.plural)
    if people is None and person.key in said:
        people = {person.key: said[person.key]}
    if not isinstance(people, dict) or not people:
        raise InexpressibleError(f"it says nothing of any {person.key}")
    groups: dict[str, dict[str, Group]] = {}
    for entity in law.rules.group_entities:
        named = said.get(entity.plural)
        if entity.key in said:
            named = {entity.key: said[entity.key]}
        if named is not None:
            roles = {name for role in entity.roles for name in (role.plural, role.key) if name}
            found = {str(name): _group(roles, one or {}) for name, one in named.items()}
            groups[entity.key] = _of_each(entity, found, [str(name) for name in people])
    return Situation({str(name): facts or {} for name, facts in people.items()}, groups)


def _of_each(entity: Any, groups: dict[str, Group], people: Sequence[str]) -> dict[str, Group]:
    """The facts of a single group that nobody is in are those of everybody's own group."""
    alone = next(iter(groups.values())) if len(groups) == 1 else None
    if alone is None or any(alone.roles.values()):
        return groups
    role = str(next(iter(entity.roles)).key)
    return {name: Group({role: [name]}, alone.facts) for name in people}


def _group(roles: set[str], said: Mapping[str, Any]) -> Group:
    inside = {
        name: [str(one) for one in (members if isinstance(members, list) else [members])]
        for name, members in said.items()
        if name in roles and members is not None
    }
    return Group(inside, {name: value for name, value in said.items() if name not in roles})


def _of_facts(law: System, said: Mapping[str, Any]) -> Situation:
    """Facts alone: as many people as the longest list, each a group of every kind."""
    count = max((len(one) for value in said.values() for one in _lists(value)), default=1)
    names = [str(number) for number in range(1, count + 1)]
    facts: dict[str, dict[str, dict[str, Any]]] = {kind: {name: {} for name in names} for kind in law.entities}
    for variable, value in said.items():
        known = law.rules.get_variable(variable)
        if known is None:
            raise InexpressibleError(f"{law.package} knows no “{variable}”")
        for number, name in enumerate(names):
            facts[known.entity.key][name][variable] = _element(value, number)
    first = {kind: str(next(iter(law.entity(kind).roles)).key) for kind in law.entities[1:]}
    groups = {
        kind: {name: Group({role: [name]}, facts[kind][name]) for name in names} for kind, role in first.items()
    }
    return Situation(facts[law.person], groups)


def _lists(value: Any) -> Sequence[list[Any]]:
    values = value.values() if isinstance(value, dict) else [value]
    return [one for one in values if isinstance(one, list)]


def _element(value: Any, number: int) -> Any:
    if isinstance(value, dict):
        return {period: _element(one, number) for period, one in value.items()}
    if isinstance(value, list):
        if number >= len(value):
            raise InexpressibleError("its lists are not of one length")
        return value[number]
    return value
