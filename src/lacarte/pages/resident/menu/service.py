"""One service: what it is, for whom, what proves it, how long it takes, the law, and all who offer it.

Its address names the service for good. Programs ask for it in other formats by ``Accept``.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.kernel import clock
from lacarte.kernel.text import storable
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.loop.orders.delivery.closest import Rules, in_words
from lacarte.pages.resident.menu.forms import Filter
from lacarte.pages.resident.menu.rows import rows_of
from lacarte.pages.resident.menu.said import known_of
from lacarte.pages.resident.menu_search.counting import not_left
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.models import LifeEvent, ServiceType
from lacarte.registers.menu.personal import personal_list
from lacarte.registers.places.models import Region
from lacarte.standards.cpsv.negotiation import also_linked_data

_MOST_OFFERS = 100


@require_GET
@also_linked_data("service")
def service(request: HttpRequest, code: str) -> HttpResponse:
    """The page for people."""
    kind = service_of(code)
    not_left(request)
    known, form = known_of(request), Filter(request.GET)
    found = personal_list([kind], known.where, entitled(known.facts), form.wishes(), each=_MOST_OFFERS)
    judged = found.judged[kind.number]
    shown = {
        "kind": kind,
        "row": rows_of(found, numbered=False)[0],
        "rules": [
            *((rule, "good", _("holds")) for rule in judged.holding),
            *((rule, "urgent", _("does not hold")) for rule in judged.failing),
            *((rule, "", _("not known yet")) for rule in judged.open),
        ],
        **_promised(kind, known.where.region),
        "form": form,
        "events": LifeEvent.objects.filter(items__service_type=kind, active=True),
        "address": request.build_absolute_uri(request.path),
    }
    reply = render(request, "resident/menu/service.html", shown)
    patch_vary_headers(reply, ["Accept"])
    return reply


def service_of(code: str) -> ServiceType:
    """A service on the menu by its code. Raises ``Http404``."""
    kinds = ServiceType.objects.filter(code=code, orderable=True).select_related("parent")
    kind = kinds.first() if storable(code) else None
    if kind is None:
        raise Http404(_("There is no such service on the menu."))
    return kind


def _promised(kind: ServiceType, number: int | None) -> dict[str, Any]:
    """How long it takes where whoever asks is, by the rules that will count; not known where: anywhere."""
    rules, now = Rules.kept(), clock.now()
    region = Region.objects.get(number=number or ROOT_NUMBER)
    answered, done = rules.allowed(kind, region.number, kind.urgency, now)
    differ = rules.differ_below(kind, region, kind.urgency, now)
    return {"answered": in_words(answered), "done": in_words(done), "differ": differ}
