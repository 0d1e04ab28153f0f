"""What people say of themselves, kept so that they say it once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.registers.people.circumstances import FACTS
from lacarte.registers.people.events import CircumstancesChanged
from lacarte.registers.people.models import Circumstance, Person
from lacarte.registers.people.queries import circumstances_of

#: Where a fact comes from that somebody told of themselves.
SAID = "said"


@transaction.atomic
def remember(person: Person, facts: Mapping[str, Any]) -> list[Circumstance]:
    """Keep ``facts`` (kind: value) from today on; what is known with the same value stays as it is.

    What was said otherwise before ends yesterday, or is gone where it was said today. A fact about the household
    stays one about the household. What passes by itself, as a pregnancy does, ends by itself. Says so to later
    stages, and returns the new ones.
    """
    today = clock.now().date()
    known = {fact.kind: fact for fact in circumstances_of(person).filter(kind__in=facts)}
    new = []
    for kind, value in facts.items():
        before = known.get(kind)
        if before is not None and before.value == value:
            _said_again(before, today)
            continue
        whose: dict[str, Any] = {"person": person}
        if before is not None:
            whose = {"person": before.person, "household": before.household}
            _end(before, today - timedelta(days=1))
        new.append(
            Circumstance(kind=kind, value=value, since=today, until=_until(kind, today), source=SAID, **whose)
        )
    Circumstance.objects.bulk_create(new)
    if new:
        publish(CircumstancesChanged(person=person.pk, facts=[str(fact.pk) for fact in new]), stream=person.pk)
    return new


def _until(kind: str, today: date) -> date | None:
    """The last day for which what is said today is taken to be so."""
    lasts = FACTS[kind].lasts if kind in FACTS else None
    return None if lasts is None else today + timedelta(days=lasts)


def _said_again(fact: Circumstance, today: date) -> None:
    if fact.source == SAID and fact.until is not None:
        Circumstance.objects.filter(pk=fact.pk).update(until=_until(fact.kind, today))


def _end(fact: Circumstance, last: Any) -> None:
    """All that is known of the same kind about the same person or household ends with ``last``."""
    same = Circumstance.objects.filter(kind=fact.kind, person=fact.person_id, household=fact.household_id)
    same.filter(since__gt=last).delete()
    same.filter(Q(until=None) | Q(until__gt=last)).update(until=last)
