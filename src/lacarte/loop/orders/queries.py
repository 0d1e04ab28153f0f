"""Reading orders."""

from __future__ import annotations

from lacarte.loop.matching.models import Match
from lacarte.loop.matching.queries import decision_of
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order


def newest_order(need: Need) -> Order | None:
    """The last order of a need, with its provider and rating; the one before may have been rejected."""
    orders = need.orders.select_related("offer_at_place__offer__provider", "offer_at_place__region", "rating")
    return orders.order_by("-requested_at", "-pk").first()


def match_of(order: Order) -> Match | None:
    """The decision behind an order: why this offer."""
    return decision_of(order.need_id, order.offer_at_place_id)
