"""Which needs one page of a list of the desk has, and how many each list has: quick among a million.

A page is found by one of two roads (``kernel.long_lists``) and goes on from its last need. Words are looked for
in the order of the list, in so many needs at a time, as every text has to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lacarte.kernel.long_lists import (
    Look,
    Part,
    all_of,
    any_of,
    as_number,
    by_another,
    covered,
    from_number,
    key_value,
    look_through,
    moment,
    rectangle,
    sort_few,
)
from lacarte.kernel.models import User
from lacarte.kernel.tree import ROOT, Interval
from lacarte.loop.needs.models import Need

#: So many are counted; what is more is “200+”: nobody works off a longer list from its end.
MOST_COUNTED = 200
#: For so many milliseconds the page waits for the numbers; if they take longer, they come after it.
AT_ONCE_MS = 25
#: So many needs are looked at one by one.
_LOOKED_AT = 10_000
#: So many texts are read at a time, in about a tenth of a second.
_READ = {"sqlite": 4_000, "postgresql": 20_000}
_TABLE = Need._meta.db_table
_STOPPED = "57014"  # SQLSTATE query_canceled
_LIVING = Part("closed_at IS NULL")  # what the indexes of the lists are of


class Among(NamedTuple):
    """Records of another table that have a need: those that ``where`` holds for, ``many`` of a need or one."""

    table: str
    where: Part
    many: bool = False

    @property
    def needs(self) -> Part:
        """The needs that they have."""
        return Part(f"SELECT need_id FROM {self.table} WHERE {self.where.sql}", self.where.values)  # noqa: S608

    def counted(self, most: int) -> Part:
        """As many of them at most. Asked for what is different, PostgreSQL would read them need by need."""
        distinct = "DISTINCT " if self.many else ""
        sql = f"SELECT {distinct}need_id FROM {self.table} WHERE {self.where.sql} LIMIT {most}"  # noqa: S608
        return Part(f"SELECT need_id FROM ({sql}) few", self.where.values)  # noqa: S608


@dataclass(frozen=True)
class Tab:
    """One list of the desk: needs in a state, of which more holds, and that one of other records has.

    ``due`` is what its needs' deadline says, if they have one. Without a state and other records it has all needs.
    """

    key: str
    label: str | Promise
    state: str = ""
    also: Part | None = None
    among: tuple[Among, ...] = ()  # of one table
    due: str | Promise = ""

    @property
    def is_all(self) -> bool:
        """Whether it has all needs, newest first."""
        return not self.state and not self.among

    @property
    def order(self) -> str:
        """What it is sorted by."""
        return "received_at DESC, id DESC" if self.is_all else "rank, received_at, id"

    @property
    def in_state(self) -> list[Part]:
        """What the indexes of the lists begin with."""
        return [Part("state = %s", (self.state,)), _LIVING] if self.state else []

    @property
    def own(self) -> list[Part]:
        """What is said of the need itself."""
        return [*self.in_state, *(by_another([self.also]) if self.also else [])]

    def narrow(self, parts: Sequence[Part]) -> list[Part]:
        """What makes it few. SQLite is not to begin with services: fewer are in a state than of a service."""
        if not self.state:
            return list(parts)
        services = [part for part in parts if "service_type_id" in part.sql and "region_id" not in part.sql]
        return [by_another([part])[0] if part in services else part for part in parts]


@dataclass(frozen=True)
class Asked:
    """What of the lists is asked for, and by whom.

    ``narrow`` is what makes them few by an index: what the mandate covers, services, regions, a reference; nothing
    for who sees all and asks for all. ``also`` holds
    for many. ``named``: it is one reference. ``words`` are all to be found.
    """

    user: User
    narrow: tuple[Part, ...] = ()
    also: tuple[Part, ...] = ()
    named: bool = False
    words: tuple[str, ...] = ()


def narrow_to(
    user: User, services: Interval | None, regions: Interval | None, reference: str = ""
) -> tuple[Part, ...]:
    """What ``user`` may read of some services and regions with all below, and of one reference. One query."""
    asked = rectangle(services or ROOT, regions or ROOT)
    named = Part("reference = %s", (reference,)) if reference else Part("")
    return tuple(part for part in (*covered(user), asked, named) if part.sql)


class Page(NamedTuple):
    """The keys of one page, and where the next begins.

    ``stopped``: not all was looked at for some words, but so many needs (0: all).
    """

    keys: list[UUID]
    next: str
    stopped: int = 0


def page_of(asked: Asked, tab: Tab, after: str, most: int) -> Page:
    """The next ``most`` needs of a list that are asked for. At most three queries.

    Raises ``ValueError``, in the reader's language, for an ``after`` that is none.
    """
    behind = _behind(tab, after)
    if asked.words:
        return _with_words(asked, tab, behind, most)
    found: list[UUID] = []
    if not asked.named and (tab.state or tab.is_all):
        found = _look_through(tab, asked, behind, most + 1)
    if len(found) <= most:
        found = _sort_few(tab, asked, behind, most + 1)
    return Page(found[:most], _position(tab, found[most - 1]) if len(found) > most else "")


def _look_through(tab: Tab, asked: Asked, behind: list[Part], most: int) -> list[UUID]:
    """In the order of the list, as long as it is worth it."""
    where = all_of([*(tab.in_state or [Part("id IS NOT NULL")]), *behind])
    more = {"closed_at", "lead_id"} if asked.also else set()
    look = Look(_TABLE, {"id", "region_id", "service_type_id", *more}, where, tab.order, _LOOKED_AT)
    also = [tab.also] if tab.also else []
    left = [Part("id IS NOT NULL"), *also, *asked.narrow, *asked.also, *_among(tab, "looked.id")]
    return look_through(look, all_of(left), most)


def _sort_few(tab: Tab, asked: Asked, behind: list[Part], most: int) -> list[UUID]:
    """All there are, found by what makes them few: other records, or where and what they are."""
    if tab.among and not (asked.narrow and tab.state):
        few = [*by_another([*tab.own, *asked.narrow]), *asked.also, *behind, _one_of(tab)]
    else:
        few = [*tab.own, *behind, *tab.narrow(asked.narrow), *asked.also, *_among(tab, f"{_TABLE}.id")]
    columns = ["received_at"] if tab.is_all else ["rank", "received_at"]
    return sort_few(_TABLE, columns, all_of([Part("id IS NOT NULL"), *few]), tab.order, most)


def _with_words(asked: Asked, tab: Tab, behind: list[Part], most: int) -> Page:
    """Those of the next so many in whose words all that was asked for is found."""
    where = all_of(
        [
            Part("id IS NOT NULL"),
            *tab.own,
            *behind,
            *tab.narrow(asked.narrow),
            *asked.also,
            *_among(tab, f"{_TABLE}.id"),
        ]
    )
    read = _READ[connection.vendor]
    look = Look(_TABLE, {"id", "text", "address"}, where, tab.order, read)
    found = look_through(look, all_of(map(_said, asked.words)), most + 1)
    if len(found) > most:
        return Page(found[:most], _position(tab, found[most - 1]))
    last = look._replace(columns={"id"}, rows=1)
    ((key,),) = _rows(Part(f"{last.sql} OFFSET {read - 1}", where.values)) or [(None,)]
    return Page(
        found, _position(tab, key if isinstance(key, UUID) else UUID(key)) if key else "", read if key else 0
    )


def _said(word: str) -> Part:
    """Whether a word is in what was told or in the address, in small letters or large."""
    looked_for = f"%{connection.ops.prep_for_like_query(word)}%"
    fold = "UPPER({})" if connection.vendor == "postgresql" else "{}"  # SQLite does so by itself
    like = f"{fold} LIKE {fold.format('%s')} ESCAPE '\\'"
    return any_of([Part(like.format(column), (looked_for,)) for column in ("text", "address")])


def _among(tab: Tab, need: str) -> list[Part]:
    """Whether one of the other records has ``need``: asked once, or PostgreSQL would read all that there are."""
    if not tab.among:
        return []
    (table,) = {one.table for one in tab.among}
    where = any_of([one.where for one in tab.among])
    sql = f"EXISTS (SELECT 1 FROM {table} WHERE need_id = {need} AND {where.sql})"  # noqa: S608
    return [Part(sql, where.values)]


def _one_of(tab: Tab) -> Part:
    parts = [one.needs for one in tab.among]
    values = tuple(value for part in parts for value in part.values)
    return Part(f"id IN ({' UNION ALL '.join(part.sql for part in parts)})", values)


def numbers(asked: Asked, lists: list[Tab], within: int = 0) -> dict[str, int | None] | None:
    """How many of each list are asked for, in one query; ``MOST_COUNTED`` + 1: more.

    ``within``: so many milliseconds it may take on PostgreSQL, else it is given up (``None``); 0: any time.
    """
    parts = [_count(tab, asked) for tab in lists]
    sql = "SELECT " + ", ".join(f"({part.sql})" for part in parts)
    whole = Part(sql, tuple(value for part in parts for value in part.values))
    rows = _rows_within(whole, within) if within and _may_be_stopped() else _rows(whole)
    if rows is None:
        return None
    return {tab.key: min(n, MOST_COUNTED + 1) for tab, n in zip(lists, rows[0], strict=True)}


def _count(tab: Tab, asked: Asked) -> Part:
    most = MOST_COUNTED + 1
    narrow = [*tab.narrow(asked.narrow), *asked.also]
    if tab.among and not narrow:  # by the other records alone: a living order's need is ordered
        each = [one.counted(most) for one in tab.among]
        sql = " UNION ALL ".join(part.sql for part in each)
        values = tuple(value for part in each for value in part.values)
        return Part(f"SELECT COUNT(DISTINCT need_id) FROM ({sql}) counted", values)  # noqa: S608
    if tab.among and not tab.state:
        where = all_of([_one_of(tab), *by_another(narrow)])
    else:
        where = all_of([Part("id IS NOT NULL"), *tab.own, *narrow, *_among(tab, f"{_TABLE}.id")])
    sql = f"SELECT 1 FROM {_TABLE} WHERE {where.sql} LIMIT {most}"  # noqa: S608
    return Part(f"SELECT COUNT(*) FROM ({sql}) counted", where.values)  # noqa: S608


def _position(tab: Tab, key: UUID) -> str:
    """Where the page after a need begins."""
    need = Need.objects.only("rank", "received_at").get(pk=key)
    return f"{need.rank!r}_{as_number(need.received_at)}_{key.hex}"


def _behind(tab: Tab, after: str) -> list[Part]:
    """What comes after a position."""
    if not after:
        return []
    try:
        rank, number, key = after.split("_")
        at, last = moment(from_number(number)), key_value(UUID(key))
        if tab.is_all:
            return [Part("received_at <= %s AND (received_at < %s OR id < %s)", (at, at, last))]
        place = float(rank)
    except (ValueError, OverflowError) as error:
        raise ValueError(_("There is no such page of the list. Please begin with the first.")) from error
    return [Part("(rank, received_at, id) > (%s, %s, %s)", (place, at, last))]


def _rows(part: Part) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(part.sql, part.values)
        return list(cursor.fetchall())


def _may_be_stopped() -> bool:
    return connection.vendor == "postgresql"


def _rows_within(part: Part, milliseconds: int) -> list[tuple[Any, ...]] | None:
    """As :func:`_rows`; ``None`` where PostgreSQL stopped it after that time."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {milliseconds:d}")
            cursor.execute(part.sql, part.values)
            found = list(cursor.fetchall())
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")  # for what follows in the same transaction
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == _STOPPED:
            return None
        raise
    return found
