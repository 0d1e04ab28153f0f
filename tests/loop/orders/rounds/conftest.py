"""A crew on a morning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # what needs the settings is imported where it is used
    from datetime import datetime
    from pathlib import Path

    from django.conf import LazySettings

    from tests.city import City
    from tests.loop.orders.rounds.going import Crew


@pytest.fixture
def morning() -> Iterator[datetime]:
    """Nine o'clock on a Wednesday."""
    from lacarte.kernel import clock
    from tests.loop.orders.delivery.at_work import WEDNESDAY

    with clock.stopped_at(WEDNESDAY):
        yield WEDNESDAY


@pytest.fixture
def crew(morning: datetime, city: City, settings: LazySettings, tmp_path: Path) -> Crew:
    """Somebody who goes out for the city's provider."""
    from tests.loop.orders.rounds.going import Crew

    settings.MEDIA_ROOT = tmp_path
    return Crew.of(city)
