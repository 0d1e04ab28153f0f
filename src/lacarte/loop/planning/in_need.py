"""Who is most in need: open needs by district and life area, in groups of ten or more, with their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, QuerySet, Value

from lacarte.engines.disclosure import SMALLEST, hide
from lacarte.kernel import clock, tree
from lacarte.kernel.permissions import Action, AnyUser, permitted
from lacarte.kernel.schedule import every
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.models import Report
from lacarte.loop.priority.weights import in_force
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.outlines import districts

KIND = "most-in-need"
ALL = ""  # the code of all districts, and of all life areas


@dataclass(frozen=True)
class Group:
    """Needs that wait in a district for something of a life area; all is ``None`` where it would tell about few.

    ``index`` is the mean need index, ``low`` to ``high`` what that mean may be for want of knowing, ``days`` the
    mean wait. A highest index would be of one person, and is not told.
    """

    district: str
    area: str
    needs: int | None
    index: float | None = None
    low: float | None = None
    high: float | None = None
    days: float | None = None


@dataclass
class _Sums:
    needs: int = 0
    index: float = 0.0
    low: float = 0.0
    high: float = 0.0
    days: float = 0.0

    def add(self, other: _Sums) -> None:
        for name in ("needs", "index", "low", "high", "days"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def most_in_need(user: AnyUser) -> list[Group]:
    """Where ``user`` may plan: each district and life area, and all of each, the highest mean index first."""
    return _groups(permitted(_waiting(), user, Action.PLAN))


@every(timedelta(days=1), "planning.most-in-need")
def publish_most_in_need() -> None:
    """The same of the whole city, for everybody, as it was this night."""
    found = _groups(_waiting())
    total = next((one.needs for one in found if one.district == one.area == ALL), 0)
    values = {"version": in_force().version, "seed": "", "needs": total or 0, "at": clock.now()}
    figures = [asdict(one) for one in found]
    Report.objects.update_or_create(kind=KIND, defaults={**values, "figures": figures})


def published() -> tuple[Report, list[Group]] | None:
    """What everybody may see, and of when it is."""
    report = Report.objects.filter(kind=KIND).first()
    return None if report is None else (report, [Group(**one) for one in report.figures])


def _waiting() -> QuerySet[Need]:
    return Need.objects.filter(state=Need.State.OPEN, weighing__isnull=False).order_by()


def _groups(needs: QuerySet[Need]) -> list[Group]:
    cells = _cells(needs)
    rows = sorted({district for district, _ in cells})
    columns = sorted({area for _, area in cells})
    if not cells:
        return []
    counts = np.array([[cells[row, column].needs for column in columns] for row in rows])
    shown = hide(counts, SMALLEST).shown
    found = []
    for i, row in enumerate([*rows, ALL]):
        for j, column in enumerate([*columns, ALL]):
            sums = _sum(cells, rows if row == ALL else [row], columns if column == ALL else [column])
            if sums.needs:
                found.append(_group(row, column, sums if shown[i, j] >= 0 else None))
    return sorted(found, key=lambda one: (-(one.index or -1.0), one.district, one.area))


def _sum(cells: Mapping[tuple[str, str], _Sums], rows: Iterable[str], columns: Iterable[str]) -> _Sums:
    total = _Sums()
    columns = list(columns)
    for row in rows:
        for column in columns:
            total.add(cells[row, column])
    return total


def _group(district: str, area: str, sums: _Sums | None) -> Group:
    if sums is None:
        return Group(district, area, None)
    index, low, high = (round(value / sums.needs, 3) for value in (sums.index, sums.low, sums.high))
    return Group(district, area, sums.needs, index, low, high, round(sums.days / sums.needs, 1))


def _cells(needs: QuerySet[Need]) -> dict[tuple[str, str], _Sums]:
    """Sums by the codes of district and life area; one query over the needs."""
    waited = ExpressionWrapper(Value(clock.now()) - F("received_at"), output_field=DurationField())
    rows = needs.values("region_id", "service_type_id").annotate(
        n=Count("pk"),
        index=Avg("weighing__index"),
        low=Avg("weighing__index_low"),
        high=Avg("weighing__index_high"),
        waited=Avg(waited),
    )
    district, area = _district_codes(), _area_codes()
    found: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    for row in rows:
        n = row["n"]
        found[district(row["region_id"]), area(row["service_type_id"])].add(
            _Sums(n, row["index"] * n, row["low"] * n, row["high"] * n, row["waited"].total_seconds() / 86_400 * n)
        )
    return found


def _district_codes() -> Any:
    """The district of a region's number; “-” where it is in none."""
    known = [(region.interval, region.code) for region in districts()]
    return lambda number: next((code for interval, code in known if number in interval), "-")


def _area_codes() -> Any:
    """The life area of a service type's number; “-” for what is not yet known."""
    areas = ServiceType.objects.filter(parent__number=tree.ROOT_NUMBER)
    known = [(area.interval, area.code) for area in areas]
    return lambda number: next((code for interval, code in known if number in interval), "-")


def names() -> tuple[dict[str, str], dict[str, str]]:
    """What districts and life areas are called in the reader's language, by code."""
    areas = ServiceType.objects.filter(parent__number=tree.ROOT_NUMBER)
    return {one.code: str(one) for one in districts()}, {one.code: str(one) for one in areas}
