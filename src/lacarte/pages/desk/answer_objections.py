"""Objections to answers whether a service is for somebody: the list, due first, and one with its decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.objecting import ObjectionRefusedError
from lacarte.kernel.permissions import Action
from lacarte.kernel.text import in_language
from lacarte.loop.needs.messages.reaching import PAGE
from lacarte.loop.voice.objecting.telling import way_to_objector
from lacarte.pages.desk.access import official
from lacarte.pages.desk.forms import RightOrNot
from lacarte.registers.entitlement.explaining.objections import answer, objections_for
from lacarte.registers.entitlement.explaining.rule_words import kept_in_words
from lacarte.registers.entitlement.models import AnswerObjection, Requirement
from lacarte.registers.menu.eligibility import Verdict
from lacarte.registers.people.queries import note_look, read_personal

_PAGE = 25
PURPOSE = "answer your objection"


class Decide(RightOrNot):
    """Whether they are right that the answer was wrong, and why."""

    marks_optional = False

    def __init__(self, data: Any, *, objection: AnswerObjection) -> None:
        super().__init__(data)
        corrects = bool(objection.corrections) and objection.person_id is not None
        right = _("The facts that they corrected are as they say from today on.")
        self.foretell(
            yes=right if corrects else _("They are told. Nothing else changes by itself."),
            no=_("The answer stays as it is."),
        )


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Those that wait, due first; then those that were answered last."""
    user = official(request, Action.WORK)
    done = request.GET.get("list") == "answered"
    waits = Q(state=AnswerObjection.State.OPEN)
    rows = objections_for(user).filter(~waits if done else waits)
    if done:
        rows = rows.order_by("-answered_at", "pk")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/answer_objections.html", {"page": page, "done": done, "now": clock.now()})


@login_required
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, key: UUID) -> HttpResponse:
    """What they object to and why, whom it concerns, and the form to decide. The look is logged for them."""
    user = official(request, Action.WORK)
    found = objections_for(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("There is no such objection, or your mandate does not cover it."))
    form = Decide(request.POST if request.method == "POST" else None, objection=found)
    if form.is_bound and form.is_valid():
        try:
            answer(found, upheld=form.cleaned_data["upheld"], words=form.cleaned_data["words"], actor=user)
        except ObjectionRefusedError as error:
            form.add_error("words", str(error))
        else:
            messages.success(request, _how_they_hear(found))
            return redirect("desk-answer-objections")
    who = {"name": "", "phone": found.contact}
    if found.person is not None:
        who = read_personal(found.person, reader=user, fields=("name", "phone"), purpose=PURPOSE)
        note_look(found.person, reader=user, purpose=PURPOSE, fields="facts")
    rules = Requirement.objects.filter(service_type=found.service_type_id, code__in=found.told)
    shown = {
        "objection": found,
        "who": who,
        "verdict": _VERDICTS.get(found.verdict, found.verdict),
        "rules": [in_language(rule.text) or rule.code for rule in rules],
        "facts": kept_in_words(found.facts),
        "corrections": kept_in_words(found.corrections),
        "events": timeline(found.pk),
        "form": form if found.state == AnswerObjection.State.OPEN else None,
        "errors_on_page": bool(form.errors),
    }
    return render(request, "desk/answer_objection.html", shown, status=422 if form.errors else 200)


def _how_they_hear(found: AnswerObjection) -> str:
    if way_to_objector(found) == PAGE:
        return _("They read your answer on their own page. No message can go to them: please call them.")
    return _("We write to them that you have answered. They read it on their own page.")


_VERDICTS = {
    Verdict.YES.value: gettext_lazy("It is for them."),
    Verdict.NO.value: gettext_lazy("It is not for them, as far as we know."),
    Verdict.OPEN.value: gettext_lazy("It cannot be said yet."),
}
