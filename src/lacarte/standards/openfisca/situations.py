"""What is known of people and their households, as rows: read into arrays, and what is wrong named and refused.

A fact that is no value of its kind is refused and counts as not known. Somebody who is in two households makes
both doubtful: everybody in them is refused, with whom they live in groups of other kinds. The rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lacarte.standards.openfisca.populations import Key, Known, Members, Population
from lacarte.standards.openfisca.spans import ETERNITY, key_of, read_span, spread
from lacarte.standards.openfisca.systems import LawError, System, UnknownVariableError
from lacarte.standards.openfisca.values import array_of, read_value

#: Facts by variable; a value is for the period that is asked about, or ``{period: value}``.
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Group:
    """Who is in it, by role (its key or its plural, such as ``adults``), and facts about it as a whole."""

    roles: Mapping[str, Sequence[str]]
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """People by name with facts about them, and groups by kind (the key of the entity) and name."""

    people: Mapping[str, Facts]
    groups: Mapping[str, Mapping[str, Group]] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """What was left out: of whom (a person or a group), which fact or role, and why."""

    who: str
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.who}, {self.what}: {self.why}"


def read_situation(law: System, situation: Situation, period: str) -> tuple[Population, tuple[Refused, ...]]:
    """The arrays of a situation, and what was refused. ``period`` is what facts without one are about.

    Whoever is in no group of a kind is one alone, in its first role. Raises :class:`LawError` for a kind of group
    that the package does not have, and for a period that is none.
    """
    try:
        span = read_span(period)
    except ValueError as error:
        raise LawError(str(error)) from error
    if strange := sorted(situation.groups.keys() - set(law.entities[1:])):
        raise LawError(f"{law.package} has no groups “{strange[0]}”; it has {', '.join(law.entities[1:])}")
    refused = list(_wrong_members(law, situation))
    doubtful = _doubtful(situation, {(one.what, one.who) for one in refused})
    people = tuple(name for name in situation.people if name not in doubtful)
    groups = {kind: _members(law, kind, situation, people) for kind in law.entities[1:]}
    reading = _Reading(law, span, refused)
    facts = reading.facts(people, situation.people, law.person)
    for kind, members in groups.items():
        known = {name: group.facts for name, group in situation.groups.get(kind, {}).items()}
        facts |= reading.facts(members.names, known, kind)
    return Population(people, groups, facts), tuple(refused)


def _wrong_members(law: System, situation: Situation) -> Iterator[Refused]:
    """What is wrong with who is in which group; ``what`` is the kind of group, ``who`` the group."""
    for kind, groups in situation.groups.items():
        roles = {name: role for role in law.entity(kind).roles for name in _names(role)}
        where: dict[str, str] = {}
        for name, group in groups.items():
            if group.facts and not any(group.roles.values()):
                yield Refused(name, kind, "nobody is in it, so that its facts are about nobody")
            for said, members in group.roles.items():
                role = roles.get(said)
                if role is None:
                    yield Refused(name, kind, f"“{said}” is no role in it; one is {', '.join(roles)}")
                elif role.max is not None and len(members) > role.max:
                    yield Refused(name, kind, f"there are {len(members)} {said} where {role.max} may be")
                for member in members:
                    if member not in situation.people:
                        yield Refused(name, kind, f"“{member}” is in it, of whom nothing is said")
                    elif member in where:
                        yield Refused(name, kind, f"“{member}” is in it and in “{where[member]}”")
                        yield Refused(where[member], kind, f"“{member}” is in it and in “{name}”")
                    else:
                        where[member] = name


def _doubtful(situation: Situation, wrong: set[tuple[str, str]]) -> set[str]:
    """All people who are in a group that is wrong, or share a group with one of them."""
    groups = {
        (kind, name): {member for members in group.roles.values() for member in members}
        for kind, named in situation.groups.items()
        for name, group in named.items()
    }
    doubtful = set().union(*(members for key, members in groups.items() if key in wrong))
    while more := set().union(*(members for members in groups.values() if members & doubtful)) - doubtful:
        doubtful |= more
    return doubtful


def _members(law: System, kind: str, situation: Situation, people: tuple[str, ...]) -> Members:
    at = {name: number for number, name in enumerate(people)}
    places = _places(law.entity(kind))
    group = np.full(len(people), -1, dtype=np.int64)
    role = np.zeros(len(people), dtype=np.int64)
    names: list[str] = []
    for name, one in situation.groups.get(kind, {}).items():
        inside = [(said, number, at[who]) for said, all_ in one.roles.items() for number, who in enumerate(all_)
                  if who in at]  # fmt: skip
        if not inside:
            continue
        for said, number, person in inside:
            group[person] = len(names)
            first, many = places[said]
            role[person] = first + min(number, many - 1)
        names.append(name)
    for person in np.flatnonzero(group < 0).tolist():
        group[person] = len(names)
        names.append(people[person])
    return Members(tuple(names), group, role)


def _names(role: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(name) for name in (role.plural, role.key) if name))


def _places(entity: Any) -> dict[str, tuple[int, int]]:
    """Of each name of a role where it begins among the places of the kind, and how many it has."""
    found: dict[str, tuple[int, int]] = {}
    first = 0
    for role in entity.roles:
        many = len(role.subroles) if role.subroles else 1
        found |= dict.fromkeys(_names(role), (first, many))
        first += many
    return found


class _Reading:
    """Facts of rows into arrays; what is no value goes to ``refused``."""

    def __init__(self, law: System, span: Any, refused: list[Refused]) -> None:
        self.law, self.span, self.refused = law, span, refused

    def facts(self, names: Sequence[str], said: Mapping[str, Facts], entity: str) -> dict[Key, Known]:
        """All facts about persons, or about groups of a kind."""
        values: dict[Key, dict[int, Any]] = {}
        for row, name in enumerate(names):
            for variable, value in said.get(name, {}).items():
                for key, one in self._read(name, variable, value, entity):
                    values.setdefault(key, {})[row] = one
        return {key: self._array(key, of, len(names)) for key, of in values.items()}

    def _read(self, who: str, name: str, said: Any, entity: str) -> Iterator[tuple[Key, Any]]:
        try:
            variable = self.law.variable(name)
            if str(variable.entity.key) != entity:
                raise ValueError(f"it is a fact about the {variable.entity.key}, not the {entity}")
            spans = {read_span(span): value for span, value in said.items()} if isinstance(said, Mapping) else None
            if spans is None:
                eternal = str(variable.definition_period) == ETERNITY
                spans = {read_span(ETERNITY) if eternal else self.span: said}
            read = {span: read_value(variable, value) for span, value in spans.items() if value is not None}
            found = spread(variable, read)
        except UnknownVariableError as error:
            self.refused.append(Refused(who, name, str(error)))
        except ValueError as error:
            self.refused.append(Refused(who, name, f"{_shown(said)} is refused: {error}"))
        else:
            for span, value in found.items():
                yield key_of(variable, span), value

    def _array(self, key: Key, of: Mapping[int, Any], count: int) -> Known:
        variable = self.law.variable(key[0])
        rows = np.fromiter(of, dtype=np.int64, count=len(of))
        read = np.empty(len(of), dtype=object)
        read[:] = list(of.values())
        values = np.asarray(variable.default_array(count)).copy()
        values[rows] = np.asarray(array_of(variable, read))
        known = np.zeros(count, dtype=bool)
        known[rows] = True
        return Known(values, known)


def _shown(said: Any) -> str:
    text = f"“{said}”"
    return text if len(text) <= 80 else f"{text[:78]}…”"
