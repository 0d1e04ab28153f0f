"""A draft is looked at before it is kept: what is wrong, what changes, for test cases and for how many people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.engines import rules
from lacarte.engines.rules import Case, Compiled, NotFeel, WrongTable
from lacarte.pages.entitlement.access import draft_of, keeper, key_in
from lacarte.pages.entitlement.casing import case_in_words
from lacarte.pages.entitlement.forms import KeepForm
from lacarte.pages.entitlement.showing import shown_of
from lacarte.pages.entitlement.versions import changes
from lacarte.registers.entitlement.models import DecisionTable, TableDraft, TableEdition
from lacarte.registers.entitlement.tables import drafts
from lacarte.registers.entitlement.tables.effects import effect, said_in_one_line
from lacarte.registers.entitlement.tables.faults import TableRefusedError, compiled
from lacarte.registers.entitlement.tables.keeping import call_off, keep_tables
from lacarte.registers.entitlement.tables.queries import on_day
from lacarte.registers.entitlement.tables.records import Written, written_of


@dataclass(frozen=True)
class CaseTurn:
    """A test case of which the table says something else now."""

    name: str
    facts: str
    before: str
    now: str


@login_required
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """What keeping the draft would do; and it is kept, if that is what was looked at."""
    found = draft_of(request, code)
    written = written_of(found)
    posted = request.method == "POST"
    about = shown_of(written)
    form = KeepForm(
        request.POST if posted else None,
        initial={"seen": found.changed_at.isoformat()},
        not_asked=about["findings"].not_asked,
    )
    if posted and form.is_valid() and _kept(request, found, written, form):
        return redirect("table", code)
    shown = {**about, "draft": found, "form": form, "errors_on_page": bool(form.errors)}
    if found.since is not None:
        shown |= _preview(found, written)
    return render(request, "entitlement/keep.html", shown, status=422 if form.errors else 200)


def _kept(request: HttpRequest, found: TableDraft, written: Written, form: KeepForm) -> bool:
    """Keep the draft, unless something else was looked at or somebody was faster."""
    if found.since is None:
        form.add_error(None, _("Please say first from which day on it counts."))
    elif form.cleaned_data["seen"] != found.changed_at.isoformat():
        form.add_error(None, _("The draft was changed meanwhile. Please look at it again."))
    elif (newest := drafts.newest_edition(found.code)) != found.based_on:
        found.based_on = newest
        drafts.put(found, written)
        form.add_error(None, _by_another(found))
    else:
        try:
            keep_tables([written], since=found.since, actor=keeper(request), reason=form.cleaned_data["reason"])
        except TableRefusedError as error:
            for one in error.problems:
                form.add_error(None, str(one))
        else:
            drafts.discard(found)
            messages.success(request, _("The table is kept."))
            return True
    data: Any = request.POST.copy()
    data["seen"] = found.changed_at.isoformat()
    form.data = data
    return False


def _by_another(found: TableDraft) -> str:
    newest = TableEdition.objects.select_related("kept_by").filter(code=found.code).first()
    who = newest.kept_by if newest is not None else None
    words = _(
        "%(who)s has kept another version of this table meanwhile. What changes is shown against that one now."
    )
    return words % {"who": who or _("Somebody")}


def _preview(found: TableDraft, written: Written) -> dict[str, Any]:
    """Against the table that counts on that day without the draft."""
    assert found.since is not None
    before = on_day(found.code, found.since)
    shown: dict[str, Any] = {"before": before, "changes": changes(before, written) if before is not None else []}
    try:
        now, old = compiled(written.table), compiled(before.table) if before is not None else None
    except WrongTable:
        return shown
    shown["effect"] = effect(old, now)
    if old is not None and before is not None:
        shown["turns"] = _turns(before, written, old, now)
    return shown


def _turns(before: Written, written: Written, old: Compiled, now: Compiled) -> list[CaseTurn]:
    """The cases of both versions of which they say different things."""
    cases = {one.name: one for one in (*before.cases, *written.cases)}
    found = []
    for case in cases.values():
        said = [_says(ready, case) for ready in (old, now)]
        if said[0] != said[1]:
            found.append(CaseTurn(case.name, case_in_words(written, case).partition(" → ")[0], *said))
    return found


def _says(ready: Compiled, case: Case) -> str:
    try:
        decision = rules.decide(ready, rules.known_in(ready.table, case))
    except NotFeel:
        return ""
    return _("cannot say yet") if decision.said is None else said_in_one_line(ready, decision.said)


@login_required
@require_POST
def call_off_table(request: HttpRequest, code: str) -> HttpResponse:
    """A version that is planned will not count."""
    user = keeper(request)
    row = get_object_or_404(DecisionTable, code=code, pk=key_in(request.POST, "version"))
    try:
        call_off(row, actor=user)
        messages.success(request, _("This version is called off. It can be kept again from the history."))
    except ValueError:
        messages.warning(request, _("This version counts already. Keep another one instead."))
    return redirect("table", code) if DecisionTable.objects.filter(code=code).exists() else redirect("tables")
