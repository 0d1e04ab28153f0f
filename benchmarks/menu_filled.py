"""A menu filled with drawn services, in the installation of a benchmark."""

from __future__ import annotations

from benchmarks.menu_records import TAG, Collection

from lacarte.kernel.bulk import insert_all
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import Offer, OfferAtPlace, ServiceType
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider


def fill(collection: Collection) -> list[str]:
    """Add a collection's services, places, providers and offers; returns the offers' keys, in their order."""
    root, world = ServiceType.objects.get(number=0), Region.objects.get(number=0)
    area = add_service_type(root, code="all", name={"en": "Everything"}, orderable=False)
    services = [
        add_service_type(area, code=f"service-{k}", name={TAG[tag]: names[0] for tag, names in base.items()})
        for k, base in enumerate(collection.bases)
    ]
    city = add_region(world, code="city", name={"en": "Lacarte"})
    regions = [
        add_region(city, code=f"place-{k}", name={TAG[tag]: name for tag, name in place.items()})
        for k, place in enumerate(collection.places)
    ]
    providers = [
        Provider(
            code=f"provider-{k}",
            name={TAG[tag]: name for tag, name in names.items()},
            kind=("government", "market", "social")[k % 3],
            region=city,
        )
        for k, names in enumerate(collection.providers)
    ]
    offers = [
        Offer(
            code=f"offer-{one.number}",
            service_type=services[one.base],
            provider=providers[one.provider],
            name={TAG[one.language]: one.name},
            description={TAG[one.language]: one.description},
            languages=[TAG[one.language]],
        )
        for one in collection.records
    ]
    insert_all(providers)
    insert_all(offers)
    places = [
        OfferAtPlace(offer=offer, region=regions[one.place])
        for offer, one in zip(offers, collection.records, strict=True)
    ]
    insert_all(places)
    return [str(offer.pk) for offer in offers]
