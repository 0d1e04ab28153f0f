"""What people say of themselves, kept so that they say it once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.registers.people.events import CircumstancesChanged
from lacarte.registers.people.models import Circumstance, Person
from lacarte.registers.people.queries import circumstances_of

#: Where a fact comes from that somebody told of themselves.
SAID = "said"


@transaction.atomic
def remember(person: Person, facts: Mapping[str, Any]) -> list[Circumstance]:
    """Keep ``facts`` (kind: value) from today on; what is known with the same value stays as it is.

    What was said otherwise before ends yesterday, or is gone where it was said today. A fact about the household
    stays one about the household. Says so to later stages, and returns the new ones.
    """
    today = clock.now().date()
    known = {fact.kind: fact for fact in circumstances_of(person).filter(kind__in=facts)}
    new = []
    for kind, value in facts.items():
        before = known.get(kind)
        if before is not None and before.value == value:
            continue
        whose: dict[str, Any] = {"person": person}
        if before is not None:
            whose = {"person": before.person, "household": before.household}
            _end(before, today - timedelta(days=1))
        new.append(Circumstance(kind=kind, value=value, since=today, source=SAID, **whose))
    Circumstance.objects.bulk_create(new)
    if new:
        publish(CircumstancesChanged(person=person.pk, facts=[str(fact.pk) for fact in new]), stream=person.pk)
    return new


def _end(fact: Circumstance, last: Any) -> None:
    """All that is known of the same kind about the same person or household ends with ``last``."""
    same = Circumstance.objects.filter(kind=fact.kind, person=fact.person_id, household=fact.household_id)
    same.filter(since__gt=last).delete()
    same.filter(Q(until=None) | Q(until__gt=last)).update(until=last)
