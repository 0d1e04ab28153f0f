"""The traffic light of an order, defined once: for one order, and as a condition for lists.

The next deadline is that of the answer until the provider has answered, then that of the end. Green until three
quarters of its working time are used, then amber, red once it is over; while the clock stands still, paused. What
was late when the clock was stopped stays red: nobody gets out of a deadline by asking something.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.loop.orders.delivery.reckoning import NEAR
from lacarte.loop.orders.delivery.seeing import LIVING
from lacarte.loop.orders.models import Contribution, Order, Pause
from lacarte.loop.orders.states import ENDED, NOT_ANSWERED


class Light(TextChoices):
    """How an order stands against its next deadline."""

    GREEN = "green", _("In time")
    AMBER = "amber", _("Due soon")
    RED = "red", _("Late")
    PAUSED = "paused", _("Waits for the resident")
    ENDED = "ended", _("Ended")


def next_due(order: Order) -> datetime:
    """The next deadline."""
    return order.contact_due if order.state in NOT_ANSWERED else order.resolution_due


def light(order: Order, *, paused_since: datetime | None, now: datetime | None = None) -> Light:
    """The light of one order; ``paused_since``: since when its clock stands still."""
    if order.state in ENDED:
        return Light.ENDED
    due, now = next_due(order), now or clock.now()
    if paused_since is not None and paused_since < due:
        return Light.PAUSED
    warn = order.contact_warn if order.state in NOT_ANSWERED else order.resolution_warn
    if due < now:
        return Light.RED
    return Light.AMBER if warn is not None and warn <= now else Light.GREEN


def light_of_part(part: Contribution, now: datetime | None = None) -> Light:
    """The light of a part of an order: it is due when whoever asked said, by the clock and without pauses."""
    if part.state not in LIVING:
        return Light.ENDED
    now = now or clock.now()
    if part.due < now:
        return Light.RED
    return Light.AMBER if part.asked_at + (part.due - part.asked_at) * NEAR <= now else Light.GREEN


def lit(colour: Light, now: datetime | None = None) -> Q:
    """The same as a condition for ``.filter()`` on orders."""
    now = now or clock.now()
    runs, unanswered, paused = ~Q(state__in=ENDED), Q(state__in=NOT_ANSWERED), _stands_still()
    late = Q(unanswered, contact_due__lt=now) | Q(~unanswered, resolution_due__lt=now)
    near = Q(unanswered, contact_warn__lte=now) | Q(~unanswered, resolution_warn__lte=now)
    match colour:
        case Light.ENDED:
            return ~runs
        case Light.PAUSED:
            return runs & paused
        case Light.RED:
            return runs & ~paused & late
        case Light.AMBER:
            return runs & ~paused & near & ~late
        case Light.GREEN:
            # What has no such moment is not near; a bare NOT would lose it.
            no_moment = Q(unanswered, contact_warn=None) | Q(~unanswered, resolution_warn=None)
            far = Q(unanswered, contact_warn__gt=now) | Q(~unanswered, resolution_warn__gt=now)
            return runs & ~paused & ~late & (far | no_moment)


def _stands_still() -> Q:
    pauses = Pause.objects.filter(order=OuterRef("pk"), ended_at=None)
    answer, end = (Q(Exists(pauses.filter(since__lt=OuterRef(due)))) for due in ("contact_due", "resolution_due"))
    unanswered = Q(state__in=NOT_ANSWERED)
    return Q(unanswered, answer) | Q(~unanswered, end)
