"""Ordering on the pages as a resident does, for the tests of them."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from lacarte.loop.orders.models import BundleOrder
from lacarte.pages.resident.ordering.draft import SESSION_KEY
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.bundles import Item, set_bundle
from lacarte.registers.menu.models import CapacityLot, LifeEvent, Offer, OfferAtPlace
from tests.city import City
from tests.loop.bundled import Menu, menu_of

ALL = ("birth", "insurance", "benefit")

#: What is pressed on a page on which nothing is chosen.
_NOTHING: dict[str, dict[str, Any]] = {"who": {"region": "w"}, "proofs": {"go": "yes"}}


def menu_for_a_child(city: City) -> Menu:
    """Three services that come after each other, of which the last is only possible, when a child is born."""
    menu = menu_of(city)
    event = LifeEvent.objects.create(code="child", name={"en": "A child is born", "zh-hans": "孩子出生"})
    set_bundle(
        event,
        [
            Item("birth", why={"en": "Within thirty days."}),
            Item("insurance", after=("birth",)),
            Item("benefit", after=("insurance",), suggested=False),
        ],
    )
    return menu


def another_offer(menu: Menu, service: str, *, units: int = 3) -> OfferAtPlace:
    """A second offer of a service, of another name, with ``units`` this week."""
    first = menu.lots[service]
    kind, provider = menu.services[service], menu.offers[service].offer.provider
    offer = Offer.objects.create(
        code=f"{service}-too", service_type=kind, provider=provider, name={"en": "Too"}, languages=["en"]
    )
    place = OfferAtPlace.objects.create(offer=offer, region=menu.city.west, longitude=122.06, latitude=28.05)
    CapacityLot.objects.create(offer_at_place=place, starts_at=first.starts_at, ends_at=first.ends_at, units=units)
    return place


def rule(menu: Menu, service: str, fact: str, *proofs: EvidenceType) -> None:
    """A requirement of a service that asks for a fact, with what proves it."""
    made = Requirement.objects.create(
        service_type=menu.services[service],
        code=fact,
        circumstance=fact,
        comparison="is",
        value=True,
        text={"en": "!"},
    )
    made.proofs.set(proofs)


def chosen(menu: Menu, *services: str) -> dict[str, object]:
    """The offers of the menu, without a time."""
    return {f"o-{menu.services[code].number}": str(menu.offers[code].pk) for code in services or ALL}


def at_a_time(menu: Menu, service: str) -> dict[str, object]:
    """The offer of a service at the time of its lot."""
    return {f"o-{menu.services[service].number}": f"{menu.offers[service].pk}:{menu.lots[service].pk}"}


def begin(client: Client, *services: str, query: str = "event=child") -> str:
    """Choose services of what a link asks for; the name of the next page."""
    reply = client.post(f"{reverse('order-new')}?{query}", {"services": services})
    assert reply.status_code == 302, reply.content.decode()
    return _name(reply["Location"])


def page(client: Client, step: str) -> str:
    """One of the pages."""
    return client.get(_address(step)).content.decode()


def answer(client: Client, step: str, **said: object) -> str:
    """Answer a page; the name of the next."""
    reply = client.post(_address(step), said or _NOTHING.get(step, {}))
    assert reply.status_code == 302, reply.content.decode()
    return _name(reply["Location"])


def refused(client: Client, step: str, **said: object) -> str:
    """Answer a page in a way that is not taken; what it says then."""
    reply = client.post(_address(step), said)
    assert reply.status_code == 422, reply.content.decode()
    return reply.content.decode()


def to_the_check(client: Client, *services: str, query: str = "event=child", **said: dict[str, object]) -> None:
    """Everything optional left out, but for what is ``said`` on a page."""
    step = begin(client, *services, query=query)
    while step != "check":
        step = answer(client, step, **said.get(step, {}))


def send(client: Client, **more: object) -> BundleOrder:
    """Send it; the order."""
    reply = client.post(reverse("order-check"), {"draft": client.session.get(SESSION_KEY, ""), **more})
    assert reply.status_code == 302, reply.content.decode()
    return BundleOrder.objects.get(secret=_name(reply["Location"]))


def order_page(client: Client, bundle: BundleOrder) -> str:
    """The page on which every part stands."""
    reply = client.get(reverse("order", args=[bundle.secret]))
    assert reply.status_code == 200
    return reply.content.decode()


def _address(step: str) -> str:
    return reverse("order-check") if step == "check" else reverse("order-step", args=[step])


def _name(location: str) -> str:
    return location.rstrip("/").rsplit("/", 1)[-1]
