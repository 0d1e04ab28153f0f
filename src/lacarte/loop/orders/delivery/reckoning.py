"""By when: pure arithmetic on a working calendar, of which every deadline is made and can be made again.

A deadline follows from when the order was sent, its allowance, the pauses before it and the days it was extended
by, and from nothing else. So a holiday that is declared late, another rule, or a pause that is taken back move it
to where it would have been from the beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lacarte.kernel.working_calendar import WorkingCalendar

#: From this share of its time on a deadline is near: its light turns amber, and whoever must act is told.
NEAR = 0.75
DAYS, HOURS, CLOCK_HOURS = "days", "hours", "clock-hours"


@dataclass(frozen=True)
class Allowance:
    """How long something may take: ``amount`` working days, working hours, or hours by day and night."""

    amount: int
    unit: str = DAYS


@dataclass(frozen=True)
class Span:
    """A time in which the clock stood still."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Deadline:
    """When it is due, and when that is near."""

    due: datetime
    warn: datetime


def reckon(
    calendar: WorkingCalendar,
    start: datetime,
    allowed: Allowance,
    pauses: Sequence[Span] = (),
    extended_days: int = 0,
) -> Deadline:
    """The deadline of what was sent at ``start``. ``pauses`` come in their order and do not overlap.

    A pause moves it on by the working time that it lasted (of an allowance by day and night: by all of it), if it
    began before the deadline: what is late already is not made good by asking something.
    """
    due = _after(calendar, start, allowed)
    if extended_days:
        due = calendar.days_later(due, extended_days)
    by_clock = allowed.unit == CLOCK_HOURS
    warn = start + (due - start) * NEAR
    if not by_clock:
        warn = calendar.after(start, calendar.worked(start, due) * NEAR)
    for pause in pauses:
        due, warn = (_moved(calendar, at, pause, by_clock=by_clock) for at in (due, warn))
    return Deadline(due, warn)


def share_used(
    calendar: WorkingCalendar, start: datetime, due: datetime, now: datetime, pauses: Sequence[Span] = ()
) -> float:
    """The share of its working time that is used by ``now``, without pauses; over 1 when it is late."""

    def used(until: datetime) -> timedelta:
        stood = (calendar.worked(max(p.since, start), min(p.until, until)) for p in pauses)
        return calendar.worked(start, until) - sum(stood, timedelta(0))

    whole = used(due)
    return used(now) / whole if whole else float(now >= due)


def _after(calendar: WorkingCalendar, start: datetime, allowed: Allowance) -> datetime:
    if allowed.unit == DAYS:
        return calendar.deadline(start, allowed.amount)
    span = timedelta(hours=allowed.amount)
    return start + span if allowed.unit == CLOCK_HOURS else calendar.after(start, span)


def _moved(calendar: WorkingCalendar, at: datetime, pause: Span, *, by_clock: bool) -> datetime:
    if pause.since >= at:
        return at
    stood = pause.until - pause.since if by_clock else calendar.worked(pause.since, pause.until)
    return at + stood if by_clock else calendar.after(at, stood)
