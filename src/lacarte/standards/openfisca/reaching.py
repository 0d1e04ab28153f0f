"""Whose facts an answer rests on: the tree of what was computed, walked from an answer to the facts and back.

A person's formula asks for facts of the person, of the group that the person is in or of all members of it; which
of these, the tree does not say. What a formula names does: where it names no group, the facts are the person's
own. Where it names one, all members count, so that rather too much is called missing than too little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lacarte.standards.openfisca.formulas import codes_of
from lacarte.standards.openfisca.populations import Ints, Key, Population
from lacarte.standards.openfisca.spans import key_of
from lacarte.standards.openfisca.systems import System

#: Nobody.
NONE = -1


@dataclass(frozen=True, eq=False)
class Links:
    """Who belongs to whom in a population."""

    law: System
    population: Population

    def count(self, entity: str) -> int:
        """How many persons, or groups of a kind, there are."""
        return len(self.population.names(entity))

    def carry(self, marks: Ints, source: str, target: str, through: frozenset[str]) -> Ints:
        """Marks (``int64``, -1: none) of all ``source``, on all ``target`` that belong to them; the largest wins.

        ``through``: kinds of groups by which members share marks on the way.
        """
        if source == target and not through:
            return marks
        people = marks if source == self.law.person else marks[self.population.groups[source].group]
        while through:
            wider = people
            for kind in sorted(through):
                wider = np.maximum(wider, self._gather(wider, kind)[self.population.groups[kind].group])
            if np.array_equal(wider, people):
                break
            people = wider
        return people if target == self.law.person else self._gather(people, target)

    def _gather(self, people: Ints, kind: str) -> Ints:
        found = np.full(self.count(kind), NONE, dtype=np.int64)
        np.maximum.at(found, self.population.groups[kind].group, people)
        return found


class Tree:
    """Everything that a simulation computed, each variable and period once, with what it asked for."""

    def __init__(self, law: System, simulation: Any) -> None:
        self.law = law
        self.nodes: dict[Key, Any] = {}
        for root in simulation.tracer.trees:
            for node in _walk(root):
                # Asked for again, it comes from memory and has nothing below it.
                key = key_of(law.variable(node.name), node.period)
                if key not in self.nodes or (node.children and not self.nodes[key].children):
                    self.nodes[key] = node

    def below(self, key: Key) -> list[Key]:
        """What was asked for directly, each once."""
        children = self.nodes[key].children
        return list(dict.fromkeys(key_of(self.law.variable(one.name), one.period) for one in children))

    def step(self, key: Key, below: Key) -> tuple[str, str, frozenset[str]]:
        """Between which kinds a fact was asked for, and by which kinds of groups members may share it."""
        asking, asked = (self.law.variable(name) for name, _ in (key, below))
        kinds = frozenset(self.law.entities[1:])
        formula = asking.get_formula(self.nodes[key].period)
        through = groups_named(formula, kinds) if formula is not None else frozenset()
        return str(asking.entity.key), str(asked.entity.key), through - {str(asking.entity.key)}


@lru_cache(maxsize=4096)
def groups_named(formula: Any, kinds: frozenset[str]) -> frozenset[str]:
    """The kinds of groups that a formula, or a function of its package that it calls, may reach beyond its own."""
    codes = codes_of(formula)
    if codes is None:
        return kinds
    return kinds & {name for code, _known in codes for name in code.co_names}


def _walk(root: Any) -> Iterator[Any]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))
