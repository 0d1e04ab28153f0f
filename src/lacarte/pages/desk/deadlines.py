"""The rules of deadlines: which counts where, and what a change would do before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel import clock
from lacarte.kernel.models import Event, User
from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.kernel.text import listed
from lacarte.loop.needs.messages.expecting import Deadlines, day
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.closest import Rules, allowances, in_words, urgency_of, why_closer
from lacarte.loop.orders.delivery.deadlines import promised
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.rules import (
    RuleChange,
    history,
    may_set,
    preview,
    read_short,
    remove_rule,
    set_rule,
)
from lacarte.loop.orders.models import DeadlineRule
from lacarte.loop.orders.models.deadlines import ALWAYS
from lacarte.pages.desk.access import reader_of_rules
from lacarte.pages.desk.deadline_forms import NewRule, Removal, Times, Which
from lacarte.pages.desk.previewing import Previewed, preview_shown
from lacarte.registers.menu.models import PriorityClass, ServiceType
from lacarte.registers.places.models import Region


@dataclass(frozen=True)
class Row:
    """A rule in words: about what it is, what it says, and why it is before the next one that fits."""

    rule: DeadlineRule
    answered: str
    done: str
    since: str = ""
    why: str = ""


@dataclass(frozen=True)
class Change:
    """One edit of a rule: how it was and how it is, in words; either is empty where there was no rule."""

    record: Event
    about: str
    before: str
    after: str
    reason: str


@login_required
@require_GET
def deadlines(request: HttpRequest) -> HttpResponse:
    """All rules, and a form that says which of them counts for a case."""
    user = reader_of_rules(request)
    asked = "service" in request.GET
    form = Which(request.GET if asked else None)
    rules = Rules.kept()
    prefetch_related_objects(rules.rows, "changed_by")
    shown: dict[str, Any] = {
        "form": form,
        "rules": [_row(rule) for rule in rules.rows],
        "may_edit": may_anywhere(user, Action.SET_RULES),
        "changes": [_change(one) for one in history()],
        "errors_on_page": bool(form.errors),
    }
    if asked and form.is_valid():
        shown |= _which(rules, *form.case())
    return render(request, "desk/deadlines.html", shown, status=400 if form.errors else 200)


def _which(rules: Rules, kind: ServiceType, region: Region, urgency: int | None) -> dict[str, Any]:
    """The rules that fit a case, the closest first, and what it would be due by if it was sent now."""
    need = Need(service_type=kind, region=region, priority_class=urgency)
    fits = rules.fitting(kind, region.number, urgency_of(kind, urgency), clock.now())
    found: list[Deadlines] = promised([need])
    return {
        "asked": {"kind": kind, "region": region, "urgency": PriorityClass(urgency_of(kind, urgency))},
        "fits": [_row(rule, why_closer(rule, other)) for rule, other in zip_longest(fits, fits[1:])],
        "due": found[0],
    }


@login_required
@require_http_methods(["GET", "POST"])
def new_deadline(request: HttpRequest) -> HttpResponse:
    """A rule that is not there yet."""
    require_anywhere(reader_of_rules(request), Action.SET_RULES)
    root = {"service_type": ServiceType.objects.get(number=0), "region": Region.objects.get(number=0)}
    rule = DeadlineRule(**root)
    form = NewRule(request.POST if request.method == "POST" else None, rule=rule)
    shown: dict[str, Any] = {"new": True, "form": form, "may_edit": True}
    if request.method == "POST" and form.is_valid():
        form.fill(rule)
        if (done := _keep(request, form, rule, shown)) is not None:
            return done
    return _shown(request, shown, form)


@login_required
@require_http_methods(["GET", "POST"])
def deadline(request: HttpRequest, key: str) -> HttpResponse:
    """One rule: its times are changed or it is removed, each looked at before."""
    user, rule = reader_of_rules(request), _found(key)
    removing = request.method == "POST" and request.POST.get("act") == "remove"
    form = Times(request.POST if request.method == "POST" and not removing else None, rule=rule)
    removal = Removal(request.POST if removing else None)
    shown: dict[str, Any] = {
        "row": _row(rule),
        "form": form,
        "removal": removal,
        "may_edit": may_set(rule, user),
        "changes": [_change(one) for one in history(rule=rule.pk)],
    }
    if removing and removal.is_valid():
        if (done := _keep(request, removal, rule, shown, removed=True)) is not None:
            return done
    elif request.method == "POST" and not removing and form.is_valid():
        form.fill(rule)
        if (done := _keep(request, form, rule, shown)) is not None:
            return done
    return _shown(request, shown, removal if removing else form)


def _found(key: str) -> DeadlineRule:
    return get_object_or_404(DeadlineRule.objects.select_related("region", "service_type", "changed_by"), pk=key)


def _keep(
    request: HttpRequest, form: Previewed, rule: DeadlineRule, shown: dict[str, Any], *, removed: bool = False
) -> HttpResponse | None:
    """Show what would become of the orders under way; keep it once that was shown."""
    assert request.user.is_authenticated
    user: User = request.user
    seen = form.seen() if isinstance(form, Times) and not rule._state.adding else None
    reason = form.cleaned_data["reason"]

    def keep() -> HttpResponse:
        if removed:
            remove_rule(rule, actor=user, reason=reason)
            messages.success(request, _("The rule is removed. The deadlines under way are set anew."))
            return redirect("deadlines")
        set_rule(rule, actor=user, reason=reason, seen=seen)
        messages.success(request, _("The rule is kept. The deadlines under way are set anew."))
        return redirect("deadline", rule.pk)

    return _try(form, keep, lambda: shown.update(preview_shown(preview(rule, actor=user, removed=removed))))


def _try(form: Previewed, keep: Callable[[], HttpResponse], show: Callable[[], None]) -> HttpResponse | None:
    try:
        if form.was_looked_at():
            return keep()
        show()
    except (OrderRefusedError, PermissionDenied) as error:
        form.add_error(None, str(error))
    return None


def _shown(request: HttpRequest, shown: dict[str, Any], form: Previewed) -> HttpResponse:
    more = {"sent": form, "errors_on_page": bool(form.errors)}
    return render(request, "desk/deadline.html", shown | more, status=422 if form.errors else 200)


def _row(rule: DeadlineRule, why: str = "") -> Row:
    answered, done = (in_words(one) for one in allowances(rule))
    since = "" if rule.since == ALWAYS else day(rule.since)
    return Row(rule, answered, done, since, why)


def _change(one: RuleChange) -> Change:
    said, kind = one.said, one.service_type
    about: list[object] = [_("All services") if kind is not None and not kind.number else kind]
    about.append(_("Everywhere") if one.region is not None and not one.region.number else one.region)
    if said.priority_class is not None:
        about.append(PriorityClass(said.priority_class).label)
    return Change(one.record, listed(about), _times(said.before), _times(said.after), said.reason)


def _times(short: str) -> str:
    rule = read_short(short)
    if rule is None:
        return ""
    row = _row(rule)
    words = _("answered within %(answered)s, done within %(done)s") % {"answered": row.answered, "done": row.done}
    if row.since:
        words = _("%(times)s, for orders sent from %(day)s on") % {"times": words, "day": row.since}
    return f"{words} ({rule.legal_basis})" if rule.legal_basis else words
