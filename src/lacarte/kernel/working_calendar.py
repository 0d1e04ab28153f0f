"""Working time: deadlines count in the working days and hours of a region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LONGEST_CLOSURE_DAYS = 60
_NOTHING = timedelta(0)


@dataclass(frozen=True, order=True)
class Hours:
    """The weekdays (Monday = 0) and hours that are worked from a day on."""

    since: date
    weekdays: frozenset[int]
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError("a working calendar needs at least one weekday")
        if self.opens >= self.closes:
            raise ValueError(f"the day opens at {self.opens} and so cannot close at {self.closes}")


@dataclass(frozen=True)
class WorkingCalendar:
    """Weekdays (Monday = 0) and hours worked in a time zone, less ``holidays``, plus ``working_weekends``.

    ``working_weekends`` are days off that are worked by decree, as in China's adjusted weeks. ``later`` are other
    hours, each from its day on: what was worked before them stays as it was.
    """

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset(range(5))
    opens: time = time(9)
    closes: time = time(17)
    holidays: frozenset[date] = field(default_factory=frozenset)
    working_weekends: frozenset[date] = field(default_factory=frozenset)
    later: tuple[Hours, ...] = ()
    _hours: tuple[Hours, ...] = field(init=False, repr=False, compare=False)  # all, the first without a day

    def __post_init__(self) -> None:
        first = Hours(date.min, self.weekdays, self.opens, self.closes)
        object.__setattr__(self, "_hours", (first, *sorted(self.later, key=lambda one: one.since)))

    def hours_on(self, day: date) -> Hours:
        """The hours that hold on ``day``, whether it is worked or not."""
        if len(self._hours) == 1:
            return self._hours[0]
        return next(one for one in reversed(self._hours) if one.since <= day)

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        if day in self.holidays:
            return False
        return day.weekday() in self.hours_on(day).weekdays or day in self.working_weekends

    def deadline(self, start: datetime, working_days: int) -> datetime:
        """The end of the ``working_days``-th working day after the day of ``start`` (0: the end of that day).

        A start on a day that is not worked counts from the next working day. ``start`` must carry a zone.
        Raises ``ValueError`` for a negative count, or when no day is worked for two months.
        """
        if start.tzinfo is None:
            raise ValueError("a deadline counts from a time with its zone")
        if working_days < 0:
            raise ValueError(f"a deadline cannot be {working_days} days away")
        local = start.astimezone(self.zone)
        day = local.date()
        if local.time() >= self.hours_on(day).closes:
            day += timedelta(days=1)
        day = self._next_working_day(day)
        for _ in range(working_days):
            day = self._next_working_day(day + timedelta(days=1))
        return datetime.combine(day, self.hours_on(day).closes, self.zone).astimezone(start.tzinfo)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How long is worked from ``start`` to ``end``; nothing when ``end`` comes first.

        Counted in time that passes: a day on which the clocks change is as long as it is. Both carry a zone.
        """
        total, start, end = _NOTHING, start.astimezone(UTC), end.astimezone(UTC)
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            if self.is_working_day(day):
                opens, closes = self._open(day)
                total += max(min(end, closes) - max(start, opens), _NOTHING)
            day += timedelta(days=1)
        return total

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """The first moment by which ``worked`` has been worked since ``start``; ``start`` itself for nothing.

        So ``self.worked(start, self.after(start, worked)) == worked``. Raises ``ValueError`` for a negative
        time, or when no day is worked for two months.
        """
        if worked < _NOTHING:
            raise ValueError(f"{worked} cannot be worked")
        if worked == _NOTHING:
            return start
        for opens, closes in self._days_from(start.astimezone(self.zone).date()):
            begins = max(start.astimezone(UTC), opens)
            if begins < closes:
                if worked <= closes - begins:
                    return (begins + worked).astimezone(start.tzinfo)
                worked -= closes - begins
        raise AssertionError("there is always another working day")

    def days_later(self, moment: datetime, working_days: int) -> datetime:
        """The same time of day ``working_days`` working days later. Raises as :meth:`deadline`."""
        if working_days < 0:
            raise ValueError(f"{working_days} working days later is earlier")
        local = moment.astimezone(self.zone)
        day = local.date()
        for _ in range(working_days):
            day = self._next_working_day(day + timedelta(days=1))
        return datetime.combine(day, local.time(), self.zone).astimezone(moment.tzinfo)

    def _days_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The hours of each working day from ``day`` on, without end."""
        while True:
            day = self._next_working_day(day)
            yield self._open(day)
            day += timedelta(days=1)

    def _open(self, day: date) -> tuple[datetime, datetime]:
        """When ``day`` opens and closes, in UTC: two times of one zone are subtracted by the clock on the wall."""
        hours = self.hours_on(day)
        opens, closes = (datetime.combine(day, at, self.zone) for at in (hours.opens, hours.closes))
        return opens.astimezone(UTC), closes.astimezone(UTC)

    def _next_working_day(self, day: date) -> date:
        for offset in range(_LONGEST_CLOSURE_DAYS):
            candidate = day + timedelta(days=offset)
            if self.is_working_day(candidate):
                return candidate
        raise ValueError(f"no working day within {_LONGEST_CLOSURE_DAYS} days of {day}: check the holidays")
