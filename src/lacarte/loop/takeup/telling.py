"""Those who were found are told in their language, once, by day; or what they may have is ordered for them.

Whoever consented for somebody, by law, is told for them. Where the law lets us look, they are told themselves; for
a child whom nothing reaches, who acts for it by law.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import publish
from lacarte.kernel.jobs import LaterError
from lacarte.kernel.text import listed
from lacarte.loop.needs.actions import NeedRefusedError, receive
from lacarte.loop.needs.cases.news import say_once
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError, carrier_of
from lacarte.loop.needs.messages.confirming import MOST, leave_to_others
from lacarte.loop.needs.messages.links import link_of, site_address
from lacarte.loop.needs.messages.quiet import morning_in
from lacarte.loop.needs.messages.reaching import PAGE, Medium, Way, language_for, language_of_person, way_to_person
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.bundles.questions import answers_for, known_answers, questions_for
from lacarte.loop.takeup.events import EntitledFound, ServiceGranted
from lacarte.loop.takeup.finding import CHANGED, remove, still_due
from lacarte.loop.takeup.measuring import count
from lacarte.loop.takeup.models import Finding, Notice, Reach
from lacarte.registers.entitlement.knowing import facts_of
from lacarte.registers.menu.models import ServiceType, Subject
from lacarte.registers.people.consenting import living
from lacarte.registers.people.mandates import acting_by_law
from lacarte.registers.people.models import Household, Mandate, Person
from lacarte.registers.places.queries import root

logger = logging.getLogger(__name__)

DELIVER, GRANT = "take-up.deliver-notice", "take-up.grant"
ATTEMPTS = 80
#: After this time it is too late to write, for whatever reason it did not go out.
_GIVE_UP = timedelta(days=3)
_WITHIN = timedelta(hours=1)

leave_to_others(Q(channel=Channel.CITY))


def reach_out(events: Iterable[EntitledFound]) -> None:
    """Tell whom findings are about, or have the service ordered; within the caller's transaction.

    Several findings about one person are told in one message.
    """
    found = Finding.objects.filter(
        pk__in=[event.finding for event in events], state=Finding.State.FOUND, need=None, notice=None
    )
    how = dict(Reach.objects.values_list("service_type", "how"))
    invited: dict[UUID, list[Finding]] = defaultdict(list)
    for one in found.select_related("person__user").order_by("person", "service_type"):
        match how.get(one.service_type_id):
            case Reach.How.GRANT:
                jobs.enqueue(GRANT, {"finding": str(one.pk)}, key=f"{GRANT}:{one.pk}")
            case Reach.How.INVITE:
                invited[one.person_id].append(one)
    for theirs in invited.values():
        for mandate, some in _by_addressee(theirs):
            _invite(theirs[0].person, mandate, some)


def _by_addressee(findings: Sequence[Finding]) -> list[tuple[Mandate | None, list[Finding]]]:
    """What was found about one person, by the mandate under which somebody else is told; ``None``: they are."""
    found: dict[Mandate | None, list[Finding]] = {}
    for one in findings:
        found.setdefault(_told_under(one), []).append(one)
    return list(found.items())


def _told_under(finding: Finding) -> Mandate | None:
    person = finding.person
    if not finding.by_law:
        consent = person.consents.filter(living(), purpose=finding.purpose).select_related("mandate__holder__user")
        given = consent.first()
        return given.mandate if given is not None else None
    if way_to_person(person) != PAGE:
        return None
    acting = person.mandates_given.filter(acting_by_law()).select_related("holder__user")
    return acting.order_by("since", "pk").first()


def _invite(person: Person, mandate: Mandate | None, findings: Sequence[Finding]) -> None:
    """Write to somebody, unless there is no way but their page or it was written about them before."""
    way = way_to_person(mandate.holder if mandate is not None else person)
    if way == PAGE or _heard_enough(way):
        return
    told = _told_before(person)
    new = [one for one in findings if one.service_type_id not in told]
    if not new:
        return
    services = [one.service_type_id for one in new]
    notice = _notice(person, mandate, way, Notice.Kind.INVITATION, services)
    keys = [one.pk for one in new]
    Finding.objects.filter(pk__in=keys).update(notice=notice, state=Finding.State.INVITED)
    for one in new:
        count(one, "invited")


def _notice(person: Person, mandate: Mandate | None, way: Way, kind: Notice.Kind, services: list[int]) -> Notice:
    """Within the caller's transaction."""
    notice = Notice.objects.create(
        person=person,
        mandate=mandate,
        kind=kind,
        medium=way.medium,
        address=way.address,
        gateway=way.gateway,
        services=services,
    )
    jobs.enqueue(DELIVER, {"notice": str(notice.pk)}, key=f"{DELIVER}:{notice.pk}")
    return notice


def _told_before(person: Person) -> set[int]:
    """The services of which somebody was told within their period, and that was not taken back."""
    periods = dict(Reach.objects.values_list("service_type", "period_days"))
    stands = Notice.objects.filter(person=person, state__in=[Notice.State.QUEUED, Notice.State.SENT])
    told: dict[int, Notice] = {}
    for notice in stands.order_by("at", "pk"):
        told |= dict.fromkeys(notice.services, notice)
    now = clock.now()
    return {
        service
        for service, last in told.items()
        if last.kind == Notice.Kind.INVITATION and now - last.at < timedelta(days=periods.get(service, 0))
    }


def _heard_enough(way: Way) -> bool:
    """Nobody's phone or mailbox is filled: an address that several people share hears so often within an hour."""
    lately = Notice.objects.filter(medium=way.medium, address=way.address, at__gt=clock.now() - _WITHIN)
    return lately.count() >= MOST


def correct(invitation: Notice, services: list[int]) -> None:
    """Tell whoever was invited that it was a mistake, within the caller's transaction."""
    person, mandate = invitation.person, invitation.mandate
    way = way_to_person(mandate.holder if mandate is not None else person)
    if way != PAGE:
        _notice(person, mandate, way, Notice.Kind.CORRECTION, services)


def deliver(key: UUID) -> None:
    """Hand a notice over; call it outside of a transaction. After a crash it does so again, as the same notice."""
    waiting = Notice.objects.select_related("person__household__region", "mandate__holder__household__region")
    notice = waiting.filter(pk=key, state=Notice.State.QUEUED).first()
    if notice is None:
        return
    person = notice.mandate.holder if notice.mandate is not None else notice.person
    now = clock.now()
    carrier = carrier_of(notice.medium)
    morning = morning_in(person.household.region if person.household else root(), notice.medium, now)
    if morning > now:
        raise LaterError(morning)
    findings = _still_due(notice)
    if not _may_hear(notice) or (notice.kind == Notice.Kind.INVITATION and not findings):
        _end(notice, Notice.State.WITHDRAWN)
        return
    if carrier is None or now - notice.at > _GIVE_UP:
        _end(notice, Notice.State.FAILED)
        return
    language = language_of_person(person)
    try:
        with translation.override(language):
            subject, text = _words(notice, findings)
            carrier.send(
                Letter(
                    key=notice.pk,
                    to=notice.address,
                    text=text,
                    language=language,
                    reference=findings[0].reference if findings else "",
                    at=notice.at,
                    subject=subject,
                    gateway=notice.gateway,
                    automatic=True,
                )
            )
    except UndeliverableError as error:
        logger.warning("notice %s cannot be delivered: %s", notice.pk, error)
        _end(notice, Notice.State.FAILED)
    else:
        _end(notice, Notice.State.SENT, [one.service_type_id for one in findings] or notice.services)


def _may_hear(notice: Notice) -> bool:
    """Whether it goes to whom it is about, or to somebody who still acts for them by law."""
    return notice.mandate is None or Mandate.objects.filter(acting_by_law(), pk=notice.mandate.pk).exists()


def _still_due(notice: Notice) -> list[Finding]:
    """What there still is to tell; what does not hold any more is deleted."""
    found = []
    for one in notice.findings.select_related("service_type").order_by("service_type"):
        if one.taken_at is not None or one.need_id is not None:
            continue
        if still_due(one):
            found.append(one)
        else:
            with transaction.atomic():
                remove(one, CHANGED)
    return found


def _end(notice: Notice, state: Notice.State, services: Sequence[int] = ()) -> None:
    changed = {"state": state, "services": list(services)}
    Notice.objects.filter(pk=notice.pk, state=Notice.State.QUEUED).update(**changed)


def _words(notice: Notice, findings: Sequence[Finding]) -> tuple[str, str]:
    """Subject and text, in the language that is active. The facts stay on the person's page."""
    between = "\n\n" if notice.medium == Medium.EMAIL else "\n"
    if notice.kind == Notice.Kind.CORRECTION:
        services = listed(ServiceType.objects.filter(pk__in=notice.services))
        words = [
            _corrected(notice) % {"services": services},
            _("That was a mistake of ours. You need do nothing, and you can always ask for it yourself."),
        ]
        return _("Our mistake: %(services)s") % {"services": services}, between.join(words)
    services = listed(one.service_type for one in findings)
    basis = Reach.objects.filter(service_type=findings[0].service_type_id).values_list("legal_basis", flat=True)
    why = _("You have allowed us to look for this. You can take that back on the same page.")
    if all(one.by_law for one in findings):
        why = _("The law allows us to look for this: %(law)s.") % {"law": basis.first() or "–"}
    words = [
        _entitled(notice, len(findings)) % {"services": services},
        _("Why, how to get it, or to say that it is not so: %(link)s") % {"link": _link(notice)},
        _("Number: %(references)s") % {"references": listed(one.reference for one in findings)},
        why if notice.medium == Medium.EMAIL else "",
    ]
    subject = _("You may be entitled to: %(services)s")
    if notice.mandate is not None:
        subject = _("Somebody for whom you act may be entitled to: %(services)s")
    return subject % {"services": services}, between.join(filter(None, words))


def _corrected(notice: Notice) -> str:
    if notice.mandate is not None:
        return _("We wrote to you that somebody for whom you act may be entitled to: %(services)s.")
    return _("We wrote to you that you may be entitled to: %(services)s.")


def _entitled(notice: Notice, services: int) -> str:
    if notice.mandate is not None:
        return ngettext(
            "By what we know somebody for whom you act is entitled to a service that they lack: %(services)s.",
            "By what we know somebody for whom you act is entitled to services that they lack: %(services)s.",
            services,
        )
    return ngettext(
        "By what we know you are entitled to a service that you do not have: %(services)s.",
        "By what we know you are entitled to services that you do not have: %(services)s.",
        services,
    )


def _link(notice: Notice) -> str:
    """Of the page on which it stands; whoever opens it has to sign in."""
    whose = f"?whose={notice.mandate_id}" if notice.mandate_id else ""
    return f"{site_address()}/my/found/{whose}"


class _NotDueError(Exception):
    """It was granted or deleted meanwhile."""


def grant(key: UUID) -> None:
    """Order what somebody is entitled to, without an application; call it outside of a transaction.

    Done twice it is one need. What does not hold any more is deleted.
    """
    found = Finding.objects.select_related("person__household__region", "service_type")
    finding = found.filter(pk=key, state=Finding.State.FOUND, need=None, taken_at=None).first()
    if finding is None:
        return
    if not still_due(finding):
        with transaction.atomic():
            remove(finding, CHANGED)
        return
    person, service, mandate = finding.person, finding.service_type, _told_under(finding)
    asked = questions_for([service])
    answers = answers_for(service, asked, known_answers(facts_of(person), asked))
    try:
        receive(
            text="",
            channel=Channel.CITY,
            service_type=service,
            person=person,
            household=person.household,
            answers=answers,
            language=(mandate.holder if mandate is not None else person).language,
            external_id=f"take-up:{finding.pk}",
            origin={"source": "take-up"},
            also=partial(_write_with, finding.pk, mandate),
        )
    except _NotDueError:
        return
    except NeedRefusedError:
        logger.warning("what was found could not be granted: %s", finding.pk, exc_info=True)


def _granted(need: Need) -> tuple[str, str]:
    words = {"service": need.service_type}
    if need.mandate is not None:
        said = _("The city has granted somebody for whom you act, without an application: %(service)s.")
        return said % words, _("By what we know they are entitled to it. You need do nothing.")
    said = _("The city has granted you, without an application: %(service)s.")
    return said % words, _("By what we know you are entitled to it. You need do nothing.")


def _has_it_already(finding: Finding, need: Need) -> bool:
    """Whether they, or another of the household that gets it, asked for it meanwhile; only one looks at a time."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=finding.person_id)
    theirs = Q(person=person)
    if finding.service_type.subject == Subject.HOUSEHOLD and person.household_id is not None:
        Household.objects.select_for_update().get(pk=person.household_id)
        theirs |= Q(household=person.household_id)
    same = Need.objects.filter(theirs, service_type=finding.service_type_id, closed_at=None)
    return same.exclude(pk=need.pk).exclude(state=Need.State.WITHDRAWN).exists()


def _write_with(key: UUID, mandate: Mandate | None, need: Need) -> None:
    """What is written down with the need of a grant, in its transaction; ``mandate``: whose holder is told."""
    locked = Finding.objects.select_for_update(of=("self",)).filter(pk=key, need=None)
    finding = locked.select_related("service_type").first()
    if finding is None or _has_it_already(finding, need):
        raise _NotDueError
    finding.need, finding.state = need, Finding.State.GRANTED
    if mandate is not None:
        need.mandate = mandate
        need.save(update_fields=["mandate"])
    finding.save(update_fields=["need", "state"])
    publish(ServiceGranted(finding=finding.pk, need=need.pk), stream=need.pk)
    count(finding, "granted")
    with translation.override(language_for(need)):
        say_once(
            need,
            f"take-up:{finding.pk}:told",
            *_granted(need),
            _("How it stands, and to call it off: %(link)s") % {"link": link_of(need)},
            _("Number: %(references)s") % {"references": finding.reference},
        )
