"""What was found on the menu, in three groups; and the way from it to what was looked for."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from lacarte.kernel.text import FALLBACK, listed, storable
from lacarte.pages.resident.menu_search.counting import count_search, not_left
from lacarte.registers.menu.models import LifeEvent, Offer, SearchEntry, ServiceType
from lacarte.registers.menu.searching import Found, look
from lacarte.registers.menu.searching.asking import LONGEST

Kind = SearchEntry.Kind
_MOST, _REGIONS = 24, 3


@dataclass(frozen=True)
class Shown:
    """A find with what is said of it, and the address that leads to it."""

    found: Found
    words: dict[str, str]
    by: str
    address: str


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """The page of results: what happened, services, offers."""
    said = request.GET.get("q", "").strip()[:LONGEST]
    words = said if storable(said) else ""
    shown: dict[str, object] = {"words": words}
    if words:
        language = get_language() or FALLBACK
        found = look(words, language, _MOST)
        count_search(request, found, language)
        shown |= {"results": found, **_grouped(found.found)}
    return render(request, "resident/menu_search.html", shown)


@require_GET
def open_found(request: HttpRequest) -> HttpResponse:
    """On to what was found; the search that led to it was not left."""
    not_left(request)
    kind, code = request.GET.get("kind", ""), request.GET.get("code", "")
    address = _address(kind, code) if code and storable(code) else ""
    return redirect(address or "menu")


def _grouped(found: list[Found]) -> dict[str, list[Shown]]:
    codes = {kind: [one.code for one in found if one.kind == kind] for kind in Kind}
    events = LifeEvent.objects.in_bulk(codes[Kind.LIFE_EVENT], field_name="code")
    services = ServiceType.objects.in_bulk(codes[Kind.SERVICE] + codes[Kind.AREA], field_name="code")
    offers = Offer.objects.select_related("provider", "service_type").prefetch_related("places__region")
    offered = offers.filter(paused=False).in_bulk(codes[Kind.OFFER], field_name="code")
    groups: dict[str, list[Shown]] = {"events": [], "services": [], "offers": []}
    for one in found:
        address = f"{reverse('menu-search-open')}?{urlencode({'kind': one.kind.name.lower(), 'code': one.code})}"
        if event := events.get(one.code) if one.kind == Kind.LIFE_EVENT else None:
            groups["events"].append(Shown(one, event.description, "", address))
        elif service := services.get(one.code) if one.kind in (Kind.SERVICE, Kind.AREA) else None:
            groups["services"].append(Shown(one, service.description, "", address))
        elif offer := offered.get(one.code) if one.kind == Kind.OFFER else None:
            groups["offers"].append(_offered(one, offer, address))
    return groups


def _offered(one: Found, offer: Offer, address: str) -> Shown:
    """An offer with its service, where it is called otherwise, and who gives it where."""
    kind = offer.service_type.name
    regions = sorted({str(place.region) for place in offer.places.all()})[:_REGIONS]
    return Shown(one, {} if offer.name == kind else kind, listed([offer.provider, *regions]), address)


def _address(kind: str, code: str) -> str:
    """Where a find is shown; empty when there is no such thing (any more)."""
    if kind == Kind.LIFE_EVENT.name.lower():
        return f"{reverse('menu-list')}?{urlencode({'event': code})}"
    if kind == Kind.AREA.name.lower():
        return f"{reverse('menu-list')}?{urlencode({'area': code})}"
    if kind == Kind.OFFER.name.lower():
        code = Offer.objects.filter(code=code).values_list("service_type__code", flat=True).first() or ""
    known = ServiceType.objects.filter(code=code, orderable=True).exists()
    return reverse("menu-service", args=[code]) if known else ""
