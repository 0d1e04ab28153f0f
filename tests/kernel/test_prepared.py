"""Rows read by a statement that is made once are those that Django's mapper reads."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lacarte.kernel.prepared import Prepared
from lacarte.registers.menu.models import Attribute, ServiceType
from lacarte.registers.places.models import Region
from tests.city import City


def all_columns(record: object) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name != "_state"}


@pytest.mark.parametrize("model", [ServiceType, Region])
def test_every_column_is_as_the_mapper_reads_it(city: City, model: type[Region]) -> None:
    read = Prepared(model, "number = %s")
    for record in model.objects.all():
        found = read.first(record.pk)
        assert found == record
        assert all_columns(found) == all_columns(record)


def test_what_it_reads_can_be_changed_and_saved(city: City) -> None:
    found = Prepared(Region, "number = %s").first(city.west.number)
    assert found is not None
    found.calendar = {"opens": "08:30"}
    found.save()
    city.west.refresh_from_db()
    assert city.west.calendar == {"opens": "08:30"}


def test_several_come_in_the_order_asked_for(city: City) -> None:
    for order, code in ((2, "a"), (1, "b")):
        Attribute.objects.create(service_type=city.lift, code=code, datatype="string", order=order, values=[])
    read = Prepared(Attribute, "service_type_id = %s", order='"order", code')
    assert [one.code for one in read.all(city.lift.pk)] == ["b", "a"]


def test_there_may_be_none_and_that_takes_one_query(city: City) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert Prepared(Region, "code = %s").first("nowhere") is None
    assert len(asked) == 1
