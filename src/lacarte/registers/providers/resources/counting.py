"""How much of a resource is in use: one way to count it, for whoever decides and whoever checks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from lacarte.kernel import clock
from lacarte.registers.providers.models import ResourceHold

#: From when to when (``None``: for ever), and how many units.
Use = tuple[datetime, datetime | None, int]


def living() -> Q:
    """The holds that count: confirmed, or held and not expired."""
    State = ResourceHold.State
    return Q(state=State.CONFIRMED) | Q(state=State.HELD, expires_at__gt=clock.now())


def peak(uses: Iterable[Use], since: datetime, until: datetime | None = None) -> int:
    """The most units in use at one moment from ``since`` until before ``until`` (``None``: for ever)."""
    steps: list[tuple[datetime, int]] = []
    for begins, ends, units in uses:
        if (ends is not None and ends <= since) or (until is not None and begins >= until):
            continue
        steps.append((max(begins, since), units))
        if ends is not None:
            steps.append((ends, -units))
    most = used = 0
    for _at, units in sorted(steps):  # what ends at a moment comes before what begins then: -units first
        used += units
        most = max(most, used)
    return most
