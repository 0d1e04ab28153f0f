"""An order goes to another provider, if that agrees; its deadlines stay, whoever does it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.dispatching import take_unit
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.escalating import settle
from lacarte.loop.orders.delivery.reasons import checked, given
from lacarte.loop.orders.delivery.seeing import bodies_of, locked, require_member, require_part
from lacarte.loop.orders.events import OrderHandedOver, TakeOverAsked
from lacarte.loop.orders.models import Escalation, Handover, Order, OrderState, Reason
from lacarte.loop.orders.queries import waited_for
from lacarte.loop.orders.states import ENDED
from lacarte.registers.menu.capacity.holding import release
from lacarte.registers.menu.models import OfferAtPlace
from lacarte.registers.menu.serving import serves_filter

State = Handover.State


@transaction.atomic
def ask_to_take_over(
    order: Order, target: OfferAtPlace, *, actor: User, code: str = "", words: str = ""
) -> Handover:
    """Ask another provider to take an order over. Raises ``PermissionDenied``, :class:`OrderRefusedError`."""
    order, need = locked(order)
    require_part(actor, order, need)
    why, words = given(code, Reason.Of.HANDOVER), checked(words)
    if why is None and not words:
        raise OrderRefusedError(_("Please say why."))
    if order.state in ENDED:
        raise OrderRefusedError(_("This order has ended."))
    _require_fits(order, need, target)
    if order.handovers.filter(state=State.ASKED).exists():
        raise OrderRefusedError(_("Another provider has been asked already."))
    asked = Handover.objects.create(
        order=order, source=order.offer_at_place, target=target, reason=why, words=words, asked_by=actor
    )
    said = TakeOverAsked(order=order.pk, need=need.pk, provider=target.offer.provider_id)
    publish(said, stream=need.pk, actor=actor)
    return asked


@transaction.atomic
def answer_handover(asked: Handover, *, accepts: bool, actor: User, words: str = "") -> Order:
    """Take an order over, or not. Who takes it over has accepted it, with a unit of their own; deadlines stay.

    Raises ``PermissionDenied`` for anybody but a member of who was asked, :class:`OrderRefusedError` when the
    order has ended or been handed to others since, or there is no place free.
    """
    order, need = locked(asked.order)
    row = _asked(asked)
    require_member(actor, row.target.offer.provider)
    words = checked(words, empty="" if accepts else _("Please say why."))
    if accepts:
        if order.state in ENDED or order.offer_at_place_id != row.source_id:
            raise OrderRefusedError(_("This order has ended or gone to others since."))
        _require_fits(order, need, row.target)
        _take_over(order, row, actor)
    _answer(row, State.ACCEPTED if accepts else State.DECLINED, actor, words)
    return order


@transaction.atomic
def withdraw_handover(asked: Handover, *, actor: User) -> Handover:
    """Ask no more. Raises ``PermissionDenied``, :class:`OrderRefusedError` when it was answered."""
    order, need = locked(asked.order)
    require_part(actor, order, need)
    row = _asked(asked)
    _answer(row, State.WITHDRAWN, actor, "")
    return row


def could_take_over(order: Order) -> QuerySet[OfferAtPlace]:
    """The offers at places that could be asked to take an order over, those of its own region first."""
    need = order.need
    here = Case(When(region=need.region_id, then=0), default=1, output_field=IntegerField())
    fitting = _fitting(need.service_type_id, order.offer_at_place_id, serving=need.region_id)
    return fitting.select_related("offer__provider", "region").order_by(here, "offer__provider__code", "pk")


def could_go_to(provider: UUID) -> Exists:
    """Whether a provider could be asked to take an order over, for a queryset of orders."""
    fitting = _fitting(OuterRef("service_type"), OuterRef("offer_at_place"), serving=OuterRef(OuterRef("region")))
    return Exists(fitting.filter(offer__provider=provider))


def _fitting(service: Any, now_at: Any, *, serving: Any) -> QuerySet[OfferAtPlace]:
    today = timezone.localdate(clock.now())
    same = OfferAtPlace.objects.filter(offer__service_type=service, offer__paused=False)
    runs = same.filter(Q(offer__until=None) | Q(offer__until__gte=today)).exclude(pk=now_at)
    return runs.filter(serves_filter(serving))


def handovers_of(user: User) -> QuerySet[Handover]:
    """What the bodies of ``user`` were asked to take over, oldest first."""
    asked = Handover.objects.filter(target__offer__provider__in=bodies_of(user).values("pk"))
    return asked.select_related(
        *("order__need__service_type", "order__need__region", "reason", "asked_by"),
        *("source__offer__provider", "target__offer__provider", "target__region"),
    ).order_by("asked_at")


def handovers_to_answer(user: User) -> QuerySet[Handover]:
    """The orders that the bodies of ``user`` are asked to take over, oldest first."""
    return handovers_of(user).filter(state=State.ASKED)


def _asked(asked: Handover) -> Handover:
    rows = Handover.objects.select_for_update(of=("self",)).select_related("target__offer__provider")
    row = rows.get(pk=asked.pk)
    if row.state != State.ASKED:
        raise OrderRefusedError(_("This has been answered already."))
    return row


def _require_fits(order: Order, need: Need, target: OfferAtPlace) -> None:
    if target.offer.service_type_id != need.service_type_id:
        raise OrderRefusedError(_("This offer is for another service."))
    if target.pk == order.offer_at_place_id:
        raise OrderRefusedError(_("The order is there already."))
    if target.offer.paused:
        raise OrderRefusedError(_("“%(offer)s” takes nobody on just now.") % {"offer": target.offer})
    if not could_take_over(order).filter(pk=target.pk).exists():
        raise OrderRefusedError(_("“%(offer)s” is not there for this place.") % {"offer": target.offer})
    if waited_for([target.pk]):
        raise OrderRefusedError(_("Others wait in turn for what becomes free there."))


def _take_over(order: Order, row: Handover, actor: User) -> None:
    before = order.hold
    order.hold = take_unit(row.target)  # first what is new: it is never without
    if before is not None:
        release(before)
    order.offer_at_place, order.state, order.version = row.target, OrderState.ACCEPTED, order.version + 1
    order.responded_at = order.responded_at or clock.now()
    order.save(update_fields=["hold", "offer_at_place", "state", "version", "responded_at"])
    settle(Escalation.objects.filter(order=order.pk, why=Escalation.Why.WITHDRAWN), actor=actor)
    said = OrderHandedOver(order=order.pk, need=order.need_id, provider=row.target.offer.provider_id)
    publish(said, stream=order.need_id, actor=actor)


def _answer(row: Handover, state: State, actor: User, words: str) -> None:
    row.state, row.answered_by, row.answered_at, row.answer = state, actor, clock.now(), words
    row.save(update_fields=["state", "answered_by", "answered_at", "answer"])
