"""“Is it this one?”: somebody else may have told of the same thing; who likes follows it instead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lacarte.loop.needs.cases.following import FollowingRefusedError, follow
from lacarte.loop.needs.models import Need
from lacarte.pages.design.forms import Form
from lacarte.pages.resident.access import counted, follows, need_or_404
from lacarte.pages.resident.alike import Known, possibly_same
from lacarte.pages.resident.defence import too_often, trapped
from lacarte.pages.resident.draft import Draft, account_person
from lacarte.pages.resident.flow import ahead, around, go_on
from lacarte.pages.resident.questions import Contact
from lacarte.registers.people.models import Person

NONE_OF_THESE = "-"


class Same(Form):
    """Which of them is it?"""

    same = forms.ChoiceField(
        label=gettext_lazy("Is it one of these?"),
        error_messages={
            "required": gettext_lazy("Please choose one, or say that yours is another."),
            "invalid_choice": gettext_lazy("Please choose one, or say that yours is another."),
        },
    )

    def __init__(self, data: Any, *, known: list[Known]) -> None:
        super().__init__(data)
        self.offer("same", [*((one.need.reference, "") for one in known), (NONE_OF_THESE, "")])


@require_http_methods(["GET", "POST"])
def same(request: HttpRequest) -> HttpResponse:
    """Show what others have told that may be the same; follow one of them, or go on."""
    draft = Draft.of(request.session)
    if moved := ahead(request, draft, "same"):
        return moved
    known = possibly_same(draft)
    form = Same(request.POST if request.method == "POST" else None, known=known)
    if not known or (form.is_valid() and form.cleaned_data["same"] == NONE_OF_THESE):
        draft.different = [*(draft.different or []), *(one.need.reference for one in known)]
        draft.look_again = False
        return go_on(request, draft)
    if form.is_valid():
        reference = form.cleaned_data["same"]
        if not request.user.is_authenticated:
            return redirect("need-follow", reference)
        return _followed(request, draft, need_or_404(reference), account_person(request.user))
    shown = {"form": form, "known": known, "errors_on_page": bool(form.errors), **around(request, draft, "same")}
    return render(request, "resident/same.html", shown)


@require_http_methods(["GET", "POST"])
@counted
def follow_need(request: HttpRequest, reference: str) -> HttpResponse:
    """How somebody without an account is told of the need that they follow: as they like, or in this browser."""
    draft, need = Draft.of(request.session), need_or_404(reference)
    if reference not in {one.need.reference for one in possibly_same(draft)}:
        return redirect("need", need.reference)
    if request.user.is_authenticated:
        return redirect("need-question", "same")
    form = Contact(request.POST if request.method == "POST" else None, draft=draft, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.answer()
        if not too_often(request, draft):
            left = any((draft.name, draft.phone, draft.email)) and not trapped(request)
            person = Person(
                name=draft.name or "", phone=draft.phone, email=draft.email, language=get_language() or ""
            )
            return _followed(request, draft, need, person if left else None)
        form.add_error(None, _("That was a lot at once. Please wait a minute and try again."))
    shown = {"form": form, "need": need, "errors_on_page": bool(form.errors), **around(request, draft, "same")}
    return render(request, "resident/follow.html", shown)


def _followed(request: HttpRequest, draft: Draft, need: Need, person: Person | None) -> HttpResponse:
    try:
        with transaction.atomic():
            if person is not None:
                if person._state.adding:
                    person.save()
                follow(need, person, actor=request.user if request.user.is_authenticated else None)
            draft.forget(request.session)
    except FollowingRefusedError as error:
        messages.warning(request, str(error))
        return redirect("need-question", "same")
    follows(request, need)
    words = _("You follow it now. Thank you for looking: one report is worked on faster than two.")
    messages.success(request, words)
    return redirect("need", need.reference)
