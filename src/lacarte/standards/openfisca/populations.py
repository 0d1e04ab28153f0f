"""People, the groups they form and what is known about them, as arrays: what one simulation of many is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from lacarte.standards.openfisca.systems import LawError, System
from lacarte.standards.openfisca.values import Values

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
#: A fact: the variable, and the period in OpenFisca's words (``eternity`` where it never changes).
Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Members:
    """Groups of one kind: their names, and of each person the group and the role (both ``int64[people]``).

    ``role`` counts the roles of the kind, those with places (such as a first and a second parent) by place.
    """

    names: tuple[str, ...]
    group: Ints
    role: Ints


@dataclass(frozen=True, eq=False)
class Known:
    """One fact: ``values`` and whether anybody said them (``bool``), both ``[n]`` of whom the variable is about.

    Choices are numbers here, as ``values.array_of`` makes them.
    """

    values: Values
    known: Bools


@dataclass(frozen=True, eq=False)
class Population:
    """Everybody that is asked about at once. ``groups`` has an entry for each kind of group of the package."""

    people: tuple[str, ...]
    groups: Mapping[str, Members]
    facts: Mapping[Key, Known] = field(default_factory=dict)

    def names(self, entity: str) -> tuple[str, ...]:
        """The names of all persons, or of all groups of a kind."""
        return self.groups[entity].names if entity in self.groups else self.people

    def filled(self, tries: Mapping[Key, Values]) -> Population:
        """With a value for everybody about whom a fact is not known; ``tries`` has one value a fact, ``[1]``."""
        facts = dict(self.facts)
        for key, value in tries.items():
            before = facts[key]
            facts[key] = Known(np.where(before.known, before.values, value), np.ones_like(before.known))
        return replace(self, facts=facts)


def alone(law: System, people: tuple[str, ...], facts: Mapping[Key, Known]) -> Population:
    """People of whom each is a group of every kind, in the first role."""
    order = np.arange(len(people), dtype=np.int64)
    groups = {kind: Members(people, order, np.zeros_like(order)) for kind in law.entities[1:]}
    return Population(people, groups, facts)


def check(law: System, population: Population) -> None:
    """Raises :class:`LawError` naming the array that does not fit."""
    n = len(population.people)
    if missing := set(law.entities[1:]) ^ population.groups.keys():
        raise LawError(f"groups of {law.package} are {', '.join(law.entities[1:])}; see {', '.join(missing)}")
    for kind, members in population.groups.items():
        roles = len(law.entity(kind).flattened_roles)
        for name, numbers, end in (("group", members.group, len(members.names)), ("role", members.role, roles)):
            if numbers.shape != (n,) or (n and not (numbers.min() >= 0 and numbers.max() < end)):
                raise LawError(f"{kind}.{name} must be {n} numbers from 0 to {end - 1}")
    for (variable, period), fact in population.facts.items():
        count = len(population.names(str(law.variable(variable).entity.key)))
        if fact.values.shape != (count,) or fact.known.shape != (count,):
            raise LawError(f"{variable} of {period} must have {count} values")
