"""Needs of one case, locked together: a lead and all that are joined to it, and in which order they are locked.

Who changes which needs make a case holds the lock of its lead first. Two who wait for each other all the same
(each named what the other has just joined) are told by the database; the later one begins again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from django.db import OperationalError, transaction

from lacarte.loop.needs.models import Joining, Need

T = TypeVar("T")
_TRIES = 8
#: PostgreSQL: somebody else waits for us, and we for them; or what we read has changed.
_TRY_AGAIN = ("40P01", "40001")


class MovedError(Exception):
    """What was read before the lock was taken does not hold any more: read it again."""


def in_one_go(act: Callable[[], T]) -> T:
    """Run ``act`` in one transaction; begin again where others changed the same cases at the same moment."""
    for at in range(_TRIES):
        try:
            with transaction.atomic():
                return act()
        except MovedError:
            if at == _TRIES - 1:
                raise
        except OperationalError as error:
            if at == _TRIES - 1 or getattr(error.__cause__, "sqlstate", "") not in _TRY_AGAIN:
                raise
        time.sleep(0.01 * 2**at)
    raise AssertionError("the last try has returned or raised")


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
