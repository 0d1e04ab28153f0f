"""The demo city never mixes with another."""

from __future__ import annotations

import pytest

from lacarte.demo.load import OtherDataError, is_loaded, load
from lacarte.loop.needs.models import Need
from tests.city import build


@pytest.mark.django_db
def test_another_city_is_left_alone() -> None:
    build()
    with pytest.raises(OtherDataError, match="home of its own"):
        load(residents=200, needs=100)
    assert not is_loaded()
    assert not Need.objects.exists()
