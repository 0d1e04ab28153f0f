"""Whoever objected is told that an official has answered: once, in their language, by day, with a link alone."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID, uuid5

from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import subscribe
from lacarte.kernel.jobs import LaterError
from lacarte.kernel.models import Event
from lacarte.loop.matching.events import ObjectionAnswered
from lacarte.loop.needs.cases.news import say_once
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError, carrier_of
from lacarte.loop.needs.messages.links import link_of, site_address
from lacarte.loop.needs.messages.quiet import morning_in
from lacarte.loop.needs.messages.reaching import (
    PAGE,
    Way,
    language_for,
    nearest_language,
    way_to_contact,
    way_to_person,
)
from lacarte.loop.needs.models import Need
from lacarte.registers.entitlement.explaining.objections import AnswerObjectionAnswered
from lacarte.registers.entitlement.models import AnswerObjection
from lacarte.registers.people.mandates import ended

logger = logging.getLogger(__name__)

TELL = "voice.tell-objector"
_ATTEMPTS = 80  # more than fit into _GIVE_UP
#: After this time an official has to call.
_GIVE_UP = timedelta(days=3)
Notice = AnswerObjection.Notice


@subscribe(AnswerObjectionAnswered)
def plan_to_tell(event: AnswerObjectionAnswered, record: Event) -> None:
    """An objection to an answer was decided."""
    jobs.enqueue(TELL, {"objection": str(event.objection)}, key=f"{TELL}:{event.objection}")


@subscribe(ObjectionAnswered)
def tell_of_decision(event: ObjectionAnswered, record: Event) -> None:
    """One to a decision about a need was: they hear of it in the need's own conversation."""
    need = Need.objects.select_related("person__user", "service_type").get(pk=event.need)
    with translation.override(language_for(need)):
        link = _("Read the answer here: %(link)s") % {"link": link_of(need)}
        say_once(need, f"objection:{event.objection}", _("An official has answered your objection."), link)


def way_to_objector(objection: AnswerObjection) -> Way:
    """How to reach whoever objected: who did it under a mandate that holds, else whom it is about."""
    if objection.person is None:
        return way_to_contact(objection.contact)
    mandate = objection.mandate
    if mandate is not None and not ended(mandate) and (way := way_to_person(mandate.holder)) != PAGE:
        return way
    return way_to_person(objection.person)


@jobs.job(TELL, attempts=_ATTEMPTS, own_transactions=True)
def tell(payload: jobs.Payload) -> None:
    """Write to them. Killed half-way it is done again, with the same key: it arrives once."""
    related = ("service_type", "region", "person__user", "mandate__holder__user")
    waiting = AnswerObjection.objects.select_related(*related).filter(notice=Notice.QUEUED)
    objection = waiting.filter(pk=payload["objection"]).first()
    if objection is None or objection.answered_at is None:
        return
    way, now = way_to_objector(objection), clock.now()
    carrier = carrier_of(way.medium)
    if carrier is None:
        _end(objection, Notice.NO_WAY)
        return
    if (morning := morning_in(objection.region, way.medium, now)) > now:
        raise LaterError(morning)
    if now - objection.answered_at > _GIVE_UP:
        _end(objection, Notice.FAILED)
        return
    try:
        carrier.send(_letter(objection, way))
    except UndeliverableError as error:
        logger.warning("the answer to objection %s cannot be delivered: %s", objection.pk, error)
        _end(objection, Notice.FAILED)
    else:
        _end(objection, Notice.SENT)


def _end(objection: AnswerObjection, notice: AnswerObjection.Notice) -> None:
    AnswerObjection.objects.filter(pk=objection.pk, notice=Notice.QUEUED).update(notice=notice)


def _letter(objection: AnswerObjection, way: Way) -> Letter:
    """The answer itself stays on the page."""
    language = nearest_language(objection.language)
    assert objection.answered_at is not None
    with translation.override(language):
        service = {"service": objection.service_type}
        words = _("An official has answered your objection about %(service)s.") % service
        link = _("Read the answer here: %(link)s") % {"link": _link(objection)}
        subject = _("Your objection is answered: %(service)s") % service
    return Letter(
        key=_key(objection.pk),
        to=way.address,
        text=f"{words}\n\n{link}",
        language=language,
        reference="",
        at=objection.answered_at,
        subject=subject,
        gateway=way.gateway,
        automatic=True,
    )


def _key(objection: UUID) -> UUID:
    return uuid5(objection, "answered")


def _link(objection: AnswerObjection) -> str:
    """The private link: whoever has it reads the objection and its answer."""
    return f"{site_address()}/menu/objections/{objection.secret}/"
