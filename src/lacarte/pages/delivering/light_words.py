"""What the traffic light of an order means, in a sentence that says by when."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from lacarte.loop.orders.delivery.lights import Light, next_due
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.states import NOT_ANSWERED

#: The tone of the tag; the words say the same.
TONES = {Light.GREEN: "good", Light.AMBER: "caution", Light.RED: "urgent", Light.PAUSED: "accent", Light.ENDED: ""}


def meaning(order: Order, colour: Light) -> str:
    """What the light says of the next deadline; empty for what has ended or is paused."""
    due, answers = {"at": in_words(next_due(order))}, order.state in NOT_ANSWERED
    if colour == Light.GREEN:
        return (_("To be answered by %(at)s.") if answers else _("To be done by %(at)s.")) % due
    if colour == Light.AMBER:
        words = _("To be answered by %(at)s: less than a quarter of the time is left.")
        return (words if answers else _("To be done by %(at)s: less than a quarter of the time is left.")) % due
    if colour == Light.RED:
        return (_("It was to be answered by %(at)s.") if answers else _("It was to be done by %(at)s.")) % due
    return ""


def in_words(moment: datetime) -> str:
    """A day and a time, as the reader's clock has it."""
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
