"""Unmet need: where people wait, for what, and where one more unit of capacity would help most."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

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
from lacarte.loop.planning.queries import UnmetRow, Week, best_uses, by_week, unmet
from lacarte.loop.planning.runs import next_units, placed
from lacarte.pages.design.chart import Chart, columns
from lacarte.pages.design.map import RegionMap, region_map
from lacarte.pages.planner.forms import Filter
from lacarte.registers.menu.searching.misses import missed
from lacarte.registers.places.models import Region
from lacarte.registers.places.outlines import districts

_PAGE = 30
_MISSED = 20


@dataclass(frozen=True)
class DistrictRow:
    """One district of the map, and of the table that comes before it."""

    region: Region
    waiting: int
    urgent: int


@login_required
@require_GET
def unmet_need(request: HttpRequest) -> HttpResponse:
    """The planner's page: tables first, then the map and the chart of the same rows."""
    user = request.user
    require_anywhere(user, Action.PLAN)
    form = Filter(request.GET)
    rows = form.keep(unmet(user))
    places = _by_district(rows)
    weeks = by_week(user)
    units = next_units(user)
    curve = list(zip(units, accumulate(int(unit.priority_class is not None) for unit in units), strict=True))
    shown = {
        "form": form,
        "page": Paginator(rows, _PAGE).get_page(request.GET.get("page")),
        "most": max((row.waiting for row in rows), default=0),
        "waiting": sum(row.waiting for row in rows),
        "urgent": sum(row.urgent for row in rows),
        "oldest": max((row.oldest_days for row in rows), default=0),
        "run": latest_run(),
        "matched": matched_since(clock.now() - timedelta(days=1)),
        "best": best_uses(user),
        "next": placed(units),
        "next_count": len(units),
        "curve": curve,
        "next_chart": _next_chart(curve) if len(curve) > 1 else None,
        "places": [row for row in places if row.waiting],
        "quiet": sum(not row.waiting for row in places),
        "most_in_place": max((row.waiting for row in places), default=0),
        "map": _map(places),
        "missed": missed()[:_MISSED],
        "weeks": weeks,
        "chart": _chart(weeks),
    }
    return render(request, "planner/unmet.html", shown)


def _by_district(rows: Sequence[UnmetRow]) -> list[DistrictRow]:
    found = districts()
    waiting: Counter[int] = Counter()
    urgent: Counter[int] = Counter()
    for row in rows:
        inside = next((region for region in found if row.region.number in region.interval), None)
        if inside is not None:
            waiting[inside.number] += row.waiting
            urgent[inside.number] += row.urgent
    made = [DistrictRow(region, waiting[region.number], urgent[region.number]) for region in found]
    return sorted(made, key=lambda row: (-row.waiting, row.region.number))


def _map(places: Sequence[DistrictRow]) -> RegionMap:
    values = {row.region.number: float(row.waiting) for row in places}
    top = places[0] if places else None
    words = _("Map of the districts; most needs wait in %(place)s.") % {"place": top.region} if top else _("Map")
    return region_map(_("Needs that wait, by district"), [row.region for row in places], values, words=words)


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
    for row in Filter(request.GET).keep(unmet(request.user)):
        kind, region = row.service_type, row.region
        where = [kind.code, in_language(kind.name), region.code, in_language(region.name)]
        numbers = [row.waiting, row.urgent, row.oldest_days, row.full, row.out_of_reach]
        reasons = ", ".join(f"{why} {n}" for why, n in sorted(row.reasons.items()))
        writer.writerow([*where, *numbers, reasons])
    return answer
