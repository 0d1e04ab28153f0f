"""Chooses many on the lists of the desk, and does something to them."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client

from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.models import BulkAct, Order
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider
from tests.background import work
from tests.city import City


def told(city: City, n: int = 3, *, where: str = "west", **said: object) -> list[Need]:
    values = {"service_type": city.care, "region": getattr(city, where), "channel": Channel.WEB, **said}
    return [receive(text=f"help with washing {k}", **values) for k in range(n)]


def ordered(city: City, n: int = 3, **said: str) -> list[Order]:
    return [place_order(need, offer_at_place=city.offer) for need in told(city, n, **said)]


def choose(client: Client, act: str, needs: list[Need], **said: str) -> str:
    references = [need.reference for need in needs]
    reply = client.post("/desk/many/choose/", {"act": act, "need": references, "preview": "1", **said})
    assert reply.status_code == 200, reply.content.decode()[:3000]
    return unescape(reply.content.decode())


def refused(client: Client, act: str, needs: list[Need], **said: str) -> str:
    """The page that asks again."""
    chosen = {"act": act, "need": [need.reference for need in needs], "preview": "1", **said}
    reply = client.post("/desk/many/choose/", chosen)
    assert reply.status_code == 422
    return unescape(reply.content.decode())


def second_offer(city: City) -> OfferAtPlace:
    """The same service, of another provider."""
    provider = Provider.objects.create(code="q", name={"en": "Kind Hands"}, kind="social", region=city.west)
    offer = Offer.objects.create(code="q", service_type=city.care, provider=provider, name={"en": "Kind care"})
    return OfferAtPlace.objects.create(offer=offer, region=city.west, longitude=122.05, latitude=28.05)


def form_of(page: str) -> dict[str, list[str]]:
    """What the button “Do it” sends."""
    form = page[page.index('action="/desk/many/do/"') :]
    form = form[: form.index("</form>")]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="(.*?)">', form):
        found.setdefault(name, []).append(value)
    return found


def did(client: Client, act: str, needs: list[Need], **said: str) -> BulkAct:
    """Chosen, looked at, and done."""
    reply = client.post("/desk/many/do/", form_of(choose(client, act, needs, **said)))
    assert reply.status_code == 302
    work()
    return BulkAct.objects.get(pk=reply.headers["Location"].split("/")[-2])


def result(client: Client, act: BulkAct) -> str:
    return unescape(client.get(f"/desk/many/{act.pk}/").content.decode())


def states(needs: list[Need]) -> list[str]:
    return [Need.objects.get(pk=need.pk).state for need in needs]
