"""The one matter of a month, and what comes after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.kernel import clock
from lacarte.loop.voice.counting import SMALLEST_GROUP, months_before
from lacarte.loop.voice.matters import AGAIN_WITHIN, MONTHS, matters
from lacarte.pages.public.parts import month_name, month_said, months
from lacarte.pages.public.twins import MATTER_COLUMNS, Table, answer, matter_rows


def _month(request: HttpRequest) -> datetime:
    """The month that was asked for, or the last that is over."""
    return month_said(request.GET.get("month", "")) or months_before(clock.now(), 2)[0]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What most people suffer from because of how things are set up."""
    begins = _month(request)
    found = matters(begins)
    shown = {
        "found": found,
        "first": next(iter([*found.listed, *found.everywhere]), None),
        "tables": [(_("By service and district"), found.listed), (_("In the whole city"), found.everywhere)],
        "name": month_name(begins),
        "months": months(),
        "month": f"{begins:%Y-%m}",
        "reckoned": MONTHS,
        "again_days": AGAIN_WITHIN // timedelta(days=1),
        "smallest": SMALLEST_GROUP,
    }
    return render(request, "public/matter.html", shown)


@require_GET
def twin(request: HttpRequest, ending: str) -> HttpResponse:
    """The list as CSV or JSON."""
    begins = _month(request)
    found = matters(begins)
    said = {"month": f"{begins:%Y-%m}", "lasting_share_of_all": found.share, "too_small": found.too_small}
    return answer(
        Table(f"matters-{begins:%Y-%m}", MATTER_COLUMNS, matter_rows([*found.listed, *found.everywhere]), said),
        ending,
    )
