"""A menu of many services with all that a directory tells of them, in the installation of a benchmark."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from lacarte.kernel import clock
from lacarte.kernel.bulk import insert_all
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace, ServiceType
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

_TYPES, _REGIONS, _OF_ONE_PROVIDER = 80, 40, 10
_WORDS = ("care", "meals", "help", "advice", "legal", "housing", "school", "nurse", "evening", "youth", "free")
_HOURS = {str(day): [["09:00", "12:00"], ["13:00", "17:00"]] for day in range(1, 6)}
#: What a directory said beside our columns, of every fifth service: the file of an importer that kept it.
_THEIRS = {"hsds": {"added": {"wait_time": "two weeks", "fees_description": "by income", "licenses": "state"}}}


def fill(services: int, seed: int = 1) -> None:
    """Service types, regions, providers and ``services`` offers, each at a place, a tenth with capacity."""
    drawn = random.Random(seed)
    area = add_service_type(ServiceType.objects.get(number=0), code="all", name={"en": "All"}, orderable=False)
    types = [add_service_type(area, code=f"type-{k}", name=_text(drawn, 3)) for k in range(_TYPES)]
    city = add_region(Region.objects.get(number=0), code="city", name={"en": "City"})
    regions = [add_region(city, code=f"region-{k}", name=_text(drawn, 2)) for k in range(_REGIONS)]
    providers = [_provider(drawn, k, city) for k in range(max(services // _OF_ONE_PROVIDER, 1))]
    offers = [_offer(drawn, k, types, providers) for k in range(services)]
    places = [_place(drawn, offer, regions) for offer in offers]
    now = clock.now()
    lots = [
        CapacityLot(offer_at_place=place, starts_at=now, ends_at=now + timedelta(days=30), units=20)
        for place in places[::10]
    ]
    for records in (providers, offers, places, lots):
        insert_all(records)


def _text(drawn: random.Random, words: int) -> dict[str, str]:
    return {
        "en": " ".join(drawn.choices(_WORDS, k=words)).capitalize(),
        "zh-hans": "服务" + str(drawn.randrange(10**4)),
    }


def _provider(drawn: random.Random, k: int, city: Region) -> Provider:
    return Provider(
        code=f"provider-{k}", name=_text(drawn, 3), description=_text(drawn, 12), region=city,
        kind=("government", "market", "social")[k % 3], website=f"https://p{k}.example", phone=f"555 {k:05}",
    )  # fmt: skip


def _offer(drawn: random.Random, k: int, types: list[ServiceType], providers: list[Provider]) -> Offer:
    carried: dict[str, Any] = _THEIRS if k % 5 == 0 else {}
    return Offer(
        code=f"offer-{k}", service_type=drawn.choice(types), provider=drawn.choice(providers), carried=carried,
        name=_text(drawn, 4), description=_text(drawn, 25), conditions=_text(drawn, 6), phone=f"556 {k:05}",
        languages=["en", "zh-hans"], price_minor=drawn.randrange(10**5), currency="EUR",
    )  # fmt: skip


def _place(drawn: random.Random, offer: Offer, regions: list[Region]) -> OfferAtPlace:
    return OfferAtPlace(
        offer=offer, region=drawn.choice(regions), hours=_HOURS,
        address={"en": f"{drawn.randrange(999)} Plum Street"},
        longitude=drawn.uniform(121, 122), latitude=drawn.uniform(28, 29), step_free=drawn.random() < 0.5,
    )  # fmt: skip
