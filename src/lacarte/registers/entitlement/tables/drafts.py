"""Verbs of drafts: a table is worked on in peace, by one official, and decides nothing until it is kept."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.registers.entitlement.models import TableDraft, TableEdition
from lacarte.registers.entitlement.tables.records import Written, columns_of

__all__ = ["begin", "discard", "newest_edition", "put"]


def newest_edition(code: str) -> UUID | None:
    """What was kept last of a table, whatever day it counts from."""
    return TableEdition.objects.filter(code=code).values_list("pk", flat=True).first()


@transaction.atomic
def begin(written: Written, *, owner: User, since: date | None = None) -> TableDraft:
    """Put a table before its owner to work on, instead of a draft of the same table that they had."""
    values = columns_of(written)
    code = values.pop("code")
    more = {"since": since, "based_on": newest_edition(code), "changed_at": clock.now()}
    return TableDraft.objects.update_or_create(owner=owner, code=code, defaults={**values, **more})[0]


def put(draft: TableDraft, written: Written) -> None:
    """What its owner has written into it now."""
    values = columns_of(written)
    del values["code"]
    for name, value in values.items():
        setattr(draft, name, value)
    draft.changed_at = clock.now()
    draft.save()


def discard(draft: TableDraft) -> None:
    """Leave the table as it is kept."""
    draft.delete()
