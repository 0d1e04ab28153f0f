"""The desk lists orders: those that the mandate covers, page by page, and names for who works on them."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lacarte.kernel.models import Role
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.voice.models import Rating
from lacarte.pages.desk import orders as page
from lacarte.registers.people.models import PersonalRead
from tests.city import City, official, signed_in
from tests.loop.test_orders_seen import NOW, ordered

pytestmark = pytest.mark.django_db


def words(client: Client, query: str = "", status: int = 200) -> str:
    reply = client.get(f"/desk/orders/{query}")
    assert reply.status_code == status
    return unescape(reply.content.decode())


@pytest.fixture
def two(city: City) -> tuple[Order, Order]:
    done = ordered(city, city.west, city.care, age=2, state=OrderState.COMPLETED, ended_at=NOW)
    Rating.objects.create(order=done, contacted_in_time=True, solved=True, satisfaction=4)
    return ordered(city, city.east, city.care), done


def test_it_lists_what_the_mandate_covers(city: City, two: tuple[Order, Order]) -> None:
    east, west = two
    everything = words(signed_in(official(Role.CASE_WORKER)))
    assert everything.index(east.need.reference) < everything.index(west.need.reference)
    assert "Home care" in everything
    assert "Good Hands" in everything
    assert "Good</td>" in everything.replace("\n", "")
    some = words(signed_in(official(Role.CALL_TAKER, city.west)))
    assert west.need.reference in some
    assert east.need.reference not in some
    assert signed_in(official(Role.PLANNER)).get("/desk/orders/").status_code == 403
    assert Client().get("/desk/orders/").status_code == 302


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?state=completed", [1]),
        ("?sort=due", [0]),
        ("?district=w", [1]),
        ("?area=health", [0, 1]),
        ("?provider=p", [0, 1]),
        ("?since=2999-01-01", []),
        ("?until=2000-01-01", []),
    ],
)
def test_it_is_narrowed_as_asked(two: tuple[Order, Order], query: str, left: list[int]) -> None:
    found = words(signed_in(official(Role.CASE_WORKER)), query)
    assert [n for n, order in enumerate(two) if order.need.reference in found] == left
    assert ("There is no such order" in found) == (not left)


def test_a_reference_finds_its_order_and_a_wrong_one_is_said_at_its_field(two: tuple[Order, Order]) -> None:
    worker, reference = signed_in(official(Role.CASE_WORKER)), two[1].need.reference
    assert "Good Hands" in words(worker, f"?reference={reference.lower()}")
    assert "A reference has 8 letters and digits" in words(worker, "?reference=12", 400)
    assert "It cannot end before it begins." in words(worker, "?since=2026-11-02&until=2026-11-01", 400)
    assert "not one of the available choices" in words(worker, "?provider=nobody", 400)


def test_names_are_asked_for_and_written_down(two: tuple[Order, Order]) -> None:
    worker = signed_in(official(Role.CASE_WORKER))
    assert "Ada Quay" not in words(worker)
    assert PersonalRead.objects.count() == 0
    assert words(worker, "?names=on").count("Ada Quay") == 2
    assert PersonalRead.objects.count() == 2
    call_taker = words(signed_in(official(Role.CALL_TAKER)), "?names=on")
    assert "Ada Quay" not in call_taker
    assert 'name="names"' not in call_taker


def test_pages_follow_each_other(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_PAGE", 2)
    there = [ordered(city, city.west, city.care, age=age).need.reference for age in range(5)]
    worker, query, found = signed_in(official(Role.CASE_WORKER)), "?state=requested", []
    for _ in range(3):
        shown = words(worker, query)
        found.append([one for one in there if one in shown])
        query = shown.split('rel="next" href="')[-1].split('"')[0]
    assert found == [there[:2], there[2:4], there[4:]]
    assert 'rel="next"' not in shown
    assert "First page" in shown
    reply = worker.get("/desk/orders/?state=requested&after=nonsense")
    assert (reply.status_code, reply["Location"]) == (302, "/desk/orders/?state=requested")


def test_it_asks_as_often_for_many_orders_as_for_few(city: City) -> None:
    worker = signed_in(official(Role.CASE_WORKER))

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            words(worker, "?names=on")
        return len(found)

    ordered(city, city.west, city.care)
    asked()
    few = asked()
    for age in range(20):
        ordered(city, city.west, city.care, age=age)
    asked()
    assert asked() == few
