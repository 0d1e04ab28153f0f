"""Today's round of a crew, and what its phone sends; every page and button works without JavaScript."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.models import PhoneStep
from lacarte.loop.orders.rounds.planning import Start, order_anew
from lacarte.loop.orders.rounds.steps import TooEarlyError, take
from lacarte.loop.orders.rounds.today import outside, today
from lacarte.pages.desk.forms import Reveal
from lacarte.pages.field.forms import StartForm, StepForm
from lacarte.pages.field.showing import round_for
from lacarte.pages.provider.access import who
from lacarte.registers.people.queries import read_personal
from lacarte.registers.providers.access import keeps_any

_SHOWS = ("before", "after")


@login_required
@never_cache
@require_GET
def round_page(request: HttpRequest) -> HttpResponse:
    """Today's stops in their order. ``X-Round-Until`` tells the service worker how long it may keep the page."""
    user = who(request)
    if not keeps_any(user):
        raise PermissionDenied(_("This page is for those who go out for a provider. You are a member of none."))
    shown = round_for(user, today())
    response = render(request, "field/round.html", shown | {"reveal": Reveal()})
    response["X-Round-Until"] = str(shown["until"])
    return response


@login_required
@require_POST
def order_again(request: HttpRequest) -> HttpResponse:
    """Put the stops in order anew, from a start that was chosen."""
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("We do not understand this start. Please choose another."))
        return redirect("field")
    try:
        order_anew(who(request), today(), start=Start(form.cleaned_data["start"]), here=form.here())
    except OrderRefusedError as error:
        messages.warning(request, str(error))
    return redirect("field")


@login_required
@require_POST
def steps(request: HttpRequest) -> HttpResponse:
    """Take one step, once. Scripts are answered what became of it, people see their round again."""
    form = StepForm(request.POST)
    if not form.is_valid():
        return _answer(
            request, None, 422, outcome="refused", said=_("This was not sent whole. Please do it again.")
        )
    step = form.step(request.POST)
    photos = [(shows, one) for shows in _SHOWS for one in request.FILES.getlist(shows)]
    try:
        made = take(step, actor=who(request), photos=photos)
    except TooEarlyError:
        return _answer(request, step.order, 409, outcome="early", said=_("Something else has to be sent before."))
    except PermissionDenied as error:
        return _answer(request, step.order, 403, outcome="refused", said=str(error))
    return _answer(
        request, step.order, 200, outcome=made.outcome, said=made.said, version=made.version, key=str(made.pk)
    )


@login_required
@never_cache
@require_POST
def person(request: HttpRequest, key: UUID) -> HttpResponse:
    """Whom to ring for a stop: read for a purpose, written down for them, and never kept on the phone."""
    user, form = who(request), Reveal(request.POST)
    found = outside(user).select_related("need__person", "need__service_type").filter(pk=key).first()
    if found is None or found.need.person is None or not form.is_valid():
        raise Http404(_("There is no such order, or it is over, or nobody is known."))
    told = read_personal(
        found.need.person, reader=user, fields=("name", "phone"), purpose=form.cleaned_data["purpose"]
    )
    return render(request, "field/person.html", {"order": found, "told": told})


def _answer(request: HttpRequest, order: UUID | None, status: int, **said: Any) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(said, status=status)
    if said["outcome"] != PhoneStep.Outcome.TAKEN or said["said"]:
        messages.warning(request, said["said"])
    else:
        messages.success(request, _("It is kept."))
    return redirect(reverse("field") + (f"#stop-{order}" if order else ""))
