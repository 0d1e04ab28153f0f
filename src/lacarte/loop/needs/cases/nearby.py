"""Needs under way that may be looked at beside another: around its point, or of its region and type.

Read for each need that comes in, so the queries are written out here: the mapper takes several times as long to
put one together as the database to answer it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from lacarte.engines.geography import cells_around
from lacarte.kernel import tree
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import Subject
from lacarte.registers.places.models import Region

#: What waits or is worked on; what is joined stands for its lead.
UNDER_WAY = (Need.State.OPEN, Need.State.HELD, Need.State.ORDERED, Need.State.JOINED)
#: How many are looked at, the newest: around a point, and of a region for what has none.
NEWEST, NEWEST_UNPLACED = 500, 100
_STATES = frozenset(state.value for state in UNDER_WAY)
_PLACE = Subject.PLACE.value
_READ = """
SELECT CAST(id AS text), CAST(COALESCE(lead_id, id) AS text), {seconds}, service_type_id, longitude, latitude{also}
FROM needs_need WHERE {where} ORDER BY received_at DESC LIMIT {most}
"""
#: When a need was received, in seconds since 1970; to read the moment here would take longer.
_SECONDS = {
    "sqlite": "CAST(strftime('%%s', received_at) AS integer)",
    "postgresql": "EXTRACT(epoch FROM received_at)::bigint",
}
# “Not of anybody” rather than “of a place”: or a database would take the index of places by time.
_IN_CELL = (
    "cell = %s AND NOT (subject IN ('person', 'household')) "
    f"AND state IN ({', '.join(repr(state) for state in sorted(_STATES))})"
)
_EACH = "SELECT * FROM ({sql}) AS cell{i}"
_WORDS = "SELECT CAST(id AS text), text, address, language FROM needs_need WHERE id IN ({keys})"


_Row = tuple[Any, ...]


@dataclass(frozen=True)
class Candidates:
    """What is read of needs to see whether they are worth reading more, an entry each; a lead may be itself.

    Keys are as the database writes them: to make a UUID of each would take longer than to read it. ``hours``
    count from 1970, degrees are NaN where not known, and ``kinds`` are numbers of types.
    """

    keys: Sequence[str]
    leads: Sequence[str]
    hours: npt.NDArray[np.float64]
    kinds: npt.NDArray[np.int64]
    longitude: npt.NDArray[np.float64]
    latitude: npt.NDArray[np.float64]


def candidates(
    longitude: float, latitude: float, kind: int, region: Region | None, since: datetime | None
) -> Candidates:
    """The newest needs of places under way around a point (degrees, NaN: not known).

    And those without a point of the same region, or of one around it, and of the same type (``kind``, its number;
    0: not known). However many there are, no more than some hundreds are read, each by an index that has them in
    order.
    """
    around = cells_around(longitude, latitude)
    here = tree.ROOT if region is None else region.interval
    rows = [*_in_cells(around, since), *_of_region(kind, here, since, unplaced=bool(around))]
    keys, leads, seconds, kinds, longitudes, latitudes = zip(*rows, strict=True) if rows else ((),) * 6
    return Candidates(
        keys=keys,
        leads=leads,
        hours=np.array(seconds, dtype=np.float64) / 3600,
        kinds=np.array(kinds, dtype=np.int64),
        longitude=np.array(longitudes, dtype=np.float64),  # None becomes NaN
        latitude=np.array(latitudes, dtype=np.float64),
    )


def words_of(keys: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Text, address and language of the needs with these keys, spelt as in a :class:`Candidate`."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_WORDS.format(keys=", ".join(["%s"] * len(keys))), keys)
        return {key: (text, address, language) for key, text, address, language in cursor.fetchall()}


def _of_region(kind: int, here: tree.Interval, since: datetime | None, *, unplaced: bool) -> Iterator[_Row]:
    """Of a region and those around it, ``unplaced`` only what has no point.

    What is closed is passed over here, as no index has the newest by state.
    """
    most = NEWEST_UNPLACED if unplaced else NEWEST
    also = ", region_id, subject, state"
    where, asked = "subject = %s", list[tuple[Any, ...]]([(_PLACE,)])
    if kind:
        where = "region_id = %s AND service_type_id = %s" + (" AND longitude IS NULL" if unplaced else "")
        asked = [(number, kind) for number in _upwards(here.first)]
    nowhere = here.first == tree.ROOT_NUMBER
    for values in asked:
        for *row, region, subject, state in _fetched(*_select(where, most, since, values, also)):
            near = kind or region == here.first or (not nowhere and region in here)
            if near and subject == _PLACE and state in _STATES and not (unplaced and row[4] is not None):
                yield tuple(row)


def _upwards(number: int) -> Iterator[int]:
    """A region and those above it, without the root unless it is the root itself."""
    yield number
    while (number := tree.above(number)) != tree.ROOT_NUMBER:
        yield number


def _in_cells(around: Sequence[int], since: datetime | None) -> list[_Row]:
    """The newest of some cells together: of each cell the newest, so that a crowd in one is not read whole."""
    if not around:
        return []
    of_each = [_select(_IN_CELL, NEWEST, since, (cell,)) for cell in around]
    each = " UNION ALL ".join(_EACH.format(sql=sql, i=i) for i, (sql, _) in enumerate(of_each))
    return _fetched(f"{each} ORDER BY 3 DESC LIMIT {NEWEST}", [value for _, values in of_each for value in values])


def _select(
    where: str, most: int, since: datetime | None, values: Sequence[Any], also: str = ""
) -> tuple[str, Sequence[Any]]:
    """The newest needs among those ``where``, as SQL with its values; ``also`` names more columns."""
    if since is not None:
        where = f"{where} AND received_at >= %s"
        values = (*values, connection.ops.adapt_datetimefield_value(since))
    return _READ.format(where=where, most=most, seconds=_SECONDS[connection.vendor], also=also), values


def _fetched(sql: str, values: Sequence[Any]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
