"""Who waits is called up by the clock, and hears of it by their own way and in their language."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.needs.cases.news import say_once
from lacarte.loop.needs.messages.links import link_of
from lacarte.loop.needs.messages.reaching import language_for
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.events import WaitingCalled, WaitingPassed
from lacarte.loop.orders.models import WaitingPlace
from lacarte.loop.orders.waiting import call_up


@every(timedelta(minutes=1), "orders.call-waiting")
def call_waiting() -> None:
    """Call who waits for what has become free."""
    call_up()


@subscribe(WaitingCalled)
def tell_called(event: WaitingCalled, record: Event) -> None:
    """It is their turn: what is free, until when it is held, where to answer; unless they have answered by now."""
    place = _place(event.place, WaitingPlace.State.CALLED)
    if place is None or place.hold is None:
        return
    with translation.override(language_for(place.need)):
        answer_by = formats.date_format(timezone.localtime(event.answer_by), "DATETIME_FORMAT")
        what = {"offer": place.offer_at_place.offer, "provider": place.offer_at_place.offer.provider}
        say_once(
            place.need,
            f"called:{place.pk}",
            _("It is your turn: a place has become free at “%(offer)s” (%(provider)s).") % what,
            _("It is held for you until %(time)s. Please say here whether you want it: %(link)s")
            % {"time": answer_by, "link": link_of(place.need)},
        )


@subscribe(WaitingPassed)
def tell_passed(event: WaitingPassed, record: Event) -> None:
    """They did not answer in time, and how to go on."""
    place = _place(event.place, WaitingPlace.State.PASSED)
    if place is None or place.need.state != Need.State.OPEN:
        return
    with translation.override(language_for(place.need)):
        say_once(
            place.need,
            f"passed:{place.pk}",
            _("You did not answer in time, so the place at “%(offer)s” went to the next.")
            % {"offer": place.offer_at_place.offer},
            _("If you still want one, join the list again: %(link)s") % {"link": link_of(place.need)},
        )


def _place(key: UUID, state: WaitingPlace.State) -> WaitingPlace | None:
    places = WaitingPlace.objects.filter(pk=key, state=state)
    return places.select_related(
        "need__person__user", "need__service_type", "hold", "offer_at_place__offer__provider"
    ).first()
