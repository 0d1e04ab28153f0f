"""How long cases of a type take, as a basis for how much is left: nothing is said where there is too little."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import median

from django.db.models import Min

from lacarte.kernel import clock
from lacarte.kernel.working_calendar import WorkingCalendar
from lacarte.loop.orders.models import Assignment
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import calendars_of

#: So many cases of a type must have ended within this time before anything is said of it.
FEWEST, WITHIN = 5, timedelta(days=90)
_MOST_READ = 2000


class Handling:
    """Working hours from when somebody took a case until it ended, by type, and what is left of open ones."""

    def __init__(self) -> None:
        """Read what has ended lately; two queries."""
        now = clock.now()
        ended = Assignment.objects.filter(until=None, need__closed_at__gte=now - WITHIN, need__closed_at__lte=now)
        rows = list(
            ended.annotate(first=Min("need__assignments__since"))
            .order_by("-need__closed_at")
            .values_list("need__service_type", "need__region", "first", "need__closed_at")[:_MOST_READ]
        )
        self._calendars = calendars_of(Region.objects.all())
        by_type: dict[int, list[float]] = defaultdict(list)
        for service_type, region, first, closed in rows:
            if closed is not None:  # as was asked for
                by_type[service_type].append(self._hours(region, first, closed))
        self._usual = {key: median(hours) for key, hours in by_type.items() if len(hours) >= FEWEST}
        self._now = now

    def usual(self, service_type: int) -> float | None:
        """The median for a type, in working hours; ``None`` where there is no basis."""
        return self._usual.get(service_type)

    def left(self, cases: Iterable[tuple[int, int, datetime]]) -> tuple[float | None, int]:
        """Working hours left of open cases, each ``(service type, region, since)``, and how many have no basis.

        A case that has taken longer than usual adds nothing. ``None`` where no case has a basis.
        """
        hours, known, unknown = 0.0, 0, 0
        for service_type, region, since in cases:
            usual = self.usual(service_type)
            if usual is None:
                unknown += 1
                continue
            known += 1
            hours += max(usual - self._hours(region, since, self._now), 0.0)
        return (hours if known else None), unknown

    def _hours(self, region: int, since: datetime, until: datetime) -> float:
        # To the hour, so that what began together is reckoned once.
        began = since.replace(minute=0, second=0, microsecond=0)
        return max(_worked(self._calendars[region], began, until), 0.0)


@lru_cache(maxsize=4096)
def _worked(calendar: WorkingCalendar, since: datetime, until: datetime) -> float:
    return calendar.worked(since, until) / timedelta(hours=1)
