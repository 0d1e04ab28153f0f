"""Tests run on SQLite, and on PostgreSQL when LACARTE_DATABASE names one (``./lacarte test`` does)."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator

import pytest

# Settings are read at import: a home folder of our own, whatever the machine has.
# Named here and not in pyproject.toml, because pytest-django would read them before this file.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
os.environ.setdefault("LACARTE_HOME", tempfile.mkdtemp(prefix="lacarte-test-"))
os.environ.setdefault("LACARTE_SECRET_KEY", "only for tests")
os.environ.setdefault("LACARTE_LOG_LEVEL", "WARNING")

# A job in the background begins without Ctrl-C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure() -> None:
    """Only now may the settings be read."""
    import django

    django.setup()


@pytest.fixture(autouse=True)
def as_quick_as_tests_are() -> None:
    """Tests answer questions faster than people, and are not held for it."""
    from django.conf import settings

    settings.CONFIGURED["fill_seconds"] = 0


@pytest.fixture(autouse=True)
def fresh_pace() -> Iterator[None]:
    """Every test begins with nothing counted by the rate limits."""
    from lacarte.kernel.rate_limit import _limiter

    _limiter.cache_clear()
    yield
