"""What the drawn offers have room for: by weeks at first, and by rules from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from lacarte.demo.history import PAST_WEEKS, DrawnNeed, first_monday
from lacarte.demo.supply import DrawnOffer
from lacarte.registers.menu.capacity.making import make_lots_ahead
from lacarte.registers.menu.models import CapacityLot, CapacityRule, OfferAtPlace

Lots = dict[tuple[int, int], CapacityLot]  # by offer and week
_WEEK = timedelta(weeks=1)
_OPENS, _MOST_HOURS = 9, 8
_WEEKS_A_MONTH = 52 / 12
_BATCH = 2_000


def write_lots(
    offers: Sequence[DrawnOffer],
    places: Sequence[OfferAtPlace],
    units: npt.NDArray[np.int64],
    needs: Sequence[DrawnNeed],
    now: datetime,
) -> Lots:
    """Write the lots of past weeks, of this one and of those until there are rules; and a rule for each offer.

    ``units`` is ``int64[offer, week]``; ``needs`` know which of them they took. So the city has something free on
    whatever day somebody looks at it, and on the day of the draw no more than was drawn.
    """
    booked = np.full(len(offers), PAST_WEEKS - 1)
    for order in (order for need in needs for order in need.orders):
        booked[order.offer] = max(booked[order.offer], order.week)
    monday = first_monday(now)
    rules = [
        _rule(place, offer, number, monday + _WEEK * (int(booked[number]) + 1))
        for number, (place, offer) in enumerate(zip(places, offers, strict=True))
    ]
    lots = {
        (o, w): CapacityLot(
            offer_at_place=places[o],
            starts_at=monday + _WEEK * w,
            ends_at=monday + _WEEK * (w + 1),
            units=int(units[o, w]),
        )
        for o, w in np.argwhere(units > 0).tolist()
        if (monday + _WEEK * w).date() < rules[o].since
    }
    CapacityLot.objects.bulk_create(lots.values(), batch_size=_BATCH)
    CapacityRule.objects.bulk_create(rules, batch_size=_BATCH)
    make_lots_ahead()
    return lots


def _rule(place: OfferAtPlace, offer: DrawnOffer, number: int, since: datetime) -> CapacityRule:
    """Hours of one weekday where there is a unit a week; with fewer so many a month, from the next on."""
    weekly = round(offer.weekly)
    if weekly < 1:
        monthly = max(round(offer.weekly * _WEEKS_A_MONTH), 1)
        month = since.date().replace(day=1)
        if month < since.date():
            month = (month + timedelta(days=31)).replace(day=1)
        return CapacityRule(offer_at_place=place, bucket="month", units=monthly, since=month)
    hours = min(weekly, _MOST_HOURS)
    return CapacityRule(
        offer_at_place=place,
        bucket="slot",
        weekdays=[1 + number % 5],
        opens=time(_OPENS),
        closes=time(_OPENS + hours),
        minutes=60,
        units=-(-weekly // hours),
        since=since.date(),
    )
