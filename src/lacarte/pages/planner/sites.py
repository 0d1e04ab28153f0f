"""Where to open sites: which of the city's places would bring a service nearest to those who need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.loop.planning.errors import NoPlanError
from lacarte.loop.planning.grounds import Who, services_waited_for
from lacarte.loop.planning.sites import MOST_SITES, Aim, SitePlan, plan_sites
from lacarte.pages.design.chart import Chart, columns
from lacarte.pages.design.map import RegionMap, region_map
from lacarte.pages.planner.forms import Asked, by_area
from lacarte.registers.menu.models import OfferAtPlace, ServiceType
from lacarte.registers.places.outlines import districts

#: A few apart from each other: between two that differ by little, somebody could be found by subtraction.
MINUTES = (5, 10, 15, 20, 30, 45, 60, 90)


class Sites(Asked):
    """What to plan."""

    service = forms.ChoiceField(label=gettext_lazy("Service"))
    who = forms.ChoiceField(label=gettext_lazy("For whom"), choices=Who, initial=Who.WAITING)
    sites = forms.IntegerField(label=gettext_lazy("New sites"), min_value=1, max_value=MOST_SITES, initial=3)
    aim = forms.ChoiceField(label=gettext_lazy("What counts"), choices=Aim, initial=Aim.WAY)
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Minutes of way"), choices=[(n, str(n)) for n in MINUTES], coerce=int, initial=30
    )

    def __init__(self, given: Any, kinds: Mapping[ServiceType, int]) -> None:
        super().__init__({"service": max(kinds, key=lambda kind: kinds[kind]).code, **given})
        self.offer("service", by_area(kinds))


@login_required
@require_GET
def sites(request: HttpRequest) -> HttpResponse:
    """The form, and the plan for what it says; for the service most waited for, if it says nothing."""
    user = request.user
    require_anywhere(user, Action.PLAN)
    kinds = services_waited_for(user)
    if not kinds:
        return render(request, "planner/sites.html", {})
    form = Sites(request.GET.dict(), kinds)
    shown: dict[str, Any] = {"form": form, "errors_on_page": bool(form.errors)}
    if form.is_valid():
        asked = form.cleaned_data
        kind = next(kind for kind in kinds if kind.code == asked["service"])
        aim = Aim(asked["aim"])
        shown |= {"kind": kind, "aim": aim, "minutes": asked["minutes"], "asked": asked["sites"]}
        try:
            plan = plan_sites(user, kind, Who(asked["who"]), asked["sites"], aim, asked["minutes"] * 60)
            shown |= {"plan": plan, "chart": _chart(plan, aim, asked["minutes"]), "map": _map(plan, kind)}
        except NoPlanError as error:
            shown["why_not"] = str(error)
    return render(request, "planner/sites.html", shown)


def _chart(plan: SitePlan, aim: Aim, minutes: int) -> Chart | None:
    """What each site adds: one column for each number of new sites, none first."""
    each = [plan.before, *(one.ways for one in plan.opened)]
    labels, words = [str(n) for n in range(len(each))], _("Column chart of the table above.")
    if aim == Aim.REACH:
        title = _("People within %(minutes)s minutes, by the number of new sites") % {"minutes": minutes}
        return columns(title, labels, (_("People, at least"), [ways.within.people for ways in each]), words=words)
    if any(ways.mean_seconds is None for ways in each):
        return None
    means = [round((ways.mean_seconds or 0) / 60) for ways in each]
    return columns(
        _("Mean way in minutes, by the number of new sites"), labels, (_("Minutes"), means), words=words
    )


def _map(plan: SitePlan, kind: ServiceType) -> RegionMap:
    return region_map(
        "",
        districts(),
        words=_("Map of the new sites and of today's sites: %(service)s") % {"service": kind},
        points=[_point(one.place) for one in plan.opened],
        numbered=True,
        small=[_point(place) for place in plan.existing],
    )


def _point(place: OfferAtPlace) -> tuple[float, float, str]:
    return place.longitude or 0.0, place.latitude or 0.0, f"{place.offer.provider}, {place.region}"
