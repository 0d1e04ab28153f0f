"""Weigh needs: a strict class, then an index whose parts are shown.

Urgency is the more urgent of the service's and of what was said (``Need.urgency``). What weighs the same goes by
the day the need came in, then by lot; the seed of the lots is public, with the weights (``priority.weights``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import QuerySet

from lacarte.engines.matching.fairness.lottery import draw
from lacarte.engines.needindex import NeedIndex, index_between, priority_class
from lacarte.engines.needindex.household import Scores, by_dimension, scores
from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import most_urgent, people_behind
from lacarte.loop.priority.household import indicators_of
from lacarte.loop.priority.models import Weighing
from lacarte.loop.priority.weights import Scheme, in_force
from lacarte.registers.places.models import PlaceDeprivation

#: So many needs share a transaction: about a second.
SLICE = 1_000
_LAST_CLASS = 3
_FIRST_DAY, _DAYS = datetime(2000, 1, 1, tzinfo=UTC), 40_000
#: How much of a hundredth of the index (half of that in the rank) the day and the lot may take.
_STEP, _OF_STEP = 1 / 200, 0.8
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weighed:
    """What follows for some needs from one scheme; arrays have an entry a need."""

    scheme: Scheme
    result: NeedIndex
    classes: npt.NDArray[np.uint8]
    of_service: npt.NDArray[np.uint8]
    dimensions: Floats  # [n, d]
    household: Scores
    low: dict[str, Floats]
    high: dict[str, Floats]


def weigh(needs: Iterable[Need]) -> int:
    """Weigh ``needs`` anew and return how many there were. What is not known is an interval, never a zero."""
    rows = list(needs)
    if rows:
        found = weighed(rows, in_force())
        _keep(rows, _weighings(rows, found), found.scheme.seed)
    return len(rows)


def weigh_all(needs: QuerySet[Need], *, told: Callable[[int, int], None] = lambda done, of: None) -> int:
    """As :func:`weigh`, slice by slice: of all needs at once there are only their keys in memory.

    Each slice is a transaction of its own; what is no longer one of ``needs`` when its turn comes is left out.
    ``told`` is called after each: how many needs are done, of how many.
    """
    keys = list(needs.order_by("pk").values_list("pk", flat=True))
    some = needs.select_related("service_type", "region").order_by("pk")
    done = 0
    for at in range(0, len(keys), SLICE):
        done += weigh(some.filter(pk__in=keys[at : at + SLICE]))
        told(min(at + SLICE, len(keys)), len(keys))
    return done


def weighed(rows: Sequence[Need], scheme: Scheme) -> Weighed:
    """What ``rows`` weigh by ``scheme``, now; nothing is kept. The same for one need and for a million."""
    of_service = np.array([need.service_type.urgency for need in rows], dtype=np.uint8)
    told = most_urgent(rows)  # also by those who told of the same thing
    said = np.array([_LAST_CLASS if (u := told[need.pk]) is None else u for need in rows], dtype=np.uint8)
    urgency = np.minimum(of_service, said)  # the more urgent of what the service is and what was said
    dimension = np.array([d for d, _ in scheme.indicators], dtype=np.int64)
    dimensions = by_dimension(indicators_of(rows, scheme), dimension, len(scheme.dimensions))
    household = scores(dimensions, [one.weight for one in scheme.dimensions], scheme.cutoff)
    least, most = _deprivation(rows)
    exact = {"urgency": 1 - urgency / _LAST_CLASS, "waiting": np.clip(_waited(rows) / scheme.full_wait_days, 0, 1)}
    low = {**exact, "vulnerability": household.score.low, "deprivation": least}
    high = {**exact, "vulnerability": household.score.high, "deprivation": most}
    return Weighed(
        scheme=scheme,
        result=index_between(low, high, scheme.weights),
        classes=priority_class(urgency, household.score.low, scheme.cutoff),
        of_service=of_service,
        dimensions=dimensions,
        household=household,
        low=low,
        high=high,
    )


def _deprivation(rows: Sequence[Need]) -> tuple[Floats, Floats]:
    """Between what the deprivation of each need's region lies; NaN where nobody has told of it."""
    told = PlaceDeprivation.objects.in_bulk({need.region_id for need in rows})
    ends = []
    for need in rows:
        known, middle = told.get(need.region_id), need.region.deprivation
        exact = np.nan if middle is None else middle
        ends.append((exact, exact) if known is None or middle is None else (known.low, known.high))
    return np.array([low for low, _ in ends]), np.array([high for _, high in ends])


def _waited(rows: Sequence[Need]) -> Floats:
    """Days that all who are behind a need wait, together."""
    now, people = clock.now(), people_behind(rows)
    days = [max((now - need.received_at).total_seconds(), 0) / 86_400 * people[need.pk] for need in rows]
    return np.array(days, dtype=np.float64)


def _weighings(rows: Sequence[Need], found: Weighed) -> list[Weighing]:
    now, result = clock.now(), found.result
    return [
        Weighing(
            need=need,
            priority_class=int(found.classes[i]),
            index=float(result.total[i]),
            index_low=float(result.total_low[i]),
            index_high=float(result.total_high[i]),
            parts=_parts(found, i),
            between=_between(found, i),
            rules_version=found.scheme.version,
            at=now,
            **_household(need, found, i),
        )
        for i, need in enumerate(rows)
    ]


def _parts(found: Weighed, i: int) -> dict[str, float]:
    """What each part adds; of urgency, what was said adds whatever is more than that of the service."""
    parts = {part: float(values[i]) for part, values in found.result.contributions.items()}
    by_service = found.scheme.weights["urgency"] * (1 - float(found.of_service[i]) / _LAST_CLASS)
    if parts["urgency"] - by_service > 1e-9:
        parts |= {"urgency": by_service, "said": parts["urgency"] - by_service}
    return {part: round(value, 4) for part, value in parts.items()}


def _between(found: Weighed, i: int) -> dict[str, list[float]]:
    """Between what each part lies that is not known for sure."""
    ends = {}
    for part, weight in found.scheme.weights.items():
        low, high = np.nan_to_num(found.low[part][i], nan=0.0), np.nan_to_num(found.high[part][i], nan=1.0)
        if high - low > 1e-9 and weight:
            ends[part] = [round(weight * float(low), 4), round(weight * float(high), 4)]
    return ends


def _household(need: Need, found: Weighed, i: int) -> dict[str, Any]:
    if not (need.person_id or need.household_id):
        return {"household": {}, "poor": None}
    values = [None if np.isnan(value) else int(value) for value in found.dimensions[i]]
    codes = [one.code for one in found.scheme.dimensions]
    return {"household": dict(zip(codes, values, strict=True)), "poor": int(found.household.poor[i])}


def ranks(rows: Sequence[Need], weighings: Sequence[Weighing], seed: str) -> Floats:
    """The place of each need in the desk's lists, the lowest first, as a run of the matching compares them.

    The class, then the index in hundredths as it is shown, then the day the need came in, then its lot: the number
    that ``engines.matching.fairness.lottery`` draws for it from ``seed``.
    """
    classes = np.array([one.priority_class for one in weighings], dtype=np.float64)
    hundredths = np.rint(np.array([one.index for one in weighings]) * 100)
    days = np.array([(need.received_at - _FIRST_DAY).days for need in rows], dtype=np.float64)
    lots = draw((str(need.pk) for need in rows), seed) / 2.0**64
    later = (np.clip(days, 0, _DAYS - 1) + 0.9 * lots) / _DAYS
    return np.asarray(1 + classes - hundredths * _STEP + later * _STEP * _OF_STEP)


@transaction.atomic
def _keep(needs: Sequence[Need], weighings: list[Weighing], seed: str) -> None:
    changed = [field.name for field in Weighing._meta.fields if field.name != "need"]
    Weighing.objects.bulk_create(
        weighings, batch_size=500, update_conflicts=True, unique_fields=["need"], update_fields=changed
    )
    for need, weighing, rank in zip(needs, weighings, ranks(needs, weighings, seed).tolist(), strict=True):
        need.priority_class, need.need_index, need.rank = weighing.priority_class, weighing.index, rank
    Need.objects.bulk_update(needs, ["priority_class", "need_index", "rank"], batch_size=500)
