"""Every answer is, byte for byte, what it was: the files in ``golden/`` are what clients have seen.

Where a change is meant, ``LACARTE_WRITE_GOLDEN=1 pytest`` writes them anew, to be looked at in the difference.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from lacarte.kernel import clock
from lacarte.loop.needs.models import Attachment, Follower, Understanding
from lacarte.loop.orders.models import Order
from lacarte.registers.people.models import Person
from lacarte.registers.places.models import NamedPlace
from lacarte.standards.open311.formats import CONTENT_TYPES
from tests.standards.open311.cases import ROOT, asking_city, data, tell

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
#: Name of the file, and what is asked.
CALLS = {
    "discovery": "/open311/discovery",
    "services": f"{ROOT}/services",
    "services_chinese": f"{ROOT}/services",
    "service_definition": f"{ROOT}/services/lift-repair",
    "requests": f"{ROOT}/requests",
    "requests_extended": f"{ROOT}/requests?extensions=true",
    "request_of_a_person": f"{ROOT}/requests/5555-555E",
    "token": f"{ROOT}/tokens/2222-2222",
    "none_found": f"{ROOT}/requests?status=closed&updated_after=2026-03-30",
    "errors": f"{ROOT}/requests?status=<lost>&page=0&start_date=yesterday",
    "not_found": f"{ROOT}/services/tea",
}


def scene() -> None:
    """Needs of every kind, with everything in them that a format may stumble over."""
    city = asking_city()
    NamedPlace.objects.create(code="plum-12", kind="landmark", name={"en": "12 Plum Street"}, region=city.east)
    first = tell(
        city,
        reference="2222-2222",
        text="Lift <B> & “C”\r\nstuck 🛗\x0b since\t10 o’clock. 电梯坏了。Call 415-555-0100",
        address="12 Plum Street, Apt 4B",
        answers={"FLOORS": "12", "WHO": ["wheels"], "MORE": "Ask Mr Smith"},
        origin={"address_id": "plum-12", "device_id": "secret"},
        longitude=122.1000000001,
        latitude=28.05,
        received_at=NOW - timedelta(days=1),
        state="ordered",
        changed_at=NOW,
    )
    Understanding.objects.create(need=first, language="en", personal=[])
    due = NOW + timedelta(days=9)
    Order.objects.create(need=first, offer_at_place=city.offer, contact_due=due, resolution_due=due)
    Follower.objects.create(need=first, person=Person.objects.create(name="Ana"))
    for number in (1, 2):
        Attachment.objects.create(
            id=UUID(int=number),
            need=first,
            file="a.jpg",
            media_type="image/jpeg",
            size=1,
            width=640,
            height=480,
            sha256="0",
            released_at=NOW if number == 1 else None,
            created_at=NOW,
        )
    joined = {"state": "joined", "lead": first, "channel": "web", "text": "", "longitude": None, "latitude": None}
    tell(city, reference="3333-3336", received_at=NOW - timedelta(days=2), changed_at=NOW, **joined)
    closed = {"state": "met", "closed_at": NOW - timedelta(days=1), "longitude": -1e-7, "latitude": 0.0}
    tell(city, reference="4444-444A", received_at=NOW - timedelta(days=3), changed_at=NOW, **closed)
    care = {"subject": "person", "service_type": city.care, "text": "My mother needs help", "address": "Home"}
    tell(city, reference="5555-555E", received_at=NOW - timedelta(days=4), changed_at=NOW, **care)


@pytest.mark.parametrize("format", ["json", "xml"])
def test_answers_are_byte_for_byte_those_of_the_files(client: Client, settings: LazySettings, format: str) -> None:
    settings.TIME_ZONE = "Europe/Berlin"  # the clocks change in the second after NOW
    with clock.stopped_at(NOW):
        scene()
        for name, address in CALLS.items():
            path, _, query = address.partition("?")
            headers = {"Accept-Language": "zh-hans" if name.endswith("chinese") else "en"}
            answer = client.get(f"{path}.{format}?{query}", headers=headers)
            file = GOLDEN / f"{name}.{format}"
            if os.environ.get("LACARTE_WRITE_GOLDEN"):
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(answer.content)
            assert answer.content == file.read_bytes(), name


def test_both_formats_of_every_file_say_the_same() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(CALLS)
    for name in CALLS:
        said = [
            data(HttpResponse((GOLDEN / f"{name}.{format}").read_bytes(), content_type=kind))
            for format, kind in CONTENT_TYPES.items()
        ]
        assert said[0] == said[1], name
