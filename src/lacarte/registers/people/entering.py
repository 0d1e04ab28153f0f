"""Mandates by law or by office: an official enters and ends them, and whom they concern can object."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.kernel.text import storable
from lacarte.registers.people.events import (
    MandateGiven,
    MandateObjected,
    MandateObjectionAnswered,
    MandateWithdrawn,
)
from lacarte.registers.people.mandates import ENTERED, PARENT, MandateRefusedError, by_law, of_age_on
from lacarte.registers.people.models import Mandate, Person

LONGEST_EVIDENCE, LONGEST_OBJECTION = 300, 1000


@transaction.atomic
def enter(
    principal: Person,
    holder: Person,
    *,
    kind: str,
    since: datetime,
    until: datetime | None,
    evidence: str,
    actor: User,
    within: Q,
) -> Mandate:
    """Let ``holder`` act for ``principal``, as ``evidence`` proves; entered again it holds until the new end.

    That of a parent ends at the latest when the child is of age. ``within`` are the persons for whom ``actor`` may
    do this. Raises ``PermissionDenied`` for another principal or without the right, and
    :class:`MandateRefusedError`.
    """
    require_anywhere(actor, Action.KEEP_MANDATES)
    if kind == PARENT:
        until = _end_of_childhood(principal, until)
    _check(principal, holder, kind, since, until, evidence)
    _mine(within, principal.pk)  # pressed twice it is one mandate
    living = Mandate.objects.filter(_not_over(), principal=principal, holder=holder, kind=kind)
    found = living.first() or Mandate(principal=principal, holder=holder, kind=kind)
    found.since, found.until, found.evidence, found.entered_by = since, until, evidence.strip(), actor
    found.save()
    publish(MandateGiven(mandate=found.pk, kind=kind), stream=principal.pk, actor=actor)
    return found


def _check(
    principal: Person, holder: Person, kind: str, since: datetime, until: datetime | None, evidence: str
) -> None:
    if kind not in ENTERED:
        raise MandateRefusedError(_("This kind of mandate cannot be entered here."))
    if holder.pk == principal.pk:
        raise MandateRefusedError(_("Nobody needs a mandate for themselves."))
    if until is not None and (until <= clock.now() or until <= since):
        raise MandateRefusedError(_("It has to end after today, and after it begins."))
    if not evidence.strip() or len(evidence) > LONGEST_EVIDENCE or not storable(evidence):
        words = _("Please write in at most %(n)d characters what proves it.")
        raise MandateRefusedError(words % {"n": LONGEST_EVIDENCE})


def _end_of_childhood(child: Person, until: datetime | None) -> datetime:
    """Until when a parent acts: as was said, at the latest until the child is of age."""
    if child.birth_year is None:
        if until is None:
            raise MandateRefusedError(_("Please say until which day: we do not know when they were born."))
        return until
    of_age = of_age_on(child.birth_year)
    if of_age <= clock.now():
        raise MandateRefusedError(_("They are of age. A guardian acts for them, if a court has said so."))
    if until is not None and until > of_age:
        last = timezone.localdate(of_age) - timedelta(days=1)
        words = _("A parent acts until the child is of age: at the latest until %(day)s.")
        raise MandateRefusedError(words % {"day": date_format(last, "DATE_FORMAT")})
    return until or of_age


@transaction.atomic
def end(mandate: Mandate, *, actor: User, within: Q) -> None:
    """End a mandate as an official. Ended twice changes nothing. Raises ``PermissionDenied`` as :func:`enter`."""
    require_anywhere(actor, Action.KEEP_MANDATES)
    _mine(within, mandate.principal_id)
    _end(_locked(mandate), actor)


@transaction.atomic
def object_to(mandate: Mandate, *, reason: str, actor: User) -> Mandate:
    """The principal objects to what an official has entered: it ends at once, unless it is by law.

    One by law stands until an official has decided. Raises ``PermissionDenied`` for anybody else, and
    :class:`MandateRefusedError` without a reason, or where there is nothing (more) to object to.
    """
    mandate = _locked(mandate)
    if mandate.principal.user_id != actor.pk:
        raise PermissionDenied(_("Only whom a mandate concerns can object to it."))
    if mandate.entered_by_id is None or (mandate.until is not None and mandate.until <= clock.now()):
        raise MandateRefusedError(_("There is nothing to object to: it has ended, or you gave it yourself."))
    if mandate.objected_at is not None and mandate.answered_at is None:
        raise MandateRefusedError(_("You have objected already. You see the answer here."))
    if not reason.strip() or len(reason) > LONGEST_OBJECTION or not storable(reason):
        words = _("Please say in at most %(n)d characters why.")
        raise MandateRefusedError(words % {"n": LONGEST_OBJECTION})
    mandate.objection, mandate.objected_at = reason.strip(), clock.now()
    mandate.answer, mandate.answered_at = "", None
    mandate.save(update_fields=["objection", "objected_at", "answer", "answered_at"])
    publish(MandateObjected(mandate=mandate.pk, kind=mandate.kind), stream=mandate.principal_id, actor=actor)
    if not by_law(mandate):
        _end(mandate, actor)
    return mandate


@transaction.atomic
def answer(mandate: Mandate, *, upheld: bool, words: str, actor: User, within: Q) -> Mandate:
    """Decide an objection: ``upheld`` it ends. Answered before, by whoever was quicker, it stays as it was.

    Raises ``PermissionDenied`` as :func:`enter`, and :class:`MandateRefusedError` without words.
    """
    require_anywhere(actor, Action.KEEP_MANDATES)
    _mine(within, mandate.principal_id)
    mandate = _locked(mandate)
    if mandate.objected_at is None or mandate.answered_at is not None:
        raise MandateRefusedError(_("This objection was answered before."))
    if not words.strip() or len(words) > LONGEST_OBJECTION or not storable(words):
        said = _("Please say in at most %(n)d characters why.")
        raise MandateRefusedError(said % {"n": LONGEST_OBJECTION})
    mandate.answer, mandate.answered_at = words.strip(), clock.now()
    mandate.save(update_fields=["answer", "answered_at"])
    told = MandateObjectionAnswered(mandate=mandate.pk, kind=mandate.kind, upheld=upheld)
    publish(told, stream=mandate.principal_id, actor=actor)
    if upheld:
        _end(mandate, actor)
    return mandate


def objections(within: Q) -> QuerySet[Mandate]:
    """Objections that wait for an answer, of persons ``within``, the oldest first."""
    people = Person.objects.filter(within)
    waiting = Mandate.objects.filter(objected_at__isnull=False, answered_at=None, principal__in=people)
    return waiting.select_related("principal", "holder").order_by("objected_at", "pk")


def mandates_about(person: Person) -> QuerySet[Mandate]:
    """All that hold or will hold of a person, as whom others act for and as whoever acts for others."""
    theirs = Mandate.objects.filter(Q(principal=person) | Q(holder=person), _not_over())
    return theirs.select_related("principal", "holder", "entered_by").order_by("since", "pk")


def lately_ended(person: Person, most: int = 10) -> list[Mandate]:
    """The last mandates of a principal that an official had entered, and that have ended."""
    over = person.mandates_given.filter(until__lte=clock.now(), entered_by__isnull=False)
    return list(over.select_related("holder").order_by("-until")[:most])


def _not_over() -> Q:
    return Q(until=None) | Q(until__gt=clock.now())


def _mine(within: Q, principal: UUID) -> None:
    """Raise ``PermissionDenied`` unless the person is among those ``within``; nobody else comes in between."""
    if not Person.objects.filter(within, pk=principal).exists():
        raise PermissionDenied(_("Your mandate does not cover this person."))
    Person.objects.select_for_update().get(pk=principal)


def _locked(mandate: Mandate) -> Mandate:
    rows = Mandate.objects.select_for_update(of=("self",)).select_related("principal", "holder")
    return rows.get(pk=mandate.pk)


def _end(mandate: Mandate, actor: User) -> None:
    if mandate.until is None or mandate.until > clock.now():
        mandate.until = clock.now()
        mandate.save(update_fields=["until"])
        publish(MandateWithdrawn(mandate=mandate.pk, kind=mandate.kind), stream=mandate.principal_id, actor=actor)
