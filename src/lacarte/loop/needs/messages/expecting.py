"""What happens next to a need that has just come in, and by when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from lacarte.loop.needs.models import Need


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


_PROMISED: list[Callable[[Sequence[Need]], list[Deadlines]]] = []


def promised_by(reckons: Callable[[Sequence[Need]], list[Deadlines]]) -> None:
    """A later stage of the loop knows by which rules orders are due: it says so where it is loaded."""
    _PROMISED[:] = [reckons]


def deadlines(need: Need) -> Deadlines:
    """Those that an order would have that was sent now: what is promised is what then counts."""
    (found,) = _PROMISED[0]([need])
    return found


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
    return Expected(_("We are looking for an offer."), by_when(deadlines(need)))


def by_when(until: Deadlines) -> str:
    """When somebody gets in touch and when it should be done, as days."""
    words = _("Somebody should get in touch with you by %(contact)s, and it should be done by %(done)s.")
    return words % {"contact": day(until.contact), "done": day(until.done)}


def day(moment: datetime) -> str:
    """A day as people write it."""
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")
