"""What happens to places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from lacarte.kernel.events import DomainEvent
from lacarte.kernel.text import listed


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(DomainEvent):
    """Days are not worked, worked or as usual, or other hours hold, in a region and all below it."""

    name: ClassVar[str] = "place.calendar-changed"
    sentence: ClassVar[str | Promise] = "%(said)s"
    region: int
    off: list[str] = field(default_factory=list)
    worked: list[str] = field(default_factory=list)
    usual: list[str] = field(default_factory=list)
    hours: dict[str, Any] = field(default_factory=dict)  # since, weekdays, opens, closes
    reason: str = ""
    day: str = ""  # of an event from when a holiday was all that could be declared

    def words(self) -> dict[str, Any]:
        """What was declared, and why."""
        off = [*self.off, self.day] if self.day else self.off
        said = []
        for sentence, days in (
            (gettext("Not worked: %(days)s."), off),
            (gettext("Worked: %(days)s."), self.worked),
            (gettext("As usual again: %(days)s."), self.usual),
        ):
            if days:
                said.append(sentence % {"days": days_in_words([date.fromisoformat(day) for day in days])})
        if self.hours:
            since = formats.date_format(date.fromisoformat(self.hours["since"]), "DATE_FORMAT")
            hours = gettext("Other hours from %(day)s: %(opens)s–%(closes)s.")
            said.append(hours % {"day": since, "opens": self.hours["opens"], "closes": self.hours["closes"]})
        return {**super().words(), "said": " ".join(said)}


@dataclass(frozen=True, kw_only=True)
class DeprivationSet(DomainEvent):
    """How deprived regions are was read from a table; the stream is that of the reading."""

    name: ClassVar[str] = "place.deprivation-set"
    sentence: ClassVar[str | Promise] = gettext_lazy("Deprivation of %(regions)s regions, from: %(source)s.")
    regions: int
    source: str


def in_rows(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days in a row as the first and the last of them, in their order."""
    rows: list[tuple[date, date]] = []
    for day in sorted(days):
        if rows and (day - rows[-1][1]).days == 1:
            rows[-1] = (rows[-1][0], day)
        else:
            rows.append((day, day))
    return rows


def days_in_words(days: Iterable[date]) -> str:
    """Days as people write them; those in a row as the first and the last of them."""
    return listed(_row(first, last) for first, last in in_rows(days))


def _row(first: date, last: date) -> str:
    begins, ends = (formats.date_format(day, "DATE_FORMAT") for day in (first, last))
    return begins if first == last else f"{begins} – {ends}"
