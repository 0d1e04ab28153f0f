"""The end of a shift: what is handed on, to whom; read, accepted and printed. Both see it later."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.lights import Light
from lacarte.loop.orders.delivery.reasons import LONGEST_WORDS
from lacarte.loop.orders.models import ShiftCase, ShiftHandover
from lacarte.loop.orders.working.assigning import AssignmentRefusedError
from lacarte.loop.orders.working.handing_on import (
    LONGEST_NOTE,
    answer,
    began,
    hand_on,
    handovers_of,
    happened,
    read_by,
    waits_for,
    withdraw,
)
from lacarte.loop.orders.working.workload import OpenCase, cases_of, officials_seen_by
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.desk.access import official

_LISTED = 20
#: Late ones first, then what is due soon, runs, waits for the resident, and has no order.
_ORDER = ("red", "amber", "green", "paused", "")


class HandOver(WordsForm):
    """To whom, and what they must know; a box and a note for each case."""

    short = ("to",)
    to = forms.ModelChoiceField(
        User.objects.none(),
        empty_label=gettext_lazy("Please choose"),
        label=gettext_lazy("Hand over to"),
        error_messages={
            "required": gettext_lazy("Please choose who goes on."),
            "invalid_choice": gettext_lazy("You cannot hand over to them. Please choose somebody else."),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("What they must know of the whole shift"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Officials alone read it."),
    )

    def __init__(self, data: Any, *, user: User, cases: list[OpenCase]) -> None:
        super().__init__(data)
        offered = self.fields["to"]
        assert isinstance(offered, forms.ModelChoiceField)
        offered.queryset = officials_seen_by(user).exclude(pk=user.pk)
        self.cases = cases

    def ticked(self) -> set[str]:
        """The references of the cases that are handed on: all, until somebody says otherwise."""
        if not self.is_bound:
            return {one.need.reference for one in self.cases}
        assert isinstance(self.data, QueryDict)
        return set(self.data.getlist("need"))

    def note(self, case: OpenCase) -> str:
        """What was written for a case."""
        return str(self.data.get(f"note-{case.need.reference}", "")) if self.is_bound else ""

    def notes(self) -> dict[UUID, str]:
        """What is handed on, with its notes."""
        ticked = self.ticked()
        return {one.need.pk: self.note(one) for one in self.cases if one.need.reference in ticked}


@login_required
@require_http_methods(["GET", "POST"])
def handovers(request: HttpRequest) -> HttpResponse:
    """Write a hand-over; what waits for me, and those of before."""
    user = official(request, Action.WORK)
    cases = sorted(cases_of(user, user), key=lambda one: _ORDER.index(one.light or ""))
    form = HandOver(request.POST if request.method == "POST" else None, user=user, cases=cases)
    if form.is_bound and form.is_valid():
        try:
            made = hand_on(form.cleaned_data["to"], form.notes(), actor=user, words=form.cleaned_data["words"])
        except (AssignmentRefusedError, OrderRefusedError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is handed over. Until it is accepted, the cases stay yours."))
            return redirect("handover", made.pk)
    told, ticked = happened([one.need.pk for one in cases], began(), clock.now()), form.ticked()
    shown = {
        "form": form,
        "rows": [(one, told.get(one.need.pk, ()), one.need.reference in ticked, form.note(one)) for one in cases],
        "waiting": waits_for(user),
        "before": handovers_of(user)[:_LISTED],
        "longest_note": LONGEST_NOTE,
        "errors_on_page": bool(form.errors),
    }
    return render(request, "desk/handovers.html", shown, status=422 if form.errors else 200)


@login_required
@require_GET
def handover(request: HttpRequest, key: UUID) -> HttpResponse:
    """One hand-over, for who wrote it and whom it is for."""
    user = official(request, Action.READ)
    found = _mine(user, key)
    read_by(found, user)
    cases = list(found.cases.select_related("need__service_type", "need__region"))
    cases.sort(key=lambda one: (_ORDER.index(one.light), one.need.reference))
    told = happened([one.need_id for one in cases], found.since, found.written_at)
    is_open = found.withdrawn_at is None and any(one.state == ShiftCase.State.OPEN for one in cases)
    shown = {
        "handover": found,
        "rows": [(one, Light(one.light) if one.light else None, told.get(one.need_id, ())) for one in cases],
        "may_accept": is_open and found.taker_id == user.pk,
        "may_withdraw": is_open and found.writer_id == user.pk,
    }
    return render(request, "desk/handover.html", shown)


@login_required
@require_POST
def answer_handover(request: HttpRequest, key: UUID) -> HttpResponse:
    """Accept all or some of it, or take it back."""
    user = official(request, Action.WORK)
    found = _mine(user, key)
    try:
        if "withdraw" in request.POST:
            withdraw(found, actor=user)
        else:
            _answer(request, found, user)
    except AssignmentRefusedError as error:
        messages.warning(request, str(error))
    return redirect("handover", found.pk)


def _answer(request: HttpRequest, found: ShiftHandover, user: User) -> None:
    ticked = set(request.POST.getlist("need"))
    keys = {one.need_id for one in found.cases.select_related("need") if one.need.reference in ticked}
    decline = "decline" in request.POST
    if not keys and not decline:
        messages.warning(request, _("Please tick at least one case."))
        return
    answer(found, keys, actor=user, decline=decline)


def _mine(user: User, key: UUID) -> ShiftHandover:
    found = handovers_of(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("There is no such hand-over, or it is not for you."))
    return found
