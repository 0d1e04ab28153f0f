"""Who is most in need: open needs by district and life area, in groups of ten or more, with their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, QuerySet, Value

from lacarte.engines.disclosure import SMALLEST, hide, hide_row
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
OTHERS = "*"  # the code of the smallest life areas together
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


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
    if not cells:
        return []
    rows = sorted({district for district, _ in cells})
    size = {area: sum(cells[row, area].needs for row in rows) for _, area in list(cells)}
    columns = sorted(size, key=lambda area: (-size[area], area))
    counts = np.array([[cells[row, column].needs for column in columns] for row in rows])
    kept, shown = _shown(counts)
    joined = {area: [area] for area in columns[:kept]}
    if kept < len(columns):
        joined[OTHERS] = columns[kept:]
    found = [_group(ALL, ALL, _sum(cells, rows, columns), shown.total)]
    found += [_group(row, ALL, _sum(cells, [row], columns), shown.rows[i]) for i, row in enumerate(rows)]
    found += [_group(ALL, area, _sum(cells, rows, [area]), shown.columns[j]) for j, area in enumerate(columns)]
    for i, row in enumerate(rows):
        for j, (area, areas) in enumerate(joined.items()):
            found.append(_group(row, area, _sum(cells, [row], areas), shown.cells[i, j]))
    some = [one for one in found if one.needs != 0]
    return sorted(some, key=lambda one: (-(one.index or -1.0), one.district, one.area))


@dataclass(frozen=True, eq=False)
class _Shown:
    """What of a table may be told: ``rows`` and ``columns`` are its totals."""

    total: bool
    rows: Bools
    columns: Bools
    cells: Bools


def _shown(counts: Ints) -> tuple[int, _Shown]:
    """What may be told of ``counts`` (``[r, c]``, the largest columns first), and how many columns stay apart.

    Districts, and life areas, are two lists that are told as far as each may be by itself. Of the table of both
    the smallest columns are joined until it needs none of those totals hidden; if it always does, it is not told.
    """
    rows, columns = (hide_row(counts.sum(axis=axis), SMALLEST).shown[0] >= 0 for axis in (1, 0))
    if not (rows[-1] and columns[-1]):  # a total that one list hides is not to be read from the other
        whole = hide(counts, SMALLEST).shown >= 0
        return counts.shape[1], _Shown(bool(whole[-1, -1]), whole[:-1, -1], whole[-1, :-1], whole[:-1, :-1])
    for kept in range(counts.shape[1], 0, -1):
        others = counts[:, kept:].sum(axis=1, keepdims=True)
        table = counts if kept == counts.shape[1] else np.hstack([counts[:, :kept], others])
        found = hide(table, SMALLEST).shown >= 0
        if (found[:-1, -1] >= rows[:-1]).all() and (found[-1, :kept] >= columns[:kept]).all() and found[-1, -1]:
            return kept, _Shown(True, rows[:-1], columns[:-1], found[:-1, :-1])
    return counts.shape[1], _Shown(True, rows[:-1], columns[:-1], np.zeros(counts.shape, dtype=np.bool_))


def _sum(cells: Mapping[tuple[str, str], _Sums], rows: Iterable[str], columns: Iterable[str]) -> _Sums:
    total = _Sums()
    columns = list(columns)
    for row in rows:
        for column in columns:
            total.add(cells[row, column])
    return total


def _group(district: str, area: str, sums: _Sums, shown: bool | np.bool_) -> Group:
    if not sums.needs or not shown:
        return Group(district, area, None if sums.needs else 0)
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
