"""How long the people of a run have waited, by district, and whether the promise about waiting was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from lacarte.engines.matching.fairness.guarantee import guarantee_kept
from lacarte.engines.matching.fairness.rates import Waiting, served_rates, waiting_quantile
from lacarte.loop.planning.considered import Considered, district_labels
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region


@dataclass(frozen=True)
class Quantile:
    """Days, and between which days chance alone could have put them; ``high`` None: people are too few to say."""

    days: float
    low: float
    high: float | None


@dataclass(frozen=True)
class WaitRow:
    """One district. All ``None`` where it would tell about few people."""

    label: str
    people: int | None
    median: Quantile | None
    ninth: Quantile | None  # nine in ten have waited no longer


@dataclass(frozen=True)
class Missing:
    """Places that would have kept the promise."""

    service_type: ServiceType
    region: Region
    places: int


@dataclass(frozen=True)
class Promise:
    """How many moved up a class for having waited long, how many of them got nothing, and what places are missing.

    Numbers are ``None`` where they would tell about few people, and ``missing`` leaves out those places (a row
    alone would say that somebody there has nothing) and others that would give them away; ``more_missing`` says
    that it does.
    """

    anybody: bool
    kept: bool
    promoted: int | None
    broken: int | None
    missing: list[Missing]
    more_missing: bool


def waits(rows: Sequence[Considered]) -> list[WaitRow]:
    """The waits up to the run, served or not, in each district."""
    if not rows:
        return []
    labels, district = district_labels(rows)
    days = np.array([row.days for row in rows], dtype=np.float64)
    median, ninth = (waiting_quantile(days, district, share, SMALLEST_GROUP) for share in (0.5, 0.9))
    return [
        WaitRow(
            labels[number],
            int(median.people[i]) if median.shown[i] else None,
            _quantile(median, i),
            _quantile(ninth, i),
        )
        for i, number in enumerate(median.group.tolist())
    ]


def _quantile(found: Waiting, i: int) -> Quantile | None:
    if not found.shown[i]:
        return None
    high = float(found.high[i])
    return Quantile(float(found.value[i]), float(found.low[i]), high if isfinite(high) else None)


def promise(rows: Sequence[Considered]) -> Promise:
    """Whether everybody who moved up a class for having waited long has an offer."""
    after = np.array([row.priority_class for row in rows], dtype=np.uint8)
    before = after + np.array([row.promoted for row in rows], dtype=np.uint8)
    assignment = np.array([0 if row.offer else -1 for row in rows], dtype=np.int32)
    wanted = sorted({(row.service_type, row.region) for row in rows})
    number = {where: n for n, where in enumerate(wanted)}
    zone = np.array([number[row.service_type, row.region] for row in rows], dtype=np.int64)
    found = guarantee_kept(assignment, before, after, zone)
    missing = _missing([wanted[z] for z in zone[found.broken].tolist()])
    return Promise(
        anybody=found.promoted > 0,
        kept=found.kept,
        promoted=_of_many(found.promoted),
        broken=_of_many(len(found.broken)),
        missing=missing,
        more_missing=sum(one.places for one in missing) < len(found.broken),
    )


def _missing(broken: Sequence[tuple[int, int]]) -> list[Missing]:
    """The places missing, most first, from the service type and region of each need that got nothing."""
    wanted = sorted(set(broken))
    zone = np.array([wanted.index(where) for where in broken], dtype=np.int64)
    counted = served_rates(np.zeros(len(zone), dtype=bool), zone, SMALLEST_GROUP)  # hides as in the other tables
    short = [(wanted[z], int(n)) for z, n in zip(counted.group.tolist(), counted.people, strict=True) if n > 0]
    types = ServiceType.objects.in_bulk({kind for (kind, _), _ in short})
    regions = Region.objects.in_bulk({region for (_, region), _ in short})
    missing = [Missing(types[kind], regions[region], n) for (kind, region), n in short]
    return sorted(missing, key=lambda one: -one.places)


def _of_many(people: int) -> int | None:
    return people if people >= SMALLEST_GROUP else None
