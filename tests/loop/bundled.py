"""A small menu of services that come after each other, and bundles of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.bundles.placing import Part, Said, Whose, place_bundle
from lacarte.loop.orders.models import BundleOrder, BundlePart, OrderState
from lacarte.loop.orders.queries import newest_order
from lacarte.loop.orders.states import Who
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace, ServiceType
from lacarte.registers.people.models import Household
from tests.city import City

WORDS = {"birth": "Birth registration", "insurance": "Health insurance", "benefit": "Child benefit"}


@dataclass
class Menu:
    """Three services of a family, each with an offer of which something is free this week."""

    city: City
    services: dict[str, ServiceType] = field(default_factory=dict)
    offers: dict[str, OfferAtPlace] = field(default_factory=dict)
    lots: dict[str, CapacityLot] = field(default_factory=dict)

    def part(self, code: str, *after: str, offered: bool = True, **more: Any) -> Part:
        """A part of a bundle, with its offer."""
        numbers = frozenset(self.services[one].number for one in after)
        offer = self.offers[code] if offered else None
        return Part(self.services[code], offer, after=numbers, **more)


def menu_of(city: City, units: int = 3) -> Menu:
    """The menu, with ``units`` of each offer."""
    menu, now = Menu(city), clock.now()
    for code, words in WORDS.items():
        kind = add_service_type(city.area, code=code, name={"en": words, "zh-hans": f"中{words}"})
        offer = Offer.objects.create(
            code=code, service_type=kind, provider=city.offer.offer.provider, name={"en": words}, languages=["en"]
        )
        place = OfferAtPlace.objects.create(offer=offer, region=city.west, longitude=122.05, latitude=28.05)
        lot = CapacityLot.objects.create(
            offer_at_place=place, starts_at=now, ends_at=now + timedelta(days=7), units=units
        )
        menu.services[code], menu.offers[code], menu.lots[code] = kind, place, lot
    return menu


def at_home(city: City, **more: Any) -> Whose:
    """Somebody in the west who leaves no name."""
    return Whose(household=Household(region=city.west, longitude=122.04, latitude=28.04), **more)


def chain(menu: Menu, *, sent_with: str = "draft", said: Said | None = None, **more: Any) -> BundleOrder:
    """Registration, then the insurance, then the benefit."""
    parts = [menu.part("birth"), menu.part("insurance", "birth"), menu.part("benefit", "insurance")]
    return place_bundle(parts, at_home(menu.city, **more), said or Said(), sent_with=sent_with)


def states(bundle: BundleOrder) -> dict[str, str]:
    """The state of each part, by the code of its service."""
    rows = BundlePart.objects.filter(bundle=bundle).values_list("service_type__code", "state", "why")
    return {code: f"{state} {why}".strip() for code, state, why in rows}


def part_of(bundle: BundleOrder, code: str) -> BundlePart:
    """One part as it is now."""
    return BundlePart.objects.select_related("need", "hold", "service_type").get(
        bundle=bundle, service_type__code=code
    )


def need_of(bundle: BundleOrder, code: str) -> Need:
    """The need of a part."""
    need = part_of(bundle, code).need
    assert need is not None
    return need


def complete(need: Need, worker: User) -> None:
    """The provider does what was ordered; where nothing was, the offer of the menu takes it."""
    order = newest_order(need)
    if order is None:
        place = OfferAtPlace.objects.filter(offer__service_type=need.service_type).first()
        assert place is not None
        order = place_order(need, offer_at_place=place)
    for state in (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
        change(order, to=state, actor=worker, who=Who.WORKER)
