"""What records alone say: how soon needs were closed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lacarte.loop.voice.closures import BY, WITHIN, closures, compared, span
from lacarte.loop.voice.counting import SMALLEST_GROUP
from lacarte.pages.public.funnel import funnel
from lacarte.pages.public.twins import (
    CLOSURE_COLUMNS,
    COMPARED_COLUMNS,
    Table,
    answer,
    closure_rows,
    compared_rows,
)

_NAMES: dict[str, str | Promise] = {"type": _("Service"), "region": _("District"), "month": _("Month")}


#: By what was closed within so many days districts are compared.
COMPARED_DAYS = 7


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """By service, district and month."""
    known = span()
    tables = [(by, _NAMES[by], closures(by, known)) for by in BY] if known else []
    found = compared("region", known, COMPARED_DAYS) if known else None
    shown = {
        "span": known,
        "tables": tables,
        "within": WITHIN,
        "smallest": SMALLEST_GROUP,
        "found": found,
        "funnel": funnel(found) if found else None,
        "days": COMPARED_DAYS,
        "by_name": _NAMES["region"],
    }
    return render(request, "public/records.html", shown)


@require_GET
def twin(request: HttpRequest, by: str, ending: str) -> HttpResponse:
    """One of the tables as CSV or JSON."""
    if by not in BY:
        raise Http404
    known = span()
    if known and request.GET.get("compared"):
        rows = compared_rows(compared(by, known, COMPARED_DAYS))
        return answer(Table(f"closed-by-{by}", COMPARED_COLUMNS, rows, {"by": by, "days": COMPARED_DAYS}), ending)
    rows = closure_rows(closures(by, known)) if known else []
    said = {"by": by, "first": known.first.isoformat(), "last": known.last.isoformat()} if known else {"by": by}
    return answer(Table(f"closures-by-{by}", CLOSURE_COLUMNS, rows, said), ending)
