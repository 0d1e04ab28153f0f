"""The rules of deadlines: which of them is closest to a case, and what it allows, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel.versions import remembered
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.reckoning import CLOCK_HOURS, HOURS, Allowance
from lacarte.loop.orders.models import DeadlineRule
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region


@dataclass(frozen=True)
class Rules:
    """All rules there are; the one that is closest to a case wins.

    Closer is first who names the service type more exactly, then the region, then the priority class; of the
    same, the one that came into force last. Where none is left, the service type's own working days count.
    """

    rows: tuple[DeadlineRule, ...]

    @classmethod
    def kept(cls) -> Rules:
        """Those in the database."""
        return cls(tuple(DeadlineRule.objects.select_related("region", "service_type")))

    @staticmethod
    def remembered() -> Rules:
        """The same, read again when one of them has changed; names of what they are about may be old."""
        return _remembered()

    def of(self, need: Need, at: datetime) -> tuple[Allowance, Allowance]:
        """How long a contact and a resolution may take of what is sent for ``need`` at that time."""
        kind = need.service_type
        return self.allowed(kind, need.region_id, urgency_of(kind, need.priority_class), at)

    def allowed(self, kind: ServiceType, region: int, urgency: int, at: datetime) -> tuple[Allowance, Allowance]:
        """As :meth:`of`, for any need for ``kind`` in the region of that number, of that priority class."""
        fits = self.fitting(kind, region, urgency, at)
        return allowances(fits[0]) if fits else (Allowance(kind.contact_days), Allowance(kind.resolution_days))

    def fitting(self, kind: ServiceType, region: int, urgency: int, at: datetime) -> list[DeadlineRule]:
        """All rules that could count there, the closest first: it does, the next would without it."""
        fits = [row for row in self._about(kind, urgency, at) if region in row.region.interval]
        return sorted(fits, key=_closeness, reverse=True)

    def differ_below(self, kind: ServiceType, region: Region, urgency: int, at: datetime) -> bool:
        """Whether a part of ``region`` has a rule of its own for ``kind``."""
        below = (row.region_id for row in self._about(kind, urgency, at))
        return any(number in region.interval and number != region.number for number in below)

    def _about(self, kind: ServiceType, urgency: int, at: datetime) -> list[DeadlineRule]:
        return [
            row
            for row in self.rows
            if row.since <= at
            and kind.number in row.service_type.interval
            and row.priority_class in (None, urgency)
        ]


@remembered(DeadlineRule)
def _remembered() -> Rules:
    return Rules.kept()


def why_closer(rule: DeadlineRule, other: DeadlineRule | None) -> str:
    """Why ``rule`` counts before ``other``; without another, what would count without it."""
    if other is None:
        return _("Without it the service's own days count.")
    words = (
        _("It names the service more exactly than the next."),
        _("It names the place more exactly than the next."),
        _("It is for this class alone."),
        _("It came into force later than the next."),
    )
    pairs = zip(_closeness(rule), _closeness(other), strict=True)
    return next(why for why, (one, two) in zip(words, pairs, strict=True) if one != two)


def urgency_of(kind: ServiceType, priority_class: int | None) -> int:
    """The class that a need counts in: its own, or until it is weighed that of its service type."""
    return kind.urgency if priority_class is None else priority_class


def allowances(rule: DeadlineRule) -> tuple[Allowance, Allowance]:
    """How long a contact and a resolution may take by ``rule``."""
    return Allowance(rule.contact, rule.contact_unit), Allowance(rule.resolution, rule.resolution_unit)


def in_words(allowed: Allowance) -> str:
    """How long something may take, as people say it."""
    n = allowed.amount
    if allowed.unit == CLOCK_HOURS:
        return ngettext("%(n)d hour, day and night", "%(n)d hours, day and night", n) % {"n": n}
    if allowed.unit == HOURS:
        return ngettext("%(n)d working hour", "%(n)d working hours", n) % {"n": n}
    if n == 0:
        return _("the same working day")
    return ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}


def _closeness(rule: DeadlineRule) -> tuple[int, int, bool, datetime]:
    depth = rule.service_type.interval.depth, rule.region.interval.depth
    return (*depth, rule.priority_class is not None, rule.since)
