"""What two regions would gain by sharing: an agreement, or staff who work in both."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.loop.planning.errors import NoPlanError
from lacarte.loop.planning.kept import kept, services_matched
from lacarte.loop.planning.sharing import (
    MOST_AT_A_TIME,
    MOST_REGIONS,
    Partners,
    Shared,
    agreement,
    existing_agreements,
    most_promising,
    partners_to_try,
    staff,
)
from lacarte.pages.planner.forms import Asked, by_area
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region

AGREEMENT, STAFF = "agreement", "staff"
NOBODY, LESS_URGENT = "nobody", "less-urgent"


class Sharing(Asked):
    """What to try."""

    what = forms.ChoiceField(
        label=gettext_lazy("What is shared"),
        choices=[
            (AGREEMENT, gettext_lazy("Offers, by an agreement")),
            (STAFF, gettext_lazy("New staff or equipment, working in both")),
        ],
        initial=AGREEMENT,
    )
    service = forms.ChoiceField(label=gettext_lazy("Service"), required=False)
    one = forms.ChoiceField(label=gettext_lazy("One region"), required=False)
    other = forms.ChoiceField(label=gettext_lazy("The other region"), required=False)
    most = forms.IntegerField(
        label=gettext_lazy("How many at a time"), min_value=1, max_value=MOST_AT_A_TIME, initial=20
    )
    loses = forms.ChoiceField(
        label=gettext_lazy("Who may lose an offer"),
        choices=[
            (NOBODY, gettext_lazy("Nobody")),
            (LESS_URGENT, gettext_lazy("Less urgent people, to more urgent ones")),
        ],
        initial=NOBODY,
    )

    def __init__(self, given: Any, kinds: list[ServiceType], regions: list[Region]) -> None:
        super().__init__(given)
        self.kinds = {kind.code: kind for kind in kinds}
        self.regions = {region.code: region for region in regions}
        self.offer("service", [("", _("All services")), *by_area(kinds)])
        choices = [("", _("Please choose")), *((region.code, str(region)) for region in regions)]
        self.offer("one", choices)
        self.offer("other", choices)

    def clean(self) -> dict[str, Any]:
        """Two regions or none; staff can do one service; an agreement between cities holds for all of both."""
        said: dict[str, Any] = self.cleaned_data
        one, other = (self.regions.get(said.get(name, "")) for name in ("one", "other"))
        if self.errors:
            return said
        if one is None or other is None:
            if one is not other:
                self.add_error("one" if one is None else "other", _("Choose two regions, or none."))
            return said
        partners = Partners(one, other)
        if partners.nested:
            self.add_error("other", _("Choose another region: these two are one, or one lies in the other."))
        elif said["what"] == STAFF and not said["service"]:
            self.add_error("service", _("Choose the service that the staff can do."))
        elif said["what"] == AGREEMENT and partners.apart and not partners.of_cities:
            self.add_error("other", _("Between cities an agreement holds for all of both: choose the two cities."))
        else:
            said["partners"] = partners
        return said


@login_required
@require_GET
def sharing(request: HttpRequest) -> HttpResponse:
    """The form; what sharing would do where two regions are chosen; and which regions promise most."""
    user = request.user
    assert isinstance(user, User)  # login_required
    require_anywhere(user, Action.PLAN)
    kinds, given = list(services_matched(user)), request.GET.dict()
    if kinds and "service" not in given and not partners_to_try(user, None):
        given["service"] = kinds[0].code  # a mandate for some services is none for all
    asked = next((kind for kind in kinds if kind.code == given.get("service")), None)
    regions = partners_to_try(user, asked)
    form = Sharing(given, kinds, regions)
    shown: dict[str, Any] = {"form": form, "errors_on_page": bool(form.errors)}
    if form.is_valid():
        try:
            shown |= _tried(user, form, asked, regions)
        except NoPlanError as error:
            shown["why_not"] = str(error)
    return render(request, "planner/sharing.html", shown)


def _tried(user: User, form: Sharing, kind: ServiceType | None, regions: list[Region]) -> dict[str, Any]:
    """What the page shows for a valid form. Raises :class:`NoPlanError`."""
    said, given = form.cleaned_data, kept(user, kind)
    partners = said.get("partners")
    shown: dict[str, Any] = {"kind": kind, "run": given.run, "most": said["most"], "loses": said["loses"]}
    if partners is None:
        left_out = len(regions) > MOST_REGIONS
        return {**shown, "promising": most_promising(given, regions), "left_out": left_out}
    shown |= {"partners": partners, "existing": existing_agreements(partners, kind)}
    nobody_loses = said["loses"] == NOBODY
    try_it: Any = staff if said["what"] == STAFF else agreement
    found: Shared = try_it(given, partners, said["most"], nobody_loses)
    tables = [
        (_("By priority class"), _("Priority class"), found.by_class),
        (_("By district"), _("District"), found.by_district),
    ]
    return {**shown, said["what"]: found, "tables": tables}
