"""What residents see: the menu, a need of theirs, their own page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel.objecting import ObjectionRefusedError
from lacarte.kernel.rate_limit import allowed
from lacarte.kernel.text import storable
from lacarte.loop.matching.objections import object_to
from lacarte.loop.needs.actions import NeedRefusedError, withdraw
from lacarte.loop.needs.messages.conversation import came_with, not_taken, timeline_beside
from lacarte.loop.needs.messages.expecting import expected
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import by_secret, own
from lacarte.loop.needs.uploads import keeping
from lacarte.loop.needs.uploads.attachments import photos_of_work
from lacarte.loop.orders.actions import OrderRefusedError, change
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.queries import newest_order
from lacarte.loop.orders.standing import standing
from lacarte.loop.orders.states import Who, find
from lacarte.loop.priority.explaining import weight_of
from lacarte.loop.voice.actions import RatingRefusedError, rate
from lacarte.pages.delivering.together_resident import helpers
from lacarte.pages.resident.access import counted, followed_here, may_open, need_or_404, note_on_behalf, opens
from lacarte.pages.resident.conversation import talk
from lacarte.pages.resident.draft import Draft, person_of
from lacarte.pages.resident.explanation import why
from lacarte.pages.resident.flow import advice_for, next_address
from lacarte.pages.resident.following import followed, following, together
from lacarte.pages.resident.forms import Find, Object, Rate
from lacarte.pages.resident.found import consents, to_see
from lacarte.pages.resident.ordering.mine import my_orders, part_of
from lacarte.pages.resident.questions import What
from lacarte.pages.resident.slots.card import time_card
from lacarte.registers.entitlement.explaining.objections import objections_by
from lacarte.registers.menu.browse import life_areas, life_events, services_in
from lacarte.registers.menu.models import ServiceType, Subject
from lacarte.registers.people import mandates
from lacarte.registers.people.circumstances import in_words, value_in_words
from lacarte.registers.people.models import Circumstance, Person
from lacarte.registers.people.queries import ReadsOfDay, circumstances_of, reads_of
from lacarte.registers.people.reading import fields_in_words, purpose_in_words

#: What its resident may close by themselves.
WITHDRAWABLE = (Need.State.OPEN, Need.State.HELD, Need.State.JOINED)
#: Life events at the door; the menu has all of them.
_EVENTS = 8


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The question at the door, and the menu."""
    form, draft = What(None, draft=Draft(), user=request.user), Draft.of(request.session)
    shown: dict[str, Any] = {"form": form, "areas": life_areas(), "followed": followed_here(request)}
    shown["events"] = life_events(_EVENTS)
    if draft.text is not None:
        shown |= {"begun": draft, "next_address": next_address(request, draft)}
    return render(request, "resident/home.html", shown)


@require_GET
def area(request: HttpRequest, code: str) -> HttpResponse:
    """One life area of the menu."""
    areas = ServiceType.objects.filter(code=code, orderable=False)
    chosen = areas.first() if storable(code) else None
    if chosen is None:
        raise Http404(_("There is no such part of the menu."))
    return render(request, "resident/area.html", {"area": chosen, "services": services_in(chosen)})


@require_http_methods(["GET", "POST"])
def find_need(request: HttpRequest) -> HttpResponse:
    """From a reference that was read over the phone to how it stands."""
    form = Find(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not allowed("find", request):
            form.add_error(None, _("That was a lot at once. Please wait a minute and try again."))
        else:
            try:
                return redirect("need", need_or_404(form.cleaned_data["reference"]).reference)
            except Http404 as error:
                form.add_error("reference", str(error))
    return render(request, "resident/find.html", {"form": form, "errors_on_page": bool(form.errors)})


@require_GET
def open_need(request: HttpRequest, secret: str) -> HttpResponse:
    """A private link opens its need for this session."""
    need = by_secret(secret)
    if need is None:
        raise Http404(_("This link opens nothing."))
    opens(request, need)
    return redirect("need", need.reference)


@require_GET
@counted
def need_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One need: all of it for who may open it, its state for who knows the reference."""
    need = need_or_404(reference)
    if not may_open(request, need):
        return render(request, "resident/need_public.html", {"need": need, **following(request, need)})
    note_on_behalf(request, need, mandates.LOOK)
    return _show(request, need, Rate())


def _is_theirs(need: Need, request: HttpRequest) -> bool:
    """Whether what is known of the household may be shown: to whose need it is, not to who has its link."""
    return request.user.is_authenticated and need.person is not None and need.person.user_id == request.user.pk


def _shows_where(need: Need, request: HttpRequest) -> bool:
    """Whether the page says where it is: of a place to all who may open it, of a home to who lives there."""
    known = bool(need.region_id or need.address)
    return known and (need.subject == Subject.PLACE or _is_theirs(need, request))


def _show(request: HttpRequest, need: Need, form: Rate, status: int = 200) -> HttpResponse:
    order = newest_order(need)
    can_rate = order is not None and order.state == OrderState.COMPLETED and not hasattr(order, "rating")
    can_cancel = order is not None and find(order.state, OrderState.CANCELLED, Who.RESIDENT) is not None
    link = request.build_absolute_uri(f"/n/{need.secret}/") if need.secret else ""
    shown = {
        "need": need,
        "order": order,
        "why": why(need, order),
        "weight": weight_of(need) if need.state == Need.State.OPEN else None,
        "knows_household": _is_theirs(need, request),
        "shows_where": _shows_where(need, request),
        "standing": standing(need, order),
        "events": timeline_beside(need),
        "form": form if can_rate else None,
        "can_cancel": need.state == Need.State.ORDERED and can_cancel,
        "can_withdraw": need.state in WITHDRAWABLE,
        "uploads": list(came_with(need)),
        "kept_until": keeping.told(need),
        "not_taken": not_taken(need),
        "photos_of_work": photos_of_work(need),
        **talk(need),
        **together(need),
        **part_of(request, need),
        "time": time_card(need, order),
        **helpers(order),
        **_thanks(request, need),
        "link": link,
        "errors_on_page": bool(form.errors),
    }
    return render(request, "resident/need.html", shown, status=status)


def _thanks(request: HttpRequest, need: Need) -> dict[str, Any]:
    """What is said once, right after the need was sent."""
    if request.session.pop("thanked", None) != need.reference:
        return {}
    return {"thanked": True, "expected": expected(need), "advice": advice_for(need.text, need.service_type)}


def _own_order(request: HttpRequest, reference: str) -> tuple[Need, Order | None]:
    need = need_or_404(reference)
    if not may_open(request, need):
        raise Http404
    return need, newest_order(need)


@require_POST
@counted
def rate_order(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the resident's word."""
    need, order = _own_order(request, reference)
    form = Rate(request.POST)
    if order is None or not form.is_valid():
        return _show(request, need, form, status=422)
    actor = request.user if request.user.is_authenticated else None
    try:
        rate(order, actor=actor, **form.cleaned_data)
    except RatingRefusedError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Thank you. Your word counts in the rates that everybody can see."))
    return redirect("need", need.reference)


@require_POST
@counted
def stop_need(request: HttpRequest, reference: str) -> HttpResponse:
    """Withdraw what waits, or cancel the order that is under way."""
    need, order = _own_order(request, reference)
    actor = request.user if request.user.is_authenticated else None
    try:
        if need.state in WITHDRAWABLE:
            withdraw(need, actor=actor)
        elif order is not None:
            change(order, to=OrderState.CANCELLED, actor=actor, who=Who.RESIDENT)
        note_on_behalf(request, need, mandates.STOP)
    except (NeedRefusedError, OrderRefusedError) as error:
        messages.warning(request, str(error))
    return redirect("need", need.reference)


@require_http_methods(["GET", "POST"])
@counted
def objection(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the last decision is wrong, and why; what it rests on is shown above."""
    need, order = _own_order(request, reference)
    told = why(need, order)
    if told is None or not told.can_object:
        messages.warning(request, _("There is nothing to object to now."))
        return redirect("need", need.reference)
    form = Object(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actor = request.user if request.user.is_authenticated else None
        try:
            object_to(need, reason=form.cleaned_data["reason"], actor=actor)
        except ObjectionRefusedError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, _("Thank you. A case worker reads it and answers you here."))
            return redirect("need", need.reference)
    shown = {"need": need, "why": told, "form": form, "errors_on_page": bool(form.errors)}
    return render(request, "resident/objection.html", shown, status=422 if form.errors else 200)


@login_required
@require_GET
def my_page(request: HttpRequest) -> HttpResponse:
    """My needs, what the city knows about me, and who has read it."""
    assert request.user.is_authenticated
    person = person_of(request.user)
    needs = list(own(request.user).prefetch_related("orders__rating")[:200])
    unrated = [need for need in needs if need.state == Need.State.MET and _wants_rating(need)]
    shown = {
        "unrated": unrated,
        "current": [need for need in needs if need.closed_at is None and need not in unrated],
        "past": [need for need in needs if need.closed_at and need not in unrated],
        "followed": followed(request),
        "orders": my_orders(request.user),
        "objections": list(objections_by(person)[:20]) if person else [],
        "entered": [one for one in mandates.given_by(person) if one.entered_by_id] if person else [],
        "person": person,
        "home": [person.household.address, person.household.region] if person and person.household else [],
        "facts": _facts_in_words(person) if person else [],
        "to_see": to_see(person),
        "by_law_for": list(mandates.held_by_law(request.user)),
        **consents(person),
        "reads": [_read_in_words(read) for read in reads_of(person, 50)] if person else [],
    }
    return render(request, "resident/my_page.html", shown)


def _facts_in_words(person: Person) -> list[tuple[str, str, Circumstance]]:
    """What is known now, as people call it; a fact that is simply true needs no more words."""
    return [
        (in_words(fact.kind), "" if fact.value is True else value_in_words(fact.kind, fact.value), fact)
        for fact in circumstances_of(person)
    ]


def _read_in_words(read: ReadsOfDay) -> dict[str, Any]:
    """Who read what, when, how often and for what."""
    role = next(iter(read.reader.mandates.all()), None) if read.reader else None
    return {
        "at": read.last,
        "times": read.times,
        "who": read.reader,
        "role": role.get_role_display() if role else "",
        "fields": fields_in_words(read.fields),
        "purpose": purpose_in_words(read.purpose),
    }


def _wants_rating(need: Need) -> bool:
    return any(order.state == OrderState.COMPLETED and not hasattr(order, "rating") for order in need.orders.all())
