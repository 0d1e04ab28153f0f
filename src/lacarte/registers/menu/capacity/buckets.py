"""Which lots a rule calls for: by the region's working calendar and local time, whatever its clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lacarte.kernel.working_calendar import WorkingCalendar
from lacarte.registers.menu.models import CapacityRule

_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Bucket:
    """A time of which a rule wants a lot, in UTC."""

    starts_at: datetime
    ends_at: datetime


def buckets(rule: CapacityRule, calendar: WorkingCalendar, first: date, last: date) -> Iterator[Bucket]:
    """The buckets of ``rule`` that begin on the local days ``first`` to ``last``, by time; none overlap.

    Named weekdays count also where the calendar does not work on them; its holidays are always left out.
    """
    low = max(first, rule.since)
    high = min(last, rule.until) if rule.until else last
    if rule.bucket == CapacityRule.Bucket.MONTH:
        yield from _months(rule, calendar, low, high)
        return
    day = low
    while day <= high:
        if _is_open(rule, calendar, day):
            if rule.bucket == CapacityRule.Bucket.DAY:
                yield Bucket(_midnight(day, calendar), _midnight(day + _DAY, calendar))
            else:
                yield from _slots(rule, calendar, day)
        day += _DAY


def _is_open(rule: CapacityRule, calendar: WorkingCalendar, day: date) -> bool:
    if not rule.weekdays:
        return calendar.is_working_day(day)
    return day.isoweekday() in rule.weekdays and day not in calendar.holidays


def _slots(rule: CapacityRule, calendar: WorkingCalendar, day: date) -> Iterator[Bucket]:
    """Slots by the clock on the wall: what does not exist on this day is left out, what comes twice is once."""
    assert rule.opens is not None
    assert rule.closes is not None
    assert rule.minutes is not None
    step = timedelta(minutes=rule.minutes)
    wall, closes = datetime.combine(day, rule.opens), datetime.combine(day, rule.closes)
    while wall + step <= closes:
        starts = wall.replace(tzinfo=calendar.zone).astimezone(UTC)
        inside = (starts, starts + step - _MOMENT)
        first, last = (one.astimezone(calendar.zone).replace(tzinfo=None) for one in inside)
        # One in which the clock jumps forward would last into the next.
        if first == wall and last < wall + step:
            yield Bucket(starts, starts + step)
        wall += step


def _months(rule: CapacityRule, calendar: WorkingCalendar, low: date, high: date) -> Iterator[Bucket]:
    """Months from that of ``low`` on; of the first and last of a rule only as much as it lasts."""
    month = low.replace(day=1)
    while month <= high:
        following = (month + timedelta(days=31)).replace(day=1)
        begins = max(month, rule.since)
        ends = min(following, rule.until + _DAY) if rule.until else following
        if begins < ends:
            yield Bucket(_midnight(begins, calendar), _midnight(ends, calendar))
        month = following


def _midnight(day: date, calendar: WorkingCalendar) -> datetime:
    return datetime.combine(day, time(), calendar.zone).astimezone(UTC)
