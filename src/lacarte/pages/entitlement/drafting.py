"""A draft of a table: its parts are changed one by one, each with its faults at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.engines import rules
from lacarte.engines.rules import HitPolicy
from lacarte.pages.entitlement.access import draft_of, keeper, key_in
from lacarte.pages.entitlement.forms import (
    CaseForm,
    InputForm,
    OutputForm,
    RuleForm,
    TableForm,
    Words,
    language_name,
)
from lacarte.pages.entitlement.showing import shown_of
from lacarte.pages.entitlement.versions import name_of
from lacarte.registers.entitlement.models import DecisionTable, TableDraft, TableEdition
from lacarte.registers.entitlement.tables import drafts, editing
from lacarte.registers.entitlement.tables.facts import known_kinds, narrowed
from lacarte.registers.entitlement.tables.fault_words import fault_in_words
from lacarte.registers.entitlement.tables.records import Written, written_of


@login_required
@require_http_methods(["GET", "POST"])
def new_table(request: HttpRequest) -> HttpResponse:
    """A table that is not there yet begins as a draft with nothing but its words."""
    user = keeper(request)
    form = Words(request.POST if request.method == "POST" else None, None, timezone.localdate())
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if (
            DecisionTable.objects.filter(code=code).exists()
            or TableDraft.objects.filter(owner=user, code=code).exists()
        ):
            form.add_error("code", _("There is a table with this code already. Open it, and press “Change it”."))
        else:
            drafts.begin(_worded(editing.empty(code, {}), form), owner=user, since=form.cleaned_data["since"])
            messages.success(request, _("The draft is begun. Now choose which facts it asks, and what it says."))
            return redirect("table-draft", code)
    shown = {"form": form, "new": True, "errors_on_page": bool(form.errors)}
    return render(request, "entitlement/words.html", shown, status=422 if form.errors else 200)


@login_required
@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a draft: of the table as it is kept, or of an edition that is to be kept again."""
    user = keeper(request)
    if "edition" in request.POST:
        edition = get_object_or_404(TableEdition, code=code, pk=key_in(request.POST, "edition"))
        drafts.begin(written_of(edition), owner=user, since=edition.since)
    else:
        row = get_object_or_404(DecisionTable, code=code, pk=key_in(request.POST, "version"))
        drafts.begin(written_of(row), owner=user, since=max(row.since, timezone.localdate()))
    return redirect("table-draft", code)


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """The whole draft: what is wrong in it, and ways to change each part; or it is thrown away."""
    found = draft_of(request, code)
    if request.method == "POST":
        drafts.discard(found)
        messages.success(request, _("The draft is gone. The table is as it was."))
        known = DecisionTable.objects.filter(code=code).exists()
        return redirect("table", code) if known else redirect("tables")
    shown = shown_of(written_of(found))
    table = shown["written"].table
    says = [head for head in shown["grid"].heads if head.says]
    shown |= {
        "draft": found,
        "is_kept": DecisionTable.objects.filter(code=code).exists(),
        "names": [(one, language_name(one), said) for one, said in sorted(shown["written"].name.items())],
        "results": [(head.name, head.code, number) for number, head in enumerate(says, 1)],
        "next_rule": len(table.rows) + 1,
        "next_input": len(table.inputs) + 1,
        "next_output": len(table.outputs) + 1,
        "next_case": len(shown["written"].cases) + 1,
    }
    return render(request, "entitlement/draft.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def words(request: HttpRequest, code: str) -> HttpResponse:
    """Names, legal basis, how rules count, and from which day on."""
    found = draft_of(request, code)
    written = written_of(found)
    form = Words(request.POST if request.method == "POST" else None, written, found.since)
    if request.method == "POST" and form.is_valid():
        found.since = form.cleaned_data["since"]
        drafts.put(found, _worded(written, form))
        return redirect("table-draft", code)
    shown = {"form": form, "draft": found, "named": name_of(written), "errors_on_page": bool(form.errors)}
    return render(request, "entitlement/words.html", shown, status=422 if form.errors else 200)


def _worded(written: Written, form: Words) -> Written:
    said = form.cleaned_data
    table = replace(written.table, hit_policy=HitPolicy(said["hit_policy"]))
    return replace(written, table=table, name=form.words("name"), legal_basis=said["legal_basis"].strip())


@login_required
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A rule: changed, added as the last, moved or taken out. A fault is said at its field."""
    found = draft_of(request, code)
    written = written_of(found)
    count = len(written.table.rows)
    act = request.POST.get("act", "")
    if number <= count and act in ("remove", "up", "down"):
        if act == "remove":
            changed = editing.without_rule(written, number)
        else:
            changed = editing.moved_rule(written, number, -1 if act == "up" else 1)
        return _changed(found, changed, "rules")

    def make(form: RuleForm) -> Written | None:
        changed = editing.with_rule(written, number, form.row())
        for fault in _faults(changed):
            if fault.row == number and (name := _field_of(written, fault.column)) in form.fields:
                form.add_error(name, fault_in_words(fault))
        return None if form.errors else changed

    return _edit(request, found, RuleForm(_posted(request), written, number), make, number, count, "rule", "rules")


def _faults(written: Written) -> tuple[rules.Fault, ...]:
    return rules.faults(narrowed(written.table), known_kinds(written.table))


def _field_of(written: Written, column: str) -> str:
    table = written.table
    asked, said = [one.fact for one in table.inputs], [one.name for one in table.outputs]
    if column in asked:
        return f"t{asked.index(column)}"
    return f"s{said.index(column)}" if column in said else ""


@login_required
@require_http_methods(["GET", "POST"])
def asked(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A fact that the table asks: changed, added as the last, or taken out."""
    found = draft_of(request, code)
    written = written_of(found)
    count = len(written.table.inputs)
    if number <= count and request.POST.get("act") == "remove":
        return _changed(found, editing.without_input(written, number), "facts")

    def make(form: InputForm) -> Written | None:
        changed = editing.with_input(written, number, form.asked(), int(form.cleaned_data["place"]))
        wrong = [one for one in _faults(changed) if one.row == 0 and one.column == form.cleaned_data["fact"]]
        for fault in wrong:
            form.add_error("allowed" if "allowed" in form.fields else "fact", fault_in_words(fault))
        return None if form.errors else changed

    return _edit(
        request, found, InputForm(_posted(request), written, number), make, number, count, "input", "facts"
    )


@login_required
@require_http_methods(["GET", "POST"])
def said(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Something that the table says: changed, added as the last, or taken out."""
    found = draft_of(request, code)
    written = written_of(found)
    count = len(written.table.outputs)
    if number <= count and request.POST.get("act") == "remove":
        return _changed(found, editing.without_output(written, number), "results")
    form = OutputForm(_posted(request), written, number)

    def make(form: OutputForm) -> Written:
        return editing.with_output(written, number, form.said(), form.words("label"))

    return _edit(request, found, form, make, number, count, "output", "results")


@login_required
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A test case: changed, added as the last, or taken out."""
    found = draft_of(request, code)
    written = written_of(found)
    count = len(written.cases)
    if number <= count and request.POST.get("act") == "remove":
        return _changed(found, editing.without_case(written, number), "cases")
    form = CaseForm(_posted(request), written, number)

    def make(form: CaseForm) -> Written:
        return editing.with_case(written, number, form.case())

    return _edit(request, found, form, make, number, count, "case", "cases")


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _edit(
    request: HttpRequest,
    found: TableDraft,
    form: Any,
    make: Callable[[Any], Written | None],
    number: int,
    count: int,
    part: str,
    section: str,
) -> HttpResponse:
    """Show the form of a part, or put what it says into the draft; asked to look, only show what it means."""
    if not 1 <= number <= count + 1:
        raise Http404
    assert isinstance(form, TableForm)
    look = "look" in request.POST
    if look:
        form.read_out()
    elif request.method == "POST" and form.is_valid() and (changed := make(form)) is not None:
        return _changed(found, changed, section)
    shown = {
        "form": form,
        "draft": found,
        "named": name_of(written_of(found)),
        "part": part,
        "number": number,
        "new": number > count,
        "first": number == 1,
        "last": number >= count,
        "errors_on_page": bool(form.errors) and not look,
    }
    return render(request, "entitlement/part.html", shown, status=422 if form.errors and not look else 200)


def _changed(found: TableDraft, written: Written, section: str) -> HttpResponse:
    drafts.put(found, written)
    return redirect(f"{reverse('table-draft', args=[found.code])}#{section}")
