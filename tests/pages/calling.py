"""Calls at the phone desk, for the tests of it."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

from django.test import Client

from lacarte.kernel import clock
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.registers.people.models import Household, Person
from tests.city import City

PAGE, LOOK = "/desk/register/", "/desk/register/look/"
HTMX = {"HX-Request": "true"}


def call(client: Client) -> str:
    """The token of the call on the page."""
    page = client.get(PAGE).content.decode()
    return page.split('name="call" value="')[1].split('"')[0]


def shown(client: Client, **said: str) -> str:
    """What is suggested for what was typed."""
    reply = client.post(LOOK, {"call": call(client)} | said, headers=HTMX)
    assert reply.status_code == 200
    return unescape(reply.content.decode())


def ada(city: City, **changes: object) -> Person:
    """Somebody whom the city knows, at home in the west."""
    home = Household.objects.create(region=city.west, address="3 Mill Lane", longitude=122.05, latitude=28.05)
    known = {"name": "Ada Lund", "phone": "+44 (0)20 7946 0101", "birth_year": 1944, "household": home}
    return Person.objects.create(**(known | changes))


def stuck_lift(city: City) -> Need:
    """What somebody else told an hour ago."""
    return receive(
        text="The lift in 3 Mill Lane is stuck between floors",
        channel=Channel.WEB,
        service_type=city.lift,
        longitude=122.05,
        latitude=28.05,
        address="3 Mill Lane",
        received_at=clock.now() - timedelta(hours=1),
    )
