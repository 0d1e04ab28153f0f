"""Hours in which no phone rings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class QuietHours:
    """From ``begins`` to ``ends`` of the clock, across midnight where they begin later than they end."""

    begins: time
    ends: time

    @classmethod
    def read(cls, written: str) -> QuietHours:
        """Those of ``21:00-08:00``. Raises ``ValueError`` for anything else."""
        try:
            begins, ends = (time.fromisoformat(part.strip()) for part in written.split("-"))
        except ValueError:
            begins = ends = time()
        if begins == ends:
            raise ValueError(f"“{written}” is not like 21:00-08:00")
        return cls(begins, ends)

    def over(self, now: datetime, zone: ZoneInfo) -> datetime:
        """``now`` where it is not quiet in ``zone``, else when it ends, however clocks change until then."""
        local = now.astimezone(zone)
        clocked, across = local.time(), self.begins > self.ends
        late, early = clocked >= self.begins, clocked < self.ends
        if not ((late or early) if across else (late and early)):
            return now
        day = local.date() + timedelta(days=1) if across and late else local.date()
        end = datetime.combine(day, self.ends, zone)
        if end.astimezone(UTC) <= now.astimezone(UTC):  # in the hour that the clock shows twice: the second time
            end = end.replace(fold=1)
        return end.astimezone(now.tzinfo)
