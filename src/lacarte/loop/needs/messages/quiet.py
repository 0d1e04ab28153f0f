"""Quiet hours: no phone rings at night for what can wait until the morning."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from lacarte.kernel.quiet_hours import QuietHours
from lacarte.loop.needs.messages.reaching import Medium
from lacarte.loop.needs.models import Need
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import calendar_of

#: What makes a phone ring. An e-mail lies there until somebody looks.
_RINGS = (Medium.SMS, Medium.CHAT)
#: Whoever has just written is awake, and waits for the answer.
AWAKE = timedelta(minutes=30)


def morning_for(need: Need, medium: str, now: datetime) -> datetime:
    """From when on something may go out to whoever has ``need``, or follows it: ``now``, or the end of the night.

    The night is that of the need's region, by the setting ``quiet_hours``.
    """
    return morning_in(need.region, medium, now)


def morning_in(region: Region, medium: str, now: datetime) -> datetime:
    """As :func:`morning_for`, for somebody who is in ``region``."""
    written = settings.CONFIGURED["quiet_hours"]
    if medium not in _RINGS or not written:
        return now
    return QuietHours.read(written).over(now, calendar_of(region).zone)


def waits_until(need: Need, medium: str, now: datetime) -> datetime | None:
    """From when on it goes out; ``None`` where it never waits, as nothing rings or they are awake."""
    return None if medium not in _RINGS or _is_awake(need, now) else morning_for(need, medium, now)


def _is_awake(need: Need, now: datetime) -> bool:
    """Whether whoever has ``need`` told it, or wrote about it, a moment ago."""
    if now - need.received_at < AWAKE:
        return True
    return need.messages.filter(incoming=True, at__gt=now - AWAKE).exists()
