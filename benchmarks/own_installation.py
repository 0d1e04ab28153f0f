"""An installation of its own for a benchmark: a home folder, and on PostgreSQL a database, dropped at the end."""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def begin(name: str, **settings: object) -> None:
    """Make Django ready on a new installation with ``settings``; what the environment names already stays.

    ``LACARTE_DATABASE=postgresql://…`` names a server: a database called after ``name`` is made there; together
    with ``LACARTE_HOME`` it names the database itself, which stays. Import what needs Django after this.
    """
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    os.environ["DJANGO_SETTINGS_MODULE"] = "lacarte.site.settings"
    stays = "LACARTE_HOME" in os.environ
    home = tempfile.mkdtemp(prefix=f"lacarte-{name}-")
    for setting, value in {"home": home, "log_level": "ERROR", **settings}.items():
        os.environ.setdefault(f"LACARTE_{setting.upper()}", str(value))
    if not stays and (server := os.environ.get("LACARTE_DATABASE", "")):
        _own_database(server, f"lacarte_{name}_{os.getpid()}")
    import django

    django.setup()


def _own_database(server: str, database: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"')
    os.environ["LACARTE_DATABASE"] = f"{server.rsplit('/', 1)[0]}/{database}"

    @atexit.register
    def drop() -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


def settle() -> None:
    """Have PostgreSQL look at what was filled in, as it does by itself within a minute; SQLite never does."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")
