"""How long a time is held, and how long one waits, in words."""

from __future__ import annotations

from math import ceil

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel import clock
from lacarte.loop.orders.expecting_turn import Wait
from lacarte.registers.menu.models import Hold


def minutes_left(held: Hold) -> int:
    """Whole minutes until a hold expires, at least 1 while it lives."""
    if held.expires_at is None:
        return 0
    return max(ceil((held.expires_at - clock.now()).total_seconds() / 60), 1)


def left_in_words(held: Hold) -> str:
    """Until when a time is held, and how long that is from now."""
    minutes = minutes_left(held)
    words = ngettext(
        "We hold it for you for %(n)d more minute, until %(time)s.",
        "We hold it for you for %(n)d more minutes, until %(time)s.",
        minutes,
    )
    until = formats.time_format(timezone.localtime(held.expires_at), "TIME_FORMAT")
    return words % {"n": minutes, "time": until}


def turn_in_words(wait: Wait) -> str:
    """Who is in front."""
    if not wait.in_front:
        return _("You are the next in the list.")
    words = ngettext("%(n)d is in front of you.", "%(n)d are in front of you.", wait.in_front)
    return words % {"n": wait.in_front}


def wait_in_words(wait: Wait) -> str:
    """How long it may take, and no more than is known."""
    if wait.most_days is None:
        return _("We cannot say how long it takes: nobody has had their turn here lately.")
    if wait.least_days is None:
        words = ngettext(
            "If the provider goes on as planned, it is your turn within about %(n)d day, sooner if others give"
            " up. Nobody has had their turn here lately, so we cannot say it better.",
            "If the provider goes on as planned, it is your turn within about %(n)d days, sooner if others give"
            " up. Nobody has had their turn here lately, so we cannot say it better.",
            wait.most_days,
        )
        return words % {"n": wait.most_days}
    if not wait.least_days:
        words = ngettext(
            "By what we have seen here, eight of ten are called up within %(n)d day.",
            "By what we have seen here, eight of ten are called up within %(n)d days.",
            wait.most_days,
        )
        return words % {"n": wait.most_days}
    days = {"least": wait.least_days, "most": wait.most_days}
    return _("By what we have seen here, eight of ten are called up after %(least)d to %(most)d days.") % days
