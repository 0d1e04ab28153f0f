"""Working time: deadlines count in the working days and hours of a region."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LONGEST_CLOSURE_DAYS = 60


@dataclass(frozen=True)
class WorkingCalendar:
    """Weekdays (Monday = 0) and hours worked in a time zone, less ``holidays``, plus ``working_weekends``.

    ``working_weekends`` are days off that are worked by decree, as in China's adjusted weeks.
    """

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset(range(5))
    opens: time = time(9)
    closes: time = time(17)
    holidays: frozenset[date] = field(default_factory=frozenset)
    working_weekends: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError("a working calendar needs at least one weekday")
        if self.opens >= self.closes:
            raise ValueError(f"the day opens at {self.opens} and so cannot close at {self.closes}")

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        if day in self.holidays:
            return False
        return day.weekday() in self.weekdays or day in self.working_weekends

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
        day = local.date() if local.time() < self.closes else local.date() + timedelta(days=1)
        day = self._next_working_day(day)
        for _ in range(working_days):
            day = self._next_working_day(day + timedelta(days=1))
        return datetime.combine(day, self.closes, self.zone).astimezone(start.tzinfo)

    def _next_working_day(self, day: date) -> date:
        for offset in range(_LONGEST_CLOSURE_DAYS):
            candidate = day + timedelta(days=offset)
            if self.is_working_day(candidate):
                return candidate
        raise ValueError(f"no working day within {_LONGEST_CLOSURE_DAYS} days of {day}: check the holidays")
