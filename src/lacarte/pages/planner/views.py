"""Unmet need: where people wait, for what, and where one more unit of capacity would help most."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.kernel import clock
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.kernel.text import in_language
from lacarte.loop.matching.models import NextUnit
from lacarte.loop.matching.queries import latest_run, matched_since
from lacarte.loop.planning.few import Told
from lacarte.loop.planning.layout import ALL
from lacarte.loop.planning.queries import Week, best_uses, by_week
from lacarte.loop.planning.runs import next_units, placed
from lacarte.loop.planning.unmet import OfDistrict, Unmet, UnmetRow, unmet
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.pages.design.chart import Chart, columns
from lacarte.pages.design.filters import AreaAndDistrict
from lacarte.pages.design.map import RegionMap, region_map
from lacarte.registers.menu.searching.misses import missed

_PAGE = 30
_MISSED = 20


@login_required
@require_GET
def unmet_need(request: HttpRequest) -> HttpResponse:
    """The planner's page: tables first, then the map and the chart of the same rows."""
    user = request.user
    require_anywhere(user, Action.PLAN)
    form = AreaAndDistrict(request.GET)
    found = _unmet(request, form)
    places = _by_district(found)
    weeks = by_week(user)
    units = next_units(user)
    curve = list(zip(units, accumulate(int(unit.priority_class is not None) for unit in units), strict=True))
    shown = {
        "form": form,
        "page": Paginator(found.rows, _PAGE).get_page(request.GET.get("page")),
        "most": max((row.waiting or 0 for row in found.rows), default=0),
        "everybody": found.everybody,
        "oldest": found.oldest_days,
        "smallest": SMALLEST_GROUP,
        "run": latest_run(),
        "matched": matched_since(clock.now() - timedelta(days=1)),
        "best": best_uses(user),
        "next": placed(units),
        "next_count": len(units),
        "curve": curve,
        "next_chart": _next_chart(curve) if len(curve) > 1 else None,
        "places": [row for row in places if row.waiting != Told(0)],
        "quiet": sum(row.waiting == Told(0) for row in places),
        "most_in_place": max((_least(row) for row in places), default=0),
        "map": _map(places),
        "missed": missed()[:_MISSED],
        "weeks": weeks,
        "chart": _chart(weeks),
    }
    return render(request, "planner/unmet.html", shown)


def _unmet(request: HttpRequest, form: AreaAndDistrict) -> Unmet:
    """What is unmet of what was chosen."""
    area, district = form.chosen_area(), form.chosen_district()
    return unmet(request.user, area.code if area else ALL, district.code if district else ALL)


def _by_district(found: Unmet) -> list[OfDistrict]:
    return sorted(found.districts, key=lambda row: (-_least(row), row.region.number))


def _least(row: OfDistrict) -> int:
    """How many wait there as far as it is told."""
    return row.waiting.people if row.waiting else 0


def _map(places: Sequence[OfDistrict]) -> RegionMap:
    """Districts by those who wait; where that is not told they are as pale as where nobody waits."""
    values = {row.region.number: float(_least(row)) for row in places}
    top = places[0] if places else None
    words = _("Map of the districts; most needs wait in %(place)s.") % {"place": top.region} if top else _("Map")
    title = _("Needs that wait, by district")
    return region_map(title, [row.region for row in places], values, words=words, nothing=_("none, or not told"))


def _next_chart(curve: Sequence[tuple[NextUnit, int]]) -> Chart:
    """How many people more the next units serve together, one column for each number of units."""
    return columns(
        _("People more served, by the number of units added"),
        [str(n) for n in range(1, len(curve) + 1)],
        (_("People more"), [people for _unit, people in curve]),
        words=_("Column chart of the table above."),
    )


def _chart(weeks: Sequence[Week]) -> Chart:
    labels = [formats.date_format(week.begins, "MONTH_DAY_FORMAT") for week in weeks]
    return columns(
        _("Needs received and met, week by week"),
        labels,
        (_("Received"), [week.received for week in weeks]),
        (_("Met"), [week.met for week in weeks]),
        words=_("Column chart of the table above."),
    )


@login_required
@require_GET
def unmet_csv(request: HttpRequest) -> HttpResponse:
    """The same rows for a spreadsheet."""
    require_anywhere(request.user, Action.PLAN)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="unmet-need.csv"'
    answer.write("\ufeff")  # spreadsheets take it for UTF-8 then
    writer = csv.writer(answer)
    names = ("service_type", "service", "region", "region_name", "waiting", "urgent", "oldest_days")
    writer.writerow([*names, "full", "out_of_reach", "reasons"])
    for row in _unmet(request, AreaAndDistrict(request.GET)).rows:
        writer.writerow(_cells_of(row))
    return answer


def _cells_of(row: UnmetRow) -> list[Any]:
    """A row of the table for spreadsheets; what is not told is empty."""
    kind, region = row.service_type, row.region
    elsewhere = _("Other districts") if row.elsewhere else _("All districts")
    where = [region.code, in_language(region.name)] if region else ["", elsewhere]
    others = {why: n for why, n in row.reasons.items() if why != "full"}
    out = None if None in others.values() else sum(n or 0 for n in others.values())
    reasons = ", ".join(f"{why} {n}" if n is not None else why for why, n in sorted(others.items()))
    numbers = [row.waiting, row.urgent, row.oldest_days, row.reasons.get("full", 0), out]
    return [kind.code, in_language(kind.name), *where, *numbers, reasons]
