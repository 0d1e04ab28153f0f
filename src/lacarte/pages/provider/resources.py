"""What a provider lends: staff, equipment, premises and money; and when it is lent to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel import clock
from lacarte.loop.orders.delivery.lending import parts_of
from lacarte.loop.orders.models import Contribution
from lacarte.pages.design.forms import Choices
from lacarte.pages.provider.access import kept_well, page, provider_of, who
from lacarte.pages.provider.forms import Kept, texts_of
from lacarte.registers.providers.access import providers_of
from lacarte.registers.providers.models import Provider, Resource, ResourceHold
from lacarte.registers.providers.resources.counting import living, peak
from lacarte.registers.providers.resources.holding import ResourceRefusedError, free_of
from lacarte.registers.providers.resources.keeping import (
    MOST_UNITS,
    add_resource,
    change_resource,
    pause_resource,
)

#: How many days ahead the table of what is free goes, and how many past loans are listed.
_DAYS, _MOST = 14, 100


class ResourceForm(Kept):
    """What is lent, and how much of it."""

    texts = {"name": 1}
    layout = (("kind",), ("name",), ("quantity", "currency"))
    short = ("quantity", "currency")
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=Resource.Kind.choices,
        widget=Choices(
            hints={
                Resource.Kind.STAFF: gettext_lazy("How many people at a time"),
                Resource.Kind.EQUIPMENT: gettext_lazy("How many pieces"),
                Resource.Kind.PREMISES: gettext_lazy("How many rooms or places"),
                Resource.Kind.FUNDS: gettext_lazy("How much money, in whole units"),
            }
        ),
        error_messages={"required": gettext_lazy("Please choose what it is.")},
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("How many, or how much money"),
        min_value=1,
        max_value=MOST_UNITS,
        error_messages={
            "required": gettext_lazy("Please say how many."),
            "invalid": gettext_lazy("This is a whole number."),
        },
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"), required=False, max_length=3, help_text=gettext_lazy("Of money alone.")
    )

    def __init__(self, data: Any, *, initial: dict[str, Any], new: bool = False) -> None:
        super().__init__(data, initial=initial)
        if not new:  # what is lent was lent as that
            del self.fields["kind"], self.fields["currency"]

    @staticmethod
    def initial_of(resource: Resource) -> dict[str, Any]:
        """What the form shows of a resource."""
        once = {"quantity": resource.quantity, "seen": resource.changed_at.isoformat()}
        return once | texts_of(resource, ResourceForm.texts)


@dataclass(frozen=True)
class Day:
    """How much of a resource is free all day long."""

    day: datetime
    free: int
    words: str
    used: int


@dataclass(frozen=True)
class Loan:
    """Units that somebody has, had or is to have, and what part of which order they are for."""

    hold: ResourceHold
    words: str
    part: Contribution | None
    over: bool


@login_required
@require_GET
def resources(request: HttpRequest, code: str) -> HttpResponse:
    """All that the provider lends, with how much is free now and who has the rest."""
    provider = provider_of(request, code)
    rows = list(provider.resources.order_by("paused", "kind", "pk"))
    now = clock.now()
    free = free_of(rows, now, now + timedelta(minutes=1))
    loans = _loans(ResourceHold.objects.filter(living(), resource__in=rows).filter(ends_at__gt=now))
    shown = [(one, one.in_units(max(free[one.pk], 0)), one.in_units(one.quantity)) for one in rows]
    return page(request, provider, "resources", "resources", rows=shown, loans=loans)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Lend something more."""
    provider = provider_of(request, code)
    initial = {"quantity": 1, "currency": "CNY"}
    form = ResourceForm(request.POST if request.method == "POST" else None, initial=initial, new=True)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        currency = said["currency"].strip().upper() or "CNY"
        values = {"kind": said["kind"], "name": form.said_in("name", {}), "quantity": said["quantity"]}
        try:
            made = add_resource(provider, actor=who(request), currency=currency, **values)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("It is kept. Others can have it from now on."))
            return redirect("provider-resource", made.pk)
    return _edited(request, provider, form, new=True)


@login_required
@require_http_methods(["GET", "POST"])
def resource(request: HttpRequest, key: UUID) -> HttpResponse:
    """One thing that is lent: what it says, what is free day by day, and who has it when."""
    kept = _kept(request, key)
    form = ResourceForm(request.POST if request.method == "POST" else None, initial=ResourceForm.initial_of(kept))
    if request.method == "POST" and form.is_valid():
        said = {"name": form.said_in("name", kept.name), "quantity": form.cleaned_data["quantity"]}
        try:
            change_resource(kept, actor=who(request), seen=form.version(), **said)
        except ValidationError as error:
            form.refuse(error)
        except ResourceRefusedError as error:
            kept, posted = _kept(request, key), request.POST.copy()
            posted["seen"] = kept.changed_at.isoformat()  # they read what it is now
            form = ResourceForm(posted, initial=ResourceForm.initial_of(kept))
            form.add_error("quantity", str(error))
        else:
            return kept_well(request, "provider-resource", kept.pk)
    holds = ResourceHold.objects.filter(resource=kept)
    loans = _loans(holds.exclude(state=ResourceHold.State.HELD).order_by("-starts_at", "-pk")[:_MOST])
    return _edited(request, kept.provider, form, resource=kept, days=_days(kept), loans=loans)


@login_required
@require_POST
def pause(request: HttpRequest, key: UUID) -> HttpResponse:
    """Lend no more of it, or again."""
    kept = _kept(request, key)
    paused = request.POST.get("to") != "resume"
    pause_resource(kept, paused=paused, actor=who(request))
    if paused:
        messages.success(request, _("No more of it is lent. What is lent stands."))
    else:
        messages.success(request, _("It is lent again."))
    return redirect("provider-resource", kept.pk)


def _kept(request: HttpRequest, key: UUID) -> Resource:
    mine = Resource.objects.filter(provider__in=providers_of(who(request)).values("pk"))
    found = mine.filter(pk=key).select_related("provider__region").first()
    if found is None:
        raise Http404(_("There is no such page, or it is not of a provider that you are a member of."))
    return found


def _edited(request: HttpRequest, provider: Provider, form: ResourceForm, **more: Any) -> HttpResponse:
    wrong = bool(form.is_bound and form.errors)
    shown = partial(page, request, provider, "resources", "resource", form=form, errors_on_page=wrong)
    return shown(status=422 if wrong else 200, **more)


def _loans(holds: Any) -> list[Loan]:
    """Loans with the parts that they are for; two queries."""
    rows = list(holds.select_related("resource"))
    parts = parts_of(rows)
    return [Loan(one, one.resource.in_units(one.units), parts.get(one.holder), one.is_over) for one in rows]


def _days(kept: Resource) -> list[Day]:
    """What is free on the days to come; one query. Of money there is one sum, whatever the day."""
    if kept.kind == Resource.Kind.FUNDS:
        return []
    uses = list(kept.holds.filter(living()).values_list("starts_at", "ends_at", "units"))
    first = timezone.localdate(clock.now())
    days = []
    for n in range(_DAYS):
        begins, ends = (
            timezone.make_aware(datetime.combine(first + timedelta(days=n + more), time.min)) for more in (0, 1)
        )
        used = peak(uses, begins, ends)
        days.append(Day(begins, max(kept.quantity - used, 0), kept.in_units(max(kept.quantity - used, 0)), used))
    return days
