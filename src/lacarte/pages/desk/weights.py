"""The weights of needs at the desk: what holds, how far needs are weighed by it, and the next decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel import tree
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_over, require_over
from lacarte.loop.priority.anew import under_way
from lacarte.loop.priority.deciding import decide
from lacarte.loop.priority.models import Weights
from lacarte.loop.priority.previewing import foresee
from lacarte.loop.priority.weights import WeightsRefusedError, check, in_force
from lacarte.pages.desk.access import reader_of_rules
from lacarte.pages.desk.weights_form import WeightsForm
from lacarte.registers.people.circumstances import FACTS, Datatype

EVERYTHING = {"services": tree.ROOT, "regions": tree.ROOT}


@login_required
@require_GET
def weights(request: HttpRequest) -> HttpResponse:
    """All versions, the newest first, and how far the needs that wait are weighed by the one in force."""
    user = reader_of_rules(request)
    shown = {
        "versions": Weights.objects.select_related("decided_by"),
        "scheme": in_force(),
        "far": under_way(),
        "may_edit": may_over(user, Action.SET_RULES, **EVERYTHING),
    }
    return render(request, "desk/weights.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def new_weights(request: HttpRequest) -> HttpResponse:
    """The next version: first what it would do, then the decision."""
    user = reader_of_rules(request)
    require_over(user, Action.SET_RULES, **EVERYTHING)
    form = WeightsForm(request.POST if request.method == "POST" else None, now=in_force())
    shown: dict[str, Any] = {"form": form, "sent": form}
    if request.method == "POST" and form.is_valid():
        try:
            if (done := _looked_or_decided(request, form, user, shown)) is not None:
                return done
        except WeightsRefusedError as error:
            form.refuse(error)
        except PermissionDenied as error:
            form.add_error(None, str(error))
    shown |= {
        "facts": [
            (code, fact.name, fact.datatype) for code, fact in FACTS.items() if fact.datatype != Datatype.DATE
        ],
        "errors_on_page": bool(form.errors),
    }
    return render(request, "desk/weights_new.html", shown, status=422 if form.errors else 200)


def _looked_or_decided(
    request: HttpRequest, form: WeightsForm, user: User, shown: dict[str, Any]
) -> HttpResponse | None:
    """Decide once it was shown what it does; else show that."""
    proposed = form.proposed()
    check(proposed)
    if not form.was_looked_at():
        shown["preview"] = foresee(proposed)
        return None
    decided = decide(
        proposed,
        body=form.words("body"),
        reason=form.words("reason"),
        minutes=form.cleaned_data["minutes"].strip(),
        since=form.begins(),
        actor=user,
    )
    messages.success(
        request, _("Version %(version)s is kept. All needs that wait are weighed anew.") % {"version": decided}
    )
    return redirect("weights")
