"""What a provider does on its pages, for the tests of them."""

from __future__ import annotations

from typing import Any

from lacarte.kernel import clock
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.models import Order
from lacarte.registers.people.models import Person
from tests.city import City


def posted(page: Any, **other: Any) -> dict[str, Any]:
    """What the form of a page would send, with some of it changed."""
    form = page.context["form"]
    data = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in data.items() if value not in (None, [])} | other


def words_of(page: Any) -> str:
    """A page as it is sent."""
    return page.content.decode()


def day_rule() -> dict[str, Any]:
    """Two a day, from today on."""
    today = clock.now().date()
    return {
        "bucket": "day",
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "opens": None,
        "closes": None,
        "minutes": None,
        "units": 2,
        "since": today,
        "until": None,
    }


def order_for(city: City, person: Person | None = None) -> Order:
    """An order of the city's one provider."""
    need = receive(channel=Channel.WEB, text="Wash me", service_type=city.care, region=city.west, person=person)
    return place_order(need, offer_at_place=city.offer)
