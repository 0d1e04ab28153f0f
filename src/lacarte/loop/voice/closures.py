"""What records alone say, without anybody's word: how many needs were closed, and how soon.

For cities that import what another program kept, such as requests to 311: there are no orders to providers in
it and nobody was asked, so it has no response rate, no resolution rate and no satisfaction rate; none is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Max, Min, Q, Value, When
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.privacy import passed_on
from lacarte.loop.voice.comparing import Comparison, compare_shares
from lacarte.loop.voice.counting import months_before
from lacarte.loop.voice.queries import Group, districts, few
from lacarte.registers.menu.models import ServiceType

#: Within how many days.
WITHIN = (1, 7, 30)
BY = ("type", "region", "month")
MONTHS = 12


@dataclass(frozen=True)
class Closures:
    """Of a group of needs: how many came in, and which share was closed within so many days.

    A share is of those that came in early enough to know; ``None`` where too few are.
    """

    group: Group
    needs: int | None
    closed: float | None
    within: tuple[float | None, ...]

    @property
    def by_days(self) -> list[tuple[int, float | None]]:
        """The shares with the days they are for."""
        return list(zip(WITHIN, self.within, strict=True))


@dataclass(frozen=True)
class Span:
    """What the records cover."""

    first: datetime
    last: datetime


def span() -> Span | None:
    """From the first need to the last thing known; ``None`` where there is none."""
    found = _needs().aggregate(first=Min("received_at"), last=Max("received_at"), closed=Max("closed_at"))
    if found["first"] is None:
        return None
    return Span(found["first"], min(clock.now(), max(found["last"], found["closed"] or found["last"])))


def closures(by: str, known: Span) -> list[Closures]:
    """By ``"type"``, ``"region"`` (districts) or ``"month"`` (the last twelve of the records), two queries.

    Raises ``ValueError`` for another ``by``.
    """
    if by not in BY:
        raise ValueError(f"closures are by type, region or month, not by {by}")
    groups = _grouped(by, known)
    needs = few([row["needs"] for row in groups.values()])
    known_of = [few([row[f"known_{d}"] for row in groups.values()]) for d in WITHIN]
    return [
        Closures(
            group,
            needs[i],
            row["closed"] / row["needs"] if needs[i] is not None else None,
            tuple(row[f"in_{d}"] / row[f"known_{d}"] if known_of[j][i] else None for j, d in enumerate(WITHIN)),
        )
        for i, (group, row) in enumerate(groups.items())
    ]


def compared(by: str, known: Span, days: int) -> Comparison:
    """Groups compared fairly by the share that was closed within ``days``, one of :data:`WITHIN`; two queries."""
    groups = _grouped(by, known)
    return compare_shares(
        {one: (row[f"in_{days}"], row[f"known_{days}"]) for one, row in groups.items()}, "closed"
    )


def _grouped(by: str, known: Span) -> dict[Group, dict[str, int]]:
    begins = months_before(known.last, MONTHS)
    key = _month(begins) if by == "month" else F("service_type" if by == "type" else "region")
    rows = {
        row.pop("group"): row for row in _needs().values(group=key).annotate(**_counted(known.last)).order_by()
    }
    rows.pop(None, None)
    return _named(by, rows, begins)


def _needs() -> Any:
    return Need.objects.filter(passed_on()).exclude(state=Need.State.WITHDRAWN)


def _counted(last: datetime) -> dict[str, Count]:
    """Known within so many days are those that came in so long before the records end."""
    found = {"needs": Count("pk"), "closed": Count("pk", filter=Q(state=Need.State.MET))}
    for days in WITHIN:
        known = Q(received_at__lte=last - timedelta(days=days))
        in_time = Q(state=Need.State.MET, closed_at__lte=F("received_at") + timedelta(days=days))
        found[f"known_{days}"] = Count("pk", filter=known)
        found[f"in_{days}"] = Count("pk", filter=known & in_time)
    return found


def _month(begins: list[datetime]) -> Case:
    return Case(*(When(received_at__gte=begin, then=Value(i)) for i, begin in reversed(list(enumerate(begins)))))


def _named(by: str, rows: dict[Any, dict[str, int]], begins: list[datetime]) -> dict[Group, dict[str, int]]:
    """What the groups are called, in the order they are listed."""
    if by == "month":
        return {Group(f"{begins[i]:%Y-%m}", f"{begins[i]:%Y-%m}"): rows[i] for i in sorted(rows)}
    if by == "type":
        kinds = ServiceType.objects.filter(pk__in=list(rows))
        named = [(Group(one.code, str(one) if one.pk else _("Not yet known")), rows[one.pk]) for one in kinds]
        return dict(sorted(named, key=lambda pair: (-pair[1]["needs"], pair[0].label)))
    found: dict[Group, dict[str, int]] = {}
    left = dict(rows)
    for area in districts():
        inside = [left.pop(number) for number in list(left) if number in area.interval]
        if inside:
            found[Group(area.code, str(area))] = _added(inside)
    if left:
        found[Group("", _("Place not known"))] = _added(list(left.values()))
    return found


def _added(rows: list[dict[str, int]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in rows[0]}
