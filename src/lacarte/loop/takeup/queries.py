"""What planners see of take-up: groups, not persons. Counts under ten, and those that give them away, are hidden.

Who can compare one run with another can subtract what both show; that is not seen here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from lacarte.engines.disclosure import HIDDEN, SMALLEST, hide
from lacarte.engines.rates import hidden, wilson
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may
from lacarte.loop.takeup.models import Measure, TakeUpRun
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.places.outlines import districts

State = TakeUpRun.State


@dataclass(frozen=True)
class Share:
    """How many of those who are entitled have it, with Wilson's interval; from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """People of one place: ``None`` where a number is hidden. ``change``: of the share since the run before."""

    region: Region | None  # None: not known, or all
    entitled: int | None
    receiving: int | None
    not_receiving: int | None
    share: Share | None
    change: float | None = None


@dataclass(frozen=True)
class Outcomes:
    """What became of those who did not have it. ``after``: the share with those who took it up since."""

    invited: int | None
    granted: int | None
    neither: int | None
    taken_up: int | None
    after: Share | None


@dataclass(frozen=True)
class OfService:
    """One service: all of it, by district, and what became of those who were found."""

    service_type: ServiceType
    total: Row
    rows: tuple[Row, ...]
    outcomes: Outcomes


def runs() -> QuerySet[TakeUpRun]:
    """All runs, the newest first."""
    return TakeUpRun.objects.select_related("undone_by")


def shown_run() -> TakeUpRun | None:
    """The last run that has ended and was not undone."""
    return runs().filter(state=State.DONE).first()


def take_up(user: User, run: TakeUpRun) -> list[OfService]:
    """Take-up in a run where ``user`` may plan, the services with most who do not have it first."""
    now, earlier = _counted(user, run), _before(run)
    past = _counted(user, earlier) if earlier is not None else {}
    places = {region.number: region for region in districts()}
    types = ServiceType.objects.in_bulk(list(now))
    found = []
    for number, of_place in now.items():
        before = _shown(past.get(number, {}))
        found.append(_of_service(types[number], of_place, places, before))
    return sorted(found, key=_most_first)


def _most_first(one: OfService) -> tuple[int, int, int]:
    """By what is shown alone: an order by hidden numbers would tell of them."""
    return -(one.total.not_receiving or 0), -(one.total.entitled or 0), one.service_type.number


@dataclass
class _Counts:
    """Of one service in one place; ``others`` are in the order entitled, receiving, invited, granted, taken up."""

    entitled: int = 0
    receiving: int = 0
    invited: int = 0
    granted: int = 0
    taken_up: int = 0


def _before(run: TakeUpRun) -> TakeUpRun | None:
    return runs().filter(state=State.DONE, started_at__lt=run.started_at).first()


def _counted(user: User, run: TakeUpRun) -> dict[int, dict[int, _Counts]]:
    """Counts by service and district (0: not known), where the mandate reaches: part of the query itself."""
    inside = districts()
    found: dict[int, dict[int, _Counts]] = defaultdict(lambda: defaultdict(_Counts))
    columns = ("entitled", "receiving", "invited", "granted", "taken_up")
    rows = Measure.objects.filter(may(user, Action.PLAN), run=run).order_by("service_type", "region")
    for service, region, *numbers in rows.values_list("service_type_id", "region_id", *columns):
        place = next((one.number for one in inside if region in one.interval), 0)
        counts = found[service][place]
        for name, number in zip(columns, numbers, strict=True):
            setattr(counts, name, getattr(counts, name) + number)
    return {service: dict(places) for service, places in found.items()}


def _shown(of_place: Mapping[int, _Counts]) -> dict[int | None, tuple[int, int, int]]:
    """Receiving, not receiving and entitled by district, and of all (``None``), as far as they may be shown."""
    places = sorted(of_place)
    if not places:
        return {}
    counts = [[of_place[p].receiving, max(of_place[p].entitled - of_place[p].receiving, 0)] for p in places]
    table = hide(np.array(counts, dtype=np.int64)).shown.tolist()
    keys: Sequence[int | None] = [*places, None]
    return {key: (row[0], row[1], row[2]) for key, row in zip(keys, table, strict=True)}


def _of_service(
    kind: ServiceType,
    of_place: Mapping[int, _Counts],
    places: Mapping[int, Region],
    before: Mapping[int | None, tuple[int, int, int]],
) -> OfService:
    shown = _shown(of_place)
    rows = [_row(places.get(key or 0), cells, before.get(key)) for key, cells in shown.items() if key is not None]
    total = _row(None, shown[None], before.get(None))
    rows.sort(key=lambda row: (row.region is None, row.region.number if row.region else 0))
    return OfService(kind, total, tuple(rows), _outcomes(total, list(of_place.values())))


def _row(region: Region | None, cells: tuple[int, int, int], before: tuple[int, int, int] | None) -> Row:
    receiving, missing, entitled = (None if cell == HIDDEN else cell for cell in cells)
    share = _share(receiving, entitled)
    past = None
    if before is not None and HIDDEN not in (before[0], before[2]):
        past = _share(before[0], before[2])
    change = share.value - past.value if share is not None and past is not None else None
    return Row(region, entitled, receiving, missing, share, change)


def _share(part: int | None, whole: int | None) -> Share | None:
    if part is None or not whole:
        return None
    between = wilson(part, whole)
    return Share(part / whole, float(between.low), float(between.high))


def _outcomes(total: Row, counted: Sequence[_Counts]) -> Outcomes:
    """Told only where the number of those who did not have it is: all parts of it add up to that."""
    if total.not_receiving is None:
        return Outcomes(None, None, None, None, None)
    invited, granted, taken = (
        sum(getattr(one, name) for one in counted) for name in ("invited", "granted", "taken_up")
    )
    invited, granted = min(invited, total.not_receiving), min(granted, total.not_receiving)
    parts = [invited, granted, max(total.not_receiving - invited - granted, 0)]
    told = [None if out else part for part, out in zip(parts, hidden(parts, SMALLEST).tolist(), strict=True)]
    taken = min(taken, total.not_receiving)
    out = bool(hidden([taken, total.not_receiving - taken], SMALLEST)[0])
    up = None if out else taken
    after = (
        _share(total.receiving + up, total.entitled) if up is not None and total.receiving is not None else None
    )
    return Outcomes(told[0], told[1], told[2], up, after)


def left_out_by_reason(run: TakeUpRun) -> list[tuple[str, str, int]]:
    """Why people were left out of a run: reason, kind of fact, how many of those that were written down."""
    counted = Counter((one["why"], one["fact"]) for one in run.left_out)
    return [(why, fact, n) for (why, fact), n in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]
