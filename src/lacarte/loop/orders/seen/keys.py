"""Which orders one page of a list has: their keys, found by one of two roads (``kernel.long_lists``).

Source: research/trust.md, section 4.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel.ids import read_reference
from lacarte.kernel.long_lists import (
    Look,
    Part,
    all_of,
    any_of,
    as_number,
    by_another,
    from_number,
    key_value,
    look_through,
    moment,
    rectangle,
    sort_few,
)
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, valid_mandates
from lacarte.kernel.tree import ROOT, Interval
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order
from lacarte.registers.menu.keeping import member_of
from lacarte.registers.menu.models import OfferAtPlace, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

#: The path from an order to its provider.
PROVIDER = "offer_at_place__offer__provider__"
#: So many orders are looked at one by one. Who sees less than one in a hundred of them sees few at all.
_LOOKED_AT = 10_000
_TABLE = Order._meta.db_table
_DECIDING = ("state", "requested_at", "region_id", "service_type_id", "offer_at_place_id")


class Sort(StrEnum):
    """What a list begins with: the newest, or of those that run the ones due first."""

    NEWEST = "newest"
    ANSWER = "answer"  # of those that wait for an answer
    DUE = "due"  # of those that have not ended


@dataclass(frozen=True)
class Filters:
    """What a list is of; nothing is left out where nothing is said. ``reference`` is that of the need."""

    states: Collection[str] = ()
    provider: Provider | None = None
    service_type: ServiceType | None = None  # with all below it
    region: Region | None = None  # likewise
    since: datetime | None = None  # requested then or later
    until: datetime | None = None  # requested before
    reference: str = ""


class _By(NamedTuple):
    column: str
    descending: bool
    only: Part  # what the index of the column is of

    @property
    def order(self) -> str:
        direction = "DESC" if self.descending else "ASC"
        return f"{self.column} {direction}, id {direction}"


_BY = {
    Sort.NEWEST: _By("requested_at", True, Part("id IS NOT NULL")),
    Sort.ANSWER: _By("contact_due", False, Part("state IN ('requested', 'received')")),
    Sort.DUE: _By("resolution_due", False, Part("ended_at IS NULL")),
}


def keys_of(user: User, filters: Filters, sort: Sort, after: str, most: int) -> list[UUID]:
    """The keys of the next ``most`` orders of a list that ``user`` sees, in its order; at most three queries.

    Raises ``ValueError`` as ``orders_seen_by``.
    """
    by = _BY[sort]
    plain, narrow = [*_plain(filters), *_behind(by, after)], [*_allowed(user), *_narrowed(filters)]
    if not filters.reference:
        found = _look_through(by, plain, narrow, most)
        if len(found) == most:
            return found
    return _sort_few(by, plain, narrow, most)


def position(at: datetime, key: UUID) -> str:
    """Where the page after an order begins; ``at`` is what the list is sorted by."""
    return f"{as_number(at)}.{key.hex}"


def column_of(sort: Sort) -> str:
    """What a list is sorted by."""
    return _BY[sort].column


def _look_through(by: _By, plain: list[Part], narrow: list[Part], most: int) -> list[UUID]:
    """In the order of the list, as long as it is worth it."""
    own = [by.only, *(part for part in plain if part.sql.startswith(by.column))]
    others = [*(part for part in plain if part not in own), *narrow]
    columns = {"id", by.column} | {name for name in _DECIDING if any(name in part.sql for part in others)}
    look = Look(_TABLE, columns, all_of(own), by.order, _LOOKED_AT)
    return look_through(look, all_of([Part("id IS NOT NULL"), *others]), most)


def _sort_few(by: _By, plain: list[Part], narrow: list[Part], most: int) -> list[UUID]:
    """All that are seen, found by what makes them few."""
    broad = [by.only, *plain]
    few = all_of([*(by_another(broad) if narrow else broad), *narrow])
    return sort_few(_TABLE, [by.column], few, by.order, most)


def _allowed(user: User) -> list[Part]:
    """The mandates of an official as rectangles, and a member's providers; nothing for who sees everything."""
    members = Exists(Provider.objects.filter(member_of(user)))
    rows = (
        valid_mandates(user, Action.READ)
        .annotate(is_member=members)
        .values_list("service_first", "service_last", "region_first", "region_last", "is_member")
    )
    mandates = set(rows)
    ways = [rectangle(Interval(*row[:2]), Interval(*row[2:4])) for row in sorted(mandates)]
    if any(not way.sql for way in ways):
        return []
    if not mandates or any(row[-1] for row in mandates):  # most officials are no members: they need not be asked
        ways.append(_at(OfferAtPlace.objects.filter(member_of(user, "offer__provider__"))))
    return [any_of(ways)]


def _narrowed(filters: Filters) -> list[Part]:
    """What makes a list few by an index."""
    of, at = filters.service_type, filters.region
    parts = [rectangle(of.interval if of else ROOT, at.interval if at else ROOT)]
    if filters.provider is not None:
        parts.append(_at(OfferAtPlace.objects.filter(offer__provider=filters.provider)))
    if filters.reference:
        need = Need.objects.filter(reference=read_reference(filters.reference)).order_by()
        parts.append(_chosen("need_id", need))
    return [part for part in parts if part.sql]


def _at(places: QuerySet[OfferAtPlace]) -> Part:
    return _chosen("offer_at_place_id", places)


def _chosen(column: str, rows: QuerySet[Any]) -> Part:
    sql, values = rows.values("pk").query.sql_with_params()
    return Part(f"{column} IN ({sql})", tuple(values))


def _plain(filters: Filters) -> list[Part]:
    parts = []
    if filters.states:
        parts.append(Part(f"state IN ({', '.join(['%s'] * len(filters.states))})", tuple(filters.states)))
    for sign, at in ((">=", filters.since), ("<", filters.until)):
        if at is not None:
            parts.append(Part(f"requested_at {sign} %s", (moment(at),)))
    return parts


def _behind(by: _By, after: str) -> list[Part]:
    """What comes after a position."""
    if not after:
        return []
    try:
        number, key = after.split(".")
        at, last = from_number(number), UUID(key)
    except (ValueError, OverflowError) as error:
        raise ValueError(_("There is no such page of the list. Please begin with the first.")) from error
    said, sign = moment(at), "<" if by.descending else ">"
    sql = f"{by.column} {sign}= %s AND ({by.column} {sign} %s OR id {sign} %s)"
    return [Part(sql, (said, said, key_value(last)))]
