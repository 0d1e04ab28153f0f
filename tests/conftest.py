"""Tests run on SQLite, and on PostgreSQL when LACARTE_DATABASE names one (``./lacarte test`` does)."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # what needs the settings is imported where it is used
    from django.conf import LazySettings
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

    from lacarte.loop.needs.messages.carriers import Memory
    from tests.city import City

# Settings are read at import: a home folder of our own, whatever the machine has, one for each process of ``-n``.
# Named here and not in pyproject.toml, because pytest-django would read them before this file.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
os.environ["LACARTE_HOME"] = HOME = tempfile.mkdtemp(prefix="lacarte-test-")
os.environ.setdefault("LACARTE_SECRET_KEY", "only for tests")
os.environ.setdefault("LACARTE_LOG_LEVEL", "WARNING")

# A job in the background begins without Ctrl-C, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure() -> None:
    """Only now may the settings be read."""
    import django

    django.setup()
    # The processes of ``-n`` inherit it, and pytest-django would have them read the settings before this file.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    from django.db import connection

    if connection.vendor == "sqlite" and not connection.settings_dict["TEST"]["NAME"]:
        # What it is without a name; but pytest-django knows only Django's own SQLite, and would name a file.
        connection.settings_dict["TEST"]["NAME"] = ":memory:"


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; on PostgreSQL, without what ran with the SQLite suite and would do the same again."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    _flushing_apart(items)
    for item in items:
        if "LACARTE_DATABASE" in os.environ and item.get_closest_marker("once"):
            item.add_marker(pytest.mark.skip(reason="ran with the SQLite suite"))


def _flushing_apart(items: list[pytest.Item]) -> None:
    """Tests with connections of their own empty the database; they come last, and all files with them."""
    kinds = defaultdict(set)
    for item in items:
        if marker := item.get_closest_marker("django_db"):
            kinds[item.path].add(bool(marker.kwargs.get("transaction")))
    if mixed := [str(path) for path, found in kinds.items() if len(found) > 1]:
        raise pytest.UsageError(f"{', '.join(mixed)}: tests with transaction=True need a file of their own")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """How processes share the tests (``-n``)."""
    from tests.sharing_out import ByShare

    return ByShare(config, log)


@pytest.fixture(autouse=True)
def as_quick_as_tests_are() -> None:
    """Tests answer questions faster than people, and are not held for it; no count of one is kept for the next."""
    from django.conf import settings

    from lacarte.pages.desk import queue

    queue.AT_ONCE_MS = 60_000  # a busy machine counts as a quiet one does
    settings.CONFIGURED["fill_seconds"] = settings.CONFIGURED["rates_minutes"] = 0
    settings.CONFIGURED["undo_minutes"] = 0  # what follows from a change follows at once
    settings.CONFIGURED["quiet_hours"] = ""  # whatever the clock says while they run
    settings.CONFIGURED["announce_minutes"] = 0  # nor do letters come that a test does not speak of


@pytest.fixture(autouse=True)
def fresh_pace() -> Iterator[None]:
    """Every test begins with nothing counted by the rate limits."""
    from lacarte.kernel.rate_limit import _limiter

    _limiter.cache_clear()
    yield


@pytest.fixture(autouse=True)
def language_of_the_installation() -> Iterator[None]:
    """No test speaks the language of the last page of the one before."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture
def city(db: None) -> City:
    """A very small city, with two units of home care free."""
    from tests.city import build

    return build()


@pytest.fixture
def carried(settings: LazySettings, tmp_path: Path) -> type[Memory]:
    """What goes to people by e-mail, SMS and chat stays in memory, what is uploaded in a folder of the test."""
    from lacarte.loop.needs.messages.carriers import Memory

    settings.CARRIERS = dict.fromkeys(("email", "sms", "chat"), f"{Memory.__module__}.{Memory.__qualname__}")
    settings.MEDIA_ROOT = tmp_path
    Memory.sent.clear()
    Memory.refuses.clear()
    return Memory
