"""Verbs of hearing back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.text import storable
from lacarte.loop.matching.actions import refuse
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order, OrderChange, OrderState
from lacarte.loop.orders.states import Who
from lacarte.loop.voice.events import OrderRated
from lacarte.loop.voice.models import FollowUp, Heard, Rating, Satisfaction
from lacarte.loop.voice.replies import demand

LONGEST_COMMENT = 2000


class RatingRefusedError(ValueError):
    """The rating cannot be taken; the message says why."""


@transaction.atomic
def rate(
    order: Order,
    *,
    contacted_in_time: bool,
    solved: bool,
    satisfaction: int,
    comment: str = "",
    actor: User | None = None,
    heard: Heard = Heard.PAGE,
) -> Rating:
    """Take a resident's rating of a completed order, once. Not solved: the need waits for an offer again.

    ``satisfaction`` is 1 (very bad) to 5 (very good); for 1 and 2 the provider owes a reply. ``actor`` is who
    says it, or by phone who writes it down. Raises :class:`RatingRefusedError`. The caller has checked that the
    need is theirs.
    """
    order = Order.objects.select_for_update().get(pk=order.pk)
    if order.state != OrderState.COMPLETED:
        raise RatingRefusedError(_("You can tell us how it went once the provider says it is done."))
    if satisfaction not in Satisfaction.values:
        raise RatingRefusedError(_("Please choose one of the five answers."))
    if len(comment) > LONGEST_COMMENT:
        raise RatingRefusedError(_("Please use at most %(n)d characters.") % {"n": LONGEST_COMMENT})
    if not storable(comment):
        raise RatingRefusedError(_("This holds a character that is no text. Please type it again."))
    if Rating.objects.filter(order=order).exists():
        raise RatingRefusedError(_("You have already told us how this went. Thank you."))
    rating = Rating.objects.create(
        order=order,
        contacted_in_time=contacted_in_time,
        solved=solved,
        satisfaction=satisfaction,
        comment=comment.strip(),
        heard=heard,
        taken_by=actor if heard == Heard.PHONE else None,
    )
    order.version += 1  # nobody takes its completion back now
    order.save(update_fields=["version"])
    FollowUp.objects.filter(order=order).update(state=FollowUp.State.ANSWERED, next_try=None, taken_by=None)
    said = OrderRated(order=order.pk, need=order.need_id, solved=solved, satisfaction=satisfaction)
    publish(said, stream=order.need_id, actor=actor)
    if satisfaction <= Satisfaction.BAD:
        demand(rating)
    if not solved:
        _reopen(order, actor)
    return rating


def _reopen(order: Order, actor: User | None) -> None:
    """The order failed after all, so that its need may have another. It ended when it was said to be done."""
    order.state, order.reason = OrderState.FAILED, ""
    order.save(update_fields=["state", "reason"])
    said = {"source": OrderState.COMPLETED, "target": order.state, "who": Who.RESIDENT, "actor": actor}
    OrderChange.objects.create(order=order, version=order.version, **said)
    Need.objects.filter(pk=order.need_id).update(state=Need.State.OPEN, closed_at=None, changed_at=clock.now())
    refuse(order.need_id, order.offer_at_place_id)
