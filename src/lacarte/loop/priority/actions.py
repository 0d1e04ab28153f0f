"""Weigh needs: a strict class, then an index whose parts are shown."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from django.db import transaction

from lacarte.engines.needindex import index, priority_class
from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.models import Weighing
from lacarte.loop.priority.queries import vulnerability_of

RULES_VERSION = "2026-11"
#: Set in the open; they sum to 1.
WEIGHTS = {"urgency": 0.4, "vulnerability": 0.3, "deprivation": 0.15, "waiting": 0.15}
#: Waiting counts in full after this long.
FULL_WAIT_DAYS = 30.0
_LAST_CLASS = 3


def weigh(needs: Iterable[Need]) -> int:
    """Weigh ``needs`` anew and return how many there were. What is not known is an interval, never a zero."""
    rows = list(needs)
    if not rows:
        return 0
    now = clock.now()
    urgency = np.array([need.service_type.urgency for need in rows], dtype=np.uint8)
    vulnerability = vulnerability_of(rows)
    deprivation = np.array([np.nan if (d := need.region.deprivation) is None else d for need in rows])
    waited = np.array([(now - need.received_at).total_seconds() / 86_400 for need in rows])
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
            parts={part: round(float(values[i]), 4) for part, values in result.contributions.items()},
            rules_version=RULES_VERSION,
            at=now,
        )
        for i, need in enumerate(rows)
    ]
    _keep(rows, weighings)
    return len(rows)


@transaction.atomic
def _keep(needs: list[Need], weighings: list[Weighing]) -> None:
    changed = ["priority_class", "index", "index_low", "index_high", "parts", "rules_version", "at"]
    Weighing.objects.bulk_create(
        weighings, batch_size=500, update_conflicts=True, unique_fields=["need"], update_fields=changed
    )
    for need, weighing in zip(needs, weighings, strict=True):
        need.priority_class, need.need_index = weighing.priority_class, weighing.index
    Need.objects.bulk_update(needs, ["priority_class", "need_index"], batch_size=500)
