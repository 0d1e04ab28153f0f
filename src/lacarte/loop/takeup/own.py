"""What people do with what was found out about them: order it, say that it is not so, look again, end it all.

Who acts for somebody by law does it for them; each act is written down for whom it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.orders.bundles.placing import Part, Said, Whose, place_bundle
from lacarte.loop.orders.bundles.questions import Asked, answers_for, known_answers, questions_for
from lacarte.loop.orders.models import BundleOrder
from lacarte.loop.takeup.finding import CONSENT, NOT_SO, reconsider, remove, remove_all
from lacarte.loop.takeup.measuring import take_up
from lacarte.loop.takeup.models import Finding, Notice, NotSo
from lacarte.registers.entitlement.judging import Facts, Judgement, judge
from lacarte.registers.entitlement.knowing import facts_of
from lacarte.registers.entitlement.queries import rules_of
from lacarte.registers.people.consenting import consented, withdraw
from lacarte.registers.people.mandates import DELETE_FOUND, note_act, right_over
from lacarte.registers.people.models import Mandate, Person


@dataclass(frozen=True)
class Own:
    """A finding as its person sees it: the rules that hold for them, and what is known that they ask for."""

    finding: Finding
    judgement: Judgement
    facts: Facts


def own_findings(person: Person) -> list[Own]:
    """What was found out about somebody, for them to read, the newest first; a few queries."""
    rows = list(
        person.findings.select_related("service_type", "need").order_by(
            F("taken_at").asc(nulls_first=True), "-found_at", "service_type"
        )
    )
    rules, facts = rules_of([one.service_type_id for one in rows]), facts_of(person)
    return [
        Own(
            one,
            judge(rules.get(one.service_type_id, ()), facts),
            {kind: facts[kind] for kind in one.facts if kind in facts},
        )
        for one in rows
    ]


def denied(person: Person) -> QuerySet[NotSo]:
    """The services of which somebody said that it is not so."""
    said = NotSo.objects.filter(person=person, rules="").select_related("service_type")
    return said.order_by("service_type__number")


@transaction.atomic
def not_so(finding: Finding, *, actor: User) -> None:
    """Delete what was found out, at the word of whom it is about: it is not found again from the same facts.

    What was granted or ordered stays as it is. Raises ``PermissionDenied`` for anybody else.
    """
    found, mandate = _own(finding, actor)
    _note(mandate, actor)
    NotSo.objects.update_or_create(
        person_id=found.person_id,
        service_type_id=found.service_type_id,
        defaults={"mark": found.mark, "rules": "", "at": clock.now()},
    )
    remove(found, NOT_SO)


@transaction.atomic
def look_again(person: Person, service: int, *, actor: User) -> list[Finding]:
    """Take back that it is not so, and look again. Raises ``PermissionDenied`` for anybody else."""
    _note(right_over(person, actor), actor)
    NotSo.objects.filter(person=person, service_type=service, rules="").delete()
    return reconsider([person.pk], [service])


def missing_for(finding: Finding) -> list[Asked]:
    """What its service must know and nobody has said yet, so that it cannot be ordered in one step."""
    asked = questions_for([finding.service_type])
    known = known_answers(facts_of(finding.person), asked)
    return [one for one in asked if one.takes_answer and one.question.required and one.name not in known]


def order(finding: Finding, *, actor: User) -> BundleOrder:
    """Order what was found, with what is known; done twice it is one order.

    Raises ``PermissionDenied`` for anybody else, ``BundleRefusedError`` as placing does.
    """
    with transaction.atomic():
        found, mandate = _own(finding, actor)
    person, service = found.person, found.service_type
    asked = questions_for([service])
    known = known_answers(facts_of(person), asked)
    part = Part(service, answers=answers_for(service, asked, known))
    language = get_language() or "en"
    whose = Whose(person=person, household=person.household, actor=actor, mandate=mandate, language=language)
    facts = {kind: value for kind, value in facts_of(person).items() if kind in found.facts}
    plain = {kind: value for kind, value in facts.items() if isinstance(value, str | int | float | bool | list)}
    bundle = place_bundle([part], whose, Said(plain), sent_with=f"take-up:{found.pk}")
    with transaction.atomic():
        take_up(found)
    return bundle


@transaction.atomic
def withdraw_consent(person: Person, purpose: str, *, actor: User) -> bool:
    """Take a consent back, and delete at once what was found under it. Raises as ``consenting.withdraw``."""
    was = withdraw(person, purpose, actor=actor)
    forget(person.pk, purpose)
    return was


def forget(person: UUID, purpose: str) -> None:
    """Delete what was found about somebody under a purpose to which they do not consent (any more)."""
    if Person.objects.filter(consented(purpose), pk=person).exists():
        return
    theirs = Finding.objects.filter(person=person, purpose=purpose, by_law=False)
    services = list(theirs.values_list("service_type_id", flat=True))
    remove_all(theirs, CONSENT)
    _forget_notices(person, services)


def _forget_notices(person: UUID, services: Sequence[int]) -> None:
    """What was written stays as a fact, but no longer of what."""
    for notice in Notice.objects.select_for_update().filter(person=person, kind=Notice.Kind.INVITATION):
        kept = [number for number in notice.services if number not in services]
        if kept != notice.services:
            Notice.objects.filter(pk=notice.pk).update(services=kept)


def _own(finding: Finding, actor: User) -> tuple[Finding, Mandate | None]:
    """The finding, and the mandate by law under which it is somebody's. Raises ``PermissionDenied``."""
    rows = Finding.objects.select_for_update(of=("self",)).select_related("person__household", "service_type")
    found = rows.filter(pk=finding.pk).first()
    if found is None:
        raise PermissionDenied(_("This was deleted."))
    return found, right_over(found.person, actor)


def _note(mandate: Mandate | None, actor: User) -> None:
    if mandate is not None:
        note_act(mandate, actor=actor, purpose=DELETE_FOUND, fields="facts")
