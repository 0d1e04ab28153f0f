"""Jobs that come back by the clock, once each time however many workers there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Job

# A finished job's key says that its slot was served, and kernel/tasks.py removes finished jobs after this time.
LONGEST_INTERVAL = timedelta(days=7)
_scheduled: dict[str, timedelta] = {}


def every(interval: timedelta, name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run the decorated function every ``interval``, as a job called ``name`` with its own transactions.

    Raises ``ValueError`` for an interval under one second or over :data:`LONGEST_INTERVAL`.
    """
    if not timedelta(seconds=1) <= interval <= LONGEST_INTERVAL:
        raise ValueError(f"“{name}” cannot run every {interval}: from one second to {LONGEST_INTERVAL.days} days")

    def register(run: Callable[[], None]) -> Callable[[], None]:
        @jobs.job(name, own_transactions=True)
        def handler(payload: dict[str, Any]) -> None:
            run()

        _scheduled[name] = interval
        return run

    return register


def enqueue_due() -> int:
    """Enqueue what is due and was not enqueued in this slot of its interval. Returns how many."""
    seconds, added = clock.now().timestamp(), 0
    for name, interval in _scheduled.items():
        key = f"{name}@{int(seconds // interval.total_seconds())}"
        if not Job.objects.filter(key=key).exists():
            with transaction.atomic():
                jobs.enqueue(name, {}, key=key)
            added += 1
    return added
