"""Weigh needs: a strict class, then an index whose parts are shown.

Urgency is the more urgent of the service's and of what was said (``Need.urgency``).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from django.db import transaction

from lacarte.engines.needindex import NeedIndex, index, priority_class
from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import most_urgent, people_behind
from lacarte.loop.priority.models import Weighing
from lacarte.loop.priority.queries import vulnerability_of

RULES_VERSION = "2026-11.3"
#: Set in the open; they sum to 1.
WEIGHTS = {"urgency": 0.4, "vulnerability": 0.3, "deprivation": 0.15, "waiting": 0.15}
#: Waiting counts in full after so many days of all who told of the need or follow it, together.
FULL_WAIT_DAYS = 30.0
_LAST_CLASS = 3


def weigh(needs: Iterable[Need]) -> int:
    """Weigh ``needs`` anew and return how many there were. What is not known is an interval, never a zero."""
    rows = list(needs)
    if not rows:
        return 0
    now = clock.now()
    of_service = np.array([need.service_type.urgency for need in rows], dtype=np.uint8)
    told = most_urgent(rows)  # also by those who told of the same thing
    said = np.array([_LAST_CLASS if (u := told[need.pk]) is None else u for need in rows], dtype=np.uint8)
    urgency = np.minimum(of_service, said)  # the more urgent of what the service is and what was said
    vulnerability = vulnerability_of(rows)
    deprivation = np.array([np.nan if (d := need.region.deprivation) is None else d for need in rows])
    waited = np.array([(now - need.received_at).total_seconds() / 86_400 for need in rows])
    people = people_behind(rows)
    waited = waited * np.array([people[need.pk] for need in rows])  # days that all of them wait
    result = index(
        {
            "urgency": 1 - urgency / _LAST_CLASS,
            "vulnerability": vulnerability,
            "deprivation": deprivation,
            "waiting": np.clip(waited / FULL_WAIT_DAYS, 0, 1),
        },
        WEIGHTS,
    )
    classes = priority_class(urgency, vulnerability)
    weighings = [
        Weighing(
            need=need,
            priority_class=int(classes[i]),
            index=float(result.total[i]),
            index_low=float(result.total_low[i]),
            index_high=float(result.total_high[i]),
            parts=_parts(result, i, of_service[i]),
            rules_version=RULES_VERSION,
            at=now,
        )
        for i, need in enumerate(rows)
    ]
    _keep(rows, weighings)
    return len(rows)


def _parts(result: NeedIndex, i: int, of_service: int) -> dict[str, float]:
    """What each part adds; of urgency, what was said adds whatever is more than that of the service."""
    parts = {part: float(values[i]) for part, values in result.contributions.items()}
    by_service = WEIGHTS["urgency"] * (1 - of_service / _LAST_CLASS)
    if parts["urgency"] - by_service > 1e-9:
        parts |= {"urgency": by_service, "said": parts["urgency"] - by_service}
    return {part: round(value, 4) for part, value in parts.items()}


@transaction.atomic
def _keep(needs: list[Need], weighings: list[Weighing]) -> None:
    changed = ["priority_class", "index", "index_low", "index_high", "parts", "rules_version", "at"]
    Weighing.objects.bulk_create(
        weighings, batch_size=500, update_conflicts=True, unique_fields=["need"], update_fields=changed
    )
    for need, weighing in zip(needs, weighings, strict=True):
        need.priority_class, need.need_index = weighing.priority_class, weighing.index
        need.rank = 1 + weighing.priority_class - weighing.index / 2  # an index is from 0 to 1: classes stay apart
    Need.objects.bulk_update(needs, ["priority_class", "need_index", "rank"], batch_size=500)
