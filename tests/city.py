"""A very small city that tests build their cases on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.test import Client

from lacarte.kernel import clock, tree
from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.loop.needs.models import UrgencyRule
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace, PriorityClass, ServiceType
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider


def square(west: float, south: float, side: float) -> dict:
    """A GeoJSON square."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@dataclass
class City:
    """Two districts side by side, one life area with two service types, one offer in the west."""

    city: Region
    west: Region
    east: Region
    area: ServiceType
    care: ServiceType
    lift: ServiceType
    offer: OfferAtPlace
    lot: CapacityLot


def build(units: int = 2) -> City:
    """The city, with ``units`` of home care free this week."""
    city = add_region(
        Region.objects.get(number=0),
        code="c",
        name={"en": "Coast", "zh-hans": "海岸"},
        boundary=square(122, 28, 0.2),
    )
    west = add_region(city, code="w", name={"en": "West"}, boundary=square(122, 28, 0.1), deprivation=0.8)
    east = add_region(city, code="e", name={"en": "East"}, boundary=square(122.1, 28, 0.1))
    area = add_service_type(
        ServiceType.objects.get(number=0), code="health", name={"en": "Health"}, orderable=False
    )
    care = add_service_type(
        area,
        code="home-care",
        name={"en": "Home care", "zh-hans": "居家照护"},
        keywords={"en": "help at home nurse elderly washing", "zh-hans": "老人 上门 护理 照顾"},
        urgency=PriorityClass.DAYS,
    )
    lift = add_service_type(
        area,
        code="lift-repair",
        name={"en": "Lift repair", "zh-hans": "电梯维修"},
        keywords={"en": "lift elevator broken stuck", "zh-hans": "电梯 坏了 困人"},
        subject="place",
        urgency=PriorityClass.NOW,
    )
    provider = Provider.objects.create(code="p", name={"en": "Good Hands"}, kind="social", region=west)
    offer = Offer.objects.create(
        code="o", service_type=care, provider=provider, name={"en": "Care"}, languages=["en"], price_minor=0
    )
    place = OfferAtPlace.objects.create(offer=offer, region=west, longitude=122.05, latitude=28.05)
    now = clock.now()
    lot = CapacityLot.objects.create(
        offer_at_place=place, starts_at=now, ends_at=now + timedelta(days=7), units=units
    )
    return City(city, west, east, area, care, lift, place, lot)


def official(role: Role, region: Region | None = None, name: str = "", **mandate: object) -> User:
    """A user with one mandate, over ``region`` (everywhere when there is none)."""
    user = User.objects.create_user(name or f"{role.value}-{User.objects.count()}")
    interval = region.interval if region else tree.ROOT
    values = {"until": clock.now() + timedelta(days=1), **mandate}
    OfficialMandate.objects.create(
        holder=user, role=role, region_first=interval.first, region_last=interval.last, **values
    )
    return user


def only_gas_is_dangerous() -> None:
    """One rule of urgency instead of those that an installation begins with."""
    UrgencyRule.objects.all().delete()
    UrgencyRule.objects.create(
        code="gas",
        name={"en": "Gas"},
        words={"en": ["smell of gas"]},
        urgency=PriorityClass.NOW,
        advice={"en": "Go outside and call {fire}."},
    )


def signed_in(user: User) -> Client:
    """A browser in which ``user`` is signed in."""
    client = Client()
    client.force_login(user)
    return client
