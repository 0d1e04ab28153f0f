"""How groups of people fare, in the open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.loop.planning.groups import BY, published
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.pages.public.twins import Table, answer
from lacarte.registers.people.bands import BANDS
from lacarte.registers.places.outlines import districts

BY_NAMES: dict[str, str | Promise] = {
    "region": gettext_lazy("District"),
    "language": gettext_lazy("Language of the need"),
    "age": gettext_lazy("Age"),
    "circumstances": gettext_lazy("Circumstances of the household"),
}
_HOUSEHOLDS: dict[str, str | Promise] = {
    "poor": gettext_lazy("In difficulty in several ways"),
    "not-poor": gettext_lazy("Surely not in difficulty in several ways"),
    "cannot-say": gettext_lazy("Not enough is known to say"),
    "nobody": gettext_lazy("A place, or somebody not known"),
}
_NUMBERS = (
    *("rate", "rate_low", "rate_high", "ratio", "ratio_low", "ratio_high"),
    *("days", "days_low", "days_high", "index", "index_low", "index_high"),
)
COLUMNS = ("code", "name", "needs", *_NUMBERS, "differs")


@dataclass(frozen=True)
class Row:
    """One group with its name."""

    label: str
    figures: Mapping[str, Any]


def _rows(by: str, figures: Mapping[str, Any]) -> list[Row]:
    called = _names(by)
    rows = [Row(called.get(one["code"], one["code"] or _("Not known")), one) for one in figures.get(by, [])]
    order = list(called)
    last = len(order)
    return sorted(rows, key=lambda row: order.index(c) if (c := row.figures["code"]) in order else last)


def _names(by: str) -> dict[str, str]:
    if by == "region":
        return {one.code: str(one) for one in districts()}
    if by == "age":
        return {code: str(name) for _least, code, name in reversed(BANDS)}
    if by == "language":
        return {code: str(get_language_info(code)["name_translated"]) for code, _name in settings.LANGUAGES}
    return {code: str(name) for code, name in _HOUSEHOLDS.items()}


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All ways of grouping, a table each."""
    report = published()
    figures = report.figures if report else {}
    tables = [(by, BY_NAMES[by], _rows(by, figures)) for by in BY]
    shown = {"report": report, "tables": tables if figures else [], "smallest": SMALLEST_GROUP}
    return render(request, "public/fairness.html", shown)


@require_GET
def twin(request: HttpRequest, by: str, ending: str) -> HttpResponse:
    """One of them as CSV or JSON."""
    if by not in BY:
        raise Http404
    report = published()
    rows = [{"name": row.label, **row.figures} for row in _rows(by, report.figures if report else {})]
    about = {"at": report.at.isoformat(), "seed": report.seed, "weights": report.version} if report else {}
    return answer(Table(f"fairness-{by}", COLUMNS, rows, about), ending)
