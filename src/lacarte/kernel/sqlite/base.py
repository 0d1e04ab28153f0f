"""SQLite for many writers: WAL, immediate transactions, a fair write lock in front.

A transaction takes the write lock at its begin, never half-way, so nothing fails with "database is
locked"; single statements outside a transaction take it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from lacarte.kernel.write_lock import WriteLock, lock_of

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP", "VACUUM", "REINDEX", "ANALYZE")


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose writing statements wait their turn when there is no transaction around them."""

    def __init__(self, connection: Any, *, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._wrapper = wrapper

    def execute(self, query: str, params: Any = None) -> Any:
        """As in Django."""
        with self._wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        """As in Django."""
        with self._wrapper.turn_for(query):
            return super().executemany(query, param_list)


class _Turn:
    """The write lock for the length of one statement, where the statement needs it."""

    def __init__(self, lock: WriteLock | None) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if self._lock:
            self._lock.acquire()

    def __exit__(self, *exception: object) -> None:
        if self._lock:
            self._lock.release()


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection to a SQLite file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: WriteLock | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """Wait rather than fail; begin every transaction as a writer."""
        options = self.settings_dict["OPTIONS"]
        options.setdefault("timeout", 30)
        options.setdefault("transaction_mode", "IMMEDIATE")
        return super().get_connection_params()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file in WAL form; the one-time change of form waits its turn."""
        connection = super().get_new_connection(conn_params)
        lock = self._lock()
        if lock and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            with _Turn(None if self._held else lock):
                connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor that waits its turn."""
        return self.connection.cursor(factory=partial(Cursor, wrapper=self))

    def turn_for(self, query: str) -> _Turn:
        """The lock around a statement: none for reads and inside a transaction, which holds it already."""
        outside = self._held is None and self.get_autocommit() and not self.in_atomic_block
        writes = query.lstrip()[:7].upper().startswith(_WRITES)
        return _Turn(self._lock() if outside and writes else None)

    def _lock(self) -> WriteLock | None:
        if self.is_in_memory_db():
            return None
        return lock_of(Path(self.settings_dict["NAME"]))

    def _start_transaction_under_autocommit(self) -> None:
        lock = self._lock()
        if lock:
            lock.acquire()
            self._held = lock
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._let_go()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._let_go()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._let_go()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held:
            held.release()
