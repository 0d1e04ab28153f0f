"""Waiting lists: who waits for what is full is called up in turn, and has a unit while they may answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.events import WaitingCalled, WaitingJoined, WaitingLeft, WaitingPassed
from lacarte.loop.orders.models import Order, WaitingPlace
from lacarte.registers.menu.capacity.counting import A_DAY
from lacarte.registers.menu.capacity.finding import CapacityState, capacity_states, next_free
from lacarte.registers.menu.capacity.holding import NoCapacityError, confirm, hold, release
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace

State = WaitingPlace.State
LIVING = (State.WAITING, State.CALLED)
#: Nobody is called up for an appointment that begins sooner.
NOTICE = timedelta(hours=2)


class WaitingRefusedError(ValueError):
    """One cannot join, answer or leave like this; the message says why."""


@transaction.atomic
def join(need: Need, place: OfferAtPlace, *, actor: User | None = None) -> WaitingPlace:
    """Wait for a unit of an offer that is full. Joined twice, one keeps one's place.

    Raises :class:`WaitingRefusedError`. The caller has checked that the need is theirs.
    """
    waiting = Need.objects.select_for_update(of=("self",)).filter(pk=need.pk, state=Need.State.OPEN).first()
    if waiting is None:
        raise WaitingRefusedError(_("This does not wait for an offer any more."))
    known = WaitingPlace.objects.filter(need=waiting, offer_at_place=place, state__in=LIVING).first()
    if known is not None:
        return known
    if place.offer.service_type_id != waiting.service_type_id:
        raise WaitingRefusedError(_("This offer is for another service."))
    state = capacity_states([place.pk]).get(place.pk)
    if state == CapacityState.ASSESSMENT:
        raise WaitingRefusedError(_("This provider keeps no times here: it says itself whether it has a place."))
    if state not in (CapacityState.WAITLIST, CapacityState.CAPACITY):
        raise WaitingRefusedError(_("“%(offer)s” takes nobody on just now.") % {"offer": place.offer})
    if state == CapacityState.CAPACITY and not in_turn(place.pk).exists():
        raise WaitingRefusedError(_("There are free times: you need not wait, please choose one."))
    made = WaitingPlace.objects.create(need=waiting, offer_at_place=place)
    publish(WaitingJoined(place=made.pk, need=waiting.pk), stream=waiting.pk, actor=actor)
    return made


@transaction.atomic
def leave(place: WaitingPlace, *, actor: User | None = None) -> None:
    """Wait no more; a unit that is held goes to the next. Leaving twice changes nothing."""
    row = _locked(place.pk)
    if row.state in LIVING:
        _end(row, State.LEFT)
        publish(WaitingLeft(place=row.pk, need=row.need_id), stream=row.need_id, actor=actor)


@transaction.atomic
def take(place: WaitingPlace) -> Order:
    """Say yes: what is held for whoever was called up becomes their order. Said twice it is one.

    Raises :class:`WaitingRefusedError` for who was not called up or is too late, and as ``place_order``.
    """
    row = _locked(place.pk)
    if (
        row.state == State.TAKEN
        and row.hold is not None
        and (order := Order.objects.filter(hold=row.hold).first())
    ):
        return order
    if row.state == State.WAITING:
        raise WaitingRefusedError(_("It is not your turn yet. We tell you when it is."))
    if row.state != State.CALLED or row.hold is None or row.answer_by is None or row.answer_by <= clock.now():
        raise WaitingRefusedError(_("The time to answer is over. You can join the list again."))
    order = place_order(row.need, offer_at_place=row.offer_at_place, hold=confirm(row.hold))
    row.state, row.ended_at = State.TAKEN, clock.now()
    row.save(update_fields=["state", "ended_at"])
    return order


def call_up() -> int:
    """Pass over who did not answer or waits for nothing any more, and call the next for all that is free.

    Returns how many were called.
    """
    for place in WaitingPlace.objects.filter(state__in=LIVING).exclude(need__state=Need.State.OPEN):
        leave(place)
    late = WaitingPlace.objects.filter(state=State.CALLED, answer_by__lte=clock.now()).order_by("answer_by", "pk")
    for key in late.values_list("pk", flat=True):
        _pass_over(key)
    offers = set(WaitingPlace.objects.filter(state=State.WAITING).values_list("offer_at_place", flat=True))
    return sum(_call_for(offer) for offer in sorted(next_free(offers, notice=NOTICE)))


def in_turn(offer: UUID) -> QuerySet[WaitingPlace]:
    """Who waits for an offer at a place and is not called up yet, the first one first."""
    return WaitingPlace.objects.filter(offer_at_place=offer, state=State.WAITING).order_by("since", "pk")


def in_front(place: WaitingPlace) -> int:
    """How many are before this one."""
    return in_turn(place.offer_at_place_id).filter(_before(place)).count()


def living_places(need: Need) -> list[WaitingPlace]:
    """Where a need waits or is called up."""
    places = need.waiting_places.filter(state__in=LIVING)
    return list(places.select_related("offer_at_place__offer__provider", "offer_at_place__region", "hold__lot"))


def _before(place: WaitingPlace) -> Q:
    return Q(since__lt=place.since) | Q(since=place.since, pk__lt=place.pk)


def _locked(key: UUID) -> WaitingPlace:
    rows = WaitingPlace.objects.select_for_update(of=("self",))
    return rows.select_related("need", "offer_at_place", "hold").get(pk=key)


def _end(row: WaitingPlace, state: WaitingPlace.State) -> None:
    if row.hold is not None:
        release(row.hold)
    row.state, row.ended_at = state, clock.now()
    row.save(update_fields=["state", "ended_at"])


@transaction.atomic
def _pass_over(key: UUID) -> None:
    row = _locked(key)
    if row.state == State.CALLED and row.answer_by is not None and row.answer_by <= clock.now():
        _end(row, State.PASSED)
        publish(WaitingPassed(place=row.pk, need=row.need_id), stream=row.need_id)


def _call_for(offer: UUID) -> int:
    """Call as many as have a unit, one in each transaction."""
    called = 0
    while (lot := next_free([offer], notice=NOTICE).get(offer)) is not None:
        answered = _call_next(offer, lot)
        if answered is None:
            break
        called += answered
    return called


@transaction.atomic
def _call_next(offer: UUID, lot: CapacityLot) -> bool | None:
    """Hold ``lot`` for the first in turn; whether somebody was called, ``None`` where nobody is left."""
    rows = in_turn(offer).select_for_update(skip_locked=True, of=("self",)).select_related("need")
    row = rows.first()
    if row is None:
        return None
    if row.need.state != Need.State.OPEN:
        _end(row, State.LEFT)
        return False
    answer_by = _answer_by(lot)
    try:
        row.hold = hold(lot, expires_at=answer_by, holder=f"waiting:{row.pk}")
    except NoCapacityError:
        return False  # somebody was quicker: look for the next lot
    row.state, row.called_at, row.answer_by = State.CALLED, clock.now(), answer_by
    row.save(update_fields=["hold", "state", "called_at", "answer_by"])
    called = WaitingCalled(place=row.pk, need=row.need_id, answer_by=answer_by)
    publish(called, stream=row.need_id)
    return True


def _answer_by(lot: CapacityLot) -> datetime:
    """An appointment is answered before it begins, a day or month before it ends."""
    over = lot.ends_at if lot.ends_at - lot.starts_at >= A_DAY else lot.starts_at
    return min(clock.now() + timedelta(hours=int(settings.CONFIGURED["answer_hours"])), over)
