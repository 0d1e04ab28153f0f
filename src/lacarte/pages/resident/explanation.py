"""Why this offer, or why still waiting; and whether the resident can object."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.loop.matching.explaining import in_words
from lacarte.loop.matching.models import Match, Objection
from lacarte.loop.matching.objections import newest_objection
from lacarte.loop.matching.queries import why_unserved
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.queries import match_of
from lacarte.loop.orders.states import NOT_ANSWERED


@dataclass(frozen=True)
class Why:
    """A question, its answer in sentences, the newest objection, and whether there may be another."""

    question: str
    sentences: tuple[str, ...]
    objection: Objection | None
    can_object: bool


def why(need: Need, order: Order | None) -> Why | None:
    """What to tell the resident about the last decision; ``None`` while there was none, or nothing waits."""
    objection = newest_objection(need)
    may_speak = objection is None or objection.state != Objection.State.OPEN
    if need.state == Need.State.OPEN:
        unserved = why_unserved(need.pk)
        if unserved is None:
            return Why("", (), objection, False) if objection else None
        return Why(_("Why am I still waiting?"), in_words(unserved), objection, may_speak)
    match = match_of(order) if order is not None else None
    if order is None or match is None:
        return Why("", (), objection, False) if objection else None
    not_started = need.state == Need.State.ORDERED and order.state in NOT_ANSWERED
    return Why(_("Why this offer?"), in_words(match) or _briefly(match), objection, may_speak and not_started)


def _briefly(match: Match) -> tuple[str, ...]:
    """A decision of before explanations were kept."""
    choices = ngettext(
        "It is the only offer that could serve you.",
        "%(n)d offers could serve you. This one leaves the city as a whole, the most urgent first, best served.",
        match.choices,
    )
    travel = ngettext(
        "Counted for it: %(n)d minute of travel.", "Counted for it: %(n)d minutes of travel.", match.minutes
    )
    return choices % {"n": match.choices}, travel % {"n": match.minutes}
