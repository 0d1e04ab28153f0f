"""Who does something to many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # what needs the settings is imported where it is used
    from django.test import Client

    from tests.city import City


@pytest.fixture
def grace() -> None:
    """What was done can be taken back for ten minutes."""
    from django.conf import settings

    settings.CONFIGURED["undo_minutes"] = 10


@pytest.fixture
def worker(city: City) -> Client:
    """A case worker of the west, signed in."""
    from lacarte.kernel.models import Role
    from tests.city import official, signed_in

    return signed_in(official(Role.CASE_WORKER, city.west))
