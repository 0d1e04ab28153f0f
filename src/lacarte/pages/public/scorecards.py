"""A page for each provider and each district: how it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.kernel import clock
from lacarte.loop.voice.comparing import Compared
from lacarte.loop.voice.counting import RATES
from lacarte.loop.voice.queries import SMALLEST_GROUP, Group, Rates, districts
from lacarte.loop.voice.scorecards import Scorecard, of_provider, of_region
from lacarte.pages.design.chart import Chart, columns
from lacarte.pages.public.funnel import Funnel, funnel
from lacarte.pages.public.parts import RATE_NAMES, month_name, month_said
from lacarte.pages.public.twins import RATE_COLUMNS, Table, answer, rate_rows
from lacarte.registers.providers.models import Provider

#: One month alone makes no drawing.
_FEWEST_DRAWN = 2


@dataclass(frozen=True)
class Place:
    """Where it stands among the others, by one rate."""

    name: str
    own: Compared
    among: int
    target: float | None
    drawn: Funnel | None


@require_GET
def provider(request: HttpRequest, code: str) -> HttpResponse:
    """The scorecard of a provider."""
    return _page(request, of_provider(get_object_or_404(Provider, code=code)), "provider")


@require_GET
def region(request: HttpRequest, code: str) -> HttpResponse:
    """The scorecard of a district."""
    return _page(request, _of_district(code), "region")


@require_GET
def twin(request: HttpRequest, kind: str, code: str, ending: str) -> HttpResponse:
    """Its months as CSV or JSON, or with ``table=services`` its services."""
    if kind not in ("provider", "region"):
        raise Http404
    card = _of_district(code) if kind == "region" else of_provider(get_object_or_404(Provider, code=code))
    services = request.GET.get("table") == "services"
    said = {kind: code, "since": card.since.isoformat(), "until": clock.now().isoformat()}
    rows = rate_rows(card.by_type if services else card.months)
    return answer(Table(f"{kind}-{code}", RATE_COLUMNS, rows, said), ending)


def _of_district(code: str) -> Scorecard:
    found = next((one for one in districts() if one.code == code), None)
    if found is None:
        raise Http404
    return of_region(found)


def _page(request: HttpRequest, card: Scorecard, kind: str) -> HttpResponse:
    shown: dict[str, Any] = {
        "card": card,
        "now": clock.now(),
        "kind": kind,
        "figures": [(RATE_NAMES[rate], getattr(card.own, rate)) for rate in RATES],
        "places": _places(card),
        "months": _months(card.months),
        "chart": _chart(_months(card.months)),
        "smallest": SMALLEST_GROUP,
    }
    return render(request, "public/scorecard.html", shown)


def _places(card: Scorecard) -> list[Place]:
    found = []
    for one in card.comparisons:
        own = next(group for group in one.groups if group.key == card.group)
        among = one.shown
        found.append(Place(str(RATE_NAMES[one.rate]), own, among, one.target, funnel(one, own=card.group)))
    return found


def _months(months: list[Rates]) -> list[Rates]:
    """The months with orders, as people call them."""
    begun = ((one, month_said(one.group.code)) for one in months if one.orders != 0)
    return [replace(one, group=Group(one.group.code, month_name(begins))) for one, begins in begun if begins]


def _chart(months: list[Rates]) -> Chart | None:
    """Solved and satisfied, month by month; months of few are left empty."""
    if sum(one.satisfaction.share is not None for one in months) < _FEWEST_DRAWN:
        return None
    solved, satisfied = (
        [round(100 * (getattr(one, rate).share or 0.0)) for one in months]
        for rate in ("resolution", "satisfaction")
    )
    return columns(
        _("Month by month, in percent"),
        [one.label for one in months],
        (_("Solved"), solved),
        (_("Satisfied"), satisfied),
        words=_("Columns for the last %(n)d months; the table has the numbers.") % {"n": len(months)},
    )
