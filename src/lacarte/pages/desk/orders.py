"""The desk's list of orders: all that an official may read, by state, service, place, provider, time or need."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lacarte.kernel.ids import read_reference
from lacarte.kernel.permissions import Action, may_anywhere
from lacarte.loop.orders.models import OrderState
from lacarte.loop.orders.seen import Filters, Sort, orders_seen_by
from lacarte.loop.orders.working.seeing import workers_of
from lacarte.pages.design.filters import AreaAndDistrict
from lacarte.pages.desk.access import official
from lacarte.pages.desk.bulk_forms import many_beside
from lacarte.registers.providers.models import Provider

_PAGE = 50
_PURPOSE = "work on this need"
_SORTS = [
    (Sort.NEWEST, gettext_lazy("Newest first")),
    (Sort.DUE, gettext_lazy("Running, the first due first")),
    (Sort.ANSWER, gettext_lazy("To answer, the first due first")),
]


class OrderSearch(AreaAndDistrict):
    """What the list is of."""

    reference = forms.CharField(label=gettext_lazy("Reference"), required=False, max_length=20)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    sort = forms.ChoiceField(label=gettext_lazy("Sorted by"), required=False, choices=_SORTS)
    provider = forms.ModelChoiceField(
        Provider.objects.all(), to_field_name="code", required=False, widget=forms.HiddenInput()
    )
    names = forms.ChoiceField(
        label=gettext_lazy("With names (each is told that you saw theirs)"),
        required=False,
        choices=[("", gettext_lazy("No")), ("on", gettext_lazy("Yes"))],
    )
    field_order = ("reference", "state", "area", "district", "since", "until", "sort", "names")

    def __init__(self, data: Any, *, may_work: bool) -> None:
        super().__init__(data)
        self.offer("state", [("", _("All")), *OrderState.choices])
        if not may_work:
            del self.fields["names"]

    def clean_reference(self) -> str:
        """In its written form."""
        said: str = self.cleaned_data["reference"]
        try:
            return read_reference(said) if said.strip() else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """A time that runs backwards has nothing in it."""
        said = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until and until < since:
            self.add_error("until", _("It cannot end before it begins."))
        return said

    def filters(self) -> Filters:
        """What was asked for; call it when the form is valid."""
        said = self.cleaned_data
        return Filters(
            states=[said["state"]] if said["state"] else (),
            provider=said["provider"],
            service_type=self.chosen_area(),
            region=self.chosen_district(),
            since=_begins(said["since"]) if said["since"] else None,
            until=_begins(said["until"] + timedelta(days=1)) if said["until"] else None,
            reference=said["reference"],
        )


@login_required
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """A page of the list."""
    user = official(request, Action.READ)
    may_work = may_anywhere(user, Action.WORK)
    form = OrderSearch(request.GET, may_work=may_work)
    shown: dict[str, Any] = {"search": form, "many": many_beside(request) if may_work else None}
    if form.is_valid():
        said = form.cleaned_data
        sort = Sort(said["sort"] or Sort.NEWEST)
        names_for = _PURPOSE if said.get("names") else ""
        after = request.GET.get("after", "")
        try:
            shown["page"] = orders_seen_by(
                user, form.filters(), sort=sort, after=after, most=_PAGE, names_for=names_for
            )
        except ValueError:
            return redirect(f"{request.path}?{_without(request, 'after')}")
        workers = workers_of([one.reference for one in shown["page"].orders])
        shown |= {"named": bool(names_for), "provider": said["provider"], "workers": workers}
    shown["kept"] = _without(request, "after", "provider")
    return render(request, "desk/orders.html", shown, status=200 if form.is_valid() else 400)


def _without(request: HttpRequest, *names: str) -> str:
    kept = request.GET.copy()
    for name in names:
        kept.pop(name, None)
    return str(kept.urlencode())


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
