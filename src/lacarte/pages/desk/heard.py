"""What has to be looked at of what people said: replies to verify, comments to release, exclusions to decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel.permissions import Action, may_anywhere
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.queries import newest_order
from lacarte.loop.voice import comments, exclusions, inquiries, replies
from lacarte.loop.voice.checking import LONGEST, RefusedError
from lacarte.loop.voice.models import Exclusion
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.pages.desk.access import looked_at, official, readable

_MOST = 50


class Words(WordsForm):
    """Something to say."""

    words = forms.CharField(
        label=gettext_lazy("In words"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class Decision(Words):
    """Yes or no, and why."""

    accept = forms.TypedChoiceField(
        label=gettext_lazy("Is it so?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda said: said == "yes",
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please say yes or no.")},
    )
    field_order = ("accept", "words")


class Propose(Words):
    """Why an order should be left out of the rates."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=Exclusion.Reason.choices, widget=Choices())
    field_order = ("reason", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].required = True
        self.fields["words"].error_messages["required"] = _("Please say it in a few words.")


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All that waits for somebody to look at it."""
    user = request.user
    assert user.is_authenticated  # login_required
    if not may_anywhere(user, Action.AUDIT):
        official(request, Action.WORK)
    shown = {
        "to_verify": replies.to_verify(user)[:_MOST],
        "late": replies.late(user)[:_MOST],
        "comments": comments.to_look_at(user)[:_MOST],
        "exclusions": exclusions.seen_by(user)[:_MOST],
        "inquiries": inquiries.seen_by(user)[:_MOST],
        "audits": may_anywhere(user, Action.AUDIT),
    }
    return render(request, "desk/heard.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, key: UUID) -> HttpResponse:
    """Verify what a provider says it did about a bad rating."""
    user = official(request, Action.WORK)
    found = replies.to_verify(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("This is not waiting to be verified by you."))
    need = found.rating.order.need
    looked_at(need, user)
    form = Decision(request.POST or None)
    form.fields["accept"].label = _("Does it answer what the resident said, and is it so?")
    return _decided(
        request,
        form,
        lambda said: replies.verify(found, accepted=said["accept"], verdict=said["words"], actor=user),
        {"kind": "reply", "reply": found, "rating": found.rating, "need": need},
    )


@login_required
@require_http_methods(["GET", "POST"])
def comment(request: HttpRequest, key: UUID) -> HttpResponse:
    """Release a comment, without what is personal in it, or do not."""
    user = official(request, Action.WORK)
    found = comments.to_look_at(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("There is no such comment to look at."))
    need = found.order.need
    looked_at(need, user)
    form = Words(request.POST or None, initial={"words": comments.proposed_text(found)})
    form.fields["words"].label = _("What everybody may read")
    form.fields["words"].help_text = _("Take out what would tell who it is. Empty: nothing is shown.")
    return _decided(
        request,
        form,
        lambda said: comments.release(found, text=said["words"], actor=user),
        {"kind": "comment", "rating": found, "need": need},
    )


@login_required
@require_http_methods(["GET", "POST"])
def exclusion(request: HttpRequest, key: UUID) -> HttpResponse:
    """Decide whether an order is left out of the rates, or counts again."""
    user = official(request, Action.WORK)
    found = exclusions.seen_by(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("There is no such proposal, or your mandate does not cover it."))
    form = Decision(request.POST or None)
    form.fields["accept"].label = _("Shall it be left out?")
    return _decided(
        request,
        form,
        lambda said: exclusions.decide(found, approve=said["accept"], words=said["words"], actor=user),
        {"kind": "exclusion", "exclusion": found, "need": found.order.need},
    )


@login_required
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """From a reference to the page on which its order is proposed to be left out."""
    user = official(request, Action.WORK)
    try:
        return redirect("desk-leave-out", readable(user, request.GET.get("reference", "")).reference)
    except Http404 as error:
        messages.warning(request, str(error))
        return redirect("desk-heard")


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    """Propose to leave the order of a need out of the rates."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    order: Order | None = newest_order(need)
    if order is None or order.state in (OrderState.REQUESTED, OrderState.RECEIVED):
        raise Http404(_("There is no order that could be left out."))
    form = Propose(request.POST or None)
    return _decided(
        request,
        form,
        lambda said: exclusions.propose(order, reason=said["reason"], words=said["words"], actor=user),
        {"kind": "propose", "need": need},
    )


@login_required
@require_http_methods(["GET", "POST"])
def inquiry(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer a question about a provider's figures."""
    user = official(request, Action.AUDIT)
    found = inquiries.seen_by(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("There is no such question."))
    form = Words(request.POST or None)
    form.fields["words"].label = _("What came of it")
    return _decided(
        request,
        form,
        lambda said: inquiries.answer(found, words=said["words"], actor=user),
        {"kind": "inquiry", "inquiry": found},
    )


def _decided(
    request: HttpRequest, form: Any, act: Callable[[dict[str, Any]], object], shown: dict[str, Any]
) -> HttpResponse:
    """Do it and go back to the list, or show the page with what is wrong."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(form.cleaned_data)
            except RefusedError as error:
                form.add_error("words", str(error))
            else:
                messages.success(request, _("Written down."))
                return redirect("desk-heard")
    values = {"form": form, "errors_on_page": status == 422, **shown}
    return render(request, "desk/heard_one.html", values, status=status)
