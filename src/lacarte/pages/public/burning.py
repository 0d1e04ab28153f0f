"""What is burning: needs that suddenly grow somewhere, in the open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lacarte.kernel import clock
from lacarte.loop.needs.models import Surge
from lacarte.loop.needs.surges.finding import burning, daily
from lacarte.loop.planning.few import Told, told
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.pages.design.chart import Chart, columns

_DAYS = 28
#: Issues of the last days that are over.
_OVER_DAYS, _MOST_OVER = 14, 20


@dataclass(frozen=True)
class Day:
    """How many needs came in on the 24 hours up to a moment."""

    until: datetime
    told: Told


@dataclass(frozen=True)
class Issue:
    """A burning issue as everybody may see it."""

    surge: Surge
    window: str
    usual: int
    days: list[Day]
    chart: Chart


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What burns now, and what burnt lately."""
    open_ones = list(burning())
    shown = [surge for surge in open_ones if surge.count >= SMALLEST_GROUP]
    over = Surge.objects.filter(ended_at__gt=clock.now() - timedelta(days=_OVER_DAYS), count__gte=SMALLEST_GROUP)
    values = {
        "issues": [_issue(surge) for surge in shown],
        "not_shown": len(open_ones) - len(shown),
        "over": [(one, window_of(one)) for one in over.select_related("region", "service_type")[:_MOST_OVER]],
        "over_days": _OVER_DAYS,
        "smallest": SMALLEST_GROUP,
        "false_percent": settings.CONFIGURED["surge_false_percent"],
    }
    return render(request, "public/burning.html", values)


@require_GET
def as_json(request: HttpRequest) -> JsonResponse:
    """The same as open data."""
    shown = [surge for surge in burning() if surge.count >= SMALLEST_GROUP]
    return JsonResponse({"burning": [_row(surge) for surge in shown]})


def window_of(surge: Surge) -> str:
    """The window in words."""
    hours = round((surge.until - surge.since).total_seconds() / 3600)
    if hours < 24:
        return ngettext("in %(n)d hour", "in %(n)d hours", hours) % {"n": hours}
    return ngettext("in %(n)d day", "in %(n)d days", hours // 24) % {"n": hours // 24}


def _issue(surge: Surge) -> Issue:
    counts = daily(surge, _DAYS)
    days = [Day(surge.until - timedelta(days=_DAYS - 1 - i), told(n)) for i, n in enumerate(counts)]
    labels = [date_format(timezone.localtime(day.until), "SHORT_DATE_FORMAT") for day in days]
    drawn = columns(
        _("Needs a day"),
        labels,
        (_("Needs"), [day.told.people if day.told.exact else 0 for day in days]),
        words=_("Columns for the last %(n)d days; the table has the numbers.") % {"n": _DAYS},
    )
    return Issue(surge, window_of(surge), round(surge.expected), days, drawn)


def _row(surge: Surge) -> dict[str, Any]:
    return {
        "region": surge.region.code,
        "service_type": surge.service_type.code,
        "topic": surge.topic,
        "since": surge.since.isoformat(),
        "until": surge.until.isoformat(),
        "count": surge.count,
        "usual": round(surge.expected, 1),
        "chance": surge.chance,
        "found_at": surge.found_at.isoformat(),
    }
