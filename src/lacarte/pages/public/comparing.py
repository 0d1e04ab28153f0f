"""Districts, providers or services side by side, by one of the three rates, fairly."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lacarte.loop.voice.comparing import SEED, Comparison, compare
from lacarte.loop.voice.counting import RATES, Cut, count
from lacarte.loop.voice.queries import BY, SMALLEST_GROUP, also_hidden, groups_by, rates, rates_of
from lacarte.pages.public.funnel import funnel
from lacarte.pages.public.parts import BY_NAMES, RATE_NAMES, about, cut_of, months
from lacarte.pages.public.twins import (
    COMPARED_COLUMNS,
    RATE_COLUMNS,
    Table,
    answer,
    compared_rows,
    rate_rows,
)


def _asked(request: HttpRequest, by: str) -> tuple[str, str, Cut]:
    """The rate, the month and the orders that are asked for; ``Http404`` for what there is not."""
    rate, month = request.GET.get("rate", "satisfaction"), request.GET.get("month", "")
    if by not in BY or rate not in RATES:
        raise Http404
    return rate, month, cut_of(month)


@require_GET
def page(request: HttpRequest, by: str) -> HttpResponse:
    """All groups by one rate: raw share, fair estimate, places, and the funnel."""
    rate, month, cut = _asked(request, by)
    groups = groups_by(by, count(by, cut))
    also = also_hidden(by, groups, cut)
    found = compare(groups, rate, also)
    shown = {
        "by": by,
        "by_name": BY_NAMES[by],
        "rate": rate,
        "rate_name": RATE_NAMES[rate],
        "rate_names": RATE_NAMES,
        "by_names": BY_NAMES,
        "found": found,
        "rows": rates_of(groups, also),
        "funnel": funnel(found),
        "months": months(),
        "month": month,
        "smallest": SMALLEST_GROUP,
        "seed": SEED,
    }
    return render(request, "public/compare.html", shown)


@require_GET
def twin(request: HttpRequest, by: str, ending: str) -> HttpResponse:
    """The comparison by one rate, or with ``rate=all`` the three rates, as CSV or JSON."""
    if request.GET.get("rate") == "all" and by in BY:
        cut = cut_of(request.GET.get("month", ""))
        rows = rate_rows(rates(by, cut))
        return answer(Table(f"rates-by-{by}", RATE_COLUMNS, rows, {"by": by, **about(cut)}), ending)
    rate, _month, cut = _asked(request, by)
    groups = groups_by(by, count(by, cut))
    found = compare(groups, rate, also_hidden(by, groups, cut))
    said = {"by": by, "rate": rate, **about(cut), **_about(found)}
    return answer(Table(f"{rate}-by-{by}", COMPARED_COLUMNS, compared_rows(found), said), ending)


def _about(found: Comparison) -> dict[str, object]:
    return {
        "target": found.target,
        "scatter": found.scatter,
        "prior": {"a": found.prior.a, "b": found.prior.b},
        "seed": SEED,
    }
