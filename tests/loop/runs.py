"""Needs that wait, and runs over them."""

from __future__ import annotations

from lacarte.loop.matching.actions import compute
from lacarte.loop.matching.models import MatchingRun
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from tests.background import work
from tests.city import City

Kind, State = MatchingRun.Kind, MatchingRun.State


def waiting_needs(city: City, count: int, **fields: object) -> list[Need]:
    """So many needs of home care in the west, weighed; ``fields`` says what else they are."""
    where = {"longitude": 122.04, "latitude": 28.04, "service_type": city.care}
    needs = [receive(channel=Channel.WEB, **{"text": "", **where, **fields}) for _ in range(count)]  # type: ignore[arg-type]
    work()
    return needs


def preview(kind: Kind = Kind.BY_HAND, **more: object) -> MatchingRun:
    """A run that is computed and not published."""
    return compute(kind, **more)  # type: ignore[arg-type]
