"""Reading requirements: for many service types in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lacarte.registers.entitlement import depending, tables
from lacarte.registers.entitlement.interview.remembering import memory
from lacarte.registers.entitlement.judging import Facts, Judgement, Proof, Rule
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.menu.eligibility import Eligibility


def rules_of(service_types: Sequence[int]) -> dict[int, tuple[Rule, ...]]:
    """The requirements of each service type that has some, in their order; one query, and one if tables decide."""
    found = _rules_of(service_types)
    if any(rule.fact.startswith(tables.PREFIX) for some in found.values() for rule in some):
        tables.remember()
    return found


def _rules_of(service_types: Sequence[int]) -> dict[int, tuple[Rule, ...]]:
    rows = (
        Requirement.objects.filter(service_type__in=service_types)
        .order_by("service_type_id", "order", "code", "proofs__code")
        .values_list(
            *("service_type_id", "code", "circumstance", "comparison", "value", "text", "legal_basis"),
            *("proofs__code", "proofs__name"),
        )
    )
    proofs: dict[tuple[int, str], list[Proof]] = defaultdict(list)
    told = {}
    for kind, code, *said, proof, name in rows:
        told[kind, code] = said
        if proof is not None:
            proofs[kind, code].append(Proof(proof, name))
    found: dict[int, list[Rule]] = defaultdict(list)
    for (kind, code), (fact, comparison, value, text, basis) in told.items():
        found[kind].append(Rule(code, fact, comparison, value, text, basis, tuple(proofs[kind, code])))
    return {kind: tuple(rules) for kind, rules in found.items()}


def entitled(facts: Facts) -> Eligibility[Judgement]:
    """Who these facts are about, as the menu asks: each service type gets its :class:`Judgement`.

    What was judged by the same facts before is not judged again (``entitlement.interview.remembering``).
    """

    def judged(service_types: Sequence[int], /) -> dict[int, Judgement]:
        remembered = memory()  # this reads the tables anew if they have changed
        rules = _rules_of(service_types)
        return remembered.judge({kind: rules.get(kind, ()) for kind in service_types}, facts)

    return judged


def depending_on(kinds: Iterable[str]) -> frozenset[int]:
    """The numbers of the service types to which somebody's answer can be another when these kinds of facts change.

    Through requirements, the tables in force today, and the law. Two queries, which read only what has changed.
    """
    return depending.depending_on(kinds)
