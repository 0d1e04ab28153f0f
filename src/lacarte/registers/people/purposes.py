"""For what an official reads who it is: said once for a case, then in force for them alone until their day ends.

While it holds, each look at the identifying fields is logged for their owner with it (``queries.read_personal``):
nothing is shown that is not written down. A case that has ended asks anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.registers.people.models import Person, SaidPurpose
from lacarte.registers.people.queries import read_personal
from lacarte.registers.people.reading import PURPOSES

#: What pages show of a person unless they need less.
SHOWN = ("name", "phone")


@dataclass(frozen=True)
class Told:
    """What somebody was told of a person, and what for."""

    purpose: str
    name: str = ""
    phone: str = ""


@transaction.atomic
def say_purpose(person: Person, purpose: str, *, reader: User, case: UUID) -> SaidPurpose:
    """Say for what one reads who it is in this case, or say another purpose than before.

    Raises ``ValueError`` for one that cannot be chosen.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"“{purpose}” is not one of {', '.join(PURPOSES)}")
    said = {"purpose": purpose, "said_at": clock.now(), "until": _end_of_day()}
    return SaidPurpose.objects.update_or_create(person=person, reader=reader, case=case, defaults=said)[0]


def hide(person: Person, *, reader: User, case: UUID) -> None:
    """Show it no longer until a purpose is said again."""
    SaidPurpose.objects.filter(person=person, reader=reader, case=case).delete()


def said_purpose(person: Person, *, reader: User, case: UUID, ended_at: datetime | None = None) -> str:
    """The purpose that ``reader`` has said for the case and that still holds; empty where none does.

    What was said before the case ended (``ended_at``) does not hold after.
    """
    now = clock.now()
    if not reader.is_active:
        return ""
    said = SaidPurpose.objects.filter(person=person, reader=reader, case=case, said_at__lte=now, until__gt=now)
    if ended_at is not None:
        said = said.filter(said_at__gte=ended_at)
    return said.values_list("purpose", flat=True).first() or ""


def told(
    person: Person,
    *,
    reader: User,
    case: UUID,
    ended_at: datetime | None = None,
    purpose: str = "",
    fields: Sequence[str] = SHOWN,
) -> Told | None:
    """The identifying ``fields`` of whom a case is about, logged for them; ``None`` while no purpose holds.

    A page with a ``purpose`` of its own, such as a call, is its own reason: nobody has to say one there, and what
    other pages show does not change by it.
    """
    purpose = purpose or said_purpose(person, reader=reader, case=case, ended_at=ended_at)
    if not purpose:
        return None
    return Told(purpose, **read_personal(person, reader=reader, fields=fields, purpose=purpose))


def forget() -> None:
    """Purposes whose day is over say nothing any more; what was read is in the log."""
    SaidPurpose.objects.filter(until__lt=clock.now()).delete()


def _end_of_day() -> datetime:
    tomorrow = timezone.localdate(clock.now()) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time()))
