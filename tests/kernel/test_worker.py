"""The worker, where the database does not answer."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from lacarte.kernel import worker


def test_after_an_error_of_the_database_it_goes_on_with_another_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that still answers may read what is old, and then SQLite never lets it write."""
    stop, closed = threading.Event(), []

    def fail() -> bool:
        raise OperationalError("database is locked")

    def close() -> None:
        closed.append(True)
        stop.set()

    monkeypatch.setattr(worker.jobs, "work_once", fail)
    monkeypatch.setattr(worker.schedule, "enqueue_due", lambda: None)
    monkeypatch.setattr(worker, "connection", SimpleNamespace(close=close))
    worker.run(stop)
    assert closed == [True]
