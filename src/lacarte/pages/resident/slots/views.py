"""The pages on which a time is chosen for a need, by whoever may open it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel import tree
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError
from lacarte.loop.orders.booking import (
    BookingRefusedError,
    book,
    can_move,
    held_for,
    hold_time,
    let_go,
    move_time,
)
from lacarte.loop.orders.models import Order, WaitingPlace
from lacarte.loop.orders.queries import newest_order
from lacarte.loop.orders.time_words import in_words, zone_of
from lacarte.loop.orders.waiting import WaitingRefusedError, join, leave, living_places, take
from lacarte.pages.resident.access import counted, may_open, need_or_404
from lacarte.pages.resident.slots.choosing import ChooseTime, can_wait, facts_of, offers_for
from lacarte.pages.resident.slots.choosing import times_of as free_times
from lacarte.pages.resident.slots.words import left_in_words
from lacarte.registers.menu.capacity.finding import capacity_states
from lacarte.registers.menu.capacity.holding import CapacityRefusedError
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace

_REFUSED = (BookingRefusedError, CapacityRefusedError, OrderRefusedError, WaitingRefusedError)
View = Callable[..., HttpResponse]


def of_own_need(view: View) -> View:
    """A page for whoever may open the need of its address."""

    @wraps(view)
    def page(request: HttpRequest, reference: str, **more: UUID) -> HttpResponse:
        @counted
        def theirs(request: HttpRequest, reference: str) -> HttpResponse:
            need = need_or_404(reference)
            if not may_open(request, need):
                raise Http404(_("There is no request with this reference."))
            return view(request, need, **more)

        return theirs(request, reference)

    return page


@require_GET
@of_own_need
def offers(request: HttpRequest, need: Need) -> HttpResponse:
    """The offers for a need, each with its next free time, or its waiting list."""
    order = _movable(need)
    if order is not None:
        return redirect("times-of", need.reference, order.offer_at_place_id)
    if refused := _not_waiting(request, need):
        return refused
    waits = {place.offer_at_place_id for place in living_places(need)}
    rows = [
        {
            "listed": one,
            "facts": facts_of(one.place),
            "can_wait": can_wait(one) and one.place.pk not in waits,
            "waits": one.place.pk in waits,
        }
        for one in offers_for(need)
    ]
    return render(request, "resident/slots/offers.html", {"need": need, "rows": rows, "held": held_for(need)})


@require_http_methods(["GET", "POST"])
@of_own_need
def times_of(request: HttpRequest, need: Need, place: UUID) -> HttpResponse:
    """The free times of one offer, a week at once; the chosen one is held, or that of an order becomes it."""
    at = _place(need, place)
    order = _movable(need)
    if order is not None and order.offer_at_place_id != at.pk:
        raise Http404(_("This order is of another offer."))
    if order is None and (refused := _not_waiting(request, need)):
        return refused
    zone = zone_of(at)
    now_at = order.hold.lot if order is not None and order.hold is not None else None
    times = free_times(at, zone, request.GET.get("from", ""), now_at.pk if now_at else None)
    form = ChooseTime(request.POST if request.method == "POST" else None, times=times)
    if request.method == "POST" and form.is_valid():
        try:
            return _chosen(request, need, order, form.cleaned_data["lot"])
        except _REFUSED as error:
            form.add_error("lot", str(error))
            form.times = times = free_times(at, zone, request.GET.get("from", ""), now_at.pk if now_at else None)
    state = capacity_states([at.pk])[at.pk]
    shown: dict[str, Any] = {"need": need, "place": at, "form": form, "times": times, "facts": facts_of(at)}
    shown |= {
        "booked": in_words(now_at, zone) if now_at else "",
        "full": not times.lots and state.value == "waitlist",
    }
    shown |= {"errors_on_page": bool(form.errors)}
    return render(request, "resident/slots/times.html", shown, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, need: Need, order: Order | None, key: str) -> HttpResponse:
    lot = CapacityLot.objects.select_related("offer_at_place__offer").filter(pk=key).first()
    if lot is None:
        raise BookingRefusedError(_("There is no such time any more. Please choose another."))
    if order is None:
        hold_time(need, lot)
        return redirect("time-held", need.reference)
    move_time(order, lot, actor=_actor(request))
    messages.success(request, _("The new time is booked, and the one before is given back."))
    return redirect("need", need.reference)


@require_http_methods(["GET", "POST"])
@of_own_need
def held(request: HttpRequest, need: Need) -> HttpResponse:
    """The time that is held, and how long still; it is booked here, or given back."""
    if request.method == "POST":
        return _answered(request, need)
    kept = held_for(need)
    if kept is None:
        if need.state == Need.State.OPEN:
            messages.warning(request, _("The time to answer is over. Please choose again."))
        address = reverse("times" if need.state == Need.State.OPEN else "need", args=[need.reference])
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
    at = kept.lot.offer_at_place
    shown = {"need": need, "place": at, "facts": facts_of(at)}
    shown |= {"time": in_words(kept.lot, zone_of(at)), "left": left_in_words(kept)}
    return render(request, "resident/slots/held.html", shown)


def _answered(request: HttpRequest, need: Need) -> HttpResponse:
    if "let-go" in request.POST:
        let_go(need)
        return redirect("times", need.reference)
    try:
        book(need)
    except _REFUSED as error:
        messages.warning(request, str(error))
        return redirect("times", need.reference)
    messages.success(request, _("It is booked. The provider has been asked to confirm it."))
    return redirect("need", need.reference)


@require_POST
@of_own_need
def wait(request: HttpRequest, need: Need, place: UUID) -> HttpResponse:
    """Join the waiting list of an offer."""
    try:
        join(need, _place(need, place), actor=_actor(request))
    except _REFUSED as error:
        messages.warning(request, str(error))
        return redirect("times", need.reference)
    messages.success(request, _("You are on the waiting list. We tell you when it is your turn."))
    return redirect("need", need.reference)


@require_POST
@of_own_need
def answer(request: HttpRequest, need: Need, key: UUID) -> HttpResponse:
    """Whoever waits takes what is free for them, or leaves the list."""
    place = get_object_or_404(WaitingPlace, pk=key, need=need)
    try:
        if "take" in request.POST:
            take(place)
            messages.success(request, _("It is booked. The provider has been asked to confirm it."))
        else:
            leave(place, actor=_actor(request))
            messages.success(request, _("You are not on the waiting list any more."))
    except _REFUSED as error:
        messages.warning(request, str(error))
    return redirect("need", need.reference)


def _place(need: Need, key: UUID) -> OfferAtPlace:
    places = OfferAtPlace.objects.select_related("offer__provider", "region")
    return get_object_or_404(places, pk=key, offer__service_type=need.service_type_id)


def _movable(need: Need) -> Order | None:
    order = newest_order(need) if need.state == Need.State.ORDERED else None
    return order if order is not None and can_move(order) else None


def _not_waiting(request: HttpRequest, need: Need) -> HttpResponse | None:
    """Back to the page of a need for which no time can be chosen."""
    if need.state == Need.State.OPEN and need.service_type_id != tree.ROOT_NUMBER:
        return None
    messages.warning(request, _("There is no time to be chosen for this now."))
    return redirect("need", need.reference)


def _actor(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None
