"""Reading about people. Every read of an identifying field by somebody else is logged for its owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.registers.people.models import Circumstance, Person, PersonalRead

IDENTIFYING = ("name", "birth_year", "email", "phone")
#: What somebody needs, in their own words, and where: read by whoever opens the need at the desk.
NEED = "need"
#: Opening the same need again and again is one look at it.
ONE_LOOK = timedelta(hours=1)


def read_personal(
    person: Person, *, reader: User | None, fields: Sequence[str] = ("name", "phone"), purpose: str
) -> dict[str, Any]:
    """The identifying ``fields`` of ``person``; the log entry commits with the permission to read.

    Raises ``ValueError`` for a field that is not identifying, or when no purpose is given.
    """
    unknown = set(fields) - set(IDENTIFYING)
    if unknown:
        raise ValueError(f"“{sorted(unknown)[0]}” is not one of {', '.join(IDENTIFYING)}")
    if not purpose.strip():
        raise ValueError("say what the data are read for")
    with transaction.atomic():
        if reader is None or person.user_id != reader.pk:
            PersonalRead.objects.create(person=person, reader=reader, fields=", ".join(fields), purpose=purpose)
        return dict(Person.objects.values(*fields).get(pk=person.pk))


def note_look(person: Person, *, reader: User, purpose: str) -> None:
    """Log that ``reader`` looks at a need of ``person``: once an hour for the same purpose, never one's own."""
    since = clock.now() - ONE_LOOK
    looked = PersonalRead.objects.filter(person=person, reader=reader, fields=NEED, purpose=purpose, at__gt=since)
    if person.user_id != reader.pk and not looked.exists():
        PersonalRead.objects.create(person=person, reader=reader, fields=NEED, purpose=purpose)


def reads_of(person: Person) -> QuerySet[PersonalRead]:
    """Who read this person's identifying fields or looked at their needs, newest first."""
    return person.reads.select_related("reader").order_by("-at")


def circumstances_of(person: Person) -> QuerySet[Circumstance]:
    """What is known now about a person and their household."""
    today = clock.now().date()
    theirs = Q(person=person) | Q(household=person.household_id, household__isnull=False)
    return Circumstance.objects.filter(theirs, Q(until=None) | Q(until__gte=today), since__lte=today).order_by(
        "since"
    )
