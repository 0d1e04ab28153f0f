"""A fair lock in front of SQLite, so that no writer is starved.

SQLite lets whoever asks at the right moment write; with 16 writers some waited 8 s (research/trust.md,
6.2). Here threads of one process queue first in, first out; processes pass a turnstile: a POSIX lock on
byte 1 ("I am next") is taken before the one on byte 0 ("I write"), so that a writer that has just
finished cannot overtake the one that is next. The system drops both when a process dies.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

_WRITING, _NEXT = 0, 1


@dataclass(frozen=True)
class Waits:
    """How long this process has waited to write, in seconds, since it started."""

    turns: int
    total_seconds: float
    longest_seconds: float


class WriteLock:
    """The lock of one database file; one object a process and file, made by :func:`lock_of`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Kept open for the life of the process: closing any descriptor of the file would drop its locks.
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._taken = False
        self._owner: int | None = None
        self._waits = Waits(0, 0.0, 0.0)

    def acquire(self) -> None:
        """Wait for our turn.

        Raises ``RuntimeError`` when this very thread holds the lock: it would wait for itself for ever.
        """
        if self._owner == threading.get_ident():
            raise RuntimeError(
                f"this thread already writes to the database of {self._path.name} through another connection: "
                "end that transaction first, or use the same connection"
            )
        began = time.monotonic()
        self._queue_in_process()
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, _NEXT)
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, _WRITING)
            finally:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, _NEXT)
        except BaseException:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, _WRITING)  # perhaps interrupted just after we got it
            self._leave_process()
            raise
        self._owner = threading.get_ident()
        waited, so_far = time.monotonic() - began, self._waits
        self._waits = Waits(so_far.turns + 1, so_far.total_seconds + waited, max(so_far.longest_seconds, waited))

    def release(self) -> None:
        """Let the next one write."""
        self._owner = None
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, _WRITING)
        self._leave_process()

    def waits(self) -> Waits:
        """How long the threads of this process have waited here."""
        return self._waits

    def _queue_in_process(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Event()
            self._queue.append(turn)
        try:
            turn.wait()
        except BaseException:  # interrupted from the keyboard: our turn must not be handed to nobody
            with self._guard:
                handed_over = turn not in self._queue
                if not handed_over:
                    self._queue.remove(turn)
            if handed_over:
                self._leave_process()
            raise

    def _leave_process(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().set()  # handed over: stays taken
            else:
                self._taken = False


_locks: dict[Path, WriteLock] = {}
_locks_guard = threading.Lock()


def lock_of(database: Path) -> WriteLock:
    """The lock of a database file, kept in ``<file>.lock`` beside it."""
    path = Path(f"{database}.lock").resolve()
    with _locks_guard:
        if path not in _locks:
            _locks[path] = WriteLock(path)
        return _locks[path]


def _forget_in_child() -> None:
    """A forked child holds none of its parent's locks and needs descriptors of its own."""
    global _locks_guard
    _locks_guard = threading.Lock()
    _locks.clear()


os.register_at_fork(after_in_child=_forget_in_child)
