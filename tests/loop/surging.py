"""Needs that came before a moment, and the scale on which surges of them are looked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from lacarte.engines.surges import Scale
from lacarte.loop.needs.models import Channel, Need, Understanding
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Person
from lacarte.registers.places.models import Region
from tests.city import City

DAY = (Scale(24, 1, 1.0),)
NOW = datetime.fromisoformat("2026-11-18T12:00:00+00:00")


def come(
    city: City, region: Region, kind: ServiceType, ages: list[float], text: str = "", person: Person | None = None
) -> None:
    """Needs that came so many hours ago."""
    Need.objects.bulk_create(
        Need(
            channel=Channel.IMPORT,
            subject=kind.subject,
            service_type=kind,
            region=region,
            person=person,
            text=text or f"{kind.name['en']} please",
            received_at=NOW - timedelta(hours=age),
        )
        for age in ages
    )


def hold_back(city: City, n: int = 40) -> None:
    """A flood by a program: half of it waits to be read, half was turned away."""
    came = [
        Need(
            channel=Channel.WEB,
            state=(Need.State.HELD, Need.State.WITHDRAWN)[i % 2],
            subject=city.lift.subject,
            service_type=city.lift,
            region=city.west,
            text=f"mayor zhang is a thief {i}",
            received_at=NOW - timedelta(minutes=i),
        )
        for i in range(n)
    ]
    Need.objects.bulk_create(came)
    Understanding.objects.bulk_create(Understanding(need=need, language="en", held="trap") for need in came)
