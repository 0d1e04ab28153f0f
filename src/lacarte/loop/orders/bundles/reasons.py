"""Why a part could not be sent, or not to the offer that was chosen: codes, and words of what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Reason:
    """What happened, what to do, and whether trying again may help."""

    words: str | Promise
    advice: str | Promise
    again: str | Promise = ""  # on the button that tries again; empty: it would not help


#: A part failed with these.
SLOT_GONE, REFUSED, TROUBLE, BEFORE_ENDED = "slot-gone", "refused", "trouble", "before-ended"
#: A part was sent, but not to the offer that was chosen.
OFFER_PAUSED, OFFER_FULL = "offer-paused", "offer-full"

REASONS: dict[str, Reason] = {
    SLOT_GONE: Reason(
        _("The time that you chose is not free any more."),
        _(
            "Choose another time or offer; where all is taken, you can wait in turn. Or let us find the next free"
            " time. You can also leave this out. Everything else goes on."
        ),
        _("Find the next free time"),
    ),
    REFUSED: Reason(
        _("We could not take this part as it was written."),
        _("Leave it out here and order it again on its own, or call us."),
    ),
    TROUBLE: Reason(
        _("Something went wrong on our side. Nothing of what you told us is lost."),
        _("You need do nothing: we try again by ourselves. You may also try now."),
        _("Try again now"),
    ),
    BEFORE_ENDED: Reason(
        _("What this was to come after was cancelled or left out."),
        _("If you have that already, send this all the same. If not, leave it out."),
        _("Send it all the same"),
    ),
    OFFER_PAUSED: Reason(
        _("The offer that you chose is paused."), _("You need do nothing: we look for another offer.")
    ),
    OFFER_FULL: Reason(
        _("The offer that you chose has nothing free now."), _("You need do nothing: we look for another offer.")
    ),
}
