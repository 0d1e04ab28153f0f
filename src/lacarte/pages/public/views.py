"""The three rates, in the open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lacarte.kernel.permissions import Action, may_anywhere
from lacarte.loop.voice.counting import RATES, Counts
from lacarte.loop.voice.counting import count as counted
from lacarte.loop.voice.exclusions import decisions
from lacarte.loop.voice.queries import SMALLEST_GROUP, Group, Rates, rates, rates_of
from lacarte.pages.public.parts import BY_NAMES, RATE_NAMES, about, cut_of, months
from lacarte.pages.public.twins import rate_rows

_SHOWN = ("region", "kind")


@require_GET
def rates_page(request: HttpRequest) -> HttpResponse:
    """Answered in time, solved, satisfied: of all, by district and by kind of provider."""
    month = request.GET.get("month", "")
    cut = cut_of(month)
    everybody: Rates = rates_of({Group("", ""): sum(counted("region", cut).values(), Counts())})[0]
    shown: dict[str, Any] = {
        "everybody": everybody,
        "figures": [(RATE_NAMES[rate], getattr(everybody, rate)) for rate in RATES],
        "tables": [(by, BY_NAMES[by], rates(by, cut)) for by in _SHOWN],
        "by_names": BY_NAMES,
        "months": months(),
        "month": month,
        "smallest": SMALLEST_GROUP,
        "audits": request.user.is_authenticated and may_anywhere(request.user, Action.AUDIT),
    }
    return render(request, "public/rates.html", shown)


@require_GET
def rates_json(request: HttpRequest) -> JsonResponse:
    """The same as open data."""
    cut = cut_of(request.GET.get("month", ""))
    rows = {by: rate_rows(rates(by, cut)) for by in _SHOWN}
    return JsonResponse({**about(cut), **rows})


@require_GET
def method(request: HttpRequest) -> HttpResponse:
    """What exactly is counted, out of what, what is left out, and who decided that."""
    return render(request, "public/method.html", {"decisions": decisions(), "smallest": SMALLEST_GROUP})
