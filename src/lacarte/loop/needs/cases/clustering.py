"""What very probably tells of the same thing is joined by itself, and cases follow their leads."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.loop.needs.cases.duplicates import Alike, alike_to
from lacarte.loop.needs.cases.joining import JoiningRefusedError, join, keep_in_step
from lacarte.loop.needs.events import NeedReceived, NeedReleased, NeedTurnedAway, NeedWithdrawn
from lacarte.loop.needs.models import Different, Need
from lacarte.registers.menu.models import PriorityClass, Subject

logger = logging.getLogger(__name__)

#: Without one of these a probability is not enough: at one address much may be broken.
TELLING = frozenset({"same-type", "same-photo"})
#: What came in while a need was being understood did not see it, nor was it seen.
_MEANWHILE = timedelta(minutes=10)
_NEVER = 100
_LEADS = (Need.State.OPEN, Need.State.ORDERED)


@subscribe(NeedReceived)
def join_by_itself(event: NeedReceived, record: Event) -> None:
    """Join a need that came in to one that came before it, where that is probable enough.

    What may be a danger to life is left alone, so that a person looks at each such report.
    """
    _join_by_itself(event.need)


@subscribe(NeedReleased)
def join_once_read(event: NeedReleased, record: Event) -> None:
    """What a person has passed on is one like any other."""
    _join_by_itself(event.need)


def _join_by_itself(key: UUID) -> None:
    need = Need.objects.select_related("understanding", "person").filter(pk=key).first()
    if need is None or settings.CONFIGURED["join_percent"] >= _NEVER:
        return
    if need.state != Need.State.OPEN or need.subject != Subject.PLACE or need.urgency == PriorityClass.NOW:
        return
    best = next((one for one in _candidates(need) if _same(need, one)), None)
    if best is None:
        return
    try:
        join(need, best.need, actor=None, probability=best.probability)
    except JoiningRefusedError:
        logger.info("%s was not joined to %s: they changed meanwhile", need.reference, best.need.reference)


def _candidates(need: Need) -> Iterator[Alike]:
    """What the need was found to be like when it came, then what came in at the same time."""
    understood = getattr(need, "understanding", None)
    told = understood.alike if understood else []
    known = Need.objects.select_related("lead").in_bulk([UUID(one["need"]) for one in told])
    for one in told:
        if found := known.get(UUID(one["need"])):
            yield Alike(found, one["probability"], tuple(one["reasons"]))
    yield from alike_to(need, since=need.received_at - _MEANWHILE)


def _same(need: Need, found: Alike) -> bool:
    """Whether that is enough to join them, with what is known of both."""
    lead = found.need
    if lead.state == Need.State.JOINED and lead.lead is not None:
        lead = lead.lead
    earlier = (lead.received_at, lead.pk) < (need.received_at, need.pk)
    same_reporter = need.person_id is not None and lead.person_id == need.person_id
    one, other = sorted((need.pk, lead.pk))
    return (
        found.probability * 100 >= settings.CONFIGURED["join_percent"]
        and not TELLING.isdisjoint(found.reasons)
        and lead.state in _LEADS
        and earlier
        and not same_reporter
        and not Different.objects.filter(one=one, other=other).exists()
    )


@subscribe(NeedWithdrawn)
def pass_the_case_on(event: NeedWithdrawn, record: Event) -> None:
    """The thing is still there for the others that told of it."""
    keep_in_step(event.need)


@subscribe(NeedTurnedAway)
def pass_on_what_was_turned_away(event: NeedTurnedAway, record: Event) -> None:
    """There was nothing in the lead to be done; the others stand for themselves."""
    keep_in_step(event.need)
