"""Where an order goes that came back: to the next best offer, by a person or a rule, or to an official.

What a provider returned waits for an offer again, and the next matching run finds it one; a person need not wait.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.matching.next_best import Alternative, next_best
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError, place_order
from lacarte.loop.orders.delivery.escalating import Why, escalate, settle
from lacarte.loop.orders.delivery.reasons import OBJECTED
from lacarte.loop.orders.models import Escalation, Order, OrderState
from lacarte.loop.orders.queries import waited_for
from lacarte.registers.menu.capacity.holding import take_earliest
from lacarte.registers.menu.models import CapacityLot, Hold, OfferAtPlace

#: So many offers are proposed, of so many that are looked at.
_PROPOSED, _LOOKED_AT = 3, 30


def returns_of(need: Need) -> int:
    """How often providers returned a need."""
    return _returned(need).count()


def _returned(need: Need) -> QuerySet[Order]:
    """The orders of a need that came back; one that its resident objected to is no return."""
    rejected = Order.objects.filter(need=need.pk, state=OrderState.REJECTED)
    return rejected.exclude(changes__reason=OBJECTED)


def proposals(need: Need, *, actor: User) -> list[Alternative]:
    """The next best offers for a need that came back, each with its reason. Raises ``PermissionDenied``.

    None is of a provider that returned it, wherever else it is, nor for whose places others wait in turn.
    """
    require(actor, Action.WORK, need)
    return _next_best(need)


@transaction.atomic
def dispatch(need: Need, offer_at_place: OfferAtPlace, *, actor: User) -> Order:
    """Send a need that waits to an offer that a person chose; what waited for their decision is decided with it.

    It takes the earliest unit that is free; an offer that counts no capacity takes it without. Raises
    ``PermissionDenied``, and :class:`OrderRefusedError` when the need does not wait or the offer is full.
    """
    require(actor, Action.WORK, Need.objects.get(pk=need.pk))
    order = _send(need, offer_at_place)
    waiting = Escalation.objects.filter(need=need.pk, why=Why.RETURNED)
    settle(waiting, actor=actor, words=str(order.offer_at_place.offer.provider))
    return order


@transaction.atomic
def came_back(order: Order) -> Order | Escalation | None:
    """What follows from a return: the next best by rule, an official who decides, or nothing but waiting.

    Harmless to run twice. Called once the return cannot be taken back any more.
    """
    need = Need.objects.select_related("service_type", "region").get(pk=order.need_id)
    if need.state != Need.State.OPEN:
        return None
    if returns_of(need) >= int(settings.CONFIGURED["returns_most"]):
        return escalate(order, Why.RETURNED)
    if not settings.CONFIGURED["dispatch_by_rule"]:
        return None
    for found in _next_best(need):
        try:
            return _send(need, found.offer_at_place)
        except OrderRefusedError:
            continue  # somebody was quicker
    return None


def take_unit(offer_at_place: OfferAtPlace) -> Hold | None:
    """A confirmed unit of an offer, within the caller's transaction; ``None`` for one that counts no capacity.

    Raises :class:`OrderRefusedError` for one that is full.
    """
    (held,) = take_earliest([offer_at_place.pk])
    if held is None and CapacityLot.objects.filter(offer_at_place=offer_at_place).exists():
        raise OrderRefusedError(_("“%(offer)s” has no place free just now.") % {"offer": offer_at_place.offer})
    return held


@transaction.atomic
def _send(need: Need, offer_at_place: OfferAtPlace) -> Order:
    if offer_at_place.offer.service_type_id != need.service_type_id:
        raise OrderRefusedError(_("This offer is for another service."))
    if waited_for([offer_at_place.pk]):
        raise OrderRefusedError(_("Others wait in turn for what becomes free there."))
    Need.objects.select_for_update().get(pk=need.pk)  # needs are locked before capacity
    return place_order(need, offer_at_place=offer_at_place, hold=take_unit(offer_at_place))


def _next_best(need: Need) -> list[Alternative]:
    found = next_best(need, _LOOKED_AT)
    waited = waited_for([one.offer_at_place.pk for one in found])
    returned = set(_returned(need).values_list("offer_at_place__offer__provider", flat=True))
    left = [one for one in found if one.offer_at_place.offer.provider_id not in returned]
    return [one for one in left if one.offer_at_place.pk not in waited][:_PROPOSED]
