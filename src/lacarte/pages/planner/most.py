"""Who is most in need, where somebody plans."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lacarte.kernel import clock
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.loop.planning.in_need import most_in_need
from lacarte.pages.public.most import COLUMNS, rows_of, tables
from lacarte.pages.public.twins import Table, answer


@login_required
@require_GET
def most(request: HttpRequest) -> HttpResponse:
    """Tables first, then the map of the first of them."""
    require_anywhere(request.user, Action.PLAN)
    return render(request, "planner/most.html", tables(most_in_need(request.user)))


@login_required
@require_GET
def most_csv(request: HttpRequest) -> HttpResponse:
    """The same rows for a spreadsheet."""
    require_anywhere(request.user, Action.PLAN)
    rows = rows_of(most_in_need(request.user))
    return answer(Table("most-in-need", COLUMNS, rows, {"at": clock.now().isoformat()}), "csv")
