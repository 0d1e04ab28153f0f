"""How much everybody has to do, and cases given from one to another: first a preview, then done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action
from lacarte.loop.orders.delivery.lights import Light
from lacarte.loop.orders.working.moving import move, would_move
from lacarte.loop.orders.working.workload import (
    MOST_LISTED,
    OpenCase,
    cases_of,
    nobodys_load,
    officials_seen_by,
    workload,
)
from lacarte.pages.design.forms import Form
from lacarte.pages.desk.access import official

_SHOWN = [(light.value, light.label) for light in (Light.RED, Light.AMBER, Light.GREEN, Light.PAUSED)]


class MoveTo(Form):
    """Who gets the cases: those that are ticked, or the first so many of the list."""

    short = ("to", "first")
    marks_optional = False
    to = forms.ModelChoiceField(
        User.objects.none(),
        empty_label=gettext_lazy("Please choose"),
        label=gettext_lazy("Give them to"),
        error_messages={
            "required": gettext_lazy("Please choose who shall work on them."),
            "invalid_choice": gettext_lazy("You cannot give cases to them. Please choose somebody else."),
        },
    )
    first = forms.IntegerField(
        label=gettext_lazy("Or the first … of the list"),
        required=False,
        min_value=1,
        max_value=MOST_LISTED,
    )

    def __init__(self, data: Any, *, user: User, of: User | None) -> None:
        super().__init__(data)
        offered = self.fields["to"]
        assert isinstance(offered, forms.ModelChoiceField)
        others = officials_seen_by(user)
        offered.queryset = others.exclude(pk=of.pk) if of else others

    def chosen(self, cases: list[OpenCase], ticked: list[str]) -> list[OpenCase]:
        """Those of ``cases`` that are meant; call it when the form is valid."""
        if n := self.cleaned_data["first"]:
            return cases[:n]
        return [one for one in cases if one.need.reference in set(ticked)]


@login_required
@require_GET
def all_loads(request: HttpRequest) -> HttpResponse:
    """What everybody has to do, whom one may see."""
    user = official(request, Action.WORK)
    loads = workload(user)
    shown = {
        "loads": loads,
        "nobody": nobodys_load(user),
        "most": max((one.open for one in loads), default=0),
    }
    return render(request, "desk/workload.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def load_of(request: HttpRequest, whose: str) -> HttpResponse:
    """The open cases of one official, or nobody's; some of them are given to somebody else."""
    user = official(request, Action.WORK)
    of = _official(user, whose)
    light = next((Light(key) for key, _label in _SHOWN if key == request.GET.get("light")), None)
    cases = cases_of(user, of, light)
    form = MoveTo(request.POST if request.method == "POST" else None, user=user, of=of)
    shown = {
        "of": of,
        "whose": whose,
        "cases": cases,
        "form": form,
        "light": light,
        "lights": _SHOWN,
        "most": MOST_LISTED,
        "ticked": request.POST.getlist("need"),
    }
    if request.method == "GET" or "change" in request.POST:
        return render(request, "desk/workload_of.html", shown)
    if form.is_valid() and (chosen := form.chosen(cases, request.POST.getlist("need"))):
        if "sure" in request.POST:
            return _moved(request, user, of, chosen, form.cleaned_data["to"])
        preview = {"preview": would_move(chosen, form.cleaned_data["to"]), "to": form.cleaned_data["to"]}
        return render(request, "desk/workload_preview.html", shown | preview)
    if form.is_valid():
        form.add_error("first", _("Please tick at least one case, or say how many."))
    return render(request, "desk/workload_of.html", shown | {"errors_on_page": True}, status=422)


def _official(user: User, whose: str) -> User | None:
    if whose == "nobody":
        return None
    try:
        found = officials_seen_by(user).filter(pk=UUID(whose)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404(_("There is no such official, or your mandates have nothing in common."))
    return found


def _moved(request: HttpRequest, user: User, of: User | None, chosen: list[OpenCase], to: User) -> HttpResponse:
    moved = move([one.need for one in chosen], to, actor=user, of=of)
    n = len(moved.done)
    if n:
        words = ngettext("%(n)d case is with %(name)s now.", "%(n)d cases are with %(name)s now.", n)
        messages.success(request, words % {"n": n, "name": to})
    for need, why in moved.refused:
        messages.warning(request, f"{need.reference}: {why}")
    return redirect("workload")
