"""Reading orders."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lacarte.kernel.models import User
from lacarte.loop.matching.models import Match
from lacarte.loop.matching.queries import decision_of
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order, WaitingPlace
from lacarte.registers.menu.keeping import member_of


def waited_for(places: Collection[UUID]) -> set[UUID]:
    """Those of many offers at places for which somebody waits in turn."""
    waiting = WaitingPlace.objects.filter(offer_at_place__in=places, state=WaitingPlace.State.WAITING)
    return set(waiting.order_by().values_list("offer_at_place", flat=True).distinct())


def newest_order(need: Need) -> Order | None:
    """The last order of a need, with its provider and rating; the one before may have been rejected."""
    orders = need.orders.select_related(
        "offer_at_place__offer__provider", "offer_at_place__region", "hold__lot", "rating"
    )
    return orders.order_by("-requested_at", "-pk").first()


def promised(need: Need) -> dict[str, datetime]:
    """Until when somebody answers and until when it is done, as the order has it; nothing without an order."""
    order = newest_order(need)
    if order is None or order.ended_at is not None:
        return {}
    return {"answer_by": order.contact_due, "done_by": order.resolution_due}


def match_of(order: Order) -> Match | None:
    """The decision behind an order: why this offer."""
    return decision_of(order.need_id, order.offer_at_place_id)


def orders_of_members(user: User) -> QuerySet[Order]:
    """The orders that were sent to providers of which ``user`` is a member, and to nobody else."""
    return Order.objects.filter(member_of(user, "offer_at_place__offer__provider__"))
