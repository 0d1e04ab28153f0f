"""What a client is told to tell the sender: what happens next, and by when."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lacarte.loop.needs.messages.expecting import day, deadlines
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.urgency.judging import advice_of


def notice(need: Need) -> str:
    """The ``service_notice`` of a need just received. What to do in danger comes first."""
    told = [advice_of(need.understanding.rules).advice, _next_step(need)]
    return "\n".join(words for words in told if words)


def _next_step(need: Need) -> str:
    if need.state == Need.State.HELD:
        return _("Somebody reads this first; then it goes its way.")
    if not need.service_type_id:
        return _("Somebody reads this and finds out which service it calls for.")
    until = deadlines(need)
    return _("You hear from us by %(contact)s at the latest, and it should be done by %(done)s.") % {
        "contact": day(until.contact),
        "done": day(until.done),
    }
