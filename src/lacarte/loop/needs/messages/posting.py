"""Letters: written like any message, printed by people, and marked as posted."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted
from lacarte.loop.needs.models import Message, Need

#: As many as are printed at once.
MOST_AT_ONCE = 200


def waiting_letters(user: User) -> QuerySet[Message]:
    """The letters that ``user`` may print, oldest first."""
    theirs = permitted(Need.objects.all(), user, Action.WORK)
    waiting = Message.objects.filter(medium=Message.Medium.LETTER, state=Message.State.QUEUED, need__in=theirs)
    return waiting.select_related("need__person", "need__service_type", "need__region", "author").order_by(
        "at", "id"
    )


def posted(keys: Collection[UUID], *, actor: User) -> int:
    """These letters are in the post; how many were not before. What ``actor`` may not print stays as it is."""
    with transaction.atomic():
        theirs = list(waiting_letters(actor).filter(pk__in=keys).values_list("pk", flat=True)[:MOST_AT_ONCE])
        waiting = Message.objects.filter(pk__in=theirs, state=Message.State.QUEUED)
        return waiting.update(state=Message.State.SENT)
