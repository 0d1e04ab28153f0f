"""Verbs by which tables of rules come to count, by whatever way they were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock, tree
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_over, require_over
from lacarte.registers.entitlement.models import DecisionTable, TableEdition
from lacarte.registers.entitlement.tables.faults import TableRefusedError, problems
from lacarte.registers.entitlement.tables.records import Written, columns_of

__all__ = ["DecisionTableCalledOff", "DecisionTableKept", "call_off", "keep_tables", "may_keep"]


@dataclass(frozen=True, kw_only=True)
class DecisionTableKept(DomainEvent):
    """A table of rules was kept; ``since`` is an ISO date, ``edition`` what was kept."""

    name: ClassVar[str] = "decision-table.kept"
    sentence: ClassVar[str | Promise] = gettext_lazy("The table of rules “%(code)s” counts from %(since)s on.")
    table: UUID
    code: str
    since: str
    edition: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DecisionTableCalledOff(DomainEvent):
    """A table that was to count from a later day on will not."""

    name: ClassVar[str] = "decision-table.called-off"
    sentence: ClassVar[str | Promise] = gettext_lazy(
        "The table of rules “%(code)s” does not come to count on %(since)s."
    )
    table: UUID
    code: str
    since: str


def may_keep(user: User) -> bool:
    """Whether somebody may keep tables: these hold for all services, everywhere."""
    return may_over(user, Action.SET_RULES, services=tree.ROOT, regions=tree.ROOT)


@transaction.atomic
def keep_tables(
    tables: Sequence[Written], *, since: date, actor: User | None, reason: str = ""
) -> list[DecisionTable]:
    """Keep tables from a day on, each instead of one of the same code and day; all of them or none.

    Test cases are run. Without an ``actor`` it is the machine's owner who keeps them. Raises
    :class:`~lacarte.registers.entitlement.tables.faults.TableRefusedError` with all that is wrong, and
    ``PermissionDenied``.
    """
    if actor is not None:
        require_over(actor, Action.SET_RULES, services=tree.ROOT, regions=tree.ROOT)
    if found := [one for written in tables for one in problems(written)]:
        raise TableRefusedError(found)
    return [_keep(written, since, actor, reason) for written in tables]


def _keep(written: Written, since: date, actor: User | None, reason: str) -> DecisionTable:
    values = columns_of(written)
    code, now = values.pop("code"), clock.now()
    row, _new = DecisionTable.objects.update_or_create(
        code=code, since=since, defaults={**values, "changed_at": now}
    )
    edition = TableEdition.objects.create(
        code=code, since=since, reason=reason, kept_at=now, kept_by=actor, **values
    )
    kept = DecisionTableKept(table=row.pk, code=code, since=since.isoformat(), edition=edition.pk, reason=reason)
    publish(kept, stream=row.pk, actor=actor)
    return row


@transaction.atomic
def call_off(row: DecisionTable, *, actor: User) -> None:
    """A table that does not count yet will not. Raises ``ValueError`` where it counts already."""
    require_over(actor, Action.SET_RULES, services=tree.ROOT, regions=tree.ROOT)
    if row.since <= clock.now().date():
        raise ValueError(f"{row.code} counts since {row.since}")
    publish(
        DecisionTableCalledOff(table=row.pk, code=row.code, since=row.since.isoformat()),
        stream=row.pk,
        actor=actor,
    )
    row.delete()
