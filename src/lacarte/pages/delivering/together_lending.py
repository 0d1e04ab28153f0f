"""What is lent for a part of an order: found by kind and time, lent, given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.lending import give_back, lend, parts_of
from lacarte.loop.orders.delivery.seeing import LIVING, bodies_of, contributions_of
from lacarte.loop.orders.models import Contribution
from lacarte.loop.orders.queries import orders_of_members
from lacarte.pages.delivering.together_asking import LOCAL_MINUTE
from lacarte.pages.design.forms import WordsForm
from lacarte.registers.providers.models import Resource, ResourceHold
from lacarte.registers.providers.resources.holding import ResourceRefusedError, free_of
from lacarte.registers.providers.resources.keeping import MOST_UNITS

_MOST = 60


@dataclass(frozen=True)
class Free:
    """A resource, and how much of it is free all the time that was asked for."""

    resource: Resource
    units: int
    words: str
    enough: bool


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_MINUTE)
    wrong = {
        "required": gettext_lazy("Please choose a day and a time."),
        "invalid": gettext_lazy("Please choose a day and a time."),
    }
    return forms.DateTimeField(label=label, widget=widget, error_messages=wrong)


class Wanted(WordsForm):
    """What is needed, when, and how much."""

    marks_optional = False
    words = forms.CharField(label=gettext_lazy("What, or whose"), required=False, max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All")), *Resource.Kind.choices]
    )
    since = _moment(gettext_lazy("From"))
    until = _moment(gettext_lazy("Until"))
    units = forms.IntegerField(
        label=gettext_lazy("How many, or how much money"),
        min_value=1,
        max_value=MOST_UNITS,
        error_messages={
            "required": gettext_lazy("Please say how many."),
            "invalid": gettext_lazy("This is a whole number."),
        },
    )

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        said = super().clean()
        if said.get("since") and said.get("until") and said["until"] <= said["since"]:
            self.add_error("until", _("It cannot end before it begins."))
        return said


@login_required
@require_http_methods(["GET", "POST"])
def lending(request: HttpRequest, key: UUID) -> HttpResponse:
    """What can be had for a part; and take it."""
    assert request.user.is_authenticated  # login_required
    user = request.user
    part, official = _part(user, key)
    asked = request.POST if request.method == "POST" else request.GET
    form = Wanted(asked if "since" in asked else None, initial=_initial(part))
    if request.method == "POST" and form.is_valid() and _lent(request, form, part, official=official):
        return redirect(page_of(part, user))
    free = _free(form, part, user, official=official)
    shown = {
        "part": part,
        "form": form,
        "free": free,
        "back": page_of(part, user),
        "errors_on_page": bool(form.errors),
    }
    return render(request, "delivering/together_lend.html", shown, status=422 if form.errors else 200)


@login_required
@require_POST
def returned(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give one thing back before its time is over."""
    assert request.user.is_authenticated  # login_required
    hold = ResourceHold.objects.select_related("resource__provider").filter(pk=key).first()
    part = parts_of([hold]).get(hold.holder) if hold else None
    if hold is None or part is None:
        raise Http404(_("There is nothing lent like this."))
    try:
        give_back(hold, actor=request.user)
    except OrderRefusedError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("It is given back, and free for others."))
    if bodies_of(request.user).filter(pk=hold.resource.provider_id).exists() and "resource" in request.POST:
        return redirect("provider-resource", hold.resource_id)
    return redirect(page_of(part, request.user))


def page_of(part: Contribution, user: User) -> str:
    """The page on which ``user`` works on a part: of its body, of who leads the order, or of the desk."""
    if orders_of_members(user).filter(pk=part.order_id).exists():
        return reverse("provider-order", args=[part.order_id]) + "#together"
    if bodies_of(user).filter(pk=part.provider_id).exists():
        return reverse("provider-part", args=[part.pk])
    return reverse("desk-need", args=[part.order.need.reference]) + "#together"


def _part(user: User, key: UUID) -> tuple[Contribution, bool]:
    """A part for which ``user`` may lend something, and whether as an official, who lends what is anybody's."""
    rows = contributions_of(user).filter(pk=key, state__in=LIVING, order__ended_at=None)
    part = rows.select_related("provider", "order__need", "order__offer_at_place__offer").first()
    if part is not None:
        official = permitted(Need.objects.filter(pk=part.order.need_id), user, Action.WORK).exists()
        if official or bodies_of(user).exists():
            return part, official
    raise Http404(_("There is no such part, or it has ended."))


def _initial(part: Contribution) -> dict[str, Any]:
    now = clock.now()
    return {"since": now, "until": part.due if part.due > now else None, "units": 1}


def _lendable(user: User, *, official: bool) -> Any:
    rows = Resource.objects.filter(paused=False).select_related("provider")
    return rows if official else rows.filter(provider__in=bodies_of(user).values("pk"))


def _free(form: Wanted, part: Contribution, user: User, *, official: bool) -> list[Free] | None:
    """What there is: of who works on the order first, then the most; ``None`` until it is known what is wanted."""
    if not form.is_bound or any(name in form.errors for name in ("since", "until", "units")):
        return None
    said = form.cleaned_data
    rows = _lendable(user, official=official)
    if said.get("kind"):
        rows = rows.filter(kind=said["kind"])
    if words := said.get("words", "").strip():
        rows = rows.filter(Q(name__icontains=words) | Q(provider__name__icontains=words))
    works = [part.provider_id, part.order.offer_at_place.offer.provider_id]
    at_it = list(rows.filter(provider__in=works).order_by("kind", "pk")[:_MOST])
    found = at_it + list(rows.exclude(provider__in=works).order_by("-quantity", "pk")[: _MOST - len(at_it)])
    free = free_of(found, said["since"], said["until"])
    shown = [
        Free(one, units, one.in_units(units), units >= said["units"])
        for one in found
        for units in (max(free[one.pk], 0),)
    ]
    return sorted(shown, key=lambda one: not one.enough)


def _lent(request: HttpRequest, form: Wanted, part: Contribution, *, official: bool) -> bool:
    user, key = request.user, request.POST.get("resource", "")
    assert isinstance(user, User)
    try:
        wanted = _lendable(user, official=official).filter(pk=UUID(key)).first()
    except ValueError:
        wanted = None
    if wanted is None:
        form.add_error(None, _("This is not lent any more. Please choose something else."))
        return False
    said = form.cleaned_data
    until = None if wanted.kind == Resource.Kind.FUNDS else said["until"]
    try:
        lend(part, wanted, units=said["units"], since=said["since"], until=until, actor=user)
    except (OrderRefusedError, ResourceRefusedError) as error:
        form.add_error(None, str(error))
        return False
    words = _("%(provider)s lends: %(what)s.")
    messages.success(request, words % {"provider": wanted.provider, "what": wanted.lent(said["units"])})
    return True
