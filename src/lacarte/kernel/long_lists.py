"""One page of a list of a million records: its keys, by an index that has all that decides who sees a record.

Somebody who sees many has a page full after looking through few of them in the order of the list; somebody who
sees few has them found by where and what they are, and sorted. So the list is looked through for so long, and
where that has not filled the page the other way is taken. Why: docs/decisions/lists-of-orders.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, valid_mandates
from lacarte.kernel.tree import ROOT, Interval

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class Part(NamedTuple):
    """A condition over the columns of a record; it begins with the column that it is about."""

    sql: str
    values: tuple[Any, ...] = ()


class Look(NamedTuple):
    """How a list is looked through: so many rows of ``table``, of which ``where`` holds, in ``order``."""

    table: str
    columns: Iterable[str]  # that decide what is left of them; with that of the key
    where: Part
    order: str
    rows: int

    @property
    def sql(self) -> str:
        """The rows that are looked at."""
        columns = ", ".join(sorted(self.columns))
        return (
            f"SELECT {columns} FROM {self.table} WHERE {self.where.sql} "  # noqa: S608 (names of our own)
            f"ORDER BY {self.order} LIMIT {self.rows}"
        )


def look_through(look: Look, left: Part, most: int) -> list[UUID]:
    """The keys of the first ``most`` that are ``left`` of the rows looked at, which are called ``looked``."""
    sql = f"SELECT id FROM ({look.sql}) looked WHERE {left.sql} LIMIT {most}"  # noqa: S608
    return keys(sql, look.where.values + left.values)


def sort_few(table: str, sorted_by: Iterable[str], few: Part, order: str, most: int) -> list[UUID]:
    """The keys of the first ``most`` of all that ``few`` holds for; it is found by what makes them few."""
    columns = ", ".join(["id", *sorted_by])
    return keys(
        f"WITH few AS MATERIALIZED (SELECT {columns} FROM {table} WHERE {few.sql}) "  # noqa: S608
        f"SELECT id FROM few ORDER BY {order} LIMIT {most}",
        few.values,
    )


def by_another(parts: Iterable[Part]) -> list[Part]:
    """Conditions that SQLite is not to begin with: it does not know how many have a state or are of a time."""
    sign = "+" if connection.vendor == "sqlite" else ""
    return [Part(sign + part.sql, part.values) for part in parts]


def rectangle(services: Interval, regions: Interval) -> Part:
    """All of some services in some regions; empty for everything."""
    sides = [
        f"{column} BETWEEN {side.first} AND {side.last}"
        for column, side in (("service_type_id", services), ("region_id", regions))
        if side != ROOT
    ]
    return Part(f"({' AND '.join(sides)})" if sides else "")


def any_of(ways: Iterable[Part]) -> Part:
    """One of several conditions."""
    ways = list(ways)
    sql = f"({' OR '.join(way.sql for way in ways)})"
    return Part(sql, tuple(value for way in ways for value in way.values))


def all_of(parts: Iterable[Part]) -> Part:
    """All of several conditions."""
    parts = list(parts)
    return Part(" AND ".join(part.sql for part in parts), tuple(value for part in parts for value in part.values))


def covered(user: User, action: Action = Action.READ) -> list[Part]:
    """What the mandates of ``user`` cover, as rectangles; nothing for who may do it everywhere."""
    rows = valid_mandates(user, action).values_list("service_first", "service_last", "region_first", "region_last")
    ways = [rectangle(Interval(*row[:2]), Interval(*row[2:])) for row in sorted(set(rows))]
    if any(not way.sql for way in ways):
        return []
    return [any_of(ways) if ways else Part("1 = 0")]


def moment(at: datetime) -> Any:
    """A moment as the database compares it."""
    return connection.ops.adapt_datetimefield_value(at)


def key_value(key: UUID) -> Any:
    """A key as the database compares it."""
    return key if connection.features.has_native_uuid_field else key.hex


def as_number(at: datetime) -> int:
    """A moment in microseconds, for the address of a page."""
    return (at - _EPOCH) // _MICROSECOND


def from_number(number: str) -> datetime:
    """The moment again. Raises ``ValueError``, ``OverflowError`` for what is none."""
    return _EPOCH + int(number) * _MICROSECOND


def keys(sql: str, values: tuple[Any, ...]) -> list[UUID]:
    """The keys that a statement finds, in its order."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [key if isinstance(key, UUID) else UUID(key) for (key,) in cursor.fetchall()]
