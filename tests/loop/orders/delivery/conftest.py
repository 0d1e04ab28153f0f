"""An order at work, and those who work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # what needs the settings is imported where it is used
    from tests.city import City
    from tests.loop.orders.delivery.at_work import AtWork


@pytest.fixture
def at_work(city: City) -> AtWork:
    """A clerk of the west, two providers with a member each, and an order at the first."""
    from tests.loop.orders.delivery.at_work import AtWork

    return AtWork.of(city)


@pytest.fixture
def grace() -> None:
    """Changes can be taken back for ten minutes."""
    from django.conf import settings

    settings.CONFIGURED["undo_minutes"] = 10
