"""Verbs that change who is entitled, and what proves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction

from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.models import ServiceType


def set_evidence_type(code: str, *, name: Mapping[str, str], description: Mapping[str, str]) -> bool:
    """Make or change a kind of proof. Returns whether it is new."""
    said = {"name": dict(name), "description": dict(description)}
    return EvidenceType.objects.update_or_create(code=code, defaults=said)[1]


@transaction.atomic
def set_requirements(
    service_type: ServiceType, requirements: Sequence[tuple[Requirement, Collection[str]]]
) -> None:
    """Make ``requirements`` all those of a service type, in this order, each with the codes of what proves it.

    Raises ``ValueError`` for a kind of proof that is not there.
    """
    wanted = {code for _, proofs in requirements for code in proofs}
    known = EvidenceType.objects.filter(code__in=wanted).in_bulk(field_name="code")
    if missing := sorted(wanted - known.keys()):
        raise ValueError(f"“{missing[0]}” is no kind of proof")
    Requirement.objects.filter(service_type=service_type).delete()
    for order, (requirement, proofs) in enumerate(requirements, start=1):
        requirement.service_type, requirement.order = service_type, order
        requirement.save(force_insert=True)
        requirement.proofs.set(known[code] for code in proofs)
