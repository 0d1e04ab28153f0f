"""Needs of one case: a lead and all that are joined to it, and how those who change it take turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

from lacarte.loop.needs.models import Joining, Need

#: The name of the turn in PostgreSQL: any number that nothing else takes.
_TURN = 0x6361_7365


@contextmanager
def taking_turns() -> Iterator[None]:
    """A transaction in which nobody else joins, parts or withdraws needs: what is read of cases stays true.

    Which needs have to be locked is only known once the cases were read; two who lock what each has just read
    would wait for each other. A turn is a few milliseconds. SQLite has one writer at a time in any case.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
        yield


def lead_of(need: Need) -> UUID:
    """The key of the need that stands for ``need``: its lead, or itself."""
    return need.lead_id or need.pk


def locked(keys: Sequence[UUID]) -> list[Need]:
    """The needs with these keys, in this order, locked until the transaction ends."""
    rows = Need.objects.select_for_update(of=("self",)).filter(pk__in=set(keys)).order_by("pk")
    found = {need.pk: need for need in rows}
    if len(found) < len(set(keys)):
        raise Need.DoesNotExist("a need is gone")
    return [found[key] for key in keys]


def came_by(need: Need, lead: Need) -> list[Need]:
    """Those joined to ``lead`` that came by ``need``, which is not among them: joined to it or to one that was."""
    members = {member.pk: member for member in lead.joined.all()}
    towards = dict(Joining.objects.filter(need__in=list(members)).values_list("need", "to"))
    found = []
    for pk in members:
        at, seen = pk, set()
        while at in towards and at not in seen and at != need.pk:
            seen.add(at)
            at = towards[at]
        if at == need.pk and pk != need.pk:
            found.append(members[pk])
    return found
