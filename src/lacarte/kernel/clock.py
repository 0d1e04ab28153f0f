"""The one clock of the house, so that a test or a replay can stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now() -> datetime:
    """The time, with its zone (UTC)."""
    return _stopped.get() or datetime.now(UTC)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Inside this block :func:`now` answers ``moment``, in this thread of work."""
    token = _stopped.set(moment)
    try:
        yield
    finally:
        _stopped.reset(token)
