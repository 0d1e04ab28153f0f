"""Danger to life, on every page of the desk until a person has taken it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lacarte.kernel import clock
from lacarte.kernel.ids import read_reference
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_anywhere, require_anywhere
from lacarte.kernel.text import listed
from lacarte.loop.needs.actions import NeedRefusedError
from lacarte.loop.needs.models import Danger, Need
from lacarte.loop.needs.queries import visible
from lacarte.loop.needs.surges.finding import burning
from lacarte.loop.needs.urgency.dangers import set_urgency as keep_urgency
from lacarte.loop.needs.urgency.dangers import take, unseen_by
from lacarte.pages.desk.parts import names_of_rules
from lacarte.pages.desk.urgency_form import UrgencyForm

#: So many are shown; the others are counted.
MOST = 5


@dataclass(frozen=True)
class Shown:
    """A danger as the banner shows it."""

    danger: Danger
    need: Need
    what: str
    seconds: int

    @property
    def minutes(self) -> int:
        """Whole minutes since it was raised."""
        return self.seconds // 60


@dataclass(frozen=True)
class Banner:
    """The oldest dangers that wait, and how many there are."""

    shown: list[Shown]
    number: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.number - len(self.shown)

    @property
    def keys(self) -> str:
        """Which they are, for the page to notice a new one."""
        return " ".join(one.need.reference for one in self.shown)


def banner_of(user: User) -> Banner:
    """What waits for ``user``, oldest first."""
    waiting, now = unseen_by(user), clock.now()
    dangers = list(waiting[:MOST])
    codes = {code for danger in dangers for code in _rules_of(danger.need)}
    names = names_of_rules(codes)
    shown = []
    for danger in dangers:
        spoke = listed(names[code] for code in _rules_of(danger.need) if code in names)
        what = spoke or (str(danger.need.service_type) if danger.need.service_type_id else _("Danger to life"))
        shown.append(Shown(danger, danger.need, what, max(0, int((now - danger.raised_at).total_seconds()))))
    return Banner(shown, len(dangers) if len(dangers) < MOST else waiting.count())


def _rules_of(need: Need) -> list[str]:
    understanding = getattr(need, "understanding", None)
    return [] if understanding is None else list(understanding.rules)


def context(request: HttpRequest) -> dict[str, Any]:
    """The context processor: what every page of the desk shows, and what burns on its queue."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not request.path.startswith(reverse("desk")):
        return {}
    if not may_anywhere(user, Action.READ):
        return {}
    queue = request.path == reverse("desk")
    return {
        "danger_banner": banner_of(user),
        "may_answer": may_anywhere(user, Action.WORK),
        "burning_here": list(burning(user)[:MOST]) if queue else [],
    }


@login_required
@require_GET
def dangers(request: HttpRequest) -> HttpResponse:
    """The dangers that wait, as a page; its banner is all there is to see."""
    require_anywhere(request.user, Action.READ)
    return render(request, "desk/dangers.html")


@login_required
@require_GET
def banner(request: HttpRequest) -> HttpResponse:
    """The banner alone, which open pages ask for every few seconds."""
    require_anywhere(request.user, Action.READ)
    answer = render(request, "desk/danger_banner.html")
    answer["Cache-Control"] = "no-store"
    return answer


def _need(request: HttpRequest, reference: str, action: Action) -> Need:
    require_anywhere(request.user, action)
    try:
        need = visible(request.user).filter(reference=read_reference(reference)).first()
    except ValueError as error:
        raise Http404(str(error)) from error
    if need is None:
        raise Http404(_("There is no such need, or your mandate does not cover it."))
    return need


@login_required
@require_POST
def i_have_it(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a danger on, and open its need."""
    assert request.user.is_authenticated  # login_required
    need = _need(request, reference, Action.READ)
    danger = Danger.objects.filter(need=need).first()
    if danger is None:
        raise Http404
    danger = take(danger, actor=request.user)
    if danger.seen_by == request.user:
        messages.success(request, _("It is yours. Nobody else is asked any more."))
    else:
        messages.info(request, _("%(name)s has it already.") % {"name": danger.seen_by or _("Somebody")})
    return redirect("desk-need", need.reference)


@login_required
@require_POST
def set_urgency(request: HttpRequest, reference: str) -> HttpResponse:
    """Correct how urgent a need is."""
    assert request.user.is_authenticated  # login_required
    need = _need(request, reference, Action.WORK)
    form = UrgencyForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.warning(request, " ".join(str(error) for error in errors))
        return redirect("desk-need", need.reference)
    try:
        keep_urgency(need, form.chosen(), actor=request.user, reason=form.cleaned_data["reason"])
    except NeedRefusedError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The urgency is set."))
    return redirect("desk-need", need.reference)
