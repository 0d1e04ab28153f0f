"""The three rates, in the open."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lacarte.loop.voice.queries import SMALLEST_GROUP, rates

_BY = ("region", "provider")


@require_GET
def rates_page(request: HttpRequest) -> HttpResponse:
    """Answered in time, solved, satisfied: by district and by kind of provider."""
    shown = {"regions": rates("region"), "providers": rates("provider"), "smallest": SMALLEST_GROUP}
    return render(request, "public/rates.html", shown)


@require_GET
def rates_json(request: HttpRequest) -> JsonResponse:
    """The same as open data."""
    return JsonResponse({by: [asdict(row) for row in rates(by)] for by in _BY})
