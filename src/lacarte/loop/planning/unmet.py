"""What stays unmet, where: of places to the last need, of people as far as no person is found by it.

People are told by the layout that every page shares (``layout``), and inside a life area by district and service
where nothing hidden can be reckoned from it. No row of people says where more closely than by district.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Case, Count, Min, Q, Value, When

from lacarte.engines.disclosure import HIDDEN, hide, hide_row
from lacarte.kernel import clock, tree
from lacarte.kernel.permissions import Action, AnyUser, permitted
from lacarte.loop.matching.models import Shortage
from lacarte.loop.matching.queries import latest_run
from lacarte.loop.needs.models import Need
from lacarte.loop.planning.codes import area_codes, district_codes
from lacarte.loop.planning.few import Told
from lacarte.loop.planning.in_need import OF_PEOPLE
from lacarte.loop.planning.inside import Part, parts_of
from lacarte.loop.planning.layout import ALL, Layout, lay_out
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.places.outlines import districts


@dataclass(frozen=True)
class UnmetRow:
    """Needs of one service type. ``None`` stands for what would tell about few people.

    ``region`` is where; ``None``: in all districts, or (``elsewhere``) in all that have no row of their own.
    """

    service_type: ServiceType
    region: Region | None
    elsewhere: bool
    of_people: bool
    waiting: int | None
    urgent: int | None  # of them in class 0 or 1; of people told by district only
    oldest_days: int | None
    #: Why they found nothing in the last run, and how many of them did: "full" where offers reach them and had
    #: nothing free, else why no offer reached them.
    reasons: dict[str, int | None]


@dataclass(frozen=True)
class Waiting:
    """How many wait, and how many of them urgently; ``None`` for both where it would tell about few people."""

    waiting: Told | None
    urgent: Told | None


@dataclass(frozen=True)
class OfDistrict(Waiting):
    """One district."""

    region: Region


@dataclass(frozen=True)
class Unmet:
    """Rows, most waiting first, then those that are not told; all of them together; and the districts."""

    rows: Sequence[UnmetRow]
    everybody: Waiting
    oldest_days: int | None
    districts: Sequence[OfDistrict]


@dataclass
class _Cell:
    """Needs of one service type in one region, of people or of places."""

    n: int = 0
    urgent: int = 0
    oldest: datetime | None = None

    def add(self, other: _Cell) -> None:
        self.n += other.n
        self.urgent += other.urgent
        begun = [one for one in (self.oldest, other.oldest) if one]
        self.oldest = min(begun) if begun else None


@dataclass(frozen=True)
class _Key:
    service: int
    region: int
    district: str
    area: str


def unmet(user: AnyUser, area: str = ALL, district: str = ALL) -> Unmet:
    """Needs that wait for an offer where ``user`` may plan, of one life area or district (codes) if it is given.

    What is told of people does not hang on what was asked for: asking for a part tells nothing new.
    """
    places, people = _counted(user)
    layout = lay_out(_by(people, lambda key: (key.district, key.area)))
    rows = _Rows()
    found = [rows.of_places(key, cell) for key, cell in places.items() if _within(key, area, district)]
    for code in layout.areas if area == ALL else [one for one in layout.areas if one == area]:
        inside = {(key.district, key.service): cell.n for key, cell in people.items() if key.area == code}
        parts = [one for one in parts_of(layout, code, inside) if district in (ALL, one.district)]
        found += [rows.of_people(code, part, _of_part(people, code, part)) for part in parts]
    told = layout.number(district, area)
    urgent = _urgent(layout, people) if area == ALL else {}
    here = [cell for key, cell in places.items() if _within(key, area, district)]
    if told is not None:
        here += [cell for key, cell in people.items() if _within(key, area, district)]
    return Unmet(
        rows=sorted(found, key=_most_first),
        everybody=_waiting(places, layout, urgent, area, district),
        oldest_days=max((days for cell in here if (days := _days(cell)) is not None), default=None),
        districts=[
            OfDistrict(**vars(_waiting(places, layout, urgent, area, one.code)), region=one)
            for one in districts()
            if district in (ALL, one.code)
        ],
    )


def _most_first(row: UnmetRow) -> tuple[int, int, bool, int]:
    """By what is told alone: an order by hidden numbers would tell of them."""
    number = row.region.number if row.region else 0
    return -(row.waiting or 0), row.service_type.number, row.region is None, number


def _within(key: _Key, area: str, district: str) -> bool:
    return area in (ALL, key.area) and district in (ALL, key.district)


def _counted(user: AnyUser) -> tuple[dict[_Key, _Cell], dict[_Key, _Cell]]:
    """Needs of places and of people; one query."""
    of_people = Case(When(OF_PEOPLE, then=Value(1)), default=Value(0))
    rows: Any = permitted(Need.objects.filter(state=Need.State.OPEN), user, Action.PLAN).order_by()
    rows = rows.annotate(of_people=of_people).values_list("service_type_id", "region_id", "of_people")
    rows = rows.annotate(n=Count("pk"), urgent=Count("pk", filter=Q(priority_class__lte=1)), at=Min("received_at"))
    found: tuple[dict[_Key, _Cell], dict[_Key, _Cell]] = ({}, {})
    at_district, at_area = district_codes(), area_codes()
    for service, region, which, n, urgent, oldest in rows:
        found[which][_Key(service, region, at_district(region), at_area(service))] = _Cell(n, urgent, oldest)
    return found


def _by(cells: Mapping[_Key, _Cell], key_of: Any) -> dict[Any, int]:
    found: Counter[Any] = Counter()
    for key, cell in cells.items():
        found[key_of(key)] += cell.n
    return dict(found)


def _of_part(people: Mapping[_Key, _Cell], area: str, part: Part) -> dict[_Key, _Cell]:
    of_area = (
        (key, cell) for key, cell in people.items() if key.area == area and key.district in part.of_districts
    )
    return {key: cell for key, cell in of_area if part.service in (0, key.service)}


def _days(cell: _Cell) -> int | None:
    return (clock.now() - cell.oldest).days if cell.oldest else None


def _waiting(
    places: Mapping[_Key, _Cell], layout: Layout, urgent: Mapping[str, int | None], area: str, district: str
) -> Waiting:
    """Those of places, and with them those of people where they may be told; at least so many if not."""
    here = [cell for key, cell in places.items() if _within(key, area, district)]
    nobody = not layout.people.get((district, area), 0) and layout.tells(district, area)
    return Waiting(
        _together(sum(cell.n for cell in here), layout.number(district, area)),
        _together(sum(cell.urgent for cell in here), 0 if nobody else urgent.get(district)),
    )


def _together(of_places: int, of_people: int | None) -> Told | None:
    if of_people is None:
        return Told(of_places, exact=False) if of_places else None
    return Told(of_places + of_people)


def _urgent(layout: Layout, people: Mapping[_Key, _Cell]) -> dict[str, int | None]:
    """How many people wait urgently, in all and by district: with the others of it, no hidden number is found."""
    if not layout.districts or not layout.tells():
        return {}
    told = [code for code in layout.districts if layout.tells(code)]
    urgent: Counter[str] = Counter()
    for key, cell in people.items():
        urgent[key.district if key.district in told else ALL] += cell.urgent
    sizes = {code: layout.people[code, ALL] for code in told}
    rest = layout.people[ALL, ALL] - sum(sizes.values())
    names = [*told, *([ALL] if rest else [])]
    table = np.array([[urgent[name], sizes.get(name, rest) - urgent[name]] for name in names], dtype=np.int64)
    shown = hide(table).shown
    if (shown[:, -1] != HIDDEN).all():
        found = {name: _or_none(n) for name, n in zip(told, shown[:, 0].tolist(), strict=False)}
        return found | {ALL: _or_none(int(shown[-1, 0]))}
    both = hide_row(table.sum(axis=0)).shown[0]
    return {ALL: _or_none(int(both[0]))} if both[-1] != HIDDEN else {}


def _or_none(number: int) -> int | None:
    return None if number == HIDDEN else number


class _Rows:
    """Rows with their records, and what was missing in the last run."""

    def __init__(self) -> None:
        self._types = ServiceType.objects.in_bulk()
        self._areas = {one.code: one for one in self._types.values() if one.parent_id == tree.ROOT_NUMBER}
        self._regions = Region.objects.in_bulk()
        self._districts = {one.code: one for one in districts()}
        run = latest_run()
        shortages = Shortage.objects.filter(run=run) if run else Shortage.objects.none()
        self._short = {(one.service_type_id, one.region_id): one for one in shortages}

    def of_places(self, key: _Key, cell: _Cell) -> UnmetRow:
        """All of it."""
        reasons = self._missing([key])
        kind, region = self._types[key.service], self._regions[key.region]
        return UnmetRow(kind, region, False, False, cell.n, cell.urgent, _days(cell), dict(reasons))

    def of_people(self, area: str, part: Part, cells: Mapping[_Key, _Cell]) -> UnmetRow:
        """What may be told of a part."""
        together = _Cell()
        for cell in cells.values():
            together.add(cell)
        missing = self._missing(cells)
        region = self._districts.get(part.district)
        days = _days(together) if part.told else None
        waiting = together.n if part.told else None
        reasons = _told_of(missing, together.n) if part.told else dict.fromkeys(missing)
        kind = self._areas.get(area) if not part.service else None
        kind = kind or self._types[part.service]
        return UnmetRow(kind, region, part.elsewhere, True, waiting, None, days, dict(reasons))

    def _missing(self, keys: Iterable[_Key]) -> Counter[str]:
        found: Counter[str] = Counter()
        for key in keys:
            short = self._short.get((key.service, key.region))
            if short is None:
                continue
            if short.full:
                found["full"] += short.full
            if short.out_of_reach:
                found.update(short.reasons or {"reach": short.out_of_reach})
        return found


def _told_of(missing: Mapping[str, int], waiting: int) -> dict[str, int | None]:
    """The parts of those who wait, without small ones and without what gives these away."""
    parts = [*missing.values(), max(waiting - sum(missing.values()), 0)]
    shown = hide_row(np.array(parts, dtype=np.int64)).shown[0, :-2].tolist()
    return {reason: _or_none(n) for reason, n in zip(missing, shown, strict=True)}
