"""Settings of the benchmark's peer: Django's own SQLite backend, as well tuned as it can be."""

from lacarte.site.settings import *  # noqa: F403
from lacarte.site.settings import DATABASES

DATABASES["default"] |= {
    "ENGINE": "django.db.backends.sqlite3",
    "OPTIONS": {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    },
}
