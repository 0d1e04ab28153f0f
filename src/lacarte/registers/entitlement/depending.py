"""On which facts it depends whether somebody is entitled: through requirements, and through what decides them.

A requirement depends on its own fact; one that something else decides, on the facts that this asks. Rather too
much is said to depend than too little: what does not depend on a fact stays as it was when that fact changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lacarte.kernel import clock
from lacarte.kernel.versions import remembered
from lacarte.registers.entitlement import tables
from lacarte.registers.entitlement.models import Requirement

#: The facts on which a computed fact depends; ``None``: on any.
Depends = Callable[[str], tuple[str, ...] | None]

_DEPENDS: dict[str, Depends] = {}


@dataclass(frozen=True)
class Dependence:
    """Service types by the kinds of facts they depend on; ``any_fact`` are those that any fact may change."""

    of: Mapping[str, frozenset[int]]
    any_fact: frozenset[int]

    def on(self, kinds: Iterable[str]) -> frozenset[int]:
        """The service types that depend on one of these kinds."""
        wanted = tuple(kinds)
        some = (self.of.get(kind, frozenset()) for kind in wanted)
        return self.any_fact.union(*some) if wanted else frozenset()


def depends_by(prefix: str, depends: Depends) -> None:
    """What facts that begin with ``prefix`` depend on is said by somebody who says so where it is loaded."""
    _DEPENDS[prefix] = depends


def facts_of(fact: str) -> tuple[str, ...] | None:
    """The facts on which a requirement of ``fact`` depends, each once; ``None`` where it may be any."""
    found: dict[str, None] = {}
    waiting = [fact]
    while waiting:
        one = waiting.pop()
        depends = next((says for prefix, says in _DEPENDS.items() if one.startswith(prefix)), None)
        below = (one,) if depends is None else depends(one)
        if below is None:
            return None
        waiting += [name for name in reversed(below) if name not in found and name != one]
        found.update(dict.fromkeys(below))
    return tuple(found)


def depending_on(kinds: Iterable[str]) -> frozenset[int]:
    """The numbers of the service types that depend on one of these kinds of facts; two queries."""
    return dependence().on(kinds)


def dependence() -> Dependence:
    """What depends on what today; two queries, which read only what has changed."""
    kinds: dict[str, set[int]] = defaultdict(set)
    any_fact: set[int] = set()
    tables.remember()
    for fact, numbers in _asked().items():
        below = facts_of(fact)
        if below is None:
            any_fact |= numbers
        for one in below or ():
            kinds[one] |= numbers
    return Dependence({kind: frozenset(numbers) for kind, numbers in kinds.items()}, frozenset(any_fact))


@remembered(Requirement)
def _asked() -> Mapping[str, frozenset[int]]:
    """The service types that ask for each fact."""
    found: dict[str, set[int]] = defaultdict(set)
    for fact, number in Requirement.objects.order_by().values_list("circumstance", "service_type_id").distinct():
        found[fact].add(number)
    return {fact: frozenset(numbers) for fact, numbers in found.items()}


def _of_table(fact: str) -> tuple[str, ...]:
    """The inputs of its table today that some row tests; of one that is not there, none."""
    kept = tables.in_force(fact.removeprefix(tables.PREFIX).rpartition(".")[0], clock.now().date())
    if kept is None:
        return ()
    tested = {at for row in kept.table.rows for at, test in enumerate(row.tests) if test.strip() not in ("", "-")}
    return tuple(one.fact for at, one in enumerate(kept.table.inputs) if at in tested)


depends_by(tables.PREFIX, _of_table)
