"""Needs that may be joined, and how they stand."""

from __future__ import annotations

from lacarte.kernel.events import describe, timeline
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from tests.city import City

S = Need.State


def told(city: City, number: int = 0, **fields: object) -> Need:
    """A need of a place, far enough from the others not to be like them."""
    values = {"service_type": city.lift, "longitude": 122.01 + number / 100, "latitude": 28.05}
    return receive(text=f"Lift {number}", **{"channel": Channel.WEB, **values, **fields})  # type: ignore[arg-type]


def needs(city: City, count: int) -> list[Need]:
    """So many of them."""
    return [told(city, number) for number in range(count)]


def state(need: Need) -> tuple[str, object]:
    """Its state by now, and which need leads it."""
    need.refresh_from_db()
    return need.state, need.lead_id


def sentences(need: Need) -> list[str]:
    """What has happened to it, as its page says it, oldest first."""
    return [describe(event) for event in timeline(need.pk)]
