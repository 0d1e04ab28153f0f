"""The working calendars: which days and hours count, and what a holiday declared late moves before it is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.text import listed
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.kernel.working_calendar import Hours, WorkingCalendar
from lacarte.loop.orders.delivery.what_if import preview_calendar
from lacarte.pages.desk.access import reader_of_rules
from lacarte.pages.desk.calendar_forms import DaysForm, FileForm, FoundForm, HoursForm, WhichCalendar
from lacarte.pages.desk.previewing import Previewed, preview_shown
from lacarte.registers.places.calendars import (
    CalendarRefusedError,
    change_calendar,
    may_declare,
    special_days,
    stream_of,
)
from lacarte.registers.places.events import in_rows
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import calendar_of, calendars_of
from lacarte.standards.icalendar.days import Days, write

_BACK, _AHEAD = timedelta(days=60), timedelta(days=500)
_DECLARED = 30


@login_required
@require_GET
def calendars(request: HttpRequest) -> HttpResponse:
    """The regions with a calendar of their own, and a form that opens any."""
    reader_of_rules(request)
    form = WhichCalendar(request.GET if "region" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("calendar", form.cleaned_data["region"] or _root().code)
    regions = [_root(), *Region.objects.exclude(calendar={}).exclude(number=ROOT_NUMBER)]
    kept, today = calendars_of(regions), timezone.localdate()
    rows = [
        (one, hours_in_words(kept[one.number].hours_on(today)), _special(kept[one.number], today))
        for one in regions
    ]
    return render(request, "desk/calendars.html", {"form": form, "rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """One calendar: what holds and what was declared; something is declared, looked at before."""
    user, region = reader_of_rules(request), get_object_or_404(Region, code=code)
    may_edit = may_declare(region, user)
    holds, today = calendar_of(region), timezone.localdate()
    act = request.POST.get("act", "") if may_edit else ""
    forms: dict[str, Any] = {
        "days": DaysForm(request.POST if act == "days" else None),
        "hours": HoursForm(request.POST if act == "hours" else None, now=holds.hours_on(today)),
        "file": FileForm(request.POST, request.FILES) if act == "file" else FileForm(),
    }
    if act == "found":
        forms["found"] = FoundForm(request.POST)
    sent, shown = forms.get(act), dict[str, Any]()
    if request.method == "POST" and sent is None:
        raise PermissionDenied(_("Your mandate does not cover this calendar."))
    if isinstance(sent, FileForm) and sent.is_valid():
        days: Days = sent.cleaned_data["calendar"]
        forms["found"], shown["days_found"] = FoundForm.of(days), days
    elif isinstance(sent, Previewed) and sent.is_valid():
        change = sent.change()  # type: ignore[attr-defined]
        try:
            if sent.was_looked_at():
                if change_calendar(region, change, actor=user):
                    messages.success(request, _("It is declared. The deadlines under way are set anew."))
                else:
                    messages.success(request, _("It was so already: nothing has changed."))
                return redirect("calendar", region.code)
            shown |= preview_shown(preview_calendar(region, change, actor=user))
        except (CalendarRefusedError, PermissionDenied) as error:
            sent.add_error(None, str(error))
    if isinstance(sent, FoundForm) and not isinstance(sent.cleaned_data.get("off", ""), str):
        shown["days_found"] = Days(set(sent.cleaned_data["off"]), set(sent.cleaned_data["worked"]))
    wrong = sent is not None and bool(sent.errors)
    shown |= {"region": region, "forms": forms, "sent": sent, "may_edit": may_edit, "errors_on_page": wrong}
    shown |= _what_holds(region, holds, today)
    return render(request, "desk/calendar.html", shown, status=422 if wrong else 200)


@require_GET
def days_ics(request: HttpRequest, code: str) -> HttpResponse:
    """The special days of a region for anybody's calendar: two months back, and all that are known."""
    region = get_object_or_404(Region, code=code)
    holds, today = calendar_of(region), timezone.localdate()
    off, worked = special_days(holds, today - _BACK, date.max)
    named = _("Working days: %(region)s") % {"region": region}
    text = write(named, region.code, Days(set(off), set(worked)), now=clock.now())
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="working-days-{region.code}.ics"'
    return answer


def _root() -> Region:
    return Region.objects.get(number=ROOT_NUMBER)


def _what_holds(region: Region, holds: WorkingCalendar, today: date) -> dict[str, Any]:
    """The hours now and later, the special days around today, and who declared what."""
    records = timeline(stream_of(region)).order_by("-at", "-id")[:_DECLARED]
    return {
        "named": str(region) if region.number else _("Everywhere"),
        "inherits": not region.calendar and region.number != ROOT_NUMBER,
        "now": hours_in_words(holds.hours_on(today)),
        "zone": holds.zone.key,
        "later": [(one.since, hours_in_words(one)) for one in holds.later if one.since > today],
        "special": _special(holds, today),
        "changes": [(record, describe(record), record.payload.get("reason", "")) for record in records],
    }


def _special(holds: WorkingCalendar, today: date) -> list[tuple[date, date, bool]]:
    """The first and last of the special days in a row around today, and whether they are worked."""
    off, worked = special_days(holds, today - _BACK, today + _AHEAD)
    rows = [(*row, False) for row in in_rows(off)] + [(*row, True) for row in in_rows(worked)]
    return sorted(rows)


def hours_in_words(hours: Hours) -> str:
    """Days of the week and hours, such as “Monday, Tuesday, 09:00–17:00”."""
    times = "–".join(formats.time_format(at, "H:i") for at in (hours.opens, hours.closes))
    days = sorted(hours.weekdays)
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    names = f"{WEEKDAYS[days[0]]} – {WEEKDAYS[days[-1]]}" if in_a_row else listed(WEEKDAYS[day] for day in days)
    return _("%(days)s, %(times)s") % {"days": names, "times": times}
