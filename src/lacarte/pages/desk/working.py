"""Whose work a case is, on its page: “I work on this”, given to somebody else, given back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, those_who_may
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.working.assigning import AssignmentRefusedError, give, give_back, take
from lacarte.loop.orders.working.seeing import left_by, worker_of
from lacarte.pages.design.forms import Form
from lacarte.pages.desk.access import official, readable


class GiveTo(Form):
    """Who shall work on it; ``seen`` is who did when the page was opened."""

    short = ("to",)
    marks_optional = False
    to = forms.ModelChoiceField(
        User.objects.none(),
        empty_label=gettext_lazy("Please choose"),
        label=gettext_lazy("Give it to"),
        error_messages={
            "required": gettext_lazy("Please choose who shall work on it."),
            "invalid_choice": gettext_lazy("They may not work on this. Please choose somebody else."),
        },
    )
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, need: Need, seen: UUID | None = None) -> None:
        super().__init__(data, initial={"seen": seen}, auto_id="give_%s")
        offered = self.fields["to"]
        assert isinstance(offered, forms.ModelChoiceField)
        others = those_who_may(Action.WORK, need)
        offered.queryset = others.exclude(pk=seen) if seen else others


def working(need: Need, user: User, *, may_work: bool) -> dict[str, Any]:
    """What the page of a need shows of whose work it is, and what may be done about it."""
    has = worker_of(need)
    changes = may_work and need.closed_at is None and need.lead_id is None
    seen = has.official_id if has else None
    return {
        "works": has,
        "left": left_by(need) if has is None else None,
        "is_mine": seen == user.pk,
        "may_take": changes and has is None,
        "give_to": GiveTo(None, need=need, seen=seen) if changes else None,
    }


@login_required
@require_POST
def change_hands(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the case, give it to somebody, or give it back; who was slower sees who has it."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    try:
        if "take" in request.POST:
            take(need, actor=user)
        elif "give-back" in request.POST:
            give_back(need, actor=user)
        else:
            _give(request, need, user)
    except AssignmentRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-need", need.reference)


def _give(request: HttpRequest, need: Need, user: User) -> None:
    form = GiveTo(request.POST, need=need)
    if not form.is_valid():
        messages.warning(request, " ".join(str(words) for said in form.errors.values() for words in said))
        return
    to = form.cleaned_data["to"]
    give(need, to, actor=user, seen=form.cleaned_data["seen"])
    messages.success(request, _("%(name)s works on it now.") % {"name": to})
