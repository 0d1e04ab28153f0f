"""Reading about people. Every read of an identifying field by somebody else is logged for its owner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

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


def note_look(person: Person, *, reader: User, purpose: str, fields: str = NEED) -> None:
    """Log that ``reader`` looks at a need of ``person``: once an hour for the same purpose, never one's own.

    ``fields`` is what they see, where it is something else.
    """
    since = clock.now() - ONE_LOOK
    look = {"person": person, "reader": reader, "fields": fields, "purpose": purpose}
    if person.user_id != reader.pk and not PersonalRead.objects.filter(**look, at__gt=since).exists():
        PersonalRead.objects.create(**look)


def note_looks(persons: Collection[UUID], *, reader: User, fields: str, purpose: str) -> None:
    """As :func:`note_look`, that ``fields`` of many persons (their keys) are read; two queries."""
    looked = PersonalRead.objects.filter(
        person=OuterRef("pk"), reader=reader, fields=fields, purpose=purpose, at__gt=clock.now() - ONE_LOOK
    )
    told = Person.objects.filter(~Exists(looked), pk__in=persons).exclude(user=reader)
    PersonalRead.objects.bulk_create(
        PersonalRead(person_id=person, reader=reader, fields=fields, purpose=purpose)
        for person in told.values_list("pk", flat=True)
    )


@dataclass(frozen=True)
class ReadsOfDay:
    """How often somebody read the same of a person for the same purpose on a day, and when last."""

    reader: User | None
    fields: str
    purpose: str
    last: datetime
    times: int


def reads_of(person: Person, most: int) -> list[ReadsOfDay]:
    """Who read this person's identifying fields or looked at their needs, newest first; three queries."""
    same = person.reads.order_by().annotate(day=TruncDate("at")).values("reader", "fields", "purpose", "day")
    rows = list(same.annotate(last=Max("at"), times=Count("pk")).order_by("-last")[:most])
    readers = User.objects.prefetch_related("mandates").in_bulk({row["reader"] for row in rows if row["reader"]})
    return [
        ReadsOfDay(readers.get(row["reader"]), row["fields"], row["purpose"], row["last"], row["times"])
        for row in rows
    ]


def circumstances_of(person: Person) -> QuerySet[Circumstance]:
    """What is known now about a person and their household."""
    today = clock.now().date()
    theirs = Q(person=person) | Q(household=person.household_id, household__isnull=False)
    return Circumstance.objects.filter(theirs, Q(until=None) | Q(until__gte=today), since__lte=today).order_by(
        "since"
    )
