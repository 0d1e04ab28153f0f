"""``lacarte check`` names what services ask of tables and do not get."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lacarte.engines.rules import Input, Kind, Output
from lacarte.kernel import clock
from lacarte.registers.entitlement.models import DecisionTable, Requirement
from lacarte.registers.entitlement.tables.checking import books
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.registers.entitlement.tables.records import Written, columns_of
from lacarte.site.health import findings
from tests.city import City
from tests.pages.entitlement.tables import CARE, HOURS

pytestmark = pytest.mark.django_db


def asks(city: City, fact: str) -> None:
    code = f"r{Requirement.objects.count()}"
    asked = {"circumstance": fact, "comparison": "is", "value": True}
    Requirement.objects.create(service_type=city.care, code=code, **asked)


def test_a_table_that_is_asked_for_what_it_says_is_fine(city: City) -> None:
    keep_tables([CARE], since=clock.now().date(), actor=None)
    asks(city, "table.care-hours.hours")
    assert books().wrong == ()
    (found,) = [one for one in findings() if one.what == "tables of rules"]
    assert (found.well, found.words) == (True, "1 in force, 1 requirements ask them")


def test_what_is_asked_and_not_there_is_named_with_who_asks(city: City) -> None:
    later = clock.now().date() + timedelta(days=9)
    keep_tables([replace(CARE, table=replace(HOURS, code="later"))], since=later, actor=None)
    keep_tables([CARE], since=clock.now().date(), actor=None)
    for fact in ("table.none.x", "table.care-hours.price", "table.later.hours"):
        asks(city, fact)
    assert books().wrong == (
        "home-care asks table.none.x, and there is no such table",
        "home-care asks table.care-hours.price, and the table says hours only",
        f"home-care asks table.later.hours, which counts only from {later} on",
    )


def test_what_nobody_is_asked_and_what_nothing_is_said_of_is_named(city: City) -> None:
    asked = (replace(HOURS.inputs[0], fact="shoe-size"), *HOURS.inputs[1:])
    odd = replace(HOURS, code="odd", inputs=asked, outputs=(Output("hours", Kind.NUMBER),))
    keep_tables([Written(odd)], since=clock.now().date(), actor=None)
    not_asked, nothing = books().wrong
    assert not_asked == "table odd asks shoe-size, which nobody is asked for"
    assert nothing.startswith("table odd says nothing of hours for shoe-size=64")


def test_a_table_that_no_verb_has_kept_is_looked_at_too(city: City) -> None:
    circle = replace(HOURS, inputs=(Input("table.care-hours.hours", Kind.NUMBER), *HOURS.inputs[1:]))
    DecisionTable.objects.create(since=clock.now().date(), **columns_of(replace(CARE, table=circle, cases=())))
    (found, *_others) = books().wrong
    assert "the table asks itself: care-hours → care-hours" in found
