"""Somebody says that an answer is wrong – whether a service is for them, or by which facts – and is answered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted, require
from lacarte.kernel.text import storable
from lacarte.registers.entitlement.judging import Between, Facts, Judgement
from lacarte.registers.entitlement.models import AnswerObjection
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.circumstances import FACTS
from lacarte.registers.people.models import Person
from lacarte.registers.people.saying import remember
from lacarte.registers.places.models import Region

LONGEST = 2000
#: Within so many days an official has to answer.
ANSWERED_WITHIN = timedelta(days=14)
_FEWEST_DIGITS = 6

State = AnswerObjection.State


class ObjectionRefusedError(ValueError):
    """The objection, or the answer, cannot be taken; the message says why."""


@dataclass(frozen=True, kw_only=True)
class AnswerObjected(DomainEvent):
    """Somebody objects to the answer whether a service is for them; the stream is the objection's."""

    name: ClassVar[str] = "entitlement.objected"
    sentence: ClassVar[str | Promise] = gettext_lazy("There is an objection to this answer.")
    objection: UUID
    service_type: int


@dataclass(frozen=True, kw_only=True)
class AnswerObjectionAnswered(DomainEvent):
    """An official has decided it."""

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
) -> AnswerObjection:
    """Take an objection to an answer. The caller has checked that it is theirs, or under a mandate for them.

    What they were told, and by which ``facts``, is kept with it; ``corrections`` are facts as they should be. Who
    is not known leaves a ``contact``. Raises :class:`ObjectionRefusedError`.
    """
    _check(reason, _("Please say in a few words why you object."))
    if person is None and not _reachable(contact):
        raise ObjectionRefusedError(_("Please leave an e-mail address or a phone number, so that we can ask."))
    if strange := sorted(set(corrections) - set(FACTS)):
        raise ObjectionRefusedError(_("“%(kind)s” is nothing that we ask for.") % {"kind": strange[0]})
    if person is not None:
        Person.objects.select_for_update().get(pk=person.pk)  # pressed twice it is one objection
        if AnswerObjection.objects.filter(person=person, service_type=service, state=State.OPEN).exists():
            raise ObjectionRefusedError(_("You have already objected. An official reads what you wrote."))
    now = clock.now()
    made = AnswerObjection.objects.create(
        secret=secrets.token_urlsafe(32),
        service_type=service,
        region=region,
        person=person,
        contact=contact.strip(),
        language=language,
        verdict=judged.verdict.value,
        facts={kind: _kept(value) for kind, value in facts.items()},
        told=[rule.code for rule in (*judged.failing, *judged.open)],
        reason=reason.strip(),
        corrections=dict(corrections),
        raised_at=now,
        due_at=now + ANSWERED_WITHIN,
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
    _check(words, _("Please say why."))
    found.state = State.UPHELD if upheld else State.REJECTED
    found.answer, found.answered_by, found.answered_at = words.strip(), actor, clock.now()
    found.save(update_fields=["state", "answer", "answered_by", "answered_at"])
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


def by_secret(secret: str) -> AnswerObjection | None:
    """That which a private link opens."""
    found = AnswerObjection.objects.filter(secret=secret) if secret and storable(secret) else None
    return found.select_related("service_type").first() if found is not None else None


def _kept(value: Any) -> Any:
    return [value.low, value.high] if isinstance(value, Between) else value


def _reachable(contact: str) -> bool:
    """Whether it looks like an address or a number."""
    said = contact.strip()
    return storable(said) and ("@" in said[1:-1] or sum(sign.isdigit() for sign in said) >= _FEWEST_DIGITS)


def _check(words: str, empty: str) -> None:
    if not words.strip():
        raise ObjectionRefusedError(empty)
    if len(words) > LONGEST:
        raise ObjectionRefusedError(_("Please use at most %(n)d characters.") % {"n": LONGEST})
    if not storable(words):
        raise ObjectionRefusedError(_("This holds a character that is no text. Please type it again."))
