"""Somebody says that an answer is wrong – whether a service is for them, or by which facts – and is answered."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.models import User
from lacarte.kernel.objecting import ObjectionRefusedError, checked
from lacarte.kernel.permissions import Action, permitted, require
from lacarte.kernel.text import storable
from lacarte.registers.entitlement.judging import Between, Facts, Judgement
from lacarte.registers.entitlement.models import AnswerObjection
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.circumstances import FACTS
from lacarte.registers.people.mandates import valid
from lacarte.registers.people.models import Mandate, Person
from lacarte.registers.people.saying import remember
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import calendar_of

State, Notice = AnswerObjection.State, AnswerObjection.Notice
_FEWEST_DIGITS, _LONGEST_CONTACT = 6, 254
#: From this share of its working time on it is nearly due.
_NEAR = 0.75
_PHONE = re.compile(r"\+?[0-9 ()/.-]{5,40}")


@dataclass(frozen=True, kw_only=True)
class AnswerObjected(DomainEvent):
    """Somebody objects to the answer whether a service is for them; the stream is the objection's."""

    name: ClassVar[str] = "entitlement.objected"
    sentence: ClassVar[str | Promise] = gettext_lazy("There is an objection to this answer.")
    objection: UUID
    service_type: int


@dataclass(frozen=True, kw_only=True)
class AnswerObjectionAnswered(DomainEvent):
    """An official has decided it; whoever objected is to be told."""

    name: ClassVar[str] = "entitlement.objection-answered"
    sentence: ClassVar[str | Promise] = gettext_lazy("An official has answered the objection.")
    objection: UUID
    service_type: int
    upheld: bool


@transaction.atomic
def object_to(
    service: ServiceType,
    judged: Judgement,
    facts: Facts,
    *,
    reason: str,
    corrections: Mapping[str, Any],
    person: Person | None,
    contact: str,
    region: Region,
    language: str,
    actor: User | None,
    mandate: Mandate | None = None,
) -> AnswerObjection:
    """Take an objection to an answer. The caller has checked that it is theirs, or under a ``mandate`` for them.

    What they were told, and by which ``facts``, is kept with it; ``corrections`` are facts as they should be. Who
    is not known leaves a ``contact``. Raises :class:`ObjectionRefusedError`.
    """
    reason = checked(reason, empty=_("Please say in a few words why you object."))
    if person is None and not _reachable(contact):
        raise ObjectionRefusedError(_("Please leave an e-mail address or a phone number, so that we can answer."))
    if strange := sorted(set(corrections) - set(FACTS)):
        raise ObjectionRefusedError(_("“%(kind)s” is nothing that we ask for.") % {"kind": strange[0]})
    if person is not None:
        Person.objects.select_for_update().get(pk=person.pk)  # pressed twice it is one objection
        if AnswerObjection.objects.filter(person=person, service_type=service, state=State.OPEN).exists():
            raise ObjectionRefusedError(_("You have already objected. An official reads what you wrote."))
    elif (same := _sent_before(service, contact.strip(), reason)) is not None:
        return same
    now, calendar = clock.now(), calendar_of(region)
    due = calendar.deadline(now, settings.CONFIGURED["objection_days"])
    made = AnswerObjection.objects.create(
        secret=secrets.token_urlsafe(32),
        service_type=service,
        region=region,
        person=person,
        mandate=mandate,
        contact=contact.strip(),
        language=language,
        verdict=judged.verdict.value,
        facts={kind: _kept(value) for kind, value in facts.items()},
        told=[rule.code for rule in (*judged.failing, *judged.open)],
        reason=reason,
        corrections=dict(corrections),
        raised_at=now,
        due_at=due,
        warn_at=calendar.after(now, calendar.worked(now, due) * _NEAR),
    )
    publish(AnswerObjected(objection=made.pk, service_type=service.pk), stream=made.pk, actor=actor)
    return made


@transaction.atomic
def answer(objection: AnswerObjection, *, upheld: bool, words: str, actor: User) -> AnswerObjection:
    """Decide an objection, in words. Upheld: the facts that they corrected are as they say from today on.

    Raises ``PermissionDenied`` and :class:`ObjectionRefusedError`.
    """
    found = AnswerObjection.objects.select_for_update(of=("self",)).select_related("person").get(pk=objection.pk)
    require(actor, Action.WORK, found)
    if found.state != State.OPEN:
        raise ObjectionRefusedError(_("This objection has been answered."))
    found.answer, found.answered_by = checked(words, empty=_("Please say why.")), actor
    found.state, found.answered_at = State.UPHELD if upheld else State.REJECTED, clock.now()
    found.notice = Notice.QUEUED
    found.save(update_fields=["state", "answer", "answered_by", "answered_at", "notice"])
    if upheld and found.person is not None and found.corrections:
        remember(found.person, found.corrections)
    said = AnswerObjectionAnswered(objection=found.pk, service_type=found.service_type_id, upheld=upheld)
    publish(said, stream=found.pk, actor=actor)
    return found


def objections_for(user: User) -> QuerySet[AnswerObjection]:
    """Those that ``user`` may answer or has to know, the one that is due first at the head."""
    return permitted(AnswerObjection.objects.all(), user, Action.WORK).select_related(
        "service_type", "region", "person"
    )


def objections_of(person: Person) -> QuerySet[AnswerObjection]:
    """A person's own, the newest first."""
    mine = AnswerObjection.objects.filter(person=person)
    return mine.select_related("service_type").order_by("-raised_at", "-pk")


def objections_by(person: Person) -> QuerySet[AnswerObjection]:
    """A person's own, and those that they made for others as long as they may act for them; the newest first."""
    mine = Q(person=person) | (Q(mandate__holder=person) & valid("mandate__"))
    related = ("service_type", "mandate__principal")
    return AnswerObjection.objects.filter(mine).select_related(*related).order_by("-raised_at", "-pk")


def by_secret(secret: str) -> AnswerObjection | None:
    """That which a private link opens."""
    found = AnswerObjection.objects.filter(secret=secret) if secret and storable(secret) else None
    return found.select_related("service_type", "mandate").first() if found is not None else None


def _sent_before(service: ServiceType, contact: str, reason: str) -> AnswerObjection | None:
    """The same words from the same contact, pressed twice; within the caller's transaction."""
    ServiceType.objects.select_for_update(no_key=True).get(pk=service.pk)
    same = AnswerObjection.objects.filter(service_type=service, person=None, contact=contact, reason=reason)
    return same.filter(state=State.OPEN).first()


def _kept(value: Any) -> Any:
    return [value.low, value.high] if isinstance(value, Between) else value


def _reachable(contact: str) -> bool:
    """Whether it is an e-mail address or a phone number, and nothing else: it is written to."""
    said = contact.strip()
    try:
        validate_email(said)
    except ValidationError:
        return bool(_PHONE.fullmatch(said)) and sum(map(str.isdigit, said)) >= _FEWEST_DIGITS
    return len(said) <= _LONGEST_CONTACT
