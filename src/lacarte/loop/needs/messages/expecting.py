"""What happens next to a need that has just come in, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.registers.places.queries import calendar_of


@dataclass(frozen=True)
class Expected:
    """Sentences for the resident: what is next, and by when; the latter empty where nobody can say yet."""

    next: str
    by_when: str = ""


@dataclass(frozen=True)
class Deadlines:
    """Until when somebody gets in touch and until when it is done, if an offer is found at once."""

    contact: datetime
    done: datetime


def deadlines(need: Need) -> Deadlines:
    """Counted in working days of the region from when the need came in, or from now where that is over."""
    calendar, kind, now = calendar_of(need.region), need.service_type, clock.now()
    starts = need.received_at
    if calendar.deadline(starts, kind.contact_days) < now:
        starts = now
    return Deadlines(calendar.deadline(starts, kind.contact_days), calendar.deadline(starts, kind.resolution_days))


def expected(need: Need) -> Expected:
    """What to tell the resident of a need that waits, in the reader's language."""
    if need.state == Need.State.HELD:
        return Expected(_("A person reads it first, then we look for an offer."))
    if need.state == Need.State.JOINED:
        return Expected(_("Others have told us of the same thing. We tell you how it goes."))
    if not need.service_type_id:
        return Expected(
            _("A person reads what you wrote. Once we know which service it calls for, we look for an offer.")
        )
    return Expected(_("We are looking for an offer."), by_when(need))


def by_when(need: Need) -> str:
    """When somebody gets in touch and when it should be done, as days."""
    until = deadlines(need)
    words = _("Somebody should get in touch with you by %(contact)s, and it should be done by %(done)s.")
    return words % {"contact": day(until.contact), "done": day(until.done)}


def day(moment: datetime) -> str:
    """A day as people write it."""
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")
