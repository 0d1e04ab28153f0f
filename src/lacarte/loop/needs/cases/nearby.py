"""Needs under way that may be looked at beside another: around its point, or of its region and type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from lacarte.engines.geography import cells_around
from lacarte.kernel import tree
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Subject
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import ancestors, root

#: What waits or is worked on; what is joined stands for its lead.
UNDER_WAY = (Need.State.OPEN, Need.State.HELD, Need.State.ORDERED, Need.State.JOINED)
#: How many are looked at, the newest: around a point, and of a region for what has none.
NEWEST, NEWEST_UNPLACED = 500, 100
_NO_PLACE = (Subject.PERSON, Subject.HOUSEHOLD)
_STATES = frozenset(state.value for state in UNDER_WAY)

if TYPE_CHECKING:
    Rows = QuerySet[Need, tuple[Any, ...]]


@dataclass(frozen=True)
class Candidate:
    """What is read of a need to see whether it is worth reading more; ``lead`` is itself where it has none.

    Keys are as the database writes them: to make a UUID of each would take longer than to read it.
    """

    key: str
    hours: float  # since 1970
    kind: int
    longitude: float | None
    latitude: float | None
    lead: str
    region: int


def candidates(
    longitude: float, latitude: float, kind: int, region: Region | None, since: datetime | None
) -> list[Candidate]:
    """The newest needs of places under way around a point (degrees, NaN: not known), each once.

    And those without a point of the same region, or of one around it, and of the same type (``kind``, its number;
    0: not known). However many there are, no more than some hundreds are read, each by an index that has them in
    order.
    """
    needs = _rows()
    if since is not None:
        needs = needs.filter(received_at__gte=since)
    found: dict[str, Candidate] = {}
    around = cells_around(longitude, latitude)
    if around:
        # “Not of anybody” rather than “of a place”: or a database would take the index of places by time.
        there = needs.filter(~Q(subject__in=_NO_PLACE), state__in=UNDER_WAY, cell__in=around)
        found = {one.key: one for one in _read(there[:NEWEST])}
    for one in _of_region(needs, kind, region, unplaced=bool(around)):
        found.setdefault(one.key, one)
    return list(found.values())


def _of_region(needs: Rows, kind: int, region: Region | None, *, unplaced: bool) -> Iterator[Candidate]:
    """Of a region and those around it, ``unplaced`` only what has no point.

    What is closed is passed over here, as no index has the newest by state.
    """
    most = NEWEST_UNPLACED if unplaced else NEWEST
    if region is None:
        region = root()
    if kind:
        if unplaced:
            needs = needs.filter(longitude=None)
        for one in (region, *ancestors(region)):
            yield from _read(needs.filter(region=one, service_type=kind)[:most])
        return
    nowhere = region.number == tree.ROOT_NUMBER
    for found in _read(needs.filter(subject=Subject.PLACE)[:most]):
        here = found.region == region.number or (not nowhere and found.region in region.interval)
        if here and (not unplaced or found.longitude is None):
            yield found


def _rows() -> Rows:
    """All needs, the newest first: what a :class:`Candidate` is made of. Put together once, as that takes time."""
    as_text = Need.objects.order_by("-received_at").annotate(
        key=Cast("pk", CharField()), at=Cast("received_at", CharField()), lead_key=Cast("lead_id", CharField())
    )
    return as_text.values_list(
        "key",
        "at",
        "service_type_id",
        "longitude",
        "latitude",
        "lead_key",
        "region_id",
        "subject",
        "state",
    )


def _read(rows: Rows) -> Iterator[Candidate]:
    for key, at, kind, x, y, lead, region, subject, state in rows:
        if subject == "place" and state in _STATES:
            yield Candidate(key, _hours(at), kind, x, y, lead or key, region)


def _hours(at: str) -> float:
    """Hours since 1970 of a moment as the database writes it, in UTC."""
    moment = datetime.fromisoformat(at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() / 3600
