"""Orders as stops of a tour: where, how far apart, and when those that are booked may begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings

from lacarte.engines.geography import haversine_metres, travel_seconds
from lacarte.engines.routing import Stops
from lacarte.loop.orders.models import Order

#: A lot that is longer is no time of day: whoever booked it waits at no hour.
LONGEST_WINDOW = timedelta(hours=12)
Point = tuple[float, float]  # longitude and latitude in degrees, WGS84


@dataclass(frozen=True)
class Stop:
    """An order in its turn: about when a visit begins, and whether a booked time is over by then."""

    order: Order
    begins: datetime | None
    missed: bool


def point_of(order: Order) -> Point | None:
    """Where the work is, as far as it is known as a point."""
    need = order.need
    return None if need.longitude is None or need.latitude is None else (need.longitude, need.latitude)


def depot_of(orders: Sequence[Order]) -> Point | None:
    """Where the provider of the first order is that says where."""
    for place in (order.offer_at_place for order in orders):
        if place.longitude is not None and place.latitude is not None:
            return place.longitude, place.latitude
    return None


def window_of(order: Order) -> tuple[datetime, datetime] | None:
    """From when until when a visit may begin, where a time of day is booked."""
    if order.hold is None or order.hold.lot.ends_at - order.hold.lot.starts_at > LONGEST_WINDOW:
        return None
    return order.hold.lot.starts_at, order.hold.lot.ends_at


def as_stops(orders: Sequence[Order], start: Point | None, now: datetime) -> Stops:
    """The problem of the tour; without a start it may begin anywhere. Every order has a point.

    Travel as the matching engine has it: on foot, then by bus; a visit takes ``visit_minutes``.
    """
    points = np.array([point_of(order) for order in orders], dtype=np.float64).reshape(-1, 2)
    x, y = points.T
    travel = np.zeros((len(orders) + 1, len(orders) + 1))
    travel[1:, 1:] = travel_seconds(haversine_metres(x[:, None], y[:, None], x, y))
    if start is not None:
        travel[0, 1:] = travel[1:, 0] = travel_seconds(haversine_metres(start[0], start[1], x, y))
    windows = [window_of(order) for order in orders]
    return Stops(
        travel=travel,
        visits=np.full(len(orders), 60.0 * int(settings.CONFIGURED["visit_minutes"])),
        opens=np.array([(one[0] - now).total_seconds() if one else -np.inf for one in windows]),
        closes=np.array([(one[1] - now).total_seconds() if one else np.inf for one in windows]),
    )
