"""What is kept of registers in memory is read again when they have changed, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lacarte.kernel.versions import asked_once, remembered, version_of
from lacarte.loop.needs.models import UrgencyRule
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Boundary
from tests.city import City


@pytest.fixture
def names() -> Callable[[], list[str]]:
    @remembered(ServiceType)
    def read() -> list[str]:
        return [str(kind.name["en"]) for kind in ServiceType.objects.order_by("number") if kind.name]

    return read


def test_it_is_read_once_until_something_changes(city: City, names: Callable[[], list[str]]) -> None:
    first = names()
    with CaptureQueriesContext(connection) as asked:
        assert names() is first
    assert len(asked) == 1, "only the version is asked for"
    city.lift.name = {"en": "Lifts"}
    city.lift.save()
    assert "Lifts" in names()


def test_in_a_block_all_versions_take_one_query(city: City) -> None:
    with asked_once():  # what is asked for in such blocks is learnt
        version_of(Boundary)
        version_of(UrgencyRule)
    with CaptureQueriesContext(connection) as asked, asked_once():
        found = version_of(UrgencyRule), version_of(Boundary), version_of(Boundary, UrgencyRule)
    assert len(asked) == 1
    assert found[2] == (*found[1], *found[0])
    assert found == (version_of(UrgencyRule), version_of(Boundary), version_of(Boundary, UrgencyRule))


def test_what_changes_in_a_block_is_seen_after_it(city: City) -> None:
    with asked_once():
        before = version_of(Boundary)
        city.west.boundary.delete()
        assert version_of(Boundary) == before
    assert version_of(Boundary) != before


def test_a_block_in_a_block_begins_anew_and_ends_alone(city: City) -> None:
    with asked_once():
        before = version_of(Boundary)
        city.west.boundary.delete()
        with asked_once():
            assert version_of(Boundary) != before
        assert version_of(Boundary) == before
