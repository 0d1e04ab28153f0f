"""On which facts it depends whether somebody is entitled: through requirements, and through what decides them.

A requirement depends on its own fact; one that something else decides, on the facts that this asks. Rather too
much is said to depend than too little: what does not depend on a fact stays as it was when that fact changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from lacarte.kernel import clock
from lacarte.kernel.versions import remembered
from lacarte.registers.entitlement import tables
from lacarte.registers.entitlement.models import Requirement

#: The facts on which a computed fact depends; ``None``: on any.
Depends = Callable[[str], tuple[str, ...] | None]

_DEPENDS: dict[str, Depends] = {}
_VERSIONS: list[Callable[[], object]] = []


def depends_by(prefix: str, depends: Depends, version: Callable[[], object] | None = None) -> None:
    """What facts that begin with ``prefix`` depend on is said by somebody who says so where it is loaded.

    ``version`` changes whenever what decides about them may decide otherwise.
    """
    _DEPENDS[prefix] = depends
    if version is not None:
        _VERSIONS.append(version)


@dataclass(frozen=True)
class Standing:
    """All on which answers hang besides facts: who asks what (``asked``), what that depends on, and the day.

    ``asked`` has service types by the fact of their requirements, ``below`` the facts on which each depends;
    ``versions`` are those of what decides.
    """

    asked: Mapping[str, frozenset[int]]
    below: Mapping[str, tuple[str, ...] | None]
    day: date
    versions: tuple[object, ...]

    def on(self, kinds: Iterable[str]) -> frozenset[int]:
        """The service types that depend on one of these kinds."""
        wanted = set(kinds)
        return frozenset(
            number
            for fact, below in self.below.items()
            if wanted and (below is None or not wanted.isdisjoint(below))
            for number in self.asked[fact]
        )

    def needs(self) -> dict[int, tuple[str, ...] | None]:
        """The facts on which each service type depends, each once; ``None``: any."""
        found: dict[int, dict[str, None]] = defaultdict(dict)
        any_fact: set[int] = set()
        for fact, below in self.below.items():
            for number in self.asked[fact]:
                found[number].update(dict.fromkeys(below or ()))
                if below is None:
                    any_fact.add(number)
        return {number: None if number in any_fact else tuple(kinds) for number, kinds in found.items()}


def depending_on(kinds: Iterable[str]) -> frozenset[int]:
    """The numbers of the service types that depend on one of these kinds of facts; two queries."""
    return as_things_stand().on(kinds)


def as_things_stand() -> Standing:
    """What depends on what today; two queries, which read only what has changed."""
    asked = _asked()
    kept = tables.remember() if any(fact.startswith(tables.PREFIX) for fact in asked) else None
    below = {fact: facts_of(fact) for fact in asked}
    return Standing(asked, below, clock.now().date(), (kept, *(version() for version in _VERSIONS)))


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
