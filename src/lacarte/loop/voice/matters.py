"""The one matter of a month: what most people suffer from because of how things are set up, not by chance.

For each service and district, of the needs that came in during the six months up to the month's end:

* *lasting* are those that came again (the same person, or for a place the same cell of the map, had one of the
  same service met within the 90 days before) and those that were still unmet at the end of the month and older
  than their service allows;
* the *burden* is needs × L, where L is the lower end of Wilson's 95 % interval of the lasting share. So few needs
  weigh little, however large their share, and a matter is as heavy as the people who surely suffer from it;
* a matter is on the list where the lasting share was above that of all needs in at least half of its months: what
  comes once and goes is a burning issue, not a matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When

from lacarte.engines.geography import NOWHERE
from lacarte.engines.rates import wilson
from lacarte.kernel import tree
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.privacy import passed_on
from lacarte.loop.voice.counting import SMALLEST_GROUP, month_after, months_before
from lacarte.loop.voice.queries import districts
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region

MONTHS = 6
#: A need of the same kind that comes so soon after one was met has come again.
AGAIN_WITHIN = timedelta(days=90)
_LISTED = 10


@dataclass(frozen=True)
class Matter:
    """One service in one district."""

    service_type: ServiceType
    region: Region | None  # None: everywhere
    needs: int
    again: int
    unmet: int
    share: float  # lasting, of all
    burden: float
    months_high: int
    months: int

    @property
    def shown_again(self) -> int | None:
        """As it may be told; ``None`` where it would tell about persons."""
        return self._told(self.again)

    @property
    def shown_unmet(self) -> int | None:
        """As :attr:`shown_again`."""
        return self._told(self.unmet)

    def _told(self, number: int) -> int | None:
        """Neither it nor the rest may be few; of the whole city, what districts tell would give the rest away."""
        if self.region is None:
            return None
        few = {count for count in (self.again, self.unmet) if 0 < count < SMALLEST_GROUP}
        return None if few else number

    @property
    def lasting(self) -> int:
        """Those that came again or stayed unmet; one that did both is counted once."""
        return round(self.share * self.needs)


@dataclass(frozen=True)
class Matters:
    """The list of a month, the heaviest first; the first is the one matter. ``share`` is that of all needs."""

    month: datetime
    listed: list[Matter]
    everywhere: list[Matter]  # the same by service alone, in all districts together
    share: float
    too_small: int  # groups that would tell about persons


@dataclass
class _Tally:
    needs: int = 0
    again: int = 0
    unmet: int = 0
    lasting: int = 0

    def add(self, row: dict[str, Any]) -> None:
        self.needs += row["needs"]
        self.again += row["again"]
        self.unmet += row["unmet"]
        self.lasting += row["lasting"]


def matters(month: datetime) -> Matters:
    """The matters of the month that begins at ``month``; three queries."""
    ends = month_after(month)
    begins = months_before(month, MONTHS)
    areas, kinds = districts(), {one.pk: one for one in ServiceType.objects.exclude(number=tree.ROOT_NUMBER)}
    of_month: dict[tuple[int, int], dict[int, _Tally]] = defaultdict(lambda: defaultdict(_Tally))
    everything = _Tally()
    for row in _counted(begins, ends, list(kinds.values())):
        everything.add(row)
        area = next((i for i, one in enumerate(areas) if row["region"] in one.interval), None)
        if area is not None and row["service_type"] in kinds:
            of_month[row["service_type"], area][row["month"]].add(row)
    share = everything.lasting / everything.needs if everything.needs else 0.0
    all_of = [_matter(kinds[kind], areas[area], tallies, share) for (kind, area), tallies in of_month.items()]
    listed = [one for one in all_of if _lasts(one)]
    together = [_matter(kinds[kind], None, tallies, share) for kind, tallies in _by_kind(of_month).items()]
    return Matters(
        month,
        _heaviest(listed),
        _heaviest([one for one in together if _lasts(one) and not _gives_away(one, listed)]),
        share,
        sum(_is_few(one.needs) or _is_few(one.lasting) for one in all_of),
    )


def _is_few(number: int) -> bool:
    return 0 < number < SMALLEST_GROUP


def _lasts(one: Matter) -> bool:
    """Whether it is on the list: enough people, and above the usual in at least half of its months."""
    if one.lasting == 0 or _is_few(one.needs) or _is_few(one.lasting):
        return False
    return 2 * one.months_high >= one.months


def _heaviest(found: list[Matter]) -> list[Matter]:
    found.sort(key=lambda one: (-one.burden, one.service_type.pk, one.region.pk if one.region else 0))
    return found[:_LISTED]


def _gives_away(total: Matter, listed: list[Matter]) -> bool:
    """Whether what is listed by district leaves so little of the total that it would tell about persons."""
    of_it = [one for one in listed if one.service_type == total.service_type]
    rest = total.needs - sum(one.needs for one in of_it)
    return _is_few(rest) or _is_few(total.lasting - sum(one.lasting for one in of_it))


def _by_kind(of_month: Mapping[tuple[int, int], dict[int, _Tally]]) -> dict[int, dict[int, _Tally]]:
    """All districts together."""
    found: dict[int, dict[int, _Tally]] = defaultdict(lambda: defaultdict(_Tally))
    for (kind, _area), tallies in of_month.items():
        for month, tally in tallies.items():
            found[kind][month].add(asdict(tally))
    return found


def _matter(kind: ServiceType, area: Region | None, tallies: dict[int, _Tally], usual: float) -> Matter:
    needs, again, unmet, lasting = (
        sum(getattr(one, name) for one in tallies.values()) for name in ("needs", "again", "unmet", "lasting")
    )
    high = sum(one.lasting > usual * one.needs for one in tallies.values())
    burden = float(needs * wilson(lasting, needs).low)
    return Matter(kind, area, needs, again, unmet, lasting / needs, burden, high, len(tallies))


def _counted(begins: list[datetime], ends: datetime, kinds: list[ServiceType]) -> list[dict[str, Any]]:
    """Needs by service, region and month; one query."""
    before = Need.objects.filter(
        Q(person__isnull=False, person=OuterRef("person"))
        | Q(person=None, cell=OuterRef("cell"), subject=OuterRef("subject")) & ~Q(cell=NOWHERE),
        service_type=OuterRef("service_type"),
        state=Need.State.MET,
        closed_at__lt=OuterRef("received_at"),
        closed_at__gte=OuterRef("received_at") - AGAIN_WITHIN,
    )
    again = Q(came_again=True)
    unmet = _overdue(kinds, ends) & (Q(closed_at=None) | Q(closed_at__gte=ends))
    month = Case(*(When(received_at__gte=begin, then=Value(i)) for i, begin in reversed(list(enumerate(begins)))))
    needs: Any = (
        Need.objects.filter(passed_on(), received_at__gte=begins[0], received_at__lt=ends)
        .exclude(state=Need.State.WITHDRAWN)
        .order_by()
        .annotate(came_again=Exists(before), month=month)
    )
    return list(
        needs.values("service_type", "region", "month").annotate(
            needs=Count("pk"),
            again=Count("pk", filter=again),
            unmet=Count("pk", filter=unmet),
            lasting=Count("pk", filter=again | unmet),
        )
    )


def _overdue(kinds: list[ServiceType], at: datetime) -> Q:
    """Older at a moment than the service allows: days are few different numbers, and so few conditions."""
    of_days: dict[int, list[int]] = defaultdict(list)
    for kind in kinds:
        of_days[kind.resolution_days].append(kind.pk)
    late = Q(pk__in=[])
    for days, numbers in of_days.items():
        late |= Q(service_type__in=numbers, received_at__lt=at - timedelta(days=days))
    return late
