"""Who else has a need open: asked for by its open page every few seconds, and said without a script too."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lacarte.kernel.permissions import Action
from lacarte.kernel.presence import be_at, others_at
from lacarte.pages.desk.access import official, readable


@login_required
@require_GET
def presence(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that one is here, and who else is; nobody learns of a need that they may not read."""
    user = official(request, Action.READ)
    need = readable(user, reference)
    be_at(user, need.pk)
    answer = render(request, "desk/presence.html", {"others": others_at(user, need.pk)})
    answer["Cache-Control"] = "no-store"
    return answer
