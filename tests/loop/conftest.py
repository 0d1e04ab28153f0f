"""Who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # what needs the settings is imported where it is used
    from lacarte.kernel.models import User
    from tests.city import City


@pytest.fixture
def clerk(city: City) -> User:
    """A case worker of the west."""
    from lacarte.kernel.models import Role
    from tests.city import official

    return official(Role.CASE_WORKER, city.west)
