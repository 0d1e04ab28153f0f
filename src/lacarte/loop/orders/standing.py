"""How a need stands, and what happens next, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel import clock
from lacarte.loop.matching.queries import URGENT_CLASS
from lacarte.loop.needs.held.holding import turned_away
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order, OrderState, Pause

#: A time of a day; longer ones are whole days, weeks or months, of which the provider says when.
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """A heading, a sentence or two, and the tone of the notice."""

    title: str
    words: str
    tone: str = ""


def standing(need: Need, order: Order | None) -> Standing:
    """What to tell the resident about ``need`` and its newest ``order``."""
    if need.state == Need.State.HELD:
        words = _(
            "A person reads what you wrote before anything else happens. Mostly that is within a working day."
        )
        return Standing(_("To be read by a person first"), words)
    if turned_away(need):
        words = _(
            "A person has read it and found nothing in it that we could do. If that is wrong, please tell us again"
            " in other words, or call us."
        )
        return Standing(_("We have closed this"), words)
    if need.lead is not None:
        return _together(need, need.lead)
    if need.state == Need.State.WITHDRAWN:
        return Standing(_("You have withdrawn this"), _("Nothing more will happen. You can always ask again."))
    if need.state == Need.State.MET:
        return _met(order)
    if need.state == Need.State.ORDERED and order is not None:
        return _ordered(order)
    return _waiting(need, order)


def _together(need: Need, lead: Need) -> Standing:
    """How a need stands that is dealt with together with others: as its lead does."""
    if need.state == Need.State.MET:
        words = _("It was dealt with together with what others had told us.")
        return Standing(_("The provider says it is done"), words, "good")
    if lead.state == Need.State.ORDERED:
        words = _("Somebody works on it, for all who told us of it. We tell you here when it is done.")
        return Standing(_("On its way"), words)
    words = _("We deal with it as one and are looking for an offer. The more tell us, the more pressing it is.")
    return Standing(_("Others have told us of the same thing"), words)


def _met(order: Order | None) -> Standing:
    if order is not None and not hasattr(order, "rating"):
        return Standing(
            _("The provider says it is done"), _("Please tell us whether it is. Your word counts."), "good"
        )
    return Standing(_("Done"), _("Thank you for telling us how it went.") if order else "", "good")


def _ordered(order: Order) -> Standing:
    pause = next((one for one in order.pauses.all() if one.ended_at is None), None)
    if pause is not None:
        return _asked(order, pause)
    if order.resolution_due < clock.now():
        words = _("The deadline was %(day)s. The people in charge have been told.") % {
            "day": _day(order.resolution_due)
        }
        return Standing(_("This takes longer than it should"), words, "caution")
    if order.state in (OrderState.REQUESTED, OrderState.RECEIVED):
        return _sent(order)
    if order.state == OrderState.ON_HOLD:
        return Standing(_("On hold"), _why_on_hold(order), "caution")
    words = _("%(provider)s has accepted and should be done by %(day)s.")
    return Standing(
        _("On its way"),
        words % {"provider": order.offer_at_place.offer.provider, "day": _day(order.resolution_due)},
    )


def _sent(order: Order) -> Standing:
    """The provider has not answered yet, which it may do later than the time that was booked."""
    words = _("%(provider)s will answer by %(day)s.")
    lot = order.hold.lot if order.hold else None
    if lot is not None and lot.starts_at < order.contact_due and lot.ends_at - lot.starts_at < _A_DAY:
        words = _("Your time stands, unless %(provider)s writes to you before.")
    words %= {"provider": order.offer_at_place.offer.provider, "day": _day(order.contact_due)}
    return Standing(_("We have found an offer"), words)


def _asked(order: Order, pause: Pause) -> Standing:
    """The resident was asked something: everything waits for them."""
    words = _(
        "We have asked you: “%(question)s” Please write back. The clock stands still since %(since)s; it goes on"
        " when you write, or on %(until)s."
    )
    if order.resolution_due < pause.since:  # it was late before, and asking does not change that
        words = _("We have asked you: “%(question)s” Please write back. The deadline was %(due)s.")
    days = {"since": _day(pause.since), "until": _day(pause.until), "due": _day(order.resolution_due)}
    return Standing(_("We wait for your answer"), words % {"question": pause.question, **days}, "caution")


def _why_on_hold(order: Order) -> str:
    """The words of whoever put it on hold, or the reason that they chose."""
    made = [] if order.reason else [one for one in order.changes.all() if one.undone_at is None]
    if made and made[-1].reason is not None:
        return _("Reason: %(reason)s.") % {"reason": made[-1].reason}
    return order.reason or _("The provider will go on as soon as it can.")


def _waiting(need: Need, order: Order | None) -> Standing:
    if not need.service_type_id:
        return Standing(
            _("A person reads what you wrote"),
            _("As soon as we know which service it calls for, we look for an offer."),
        )
    words = _when(need)
    if order is not None and order.state in (OrderState.REJECTED, OrderState.FAILED):
        return Standing(_("We are looking for another offer"), words, "caution")
    return Standing(_("Waiting for an offer"), words)


def _when(need: Need) -> str:
    """When the need is matched next."""
    if need.priority_class is None or need.priority_class > URGENT_CLASS:
        return _("Every night we compare all needs with all free offers, the most urgent first.")
    minutes = settings.CONFIGURED["match_minutes"]
    words = ngettext(
        "We compare urgent needs with all free offers every minute.",
        "We compare urgent needs with all free offers every %(n)d minutes.",
        minutes,
    )
    return words % {"n": minutes}


def _day(moment: object) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")  # type: ignore[arg-type]
