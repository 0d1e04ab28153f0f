"""How long somebody on a waiting list may wait: a range where the past gives one, and no more than is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from lacarte.engines.waiting import occasions, turns_take
from lacarte.kernel import clock
from lacarte.loop.orders.models import WaitingPlace
from lacarte.loop.orders.waiting import in_front
from lacarte.registers.menu.capacity.buckets import buckets
from lacarte.registers.menu.models import CapacityRule
from lacarte.registers.places.queries import calendars_of

LOOKED_BACK = timedelta(days=90)
#: So many of a hundred wait no shorter and no longer than the range says.
CHANCE = 0.8
_DAY = timedelta(days=1)
#: Who is called up within so long of each other has their turn by the same thing, such as a day that was opened.
_TOGETHER = timedelta(hours=1)
_WEEKS = timedelta(days=28)


@dataclass(frozen=True)
class Wait:
    """How many are in front, and the days until one is called up: unknown, at most so many by plan, or a range."""

    in_front: int
    least_days: int | None = None
    most_days: int | None = None


def expected_wait(place: WaitingPlace) -> Wait:
    """From how often others were called up while somebody waited; without that, from what the rules will bring.

    What the rules bring is for those in turn, and who gives up only shortens it: so they say the most.
    """
    turn, now = in_front(place) + 1, clock.now()
    rows = WaitingPlace.objects.filter(offer_at_place=place.offer_at_place_id)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=now - LOOKED_BACK))
    times = list(rows.order_by("since").values_list("since", "called_at", "ended_at"))
    seen = [(called - now) / _DAY for _, called, _ in times if called is not None and called > now - LOOKED_BACK]
    if seen:
        often = occasions(seen, _TOGETHER / _DAY)
        needed, waited = ceil(turn * often / len(seen)), max(_somebody_waited(times, now), 1.0)
        low, high = turns_take(needed, often, waited, CHANCE) or (0.0, waited)
        return Wait(turn - 1, int(low), max(ceil(high), 1))
    coming = _units_a_day(place.offer_at_place_id, now)
    return Wait(turn - 1, None, ceil(turn / coming) if coming else None)


def _somebody_waited(times: list[tuple[datetime, datetime | None, datetime | None]], now: datetime) -> float:
    """Days of the last 90 on which somebody was waiting; only then was anybody called up who could be."""
    reached, total = now - LOOKED_BACK, timedelta(0)
    for since, called, ended in times:
        begins, ends = max(since, reached), called or ended or now
        if ends > begins:
            total += ends - begins
            reached = ends
    return total / _DAY


def _units_a_day(offer: UUID, now: datetime) -> float:
    """Units that rules add behind the last lots that there are, on an average day of four weeks."""
    rules = list(CapacityRule.objects.filter(offer_at_place=offer).select_related("offer_at_place__region"))
    if not rules:
        return 0.0
    region = rules[0].offer_at_place.region
    calendar = calendars_of([region])[region.number]
    first = now.astimezone(calendar.zone).date() + timedelta(days=int(settings.CONFIGURED["lots_ahead_days"]) + 1)
    last = first + _WEEKS - _DAY
    units = sum(rule.units * sum(1 for _ in buckets(rule, calendar, first, last)) for rule in rules)
    return units / _WEEKS.days
