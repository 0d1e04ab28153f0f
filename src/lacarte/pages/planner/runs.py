"""Matching runs: what one decided, how that is proved, what it changes, and whether it counts."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.loop.matching.actions import ask_for_preview, preview_is_coming
from lacarte.loop.matching.models import Match, MatchingRun
from lacarte.loop.matching.publishing import RunRefusedError, discard_run, may_decide, publish_run
from lacarte.loop.planning.comparing import Comparison, GroupRow, compare
from lacarte.loop.planning.few import FEW, Told, is_few, told
from lacarte.loop.planning.runs import balance_by_class, draw_of, listed_runs
from lacarte.pages.design.chart import Chart, columns
from lacarte.pages.planner.forms import BALANCED, Preview

_PAGE = 30


def _planner(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # login_required
    require_anywhere(request.user, Action.PLAN)
    return request.user


@login_required
@require_GET
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs, newest first; those over urgent needs apart."""
    user = _planner(request)
    urgent = request.GET.get("kind") == "urgent"
    shown = {
        "page": Paginator(listed_runs(urgent), _PAGE).get_page(request.GET.get("page")),
        "urgent": urgent,
        "form": Preview() if may_anywhere(user, Action.PUBLISH) else None,
        "coming": preview_is_coming(),
    }
    return render(request, "planner/runs.html", shown)


@login_required
@require_POST
def new_preview(request: HttpRequest) -> HttpResponse:
    """Ask for a preview."""
    user, form = _planner(request), Preview(request.POST)
    try:
        if form.is_valid():
            balance = form.cleaned_data["inside"] == BALANCED
            ask_for_preview(user, seed=form.cleaned_data["seed"], balance_districts=balance)
            messages.success(request, _("The preview is being computed. Load this page again in a moment."))
    except RunRefusedError as error:
        messages.warning(request, str(error))
    return redirect("runs")


@login_required
@require_GET
def one_run(request: HttpRequest, run: UUID) -> HttpResponse:
    """One run: proof, comparison, who is served; buttons while it is a preview."""
    user = _planner(request)
    found = get_object_or_404(MatchingRun.objects.select_related("asked_by", "decided_by"), pk=run)
    compared = compare(user, found)
    preview = found.state == MatchingRun.State.COMPUTED
    shown = {
        "run": found,
        "certificate": found.certificate,
        "compared": compared,
        "figures": _figures(compared),
        "travel": _travel(compared),
        "tables": _tables(compared),
        "balance": balance_by_class(found),
        "balance_travel": _balance_travel(found),
        "chart": _chart(compared.by_class) if len(compared.by_class) > 1 else None,
        "outcomes": _outcomes(found),
        "preview": preview,
        "may_publish": may_anywhere(user, Action.PUBLISH),
        "may_decide": preview and may_decide(user, found),
    }
    return render(request, "planner/run.html", shown)


def _figures(compared: Comparison) -> list[tuple[str, Told, str]]:
    """Label, number and remark of each figure at the head; where few people are considered, none is told."""
    few = is_few(compared.people)
    figures = [
        (_("Considered"), compared.people, ""),
        (_("Served"), compared.served, ""),
        (_("Gain an offer"), compared.gain, ""),
        (_("Lose one"), compared.lose, _("theirs came to nothing")),
        (_("Get another"), compared.move, ""),
    ]
    shown = [(label, FEW if few else Told(number), remark) for label, number, remark in figures]
    return [*shown, (_("Promises kept"), told(compared.promised), _("orders not yet accepted"))]


def _travel(compared: Comparison) -> str:
    """What the run costs who had an offer and has one, in words."""
    if not compared.move + compared.stay or is_few(compared.people):
        return ""
    minutes = round((compared.seconds - compared.seconds_before) / 60)
    if minutes > 0:
        words = ngettext(
            "Those who had an offer and have one travel %(n)s minute more in all.",
            "Those who had an offer and have one travel %(n)s minutes more in all.",
            minutes,
        )
    else:
        words = ngettext(
            "Those who had an offer and have one travel %(n)s minute less in all.",
            "Those who had an offer and have one travel %(n)s minutes less in all.",
            -minutes,
        )
    return words % {"n": number_format(abs(minutes), force_grouping=True)}


def _balance_travel(run: MatchingRun) -> str:
    """What balancing the districts of a run costs, in words."""
    if not run.balance:
        return ""
    minutes = round((run.balance["cost_after"] - run.balance["cost_before"]) / 60)
    if minutes < 0:
        words = ngettext("It saves %(n)s minute of travel.", "It saves %(n)s minutes of travel.", -minutes)
    else:
        words = ngettext("It takes %(n)s minute more travel.", "It takes %(n)s minutes more travel.", minutes)
    return words % {"n": number_format(abs(minutes), force_grouping=True)}


def _tables(compared: Comparison) -> list[tuple[str, str, list[GroupRow]]]:
    """Heading, head of the first column, rows."""
    return [
        (_("By priority class"), _("Priority class"), compared.by_class),
        (_("By district"), _("District"), compared.by_district),
        (_("By circumstances"), _("Group"), compared.by_group),
    ]


def _chart(rows: list[GroupRow]) -> Chart:
    known = [row for row in rows if row.people is not None]
    return columns(
        _("Considered and served, by priority class"),
        [row.label for row in known],
        (_("Considered"), [row.people or 0 for row in known]),
        (_("Served"), [row.served or 0 for row in known]),
        words=_("Column chart of the first table above."),
    )


def _outcomes(run: MatchingRun) -> list[tuple[str, int]]:
    """What became of the decisions, once the run counts."""
    if run.state not in (MatchingRun.State.PUBLISHING, MatchingRun.State.PUBLISHED):
        return []
    counts = {kind: Match.objects.filter(run=run, outcome=kind).count() for kind in Match.Outcome}
    return [(str(kind.label), n) for kind, n in counts.items() if n]


@login_required
@require_POST
def decide(request: HttpRequest, run: UUID) -> HttpResponse:
    """Publish a preview, or discard it."""
    user, found = _planner(request), get_object_or_404(MatchingRun, pk=run)
    what: dict[str, Any] = {"publish": publish_run, "discard": discard_run}
    chosen = what.get(request.POST.get("decision", ""))
    if chosen is None:
        raise Http404
    try:
        chosen(found, by=user)
    except RunRefusedError as error:
        messages.warning(request, str(error))
    return redirect("run", run)


@login_required
@require_GET
def draw_csv(request: HttpRequest, run: UUID) -> HttpResponse:
    """The draw, for whoever wants to run it again: ids that name nobody, and all that decided."""
    user, found = _planner(request), get_object_or_404(MatchingRun, pk=run)
    try:
        rows = list(draw_of(user, found))
    except LookupError as error:
        raise Http404(_("What this run read is not kept any more.")) from error
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="draw-{found.pk}.csv"'
    answer.write("\ufeff")  # spreadsheets take it for UTF-8 then
    writer = csv.writer(answer)
    writer.writerow(["need", "priority_class", "order", "need_index", "days_waited", "number_drawn", "served"])
    for row in rows:
        numbers = [row.priority_class, row.order, f"{row.need_index:.2f}", row.days, f"{row.number:016x}"]
        writer.writerow([row.need, *numbers, int(row.served)])
    return answer
