"""One run at a time, whoever starts it: a worker, the command line, a planner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.loop.matching.models import RunLease

#: A run that says nothing for so long is dead; the next one may begin.
LEASE = timedelta(minutes=5)
_ONLY = 1


class RunUnderwayError(ValueError):
    """Another run is under way; the message says so."""


class Lease:
    """The right to match, as long as it is renewed in time."""

    def __init__(self, token: UUID) -> None:
        self._token = token

    def renew(self) -> None:
        """Say that the run is alive. Raises :class:`RunUnderwayError` when another took over meanwhile.

        In the transaction that keeps the run, this makes sure that no other run is kept beside it.
        """
        mine = RunLease.objects.filter(pk=_ONLY, token=self._token)
        if not mine.update(until=clock.now() + LEASE):
            raise RunUnderwayError(_("This run took too long, and another one has begun."))


@contextmanager
def lease() -> Iterator[Lease]:
    """Match inside this block. Raises :class:`RunUnderwayError` when somebody else does."""
    token, now = uuid4(), clock.now()
    with transaction.atomic():
        RunLease.objects.get_or_create(pk=_ONLY)
        free = RunLease.objects.filter(Q(until=None) | Q(until__lt=now), pk=_ONLY)
        if not free.update(token=token, until=now + LEASE):
            raise RunUnderwayError(_("Another matching run is under way. Please try again in a minute."))
    try:
        yield Lease(token)
    finally:
        RunLease.objects.filter(pk=_ONLY, token=token).update(token=None, until=None)
