"""Empty databases for programs with an installation of their own: migrated once, then copied."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

from tests.command import lacarte


def migrated(home: Path) -> Path:
    """Make ``home`` what ``lacarte migrate`` makes of it: a new installation on SQLite."""
    return Path(shutil.copytree(_home(), home, dirs_exist_ok=True))


@contextmanager
def migrated_at(server: str) -> Iterator[str]:
    """The address of an empty database at a PostgreSQL ``server``; it is dropped at the end."""
    name = f"lacarte_scratch_{uuid4().hex[:8]}"
    _ask(server, f'CREATE DATABASE "{name}" TEMPLATE "{_template(server)}"')
    try:
        yield _address(server, name)
    finally:
        _ask(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="lacarte-test-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    _migrate(home)
    return home


@cache
def _template(server: str) -> str:
    name = f"lacarte_template_{uuid4().hex[:8]}"
    _ask(server, f'CREATE DATABASE "{name}"')
    atexit.register(_ask, server, f'DROP DATABASE "{name}" WITH (FORCE)')
    with tempfile.TemporaryDirectory(prefix="lacarte-test-") as home:
        _migrate(Path(home), LACARTE_DATABASE=_address(server, name))
    return name


def _migrate(home: Path, **environment: str) -> None:
    done = lacarte(home, "migrate", **environment)
    assert done.returncode == 0, done.stderr


def _address(server: str, name: str) -> str:
    return f"{server.rsplit('/', 1)[0]}/{name}"


def _ask(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
