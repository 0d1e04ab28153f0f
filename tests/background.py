"""The background work of an installation, done within a test."""

from __future__ import annotations

from lacarte.kernel import jobs
from lacarte.kernel.models import Job


def work(*, failing: bool = False) -> None:
    """Do all that is due. A job that fails makes the test fail, unless it is to be seen ``failing``."""
    while jobs.work_once():
        pass
    failed = list(Job.objects.exclude(last_error="").values_list("name", "last_error"))
    assert failing or not failed, failed
