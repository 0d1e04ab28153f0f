"""The rules of urgency: read by officials, edited by those who may, tried out before they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.engines.phrases import NEGATED, Found, Lexicon, normal
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Event, User
from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.kernel.text import in_language
from lacarte.loop.needs.models import Need, UrgencyRule
from lacarte.loop.needs.queries import visible
from lacarte.loop.needs.urgency.judging import BEGINS_WITHIN, advice_of, applies, in_force, this_month, watch_of
from lacarte.loop.needs.urgency.rules import RuleRefusedError, save_rule, stream_of
from lacarte.pages.desk.access import reader_of_rules
from lacarte.pages.desk.rule_form import RuleForm, TryOut
from lacarte.registers.menu.models import PriorityClass

#: So many of the newest needs a rule is tried on, and so many of those it speaks for are shown.
_TRIED_ON, _SHOWN = 1000, 20
_AROUND = 24


_COLUMNS = {
    "name": pgettext_lazy("of a rule", "Name"),
    "words": gettext_lazy("Phrases"),
    "unless": gettext_lazy("Unless"),
    "months": gettext_lazy("Months"),
    "service_first": gettext_lazy("Services from"),
    "service_last": gettext_lazy("Services to"),
    "urgency": gettext_lazy("How urgent"),
    "advice": gettext_lazy("What is told at once"),
    "active": gettext_lazy("In force"),
}


@dataclass(frozen=True)
class Spoke:
    """A phrase of a rule in a text, with whole words around it, and what silences it if anything does."""

    rule: UrgencyRule
    before: str
    words: str
    after: str
    silenced: str


@dataclass(frozen=True)
class TriedOn:
    """On how many of the newest needs a rule speaks, now and before the edit; and some that may be read."""

    needs: int
    speaks: int
    spoke_before: int
    shown: list[tuple[Need, Spoke]]


@login_required
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """All rules, most urgent first, and a box to try out which of them a text calls up."""
    user = reader_of_rules(request)
    form = TryOut(request.GET or None)
    shown: dict[str, Any] = {
        "rules": UrgencyRule.objects.select_related("changed_by").order_by("-active", "urgency", "code"),
        "form": form,
        "may_edit": may_anywhere(user, Action.SET_RULES),
        "classes": PriorityClass,
    }
    if request.GET and form.is_valid():
        shown |= _tried(form.cleaned_data["text"])
    return render(request, "desk/rules.html", shown | {"errors_on_page": bool(form.errors)})


def _tried(text: str) -> dict[str, Any]:
    compiled, month = in_force(), this_month()
    found = compiled.lexicon.find(text, BEGINS_WITHIN)
    in_season = [one for one in found if applies(compiled.rules[one.name], None, month)]
    speaking = compiled.speaking(in_season, None, month)
    return {
        "tried": True,
        "spoke": [_spoke(compiled.rules[one.name], text, one) for one in in_season],
        "judged": advice_of([rule.code for rule in speaking]),
        "verdict": PriorityClass(speaking[0].urgency) if speaking else None,
    }


def _spoke(rule: UrgencyRule, text: str, found: Found) -> Spoke:
    text = normal(text)
    silenced = _("denied in the text") if found.silenced == NEGATED else found.silenced
    before, words, after = text[: found.start], text[found.start : found.end], text[found.end :]
    if len(before) > _AROUND:
        near = before[-_AROUND:]
        before = "…" + near[near.find(" ") + 1 :]  # no half words; where words have no spaces, all of it
    if len(after) > _AROUND:
        near = after[:_AROUND]
        after = near[: near.rfind(" ") if " " in near else None] + "…"
    return Spoke(rule, before, words, after, silenced)


@login_required
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: edited, or tried on the newest needs without being kept."""
    return _edit(request, get_object_or_404(UrgencyRule, code=code), new=False)


@login_required
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """A rule that is not there yet."""
    return _edit(request, UrgencyRule(urgency=PriorityClass.DAYS), new=True)


def _edit(request: HttpRequest, edited: UrgencyRule, *, new: bool) -> HttpResponse:
    user = reader_of_rules(request)
    may_edit = may_anywhere(user, Action.SET_RULES)
    if not may_edit and (new or request.method == "POST"):
        require_anywhere(user, Action.SET_RULES)
    before = None if new else Lexicon([watch_of(edited)])
    form = RuleForm(request.POST if request.method == "POST" else None, rule=edited, new=new)
    tried = None
    if request.method == "POST" and form.is_valid():
        try:
            form.fill(edited)
            if "try" in request.POST:
                tried = _try_on_needs(user, edited, before)
            else:
                save_rule(edited, actor=user)
                messages.success(request, _("The rule is kept and holds from now on."))
                return redirect("rule", edited.code)
        except RuleRefusedError as error:
            form.add_error(None, str(error))
    shown = {
        "rule": edited,
        "new": new,
        "form": form,
        "may_edit": may_edit,
        "tried": tried,
        "history": [] if new else [_change(record) for record in timeline(stream_of(edited.code)).reverse()],
        "errors_on_page": bool(form.errors),
    }
    return render(request, "desk/rule.html", shown, status=422 if form.errors else 200)


def _try_on_needs(user: User, edited: UrgencyRule, before: Lexicon | None) -> TriedOn:
    """The rule as it stands in the form, on the newest needs: counted on all, shown of those one may read."""
    lexicon = Lexicon([watch_of(edited)])
    newest = list(Need.objects.exclude(text="").order_by("-received_at").values_list("pk", "text")[:_TRIED_ON])
    speaks = {}
    spoke_before = 0
    for key, text in newest:
        if found := [one for one in lexicon.find(text, BEGINS_WITHIN) if not one.silenced]:
            speaks[key] = _spoke(edited, text, found[0])
        if before is not None:
            spoke_before += any(not one.silenced for one in before.find(text, BEGINS_WITHIN))
    readable = visible(user).filter(pk__in=list(speaks)[:500]).order_by("-received_at")[:_SHOWN]
    return TriedOn(len(newest), len(speaks), spoke_before, [(need, speaks[need.pk]) for need in readable])


@dataclass(frozen=True)
class Change:
    """One edit of a rule, in words."""

    record: Event
    lines: list[str]


def _change(record: Event) -> Change:
    before, after = record.payload["before"], record.payload["after"]
    lines = []
    for column in after:
        label = str(_COLUMNS.get(column, column))
        if column in ("words", "unless"):
            lines += _phrases(label, before.get(column) or {}, after[column] or {})
        else:
            lines.append(f"{label}: {_said(column, before.get(column))} → {_said(column, after[column])}")
    return Change(record, lines)


def _phrases(label: str, before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    lines = []
    for language in sorted(before.keys() | after.keys()):
        old, new = before.get(language, []), after.get(language, [])
        changed = [f"+ {one}" for one in new if one not in old] + [f"− {one}" for one in old if one not in new]
        if changed:
            lines.append(f"{label} ({language}): {', '.join(changed)}")
    return lines


def _said(column: str, value: Any) -> str:
    if value is None or value in ([], {}, ""):
        return "–"
    if column == "urgency":
        return str(PriorityClass(value).label)
    if isinstance(value, dict):
        return in_language(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
