"""SQLite for many writers: its form, and the fair lock in front of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lacarte.kernel.sqlite.base import DatabaseWrapper
from lacarte.kernel.write_lock import WriteLock, lock_of

HOLD = """
import sys, time
from pathlib import Path
from lacarte.kernel.write_lock import WriteLock
WriteLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def lock(tmp_path: Path) -> WriteLock:
    return WriteLock(tmp_path / "city.lock")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    connection = open_database(str(tmp_path / "city.sqlite3"))
    yield connection
    connection.close()


@pytest.fixture(autouse=True)
def allowed(db: None) -> None:
    """pytest-django guards every connection, also ours to files of our own."""


def open_database(name: str) -> DatabaseWrapper:
    from django.db import connections

    settings = {"ENGINE": "lacarte.kernel.sqlite", "NAME": name, "OPTIONS": {}}
    connections.configure_settings({"default": settings})  # fills in what Django needs
    return DatabaseWrapper(settings, alias="city")


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def until(true: Callable[[], object]) -> None:
    ends = time.monotonic() + 5
    while not true():
        assert time.monotonic() < ends, "waited 5 s in vain"
        time.sleep(0.005)


def one(database: DatabaseWrapper, query: str) -> object:
    with database.cursor() as cursor:
        return cursor.execute(query).fetchone()[0]


def test_threads_are_served_in_the_order_they_came(lock: WriteLock) -> None:
    served: list[int] = []

    def write(n: int) -> None:
        lock.acquire()
        served.append(n)
        lock.release()

    lock.acquire()
    threads = []
    for n in range(8):
        threads.append(in_thread(lambda n=n: write(n)))
        until(lambda n=n: len(lock._queue) == n + 1)
    lock.release()
    for thread in threads:
        thread.join(5)
    assert served == list(range(8))


def test_a_killed_process_lets_go(lock: WriteLock, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", HOLD, str(tmp_path / "city.lock")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        waiting = in_thread(lock.acquire)
        waiting.join(0.2)
        assert waiting.is_alive()
        other.send_signal(signal.SIGKILL)
        waiting.join(5)
        assert not waiting.is_alive()
    assert lock.waits().longest_seconds >= 0.2


def test_a_forked_child_waits_for_its_parent(tmp_path: Path) -> None:
    database, marker = tmp_path / "city.sqlite3", tmp_path / "written"
    lock_of(database).acquire()
    child = os.fork()
    if child == 0:  # the child leaves without pytest noticing that there were two of us
        try:
            lock_of(database).acquire()
            marker.touch()
        finally:
            os._exit(0)
    time.sleep(0.2)
    assert not marker.exists()
    lock_of(database).release()
    os.waitpid(child, 0)
    assert marker.exists()


def test_who_is_interrupted_leaves_the_queue(lock: WriteLock, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    holder = in_thread(lock.acquire)
    holder.join(5)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(threading, "Event", Interrupted)
        lock.acquire()
    lock.release()
    later = in_thread(lock.acquire)
    later.join(5)
    assert not later.is_alive()


def test_a_thread_that_would_wait_for_itself_is_told(lock: WriteLock) -> None:
    lock.acquire()
    with pytest.raises(RuntimeError, match=r"city\.lock through another connection"):
        lock.acquire()
    lock.release()
    lock.acquire()  # and the lock is not spoilt by it
    assert lock.waits().turns == 2


def test_a_file_is_opened_in_production_form(database: DatabaseWrapper) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    assert [one(database, f"PRAGMA {name}") for name in pragmas] == ["wal", 1, 1, 30_000]


def test_a_transaction_begins_as_a_writer_and_lets_go_at_its_end(
    database: DatabaseWrapper, tmp_path: Path
) -> None:
    turns = lambda: lock_of(tmp_path / "city.sqlite3").waits().turns  # noqa: E731
    one(database, "SELECT 1")
    before = turns()
    database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert database._held is not None
    database.rollback()
    database.set_autocommit(True)
    assert database._held is None
    assert turns() == before + 1


def test_a_single_statement_takes_a_turn_if_it_writes(database: DatabaseWrapper, tmp_path: Path) -> None:
    lock = lock_of(tmp_path / "city.sqlite3")
    with database.cursor() as cursor:
        before = lock.waits().turns
        cursor.execute("SELECT 1")
        assert lock.waits().turns == before
        for statement in ("create table t (n integer)", "  INSERT INTO t VALUES (1)", "VACUUM"):
            cursor.execute(statement)
    assert lock.waits().turns == before + 3


def test_a_database_in_memory_needs_no_lock() -> None:
    database = open_database(":memory:")
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE t (n integer)")
    assert database._lock() is None
    database.close()
