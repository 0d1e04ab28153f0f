"""Leaving an order out of the rates takes two people and a reason, and stays on record."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may, require
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order
from lacarte.loop.voice.checking import RefusedError, checked, is_of_provider
from lacarte.loop.voice.events import ExclusionDecided, ExclusionProposed
from lacarte.loop.voice.models import Exclusion

S = Exclusion.State


def seen_by(user: User) -> QuerySet[Exclusion]:
    """What ``user`` may decide or look over: as an official there, or as an auditor."""
    there = may(user, Action.WORK, "order__need__") | may(user, Action.AUDIT, "order__need__")
    related = ("order__need__service_type", "order__offer_at_place__offer__provider", "proposed_by", "decided_by")
    return Exclusion.objects.filter(there).select_related(*related)


def approved() -> Q:
    """A condition on orders: left out of the rates."""
    return Q(pk__in=Exclusion.objects.filter(state=S.APPROVED).values("order"))


def decisions() -> list[tuple[str, dict[str, int]]]:
    """How many were proposed for each reason and what became of them, by state; one query."""
    counted = Exclusion.objects.order_by().values_list("reason", "state").annotate(n=Count("pk"))
    found: dict[str, dict[str, int]] = {reason: dict.fromkeys(S.values, 0) for reason in Exclusion.Reason.values}
    for reason, state, n in counted:
        found[reason][state] = n
    return [(str(Exclusion.Reason(reason).label), states) for reason, states in found.items()]


@transaction.atomic
def propose(order: Order, *, reason: str, words: str, actor: User) -> Exclusion:
    """Propose to leave ``order`` out; an official of its place or a member of its provider may.

    Raises :class:`RefusedError` and ``PermissionDenied``.
    """
    need = Need.objects.select_for_update(of=("self",)).get(pk=order.need_id)
    if not is_of_provider(actor, order):
        require(actor, Action.WORK, need)
    if reason not in Exclusion.Reason.values:
        raise RefusedError(_("Please choose one of the reasons."))
    if order.exclusions.filter(state__in=[S.PROPOSED, S.APPROVED]).exists():
        raise RefusedError(_("This was proposed already."))
    made = Exclusion.objects.create(order=order, reason=reason, words=checked(words), proposed_by=actor)
    said = ExclusionProposed(exclusion=made.pk, order=order.pk, need=need.pk, reason=reason)
    publish(said, stream=need.pk, actor=actor)
    return made


@transaction.atomic
def decide(exclusion: Exclusion, *, approve: bool, words: str, actor: User) -> Exclusion:
    """Approve or refuse, or refuse what was approved before; never by who proposed it or is rated.

    Raises :class:`RefusedError` and ``PermissionDenied``.
    """
    need = Need.objects.select_for_update(of=("self",)).get(orders__exclusions=exclusion.pk)
    require(actor, Action.WORK, need)
    locked = Exclusion.objects.select_for_update(of=("self",)).select_related("order").get(pk=exclusion.pk)
    if locked.proposed_by_id == actor.pk or is_of_provider(actor, locked.order):
        raise PermissionDenied(_("Somebody else than who proposed it, and nobody of the provider, decides."))
    target = S.APPROVED if approve else S.LIFTED if locked.state == S.APPROVED else S.REFUSED
    if locked.state not in (S.PROPOSED, S.APPROVED) or locked.state == target:
        raise RefusedError(_("This has been decided."))
    locked.answer, locked.state = checked(words, optional=approve), target
    locked.decided_by, locked.decided_at = actor, clock.now()
    locked.save()
    said = ExclusionDecided(exclusion=locked.pk, order=locked.order_id, need=need.pk, state=target)
    publish(said, stream=need.pk, actor=actor)
    return locked
