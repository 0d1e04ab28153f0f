"""Who is most in need: open needs by district and life area, in groups of ten or more, with their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from lacarte.kernel import clock
from lacarte.kernel.permissions import Action, AnyUser, permitted
from lacarte.kernel.schedule import every
from lacarte.loop.needs.models import Need
from lacarte.loop.planning.codes import area_codes, district_codes
from lacarte.loop.planning.few import is_few
from lacarte.loop.planning.layout import ALL, OTHERS, Layout, lay_out
from lacarte.loop.priority.models import Report
from lacarte.loop.priority.weights import in_force
from lacarte.registers.menu.models import Subject

__all__ = ["ALL", "OTHERS", "Group", "most_in_need", "publish_most_in_need", "published"]

KIND = "most-in-need"
#: Needs of people and households: of places everything may be told.
OF_PEOPLE = ~Q(subject=Subject.PLACE)


@dataclass(frozen=True)
class Group:
    """Needs that wait in a district for something of a life area; all is ``None`` where it would tell about few.

    ``index`` is the mean need index of those that are weighed, ``low`` to ``high`` what that mean may be for want
    of knowing, ``days`` the mean wait. A highest index would be of one person, and is not told.
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
    people: int = 0  # of them of people
    weighed: int = 0
    people_weighed: int = 0
    index: float = 0.0
    low: float = 0.0
    high: float = 0.0
    days: float = 0.0

    def add(self, other: _Sums) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


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
    return Need.objects.filter(state=Need.State.OPEN).order_by()


def _groups(needs: QuerySet[Need]) -> list[Group]:
    cells = _cells(needs)
    if not cells:
        return []
    layout = lay_out({key: one.people for key, one in cells.items()})
    shown = _Shown(cells, layout)
    districts, areas = ({key[axis] for key in cells} for axis in (0, 1))
    nobody = [area for area in areas if area not in layout.areas]
    apart = {area: [area] for area in (areas if layout.inside else nobody) if area not in layout.joined}
    if layout.joined:
        apart[OTHERS] = list(layout.joined)
    found = [shown.group(ALL, ALL, districts, areas)]
    found += [shown.group(district, ALL, [district], areas) for district in districts]
    found += [shown.group(ALL, area, districts, [area]) for area in areas]
    found += [shown.group(district, area, [district], of) for district in districts for area, of in apart.items()]
    some = [one for one in found if one.needs != 0]
    return sorted(some, key=lambda one: (-(one.index or -1.0), one.district, one.area))


@dataclass(frozen=True, eq=False)
class _Shown:
    cells: Mapping[tuple[str, str], _Sums]
    layout: Layout

    def group(self, district: str, area: str, districts: Iterable[str], areas: Iterable[str]) -> Group:
        """All needs of ``districts`` and ``areas`` together, as far as they may be told."""
        sums, areas = _Sums(), list(areas)
        for row in districts:
            for column in areas:
                sums.add(self.cells.get((row, column), _Sums()))
        if is_few(sums.needs) or not self.layout.tells(
            district, area
        ):  # of few places it is no mean worth telling
            return Group(district, area, None)
        if not sums.needs:
            return Group(district, area, 0)
        days = round(sums.days / sums.needs, 1)
        if not sums.weighed or is_few(sums.people_weighed):
            return Group(district, area, sums.needs, days=days)
        index, low, high = (round(value / sums.weighed, 3) for value in (sums.index, sums.low, sums.high))
        return Group(district, area, sums.needs, index, low, high, days)


def _cells(needs: QuerySet[Need]) -> dict[tuple[str, str], _Sums]:
    """Sums by the codes of district and life area; one query over the needs."""
    waited = ExpressionWrapper(Value(clock.now()) - F("received_at"), output_field=DurationField())
    rows = needs.values("region_id", "service_type_id").annotate(
        n=Count("pk"),
        people=Count("pk", filter=OF_PEOPLE),
        weighed=Count("weighing"),
        people_weighed=Count("weighing", filter=OF_PEOPLE),
        index=Avg("weighing__index"),
        low=Avg("weighing__index_low"),
        high=Avg("weighing__index_high"),
        waited=Avg(waited),
    )
    district, area = district_codes(), area_codes()
    found: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    for row in rows:
        n, weighed = row["n"], row["weighed"]
        index, low, high = ((row[name] or 0.0) * weighed for name in ("index", "low", "high"))
        days = row["waited"].total_seconds() / 86_400 * n
        sums = _Sums(n, row["people"], weighed, row["people_weighed"], index, low, high, days)
        found[district(row["region_id"]), area(row["service_type_id"])].add(sums)
    return found
