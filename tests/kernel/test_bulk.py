"""Many records inserted by one statement are the records that ``bulk_create`` would have made."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from lacarte.kernel import clock
from lacarte.kernel.bulk import insert_all
from lacarte.kernel.models import Event
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.models import Order
from tests.city import build

pytestmark = pytest.mark.django_db


def needs(count: int) -> list[Need]:
    city = build()
    return [
        Need(
            channel=Channel.IMPORT,
            subject="place",
            service_type=city.lift,
            region=city.west,
            text="It's “stuck”: 100 %s 电梯",
            longitude=122.05 if number % 2 else None,
            answers={"floor": str(number), "kinds": ["a", "b"]},
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, 3, 12])
def test_every_column_is_as_bulk_create_writes_it(count: int) -> None:
    ours = needs(2 * count)
    insert_all(ours[:count])
    Need.objects.bulk_create(ours[count:])
    read = list(Need.objects.order_by("pk").values())
    for need, row in zip(sorted(ours, key=lambda one: one.pk), read, strict=True):
        assert {name: getattr(need, name) for name in row} == row


def test_the_records_are_saved_ones_afterwards() -> None:
    ours = needs(1)
    insert_all(ours)
    ours[0].text = "changed"
    ours[0].save()
    assert Need.objects.get().text == "changed"


def test_nothing_is_nothing() -> None:
    insert_all([])


@pytest.mark.parametrize("count", [3, 12])
def test_one_that_is_there_already_stops_all(count: int) -> None:
    ours = needs(count)
    ours[2].reference = ours[0].reference
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all(ours)
    assert not Need.objects.exists()


def test_events_are_published_by_it() -> None:
    need = receive(text="stuck", channel=Channel.WEB, service_type=build().lift)
    event = Event.objects.get(stream=need.pk, name="need.received")
    assert event.payload == {"need": str(need.pk), "channel": "web"}


def test_a_field_that_knows_its_value_only_now_is_asked() -> None:
    city = build()
    need = receive(text="care", channel=Channel.WEB, service_type=city.care, region=city.west)
    now = clock.now()
    order = Order(need=need, offer_at_place=city.offer, contact_due=now, resolution_due=now)
    insert_all([order])
    order.refresh_from_db()
    assert (order.service_type, order.region) == (city.care, city.west)
