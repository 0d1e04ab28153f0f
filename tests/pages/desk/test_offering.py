"""Beside a case that waits stand the best offers, each with its reason; an official sends it to one of them."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order
from lacarte.registers.menu.models import CapacityLot
from tests.city import City, official, signed_in
from tests.loop.orders.delivery.at_work import second_offer
from tests.pages.desk.many import told

pytestmark = pytest.mark.django_db


def words(page: Any) -> str:
    return unescape(page.content.decode())


@pytest.fixture
def need(city: City) -> Need:
    """Somebody in the west waits for help at home."""
    return told(city, 1, longitude=122.04, latitude=28.04)[0]


def at(need: Need) -> str:
    return f"/desk/needs/{need.reference}/offers/"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_they_are_shown_with_reasons_and_it_is_sent_to_the_one_that_is_chosen(
    city: City, need: Need, worker: Client, language: str
) -> None:
    other = second_offer(city)
    worker.cookies["django_language"] = language
    assert f'hx-get="{at(need)}"' in words(worker.get(f"/desk/needs/{need.reference}/"))
    page = words(worker.get(at(need)))
    assert [name in page for name in ("Good Hands", "Provider q")] == [True, True]
    assert ("1 place free" if language == "en" else "1") in page
    assert worker.post(at(need), {}).status_code == 422
    assert worker.post(at(need), {"offer_at_place": "nonsense"}).status_code == 422
    assert not Order.objects.exists()
    worker.post(at(need), {"offer_at_place": str(other.pk)})
    worker.post(at(need), {"offer_at_place": str(city.offer.pk)})  # sent twice, or from two windows
    order = Order.objects.get()
    assert (order.need, order.offer_at_place) == (need, other)
    assert order.hold is not None
    assert f'hx-get="{at(need)}"' not in words(worker.get(f"/desk/needs/{need.reference}/"))
    assert worker.get(at(need)).status_code == 302


def test_where_nothing_is_free_the_page_says_so(need: Need, worker: Client) -> None:
    CapacityLot.objects.update(units=0)
    assert "No offer has a place free" in words(worker.get(at(need)))


def test_only_who_works_there_sends_it(city: City, need: Need) -> None:
    said = {"offer_at_place": str(city.offer.pk)}
    for user, status in (
        (official(Role.CASE_WORKER, city.east), 404),
        (official(Role.CALL_TAKER, city.west), 403),
        (official(Role.PLANNER, city.west), 403),
    ):
        client = signed_in(user)
        assert client.get(at(need)).status_code == client.post(at(need), said).status_code == status
        assert at(need) not in words(client.get(f"/desk/needs/{need.reference}/"))
    assert not Order.objects.exists()
