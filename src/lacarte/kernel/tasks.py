"""The kernel's own housekeeping."""

from __future__ import annotations

from datetime import timedelta

from lacarte.kernel import jobs, presence
from lacarte.kernel.schedule import every

KEEP_FINISHED = timedelta(days=7)


@every(timedelta(hours=1), "kernel.remove-finished-jobs")
def remove_finished_jobs() -> None:
    """Remove jobs that ended long ago, a batch at a time."""
    while jobs.remove_finished(KEEP_FINISHED):
        pass


@every(timedelta(hours=1), "kernel.forget-presence")
def forget_presence() -> None:
    """Forget who had what open."""
    presence.forget()
