"""What has to be judged again when a fact changes: all that depends on it, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lacarte.engines.rules import Input, Kind, Output, Row, Table
from lacarte.kernel import clock
from lacarte.registers.entitlement import depending
from lacarte.registers.entitlement.actions import set_requirements
from lacarte.registers.entitlement.depending import facts_of
from lacarte.registers.entitlement.models import DecisionTable, Requirement
from lacarte.registers.entitlement.queries import depending_on
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.registers.entitlement.tables.records import Written, columns_of
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType
from tests.city import City

pytestmark = pytest.mark.django_db

TABLE = Table(
    "rent",
    (Input("income", Kind.NUMBER), Input("people", Kind.NUMBER), Input("not-used", Kind.NUMBER)),
    (Output("helped", Kind.BOOLEAN, default="false"),),
    (Row(("< 900", "-", "-"), ("true",)), Row(("[900..1500)", ">= 3", "-"), ("true",))),
)


@pytest.fixture
def services(city: City) -> list[ServiceType]:
    """Three services without any requirement."""
    area = city.care.parent
    assert area is not None
    return [add_service_type(area, code=f"s{n}", name={"en": f"Service {n}"}) for n in range(3)]


def ask(service: ServiceType, *facts: str) -> None:
    """Make these facts all that a service asks for."""
    rules = [Requirement(code=fact, circumstance=fact, comparison="is", value=True, text={}) for fact in facts]
    set_requirements(service, [(rule, ()) for rule in rules])


def test_a_service_depends_on_the_facts_of_its_requirements(services: list[ServiceType]) -> None:
    one, two, three = services
    ask(one, "age", "resident")
    ask(two, "resident")
    assert depending_on(["age"]) == {one.pk}
    assert depending_on(["resident"]) == {one.pk, two.pk}
    assert depending_on(["age", "resident"]) == {one.pk, two.pk}
    assert depending_on(["work"]) == depending_on([]) == frozenset()
    assert three.pk not in depending_on(["age", "resident"])


def test_through_a_table_it_depends_on_what_the_rows_test(services: list[ServiceType]) -> None:
    keep_tables([Written(TABLE)], since=clock.now().date(), actor=None)
    ask(services[0], "table.rent.helped")
    assert depending_on(["income"]) == depending_on(["people"]) == {services[0].pk}
    assert depending_on(["not-used"]) == frozenset()


def test_a_table_counts_from_its_day_on(services: list[ServiceType]) -> None:
    later = clock.now() + timedelta(days=9)
    keep_tables([Written(TABLE)], since=later.date(), actor=None)
    ask(services[0], "table.rent.helped")
    assert depending_on(["income"]) == frozenset()
    with clock.stopped_at(later):
        assert depending_on(["income"]) == {services[0].pk}


def test_a_table_that_asks_another_depends_on_what_that_asks(services: list[ServiceType]) -> None:
    keep_tables([Written(TABLE)], since=date(2020, 1, 1), actor=None)
    asks = (Input("table.rent.helped", Kind.BOOLEAN),)
    outer = Table("outer", asks, (Output("yes", Kind.BOOLEAN, default="false"),), (Row(("true",), ("true",)),))
    # no verb keeps it
    DecisionTable.objects.create(since=date(2020, 1, 1), **columns_of(Written(outer)))
    ask(services[0], "table.outer.yes")
    assert depending_on(["people"]) == {services[0].pk}
    assert depending_on(["table.rent.helped"]) == {services[0].pk}


def test_what_is_remembered_is_read_again_when_a_requirement_changes(services: list[ServiceType]) -> None:
    one, two, _three = services
    ask(one, "age")
    assert depending_on(["age"]) == {one.pk}
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert depending_on(["age"]) == {one.pk}
    assert len(asked) == 1, "what has not changed is not read again"
    ask(two, "age")
    assert depending_on(["age"]) == {one.pk, two.pk}
    rule = Requirement.objects.get(service_type=one)
    rule.circumstance = "work"
    rule.save()
    assert depending_on(["age"]) == {two.pk}
    assert depending_on(["work"]) == {one.pk}
    Requirement.objects.all().delete()
    assert depending_on(["age", "work"]) == frozenset()


@pytest.fixture
def strange(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that somebody decides who cannot say by what, and facts that depend on one another."""
    says: dict[str, tuple[str, ...] | None] = {"oracle.": None, "hen": ("egg",), "egg": ("hen", "corn")}
    for prefix in says:
        monkeypatch.setitem(depending._DEPENDS, prefix, lambda fact: says[fact.replace("delphi", "")])


@pytest.mark.usefixtures("strange")
def test_what_cannot_be_read_may_depend_on_anything(services: list[ServiceType]) -> None:
    ask(services[0], "oracle.delphi")
    assert depending_on(["age"]) == depending_on(["work"]) == {services[0].pk}
    assert depending_on([]) == frozenset(), "nothing has changed"


@pytest.mark.usefixtures("strange")
def test_what_goes_in_a_circle_is_read_once() -> None:
    assert set(facts_of("hen") or ()) == {"hen", "egg", "corn"}
