"""The check before an order is sent. Sent again, from wherever, it is the same order."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lacarte.kernel.text import listed
from lacarte.loop.orders.bundles.placing import BundleRefusedError
from lacarte.loop.orders.models import BundleOrder
from lacarte.loop.orders.time_words import in_words, zones_of
from lacarte.pages.resident.defence import NotYet, Tokens, not_yet, why_read_first, work_for
from lacarte.pages.resident.ordering.asking import told
from lacarte.pages.resident.ordering.draft import ME, SESSION_KEY, OrderDraft
from lacarte.pages.resident.ordering.flow import address, around
from lacarte.pages.resident.ordering.known import registered
from lacarte.pages.resident.ordering.offers import hold_again
from lacarte.pages.resident.ordering.sending import parts_of, place
from lacarte.pages.resident.ordering.whose import is_official, mandate_for, options, place_of

_TOKENS = Tokens(SESSION_KEY, "ordered")


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Show all of it; send it when it is right."""
    if sent := _sent_before(request):
        return _thank(request, sent)
    draft = OrderDraft.of(request.session)
    if (step := draft.missing()) != "check":
        return redirect(address(step))
    if request.method == "GET":
        return _check(request, draft)
    if refused := not_yet(request, draft):
        return _check(request, draft, refused)
    if gone := hold_again(draft):
        draft.keep(request.session)
        words = _("The time that you chose is not free any more: %(services)s. Please choose another, or go on.")
        messages.warning(request, words % {"services": listed(gone)})
        return redirect(address("offers"))
    try:
        held = why_read_first(request, draft)
        bundle = place(request, draft, remember="remember" in request.POST, held=held)
    except (BundleRefusedError, PermissionDenied) as error:
        return _check(request, draft, NotYet(str(error)))
    return _thank(request, bundle)


def _sent_before(request: HttpRequest) -> BundleOrder | None:
    """What was made of the order on this page already: in another window, or by a second click."""
    token = _TOKENS.posted(request)
    return BundleOrder.objects.filter(sent_with=OrderDraft(token=token).sent_with).first() if token else None


def _check(request: HttpRequest, draft: OrderDraft, refused: NotYet | None = None) -> HttpResponse:
    answers, services = draft.answers or {}, draft.chosen()
    known = registered(request, draft) if draft.asked() else {}
    mandate = mandate_for(draft.whose, request.user)
    arrived = draft.uploads()
    shown = {
        "rows": _rows(draft),
        "told": told(draft.asked(), answers, services),
        "mandate": mandate,
        "whose": dict(options(request.user, draft)).get(draft.whose or ME, ""),
        "official": is_official(draft.whose),
        "home": place_of(draft, request.user),
        "contact": [part for part in (draft.name, draft.phone, draft.email) if part],
        "evidence": [(kind, arrived.get(draft.draft_of(kind), [])) for kind, _services in draft.evidence()],
        "can_remember": request.user.is_authenticated
        and not is_official(draft.whose)
        and any(answers.get(one.name) != known.get(one.name) for one in draft.asked() if one.circumstance),
        "refused": refused.words if refused else "",
        "work": work_for(draft),
        **around(draft, "check"),
    }
    return render(request, "resident/ordering/check.html", shown, status=refused.status if refused else 200)


def _rows(draft: OrderDraft) -> list[dict[str, Any]]:
    """Each service with its offer, its time, and what it comes after."""
    names = {service.number: service for service in draft.chosen()}
    parts = parts_of(draft, draft.answers or {})
    zones = zones_of(part.offer_at_place for part in parts if part.offer_at_place is not None)
    return [
        {
            "service": part.service_type,
            "offer": part.offer_at_place,
            "time": in_words(part.hold.lot, zones[part.hold.lot.offer_at_place_id]) if part.hold else "",
            "note": part.note,
            "before": [names[number] for number in part.after if number in names],
        }
        for part in parts
    ]


def _thank(request: HttpRequest, bundle: BundleOrder) -> HttpResponse:
    draft = OrderDraft.of(request.session)
    if bundle.sent_with == draft.sent_with:
        draft.forget(request.session)
    _TOKENS.note_sent(request, (bundle.sent_with or "").removeprefix("web:"))
    request.session["ordered-now"] = bundle.reference
    return redirect("order", bundle.secret)
