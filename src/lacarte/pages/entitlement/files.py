"""Tables from files, as drafts, and tables as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.pages.design.forms import Form
from lacarte.pages.entitlement.access import keeper, key_in, reader
from lacarte.pages.entitlement.versions import name_of
from lacarte.registers.entitlement.models import DecisionTable, TableDraft
from lacarte.registers.entitlement.tables import drafts
from lacarte.registers.entitlement.tables.faults import UNKEEPABLE, Problem, problems
from lacarte.registers.entitlement.tables.records import written_of
from lacarte.standards import dmn
from lacarte.standards.imports.report import ImportFaultError

_LARGEST = 5_000_000
_MOST_SHOWN = 100
_TYPES = {"csv": "text/csv; charset=utf-8", "dmn": "application/xml; charset=utf-8"}


class Upload(Form):
    """A file of tables."""

    marks_optional = False
    file = forms.FileField(
        label=gettext_lazy("File of tables (.csv or .dmn)"),
        help_text=gettext_lazy("A sheet as CSV, or DMN XML from another tool for rules."),
        widget=forms.ClearableFileInput({"accept": ".csv,.dmn,.xml,text/csv,application/xml"}),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def clean_file(self) -> dmn.Taken:
        """What is in it."""
        given = self.cleaned_data["file"]
        if given.size > _LARGEST:
            raise forms.ValidationError(_("This file is too large: give each table a file."))
        data, name = given.read(), str(given.name)
        try:
            if name.lower().endswith(".csv") or not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                return dmn.read_csv(data, code=name.rpartition(".")[0] or name)
            return dmn.read_xml(data)
        except ImportFaultError as error:
            raise forms.ValidationError(str(error)) from error


@dataclass(frozen=True)
class Found:
    """A table of a file: its draft, whether it took the place of another draft, and what is wrong in it."""

    draft: TableDraft
    name: str
    replaced: bool
    problems: tuple[Problem, ...]


@login_required
@require_http_methods(["GET", "POST"])
def import_tables(request: HttpRequest) -> HttpResponse:
    """Each table of a file becomes a draft; what of the file is left out is named with its place."""
    user = keeper(request)
    form = Upload(request.POST, request.FILES) if request.method == "POST" else Upload()
    shown: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        taken: dmn.Taken = form.cleaned_data["file"]
        had = set(TableDraft.objects.filter(owner=user).values_list("code", flat=True))
        found, refused = [], list[Problem]()
        for one in taken.decisions:
            written = dmn.written_of(one)
            wrong = problems(written)
            if unkeepable := [problem for problem in wrong if problem.column in UNKEEPABLE]:
                refused += unkeepable
                continue
            draft = drafts.begin(written, owner=user, since=timezone.localdate())
            found.append(Found(draft, name_of(written), draft.code in had, wrong))
        shown |= {"found": found, "faults": taken.faults[:_MOST_SHOWN], "refused": refused}
        shown["left_out"] = _left_out(len(taken.faults) + len(refused))
    shown["errors_on_page"] = bool(form.errors)
    return render(request, "entitlement/import.html", shown, status=422 if form.errors else 200)


def _left_out(count: int) -> str:
    return ngettext("%(n)d fault in the file", "%(n)d faults in the file", count) % {"n": count} if count else ""


@login_required
@require_GET
def export_table(request: HttpRequest, code: str, ending: str) -> HttpResponse:
    """A table as it is kept, with its test cases, for other tools."""
    reader(request)
    row = get_object_or_404(DecisionTable, code=code, pk=key_in(request.GET, "version"))
    if ending not in _TYPES:
        raise Http404(_("There is no such file."))
    decision = dmn.decision_of(written_of(row))
    try:
        body = dmn.write_csv(decision).encode() if ending == "csv" else dmn.write_xml([decision])
    except dmn.UnwritableError as error:
        raise Http404(str(error)) from error
    answer = HttpResponse(body, content_type=_TYPES[ending])
    answer["Content-Disposition"] = f'attachment; filename="{code}-{row.since}.{ending}"'
    return answer
