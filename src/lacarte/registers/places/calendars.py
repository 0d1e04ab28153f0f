"""Verbs of working calendars: a holiday declared late, a day off that is worked, other hours from a day on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock, tree
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_over, require_over
from lacarte.kernel.working_calendar import Hours, WorkingCalendar
from lacarte.registers.places.events import CalendarChanged, days_in_words
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import read_calendar

MOST_DAYS = 400
#: A day further away than this is a slip of the keyboard.
_YEARS_BACK, _YEARS_AHEAD = 2, 5
_STREAMS = UUID("5f0e2c8e-2c5b-4b53-8f0f-0f6d1d2f7a31")
_HOURS = ("weekdays", "opens", "closes", "later")


class CalendarRefusedError(ValueError):
    """A calendar cannot be as it is wished; the message says what and why."""


@dataclass(frozen=True)
class CalendarChange:
    """What is declared: days not worked, days off that are worked, days as their week has them; other hours."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    usual: frozenset[date] = frozenset()
    hours: Hours | None = None
    reason: str = field(default="", compare=False)

    @property
    def days(self) -> frozenset[date]:
        """All days that are named."""
        return self.off | self.worked | self.usual

    def of(self, written: dict[str, Any], *, with_hours: bool = True) -> dict[str, Any]:
        """What becomes of a calendar as it is kept with its region."""
        after, named = dict(written), {day.isoformat() for day in self.days}
        for name, more in (("holidays", self.off), ("working_weekends", self.worked)):
            kept = {*written.get(name, [])} - named | {day.isoformat() for day in more}
            if kept or name in written:
                after[name] = sorted(kept)
        if self.hours is not None and with_hours:
            later = [one for one in written.get("later", []) if one["since"] != self.hours.since.isoformat()]
            after["later"] = sorted([*later, _written(self.hours)], key=lambda one: str(one["since"]))
        return after


def would_change(region: Region, change: CalendarChange) -> list[Region]:
    """The regions whose calendar ``change`` would make another, with these calendars in memory; nothing is kept.

    Raises :class:`CalendarRefusedError` for what cannot be.
    """
    return _changed(region, change, Region.objects.filter(number__gte=region.number, number__lte=region.last))


@transaction.atomic
def change_calendar(region: Region, change: CalendarChange, *, actor: User) -> list[Region]:
    """Declare something of a region and all below it, however late. Returns whose calendar changed.

    Calendars below that are written for themselves get the days too, and other hours where they had the hours of
    the region. Later stages move the deadlines of what is under way. Raises ``PermissionDenied`` unless the
    mandate to set rules covers the region and all services, :class:`CalendarRefusedError` for what cannot be.
    """
    require_over(actor, Action.SET_RULES, services=tree.ROOT, regions=region.interval)
    below = Region.objects.select_for_update().filter(number__gte=region.number, number__lte=region.last)
    changed = _changed(region, change, below)
    Region.objects.bulk_update(changed, ["calendar"])
    if changed:
        publish(_said(region, change), stream=stream_of(region), actor=actor)
    return changed


def stream_of(region: Region) -> UUID:
    """The timeline of what was declared of a region's calendar."""
    return uuid5(_STREAMS, region.code)


def may_declare(region: Region, user: User) -> bool:
    """Whether ``user`` may change the calendar of ``region`` (to show a door, not to open it)."""
    return may_over(user, Action.SET_RULES, services=tree.ROOT, regions=region.interval)


def special_days(calendar: WorkingCalendar, since: date, until: date) -> tuple[list[date], list[date]]:
    """The days from ``since`` to ``until`` that are off though days of the week, and those worked though not."""
    off = {day for day in calendar.holidays if day.weekday() in calendar.hours_on(day).weekdays}
    more = calendar.working_weekends - calendar.holidays
    worked = {day for day in more if day.weekday() not in calendar.hours_on(day).weekdays}
    return tuple(sorted(day for day in days if since <= day <= until) for days in (off, worked))  # type: ignore[return-value]


def _changed(region: Region, change: CalendarChange, below: Iterable[Region]) -> list[Region]:
    rows = {one.number: one for one in below}
    own = rows[region.number]
    before = own.calendar or _inherited(region)
    changed = []
    for one in sorted(rows.values(), key=lambda row: row.number):
        if not one.calendar and one is not own:
            continue  # it has that of the region above it
        was = one.calendar or before
        same_hours = all(was.get(name) == before.get(name) for name in _HOURS)
        after = change.of(was, with_hours=same_hours)
        if after != was:
            one.calendar = after
            _check(one, change)
            changed.append(one)
    return changed


def _inherited(region: Region) -> dict[str, Any]:
    above = Region.objects.exclude(calendar={}).filter(number__lt=region.number, last__gte=region.last)
    nearest = above.order_by("-number").first()
    return dict(nearest.calendar) if nearest else {}


def _check(region: Region, change: CalendarChange) -> None:
    this_year = clock.now().year
    if len(change.days) > MOST_DAYS:
        raise CalendarRefusedError(_("At most %(n)d days at a time.") % {"n": MOST_DAYS})
    named = [*change.days, *([change.hours.since] if change.hours else [])]
    for day in named:
        if not this_year - _YEARS_BACK <= day.year <= this_year + _YEARS_AHEAD:
            raise CalendarRefusedError(_("%(day)s is too far away.") % {"day": days_in_words([day])})
    calendar = read_calendar(region.calendar)
    for day in named:
        try:
            calendar.deadline(datetime.combine(day, time(), calendar.zone), 0)
        except ValueError as error:
            raise CalendarRefusedError(
                _("In “%(region)s” no day would be worked for two months from %(day)s on.")
                % {"region": region, "day": days_in_words([day])}
            ) from error


def _written(hours: Hours) -> dict[str, Any]:
    opens, closes = hours.opens.isoformat("minutes"), hours.closes.isoformat("minutes")
    return {
        "since": hours.since.isoformat(),
        "weekdays": sorted(hours.weekdays),
        "opens": opens,
        "closes": closes,
    }


def _said(region: Region, change: CalendarChange) -> CalendarChanged:
    off, worked, usual = (
        sorted(day.isoformat() for day in days) for days in (change.off, change.worked, change.usual)
    )
    hours = _written(change.hours) if change.hours else {}
    return CalendarChanged(
        region=region.number, off=off, worked=worked, usual=usual, hours=hours, reason=change.reason
    )
