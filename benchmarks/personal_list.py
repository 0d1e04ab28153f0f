"""One person's list over many offers: milliseconds, against the same list read as rows and sorted in Python.

Run: ``.venv/bin/python benchmarks/personal_list.py [offers] [lists]`` (50,000 and 200; two minutes). The goal is a
p99 of 30 ms. Printed are CPU milliseconds, which say the same on a busy machine, and those by the clock. The peer
asks the database for every offer of the same twenty services and weighs each by itself, with the same effort.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
from own_installation import begin  # noqa: E402

begin("personal_list")
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
import numpy as np  # noqa: E402
from timing import milliseconds  # noqa: E402

from lacarte.engines.geography import haversine_metres, travel_seconds  # noqa: E402
from lacarte.kernel import clock  # noqa: E402
from lacarte.kernel.bulk import insert_all  # noqa: E402
from lacarte.registers.entitlement.models import Requirement  # noqa: E402
from lacarte.registers.entitlement.queries import entitled  # noqa: E402
from lacarte.registers.menu.actions import add_service_type  # noqa: E402
from lacarte.registers.menu.models import CapacityLot, Hold, Offer, OfferAtPlace, ServiceType  # noqa: E402
from lacarte.registers.menu.personal import Where, Wishes, personal_list  # noqa: E402
from lacarte.registers.places.actions import add_region  # noqa: E402
from lacarte.registers.places.models import Region  # noqa: E402
from lacarte.registers.providers.models import Provider  # noqa: E402
from lacarte.site import wsgi  # noqa: E402, F401 (garbage is collected as in a process that serves)

SERVICES, PROVIDERS, DAYS, PEERS = 40, 1000, 6, 5


def fill(n: int, rng: np.random.Generator) -> Region:
    """A menu of ``n`` offers in a square of some 40 km, each with six days of which half are taken."""
    area = add_service_type(ServiceType.objects.get(number=0), code="area", name={"en": "Area"}, orderable=False)
    kinds = [add_service_type(area, code=f"s{k}", name={"en": f"Service {k}"}) for k in range(SERVICES)]
    city = add_region(Region.objects.get(number=0), code="city", name={"en": "City"})
    Requirement.objects.bulk_create(
        Requirement(
            service_type=kind,
            code=fact,
            circumstance=fact,
            comparison="at-least",
            value=60,
            text={"en": "60+"},
        )
        for kind in kinds
        for fact in ("age", "years-here")
    )
    providers = [
        Provider(
            code=f"p{k}", name={"en": f"Provider {k}"}, kind=("government", "market", "social")[k % 3], region=city
        )
        for k in range(PROVIDERS)
    ]
    insert_all(providers)
    offers = [
        Offer(
            code=f"o{k}",
            service_type=kinds[k % SERVICES],
            provider=providers[k % PROVIDERS],
            name={"en": f"Offer {k}"},
            languages=["en"] if k % 3 else ["zh-hans"],
            price_minor=int(rng.integers(0, 20_000)),
        )
        for k in range(n)
    ]
    insert_all(offers)
    places = [
        OfferAtPlace(
            offer=offer,
            region=city,
            longitude=122 + 0.4 * rng.random(),
            latitude=28 + 0.4 * rng.random(),
            reach_metres=None if k % 2 else 8000,
        )
        for k, offer in enumerate(offers)
    ]
    insert_all(places)
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    lots = [
        CapacityLot(
            offer_at_place=place,
            starts_at=today + timedelta(days=d - 2),
            ends_at=today + timedelta(days=d - 1),
            units=2,
        )
        for place in places
        for d in range(DAYS)
    ]
    insert_all(lots)
    insert_all([Hold(lot=lot, state=Hold.State.CONFIRMED, units=2) for lot in lots if rng.random() < 0.5])
    return city


def by_rows(kinds: list[ServiceType], where: Where) -> list[list[OfferAtPlace]]:
    """The plain way: each offer as a record, its effort without the wait, the best three of each service."""
    found = []
    for kind in kinds[:20]:
        weighed = []
        for place in OfferAtPlace.objects.filter(offer__service_type=kind, offer__paused=False).select_related(
            "offer__provider", "region"
        ):
            metres = float(haversine_metres(place.longitude, place.latitude, where.longitude, where.latitude))
            if place.reach_metres is None or metres <= place.reach_metres:
                effort = float(travel_seconds(metres)) / 60 + min(place.offer.price_minor / 300, 60)
                weighed.append((effort + 30 * ("en" not in place.offer.languages), str(place.pk), place))
        found.append([place for _, _, place in sorted(weighed)[:3]])
    return found


def main() -> None:
    """Fill, time, print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    rng = np.random.default_rng(1)
    city = fill(n, rng)
    kinds = list(ServiceType.objects.filter(orderable=True))

    def where() -> Where:
        return Where(122 + 0.4 * rng.random(), 28 + 0.4 * rng.random(), city.number)

    wishes = Wishes(languages=("en",))
    first, _ = milliseconds(lambda: personal_list(kinds, where(), entitled({"age": 70}), wishes), 1)
    print(f"{n:,} offers, {SERVICES} services, 20 of them on a page; read into memory in {first[0]:.0f} ms CPU")
    peer, _ = milliseconds(lambda: by_rows(kinds, where()), PEERS)
    for name, wished in (
        ("list", wishes),
        ("free within 3 days", Wishes(languages=("en",), before=clock.now() + timedelta(days=3))),
    ):
        cpu, wall = milliseconds(lambda w=wished: personal_list(kinds, where(), entitled({"age": 70}), w), times)
        said = [
            f"{label} p50 {np.median(x):.1f} p99 {np.quantile(x, 0.99):.1f}"
            for label, x in (("CPU", cpu), ("clock", wall))
        ]
        print(f"{name}: {'; '.join(said)} ms; {np.median(peer) / np.median(cpu):.0f} times as fast as by rows")
    print(f"by rows: CPU p50 {np.median(peer):.0f} ms")


if __name__ == "__main__":
    main()
