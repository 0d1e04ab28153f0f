"""Names of places that begin like what somebody types, for a browser's own list of suggestions."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from lacarte.kernel.rate_limit import allowed
from lacarte.kernel.text import storable
from lacarte.loop.needs.understanding.placing import places_in
from lacarte.registers.places.queries import named_like

_SHORTEST, _LONGEST, _MOST = 2, 100, 8


@require_GET
def place_names(request: HttpRequest) -> JsonResponse:
    """Up to eight places that ``q`` may mean: ``{"places": [{"name", "where"}]}``."""
    typed = request.GET.get("q", "").strip()[:_LONGEST]
    if len(typed) < _SHORTEST or not storable(typed):
        return JsonResponse({"places": []})
    if not allowed("place-names", request):
        return JsonResponse({"places": []}, status=429)
    meant = [(str(one.place), str(one.place.region)) for one in places_in(typed, most=_MOST)]
    names = dict.fromkeys([*meant, *named_like(typed, _MOST)])
    return JsonResponse({"places": [{"name": name, "where": where} for name, where in names][:_MOST]})
