"""Officials hear of an objection to an answer that is due soon, and who is in charge of one that is late; once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import publish_many, subscribe
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError, carrier_of
from lacarte.loop.needs.messages.links import site_address
from lacarte.loop.needs.messages.reaching import Medium
from lacarte.loop.orders.delivery.reminding import To, in_charge
from lacarte.loop.orders.events import day_of
from lacarte.loop.voice.events import AnswerObjectionLate, AnswerObjectionNear
from lacarte.registers.entitlement.models import AnswerObjection

logger = logging.getLogger(__name__)

REMIND = "voice.remind-of-objection"
#: Who is told, as of orders: those who work there; of what is late those who plan there, too.
_WORK, _PLAN = 1, 2
_OPEN = Q(state=AnswerObjection.State.OPEN)


@every(timedelta(minutes=30), "voice.objections")
def watch() -> None:
    """Say of each that is due soon, and of each that is late."""
    warn_near()
    escalate_late()


@transaction.atomic
def warn_near() -> int:
    """Say once of each that it is due soon. Returns how many."""
    now = clock.now()
    rows = _locked(Q(warn_at__lte=now, due_at__gt=now))
    AnswerObjection.objects.filter(pk__in=[row.pk for row in rows]).update(warn_at=None)
    publish_many((AnswerObjectionNear(objection=row.pk, due=row.due_at), row.pk, None) for row in rows)
    return len(rows)


@transaction.atomic
def escalate_late() -> int:
    """Say once of each that it is late. Returns how many."""
    now = clock.now()
    rows = _locked(Q(due_at__lte=now, escalated_at=None))
    AnswerObjection.objects.filter(pk__in=[row.pk for row in rows]).update(escalated_at=now, warn_at=None)
    publish_many((AnswerObjectionLate(objection=row.pk, due=row.due_at), row.pk, None) for row in rows)
    return len(rows)


def _locked(which: Q) -> list[AnswerObjection]:
    return list(AnswerObjection.objects.select_for_update(of=("self",)).filter(_OPEN, which).order_by("pk"))


@subscribe(AnswerObjectionNear)
def remind(event: AnswerObjectionNear, record: Event) -> None:
    """Tell who works where it comes from."""
    objection = AnswerObjection.objects.get(pk=event.objection)
    _write(in_charge(objection, _WORK), record, objection, event.due)


@subscribe(AnswerObjectionLate)
def call_in(event: AnswerObjectionLate, record: Event) -> None:
    """Tell them again, and who plans there, who may not read it."""
    objection = AnswerObjection.objects.get(pk=event.objection)
    work = in_charge(objection, _WORK)
    _write(work, record, objection, event.due)
    _write([to for to in in_charge(objection, _PLAN) if to not in work], record, objection, event.due, reads=False)


def _write(
    people: Iterable[To], record: Event, objection: AnswerObjection, due: datetime, *, reads: bool = True
) -> None:
    for address, language in people:
        key = uuid5(record.pk, address)
        about = {"objection": str(objection.pk), "due": due.isoformat(), "at": record.at.isoformat()}
        payload = {"to": address, "language": language, "reads": reads, "key": str(key), **about}
        jobs.enqueue(REMIND, payload, key=f"{REMIND}:{key}")


@jobs.job(REMIND, own_transactions=True)
def write_one(payload: jobs.Payload) -> None:
    """Write to one of them, unless it is answered by now. Killed half-way it is done again, as the same."""
    waiting = AnswerObjection.objects.select_related("service_type", "region").filter(_OPEN)
    objection, carrier = waiting.filter(pk=payload["objection"]).first(), carrier_of(Medium.EMAIL)
    if objection is None or carrier is None:
        return
    try:
        with translation.override(payload["language"]):
            carrier.send(_letter(objection, payload))
    except UndeliverableError as error:
        logger.warning("a reminder of objection %s cannot be delivered: %s", objection.pk, error)


def _letter(objection: AnswerObjection, payload: jobs.Payload) -> Letter:
    due = datetime.fromisoformat(payload["due"])
    words = {
        "service": objection.service_type,
        "region": objection.region,
        "day": day_of(due),
        "link": f"{site_address()}/desk/objections/{objection.pk}/",
    }
    late = due <= datetime.fromisoformat(payload["at"])
    subject = _("An objection is late: %(service)s") if late else _("An objection is due soon: %(service)s")
    return Letter(
        key=UUID(payload["key"]),
        to=payload["to"],
        text=_said(late, payload["reads"]) % words,
        language=payload["language"],
        reference="",
        at=datetime.fromisoformat(payload["at"]),
        subject=subject % words,
        automatic=True,
    )


def _said(late: bool, reads: bool) -> str:
    if not late:
        return _("An objection about %(service)s (%(region)s) has to be answered by %(day)s: %(link)s")
    if reads:
        return _("An objection about %(service)s (%(region)s) was to be answered by %(day)s, and waits: %(link)s")
    return _(
        "An objection about %(service)s (%(region)s) was to be answered by %(day)s, and waits. "
        "Who works there has been told again; please see to it that somebody answers."
    )
