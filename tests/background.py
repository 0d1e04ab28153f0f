"""The background work of an installation, done within a test or by a process of one."""

from __future__ import annotations

import time
from datetime import timedelta

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Job


def work(*, failing: bool = False) -> None:
    """Do all that is due. A job that fails makes the test fail, unless it is to be seen ``failing``."""
    while jobs.work_once():
        pass
    failed = list(Job.objects.exclude(last_error="").values_list("name", "last_error"))
    assert failing or not failed, failed


def finish(lease: timedelta, *, retries: bool = False) -> None:
    """Work until nothing is due, leases of the dead included; what is asked for later stays.

    With ``retries`` what has failed is waited for as well, until it is done or has failed too often.
    """
    left = Job.objects.filter(state=Job.State.READY)
    while left.filter(run_at__lte=clock.now()).exists() or (retries and left.exclude(last_error="").exists()):
        if not jobs.work_once(lease=lease):
            time.sleep(0.05)
