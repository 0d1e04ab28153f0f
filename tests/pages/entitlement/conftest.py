"""A table of rules, and who keeps it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # what needs the settings is imported where it is used
    from django.test import Client

    from lacarte.registers.entitlement.models import DecisionTable
    from tests.city import City


@pytest.fixture
def today() -> date:
    """The day on which the table counts."""
    from django.utils import timezone

    return timezone.localdate()


@pytest.fixture
def hours(city: City, today: date) -> DecisionTable:
    """How many hours of care somebody gets, in force for a month; home care asks it."""
    from lacarte.registers.entitlement.models import Requirement
    from lacarte.registers.entitlement.tables.keeping import keep_tables
    from tests.pages.entitlement.tables import CARE

    Requirement.objects.create(
        service_type=city.care, code="by-table", circumstance="table.care-hours.hours",
        comparison="at-least", value=1, text={"en": "By the table"},
    )  # fmt: skip
    return keep_tables([CARE], since=today - timedelta(days=30), actor=None)[0]


@pytest.fixture
def keeper(city: City) -> Client:
    """A planner of the whole city, signed in."""
    from lacarte.kernel.models import Role
    from tests.city import official, signed_in

    return signed_in(official(Role.PLANNER, name="pia"))
