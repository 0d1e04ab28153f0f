"""The worker: runs jobs until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
import time

from django.db import Error, close_old_connections, connection

from lacarte.kernel import jobs, schedule

logger = logging.getLogger(__name__)
_SCHEDULE_SECONDS = 10.0
_AFTER_DATABASE_ERROR_SECONDS = 2.0


def run(stop: threading.Event, *, idle: float = 0.5) -> None:
    """Work until ``stop`` is set, after the job in hand; sleep ``idle`` seconds when there is none."""
    looked = float("-inf")
    while not stop.is_set():
        try:
            if time.monotonic() - looked > _SCHEDULE_SECONDS:
                schedule.enqueue_due()
                looked = time.monotonic()
            worked = jobs.work_once()
        except Error:
            logger.exception("the database did not answer; trying again")
            connection.close()  # also one that answers, but reads what was long ago and so may not write
            stop.wait(_AFTER_DATABASE_ERROR_SECONDS)
            continue
        if not worked:
            close_old_connections()
            stop.wait(idle)


def run_until_signalled(*, idle: float = 0.5) -> None:
    """As :func:`run`, until SIGTERM or SIGINT. Call it in the main thread."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop, idle=idle)
