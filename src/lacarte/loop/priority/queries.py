"""What is known about how vulnerable the people behind needs are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import Q

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.registers.people.models import Circumstance

#: How much each kind of circumstance says, of 1; several add up, to at most 1.
_WEIGHT = {
    "low-income": 0.35,
    "disability": 0.35,
    "chronic-illness": 0.25,
    "lives-alone-over-75": 0.4,
    "single-parent": 0.25,
    "unemployed": 0.2,
    "pregnant": 0.3,
    "no-lift": 0.1,
}
_BATCH = 500


def vulnerability_of(needs: Sequence[Need]) -> npt.NDArray[np.float64]:
    """``float64[n]`` from 0 to 1; NaN where nobody is known (a need of a place, an anonymous need)."""
    persons = {need.person_id for need in needs if need.person_id}
    households = {need.household_id for need in needs if need.household_id}
    by_person = _sums("person_id", persons)
    by_household = _sums("household_id", households)
    values = np.full(len(needs), np.nan)
    for i, need in enumerate(needs):
        if need.person_id or need.household_id:
            values[i] = min(1.0, by_person[need.person_id] + by_household[need.household_id])
    return values


def _sums(column: str, ids: set[UUID]) -> dict[UUID | None, float]:
    today = clock.now().date()
    sums: dict[UUID | None, float] = defaultdict(float)
    ordered = sorted(ids)
    for start in range(0, len(ordered), _BATCH):
        living = Circumstance.objects.filter(
            Q(until=None) | Q(until__gte=today),
            since__lte=today,
            kind__in=_WEIGHT,
            **{f"{column}__in": ordered[start : start + _BATCH]},
        )
        for owner, kind in living.values_list(column, "kind").distinct():
            sums[owner] += _WEIGHT[kind]
    return sums
