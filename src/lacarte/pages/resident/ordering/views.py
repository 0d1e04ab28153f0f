"""The pages of an order, one after the other; then the page on which every part stands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel.events import timeline
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.loop.needs.actions import NeedRefusedError
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import people_seen_by
from lacarte.loop.orders.actions import OrderRefusedError
from lacarte.loop.orders.bundles.changing import leave_out, try_again
from lacarte.loop.orders.bundles.placing import BundleRefusedError
from lacarte.loop.orders.bundles.sending import send_part
from lacarte.loop.orders.bundles.standing import documents, lines
from lacarte.loop.orders.models import BundleOrder, BundlePart
from lacarte.pages.desk.finding import FindPerson
from lacarte.pages.resident.access import opens
from lacarte.pages.resident.defence import trapped
from lacarte.pages.resident.flow import advice_for
from lacarte.pages.resident.menu.answering import back_of
from lacarte.pages.resident.menu.said import Said
from lacarte.pages.resident.menu_search.counting import not_left
from lacarte.pages.resident.ordering.access import opened
from lacarte.pages.resident.ordering.asking import Questions
from lacarte.pages.resident.ordering.draft import PERSON, OrderDraft
from lacarte.pages.resident.ordering.flow import address, ahead, around, go_on
from lacarte.pages.resident.ordering.known import bounds_of, idle_questions, known_of, not_for_them, withheld_of
from lacarte.pages.resident.ordering.offers import Offers
from lacarte.pages.resident.ordering.parts import Asked, Parts
from lacarte.pages.resident.ordering.proofs import proofs
from lacarte.pages.resident.ordering.whose import Who, place_of
from lacarte.registers.people.mandates import ORDER_AT_DESK, on_behalf


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What is wanted: as a link says, or as this session chose before. Only choosing begins an order."""
    draft = OrderDraft.of(request.session)
    said = request.GET.copy()
    if not said.keys() & {"event", "service", "offer"} and "next" not in said and draft.begun:
        said.update({"event": draft.event})
        said.setlist("service", draft.services)
        said.setlist("offer", list(draft.proposed.values()))
    asked = Asked.of(said)
    if not asked.services:
        if "next" in said:
            messages.warning(request, _("Please choose the offers that you want to order."))
            return redirect(back_of(request))
        if said:
            messages.warning(request, _("This is not on the menu (any more). Please choose something else."))
        return redirect("home")
    again = draft if (draft.event, draft.begun) == (asked.event.code if asked.event else "", True) else None
    chosen = again.services if again is not None and asked.event is not None else None
    data = request.POST if request.method == "POST" else None
    form = Parts(data, asked=asked, chosen=chosen, warnings=not_for_them(request, asked.services))
    if request.method == "POST" and form.is_valid():
        begun = form.draft()
        if again is not None and (again.services, again.proposed) == (begun.services, begun.proposed):
            begun = draft  # nothing is lost by looking back
        elif again is not None:
            begun = _kept(draft, begun)
        begun.trap = begun.trap or trapped(request)
        not_left(request)
        return go_on(request, begun)
    shown: dict[str, Any] = {"form": form, "event": asked.event, "step": "parts", "draft": draft}
    shown |= {"action": f"{reverse('order-new')}?{asked.query()}", "errors_on_page": bool(form.errors)}
    return render(request, "resident/ordering/parts.html", shown, status=422 if form.errors else 200)


def _kept(draft: OrderDraft, begun: OrderDraft) -> OrderDraft:
    """The same order with other services: what was said of whom it is for stays, the rest is asked for them."""
    draft.services, draft.proposed = begun.services, begun.proposed
    draft.offers, draft.answers, draft.proofs = None, None, False
    return draft


_TITLES = {"who": "who.html", "offers": "offers.html", "questions": "questions.html"}


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, step: str) -> HttpResponse:
    """One page of the order."""
    draft = OrderDraft.of(request.session)
    if moved := ahead(draft, step):
        return moved
    if step == "proofs":
        return proofs(request, draft)
    if step == "who" and request.POST.get("act") == "find":
        return find_person(request, draft)
    data = request.POST if request.method == "POST" else None
    form = _form(request, step, draft, data)
    draft.trap = draft.trap or trapped(request)
    if data is not None and form.is_valid():
        if isinstance(form, Questions):
            draft.answers = form.cleaned_data["answers"]
            bounds = bounds_of(request, draft)
            if form.idle - idle_questions(draft, form.known | draft.answers, form.withheld, bounds):
                draft.keep(request.session)  # what they said makes other questions matter
                return redirect(address("questions"))
        else:
            form.answer()
        if not form.errors:
            return go_on(request, draft)
    shown = {"form": form, **around(draft, step), "errors_on_page": bool(form.errors)}
    if isinstance(form, Who) and form.official:
        shown["find"] = FindPerson()
    return render(request, f"resident/ordering/{_TITLES[step]}", shown, status=422 if form.errors else 200)


def find_person(request: HttpRequest, draft: OrderDraft) -> HttpResponse:
    """An official looks for somebody the city knows; whoever fits can be chosen on the page then."""
    require_anywhere(request.user, Action.REGISTER)
    assert request.user.is_authenticated
    find, within = FindPerson(request.POST), people_seen_by(request.user)
    search = find.search(within=within, reader=request.user, purpose=ORDER_AT_DESK)
    if search is not None:
        draft.found = [str(one.key) for one in search.found]
        draft.keep(request.session)
    form = _form(request, "who", draft, None)
    if search is not None and len(search.found) == 1:
        form.initial["whose"] = f"{PERSON}{search.found[0].key}"
    shown = {"form": form, "find": find, "search": search, **around(draft, "who")}
    shown["errors_on_page"] = bool(find.errors)
    return render(request, "resident/ordering/who.html", shown, status=422 if find.errors else 200)


def _form(request: HttpRequest, step: str, draft: OrderDraft, data: Any) -> Who | Offers | Questions:
    if step == "who":
        return Who(data, draft=draft, user=request.user, said=Said.of(request.session))
    if step == "offers":
        return Offers(data, draft=draft, home=place_of(draft, request.user))
    known = known_of(request, draft)
    withheld = withheld_of(request, draft)
    bounds = bounds_of(request, draft)
    idle = idle_questions(draft, known | (draft.answers or {}), withheld, bounds)
    return Questions(data, asked=draft.asked(), known=known, answers=draft.answers, idle=idle, withheld=withheld)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Drop the order that was begun, and the times that were held for it."""
    draft = OrderDraft.of(request.session)
    draft.give_back()
    draft.forget(request.session)
    messages.success(request, _("What you had told us is deleted."))
    return redirect("home")


@require_GET
def order_page(request: HttpRequest, secret: str) -> HttpResponse:
    """Where every part stands."""
    bundle, parts = opened(request, secret)
    shown = {
        "bundle": bundle,
        "behalf": on_behalf(bundle.mandate, official=bundle.registered_by_id is not None),
        "lines": lines(parts),
        "documents": documents(bundle, parts),
        "events": timeline(bundle.pk),
        "link": request.build_absolute_uri(),
        **_thanks(request, bundle, parts),
    }
    return render(request, "resident/ordering/order.html", shown)


def _thanks(request: HttpRequest, bundle: BundleOrder, parts: list[BundlePart]) -> dict[str, Any]:
    """What is said once, right after it was sent."""
    if request.session.pop("ordered-now", None) != bundle.reference:
        return {}
    advice = (advice_for(part.note, part.service_type) for part in parts)
    return {"thanked": True, "advice": next(filter(None, advice), None)}


@require_POST
def change_part(request: HttpRequest, secret: str, key: str) -> HttpResponse:
    """Leave out a part, cancel it, try again what failed, or choose another time or offer for it."""
    _bundle, parts = opened(request, secret)
    part: BundlePart | None = next((one for one in parts if str(one.pk) == key), None)
    if part is None:
        raise Http404(_("This order has no such part."))
    actor = request.user if request.user.is_authenticated else None
    try:
        if request.POST.get("act") == "choose":
            return _choose(request, part, actor) or redirect("order", secret)
        if request.POST.get("act") == "again":
            try_again(part, actor=actor)
            messages.success(request, _("We try it again."))
        else:
            leave_out(part, actor=actor)
            messages.success(request, _("It is cancelled. Everything else goes on."))
    except (BundleRefusedError, NeedRefusedError, OrderRefusedError) as error:
        messages.warning(request, str(error))
    return redirect("order", secret)


def _choose(request: HttpRequest, part: BundlePart, actor: User | None) -> HttpResponse | None:
    """Send a part without an offer, and go on to where one is chosen for its need."""
    try_again(part, actor=actor, choosing=True)
    send_part(part.pk)
    need = Need.objects.filter(bundle_part=part.pk, state=Need.State.OPEN).first()
    if need is None:
        return None
    opens(request, need)
    return redirect("times", need.reference)
