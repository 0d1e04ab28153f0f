"""What is known of the people behind needs, as the indicators of the weights in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import Q

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.weights import Scheme
from lacarte.registers.people.models import Circumstance, Person

_BATCH = 500
Floats = npt.NDArray[np.float64]
#: What is known of each owner: {person or household: {kind: value}}
Facts = dict[UUID, dict[str, Any]]


def indicators_of(needs: Sequence[Need], scheme: Scheme) -> Floats:
    """``float64[n, m]``, a column for each of ``scheme.indicators``: 1 deprived, 0 not, NaN where nobody knows.

    A need is of its person and of the household they live in, or of a household. What any of them tells deprives;
    a place, and somebody nobody knows, has NaN throughout.
    """
    owners = _owners(needs)
    facts = _facts({owner for each in owners for owner in each}, {one.kind for _, one in scheme.indicators})
    found = np.full((len(needs), len(scheme.indicators)), np.nan)
    for i, each in enumerate(owners):
        for known in (facts[owner] for owner in each if owner in facts):
            for j, (_dimension, one) in enumerate(scheme.indicators):
                said = one.deprives(known[one.kind]) if one.kind in known else None
                if said is not None and found[i, j] != 1:
                    found[i, j] = said
    return found


def _owners(needs: Sequence[Need]) -> list[tuple[UUID, ...]]:
    """The person and the household of each need."""
    persons = sorted({need.person_id for need in needs if need.person_id})
    lives_in: dict[UUID, UUID | None] = {}
    for some in _batches(persons):
        lives_in |= dict(Person.objects.filter(pk__in=some).values_list("pk", "household"))
    each = ((need.person_id, need.household_id or lives_in.get(need.person_id or UUID(int=0))) for need in needs)
    return [tuple(owner for owner in both if owner) for both in each]


def _facts(owners: set[UUID], kinds: set[str]) -> Facts:
    """What holds today; of the same kind what began last."""
    today = clock.now().date()
    living = Circumstance.objects.filter(Q(until=None) | Q(until__gte=today), since__lte=today, kind__in=kinds)
    found: Facts = {}
    for some in _batches(sorted(owners)):
        for column in ("person_id", "household_id"):
            rows = living.filter(**{f"{column}__in": some}).order_by("since", "pk")
            for owner, kind, value in rows.values_list(column, "kind", "value"):
                found.setdefault(owner, {})[kind] = value
    return found


def _batches(keys: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
