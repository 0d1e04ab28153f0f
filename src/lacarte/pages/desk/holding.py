"""Held needs at the desk: pass one on, or turn it away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lacarte.kernel.permissions import Action
from lacarte.loop.needs.actions import NeedRefusedError
from lacarte.loop.needs.held.abuse import REASONS
from lacarte.loop.needs.held.holding import release, turn_away, turned_away, why
from lacarte.loop.needs.models import Need
from lacarte.pages.desk.access import official, readable

_DECISIONS = {"release": release, "turn-away": turn_away}


def held(need: Need) -> dict[str, Any]:
    """What the page of a need says of its being held: why, and whether it was turned away; empty for others."""
    if need.state != Need.State.HELD and not turned_away(need):
        return {}
    return {"why": REASONS.get(why(need), ""), "turned_away": need.state != Need.State.HELD}


@login_required
@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Pass a held need on, or turn it away; the first also takes the second back."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    verb = _DECISIONS.get(request.POST.get("decision", ""))
    try:
        if verb is None:
            messages.warning(request, _("Please choose what to do with it."))
        else:
            verb(need, actor=user)
    except NeedRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-need", need.reference)
