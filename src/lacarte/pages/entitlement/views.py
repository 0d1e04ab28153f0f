"""The tables of rules, read: which there are, one of them, tried out, and what changed between two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lacarte.engines.rules import WrongTable
from lacarte.pages.design.forms import Form
from lacarte.pages.entitlement.access import key_in, reader
from lacarte.pages.entitlement.showing import shown_of
from lacarte.pages.entitlement.trying import Tried, Try, tried
from lacarte.pages.entitlement.versions import changes, name_of
from lacarte.registers.entitlement.models import DecisionTable, TableDraft, TableEdition
from lacarte.registers.entitlement.tables.facts import asked_anywhere
from lacarte.registers.entitlement.tables.keeping import may_keep
from lacarte.registers.entitlement.tables.queries import (
    Findings,
    Listed,
    edition_before,
    findings_of,
    listed_tables,
)
from lacarte.registers.entitlement.tables.records import Written, written_of

_HISTORY = 50


@dataclass(frozen=True)
class Row:
    """A table in the list, with what there is to look at in it."""

    listed: Listed
    findings: Findings


class Days(Form):
    """The two days between which is looked for what changed."""

    marks_optional = False
    short = ("one", "other")
    one = forms.DateField(label=gettext_lazy("As it is on"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    other = forms.DateField(
        label=gettext_lazy("And as it is on"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )


@login_required
@require_GET
def tables(request: HttpRequest) -> HttpResponse:
    """All tables, and the drafts of whoever looks."""
    user = reader(request)
    asked = asked_anywhere()
    rows = [Row(one, findings_of(written_of(one.shown), asked)) for one in listed_tables(timezone.localdate())]
    shown = {"rows": rows, "may_edit": may_keep(user), "drafts": TableDraft.objects.filter(owner=user)}
    return render(request, "entitlement/tables.html", shown)


@login_required
@require_GET
def table(request: HttpRequest, code: str) -> HttpResponse:
    """One table as it is on a day, today without one, with a form to try it."""
    user, today = reader(request), timezone.localdate()
    listed = _listed(code, today)
    row = _on(listed, _day(request.GET.get("on", "")))
    written = written_of(row)
    is_tried = "try" in request.GET
    form = Try(request.GET if is_tried else None, written)
    found = _try(form, written) if is_tried else None
    shown: dict[str, Any] = {
        **shown_of(written, found.decision.holds if found else ()),
        "row": row,
        "listed": listed,
        "is_current": listed.current is not None and row.pk == listed.current.pk,
        "form": form,
        "tried": found,
        "days": Days(None, initial={"one": row.since, "other": today}),
        "editions": TableEdition.objects.filter(code=code).select_related("kept_by")[:_HISTORY],
        "may_edit": may_keep(user),
        "draft": TableDraft.objects.filter(owner=user, code=code).first(),
        "errors_on_page": bool(form.errors),
    }
    return render(request, "entitlement/table.html", shown, status=422 if form.errors else 200)


def _try(form: Try, written: Written) -> Tried | None:
    try:
        return tried(written, form.facts()) if form.is_valid() else None
    except WrongTable:
        form.add_error(None, _("This table cannot be tried before it is mended."))
        return None


def _listed(code: str, today: date) -> Listed:
    found = listed_tables(today, code)
    if not found:
        raise Http404(_("There is no such table of rules."))
    return found[0]


def _on(listed: Listed, day: date | None) -> DecisionTable:
    """The version of a day; the one that is looked at first where there is none on it."""
    versions = [*reversed(listed.later), *([listed.current] if listed.current else []), *listed.earlier]
    return next((one for one in versions if day is not None and one.since <= day), listed.shown)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


@login_required
@require_GET
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """What changed between two days, or with one edition against the one before."""
    reader(request)
    shown: dict[str, Any] = {"code": code}
    if "edition" in request.GET:
        editions = TableEdition.objects.select_related("kept_by")
        found = get_object_or_404(editions, code=code, pk=key_in(request.GET, "edition"))
        before = edition_before(found)
        shown |= {"edition": found, "before_edition": before}
        pair = (written_of(before) if before else None, written_of(found))
        form = Days(None)
    else:
        form = Days(request.GET)
        listed = _listed(code, timezone.localdate())
        one, other = listed.shown, listed.shown
        if form.is_valid():
            one, other = sorted(
                (_on_or_none(code, form.cleaned_data[name]) or _first(code) for name in ("one", "other")),
                key=lambda row: row.since,
            )
        shown |= {"one": one, "other": other}
        pair = (written_of(one), written_of(other))
    before_text, now_text = pair
    shown |= {
        "form": form,
        "named": name_of(now_text),
        "changes": changes(before_text, now_text) if before_text is not None else [],
        "errors_on_page": bool(form.errors),
    }
    return render(request, "entitlement/compare.html", shown, status=422 if form.errors else 200)


def _on_or_none(code: str, day: date) -> DecisionTable | None:
    return DecisionTable.objects.filter(code=code, since__lte=day).order_by("-since").first()


def _first(code: str) -> DecisionTable:
    return DecisionTable.objects.filter(code=code).order_by("since")[0]
