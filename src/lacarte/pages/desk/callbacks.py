"""The call-back list: who is rung up to ask how it went, one call after the other by keyboard."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action
from lacarte.loop.voice import callbacks
from lacarte.loop.voice.actions import RatingRefusedError, rate
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.models import CallAttempt, FollowUp, Heard
from lacarte.pages.design.forms import Choices
from lacarte.pages.desk.access import official
from lacarte.pages.desk.person import person_shown
from lacarte.pages.resident.forms import Rate

_PAGE = 25
_PURPOSE = "ask how it went"
_ANSWERS = ("solved", "contacted_in_time", "satisfaction", "comment")
Outcome = CallAttempt.Outcome


class Call(Rate):
    """What came of a call; the three answers where they were given."""

    field_order = ("outcome", *_ANSWERS, "call_at")
    outcome = forms.ChoiceField(
        label=gettext_lazy("What came of it?"),
        choices=Outcome.choices,
        widget=Choices(hints={"no-answer": gettext_lazy("We ring again at another time of the day.")}),
        error_messages={"required": gettext_lazy("Please say what came of the call.")},
    )
    call_at = forms.DateTimeField(
        label=gettext_lazy("When they want to be called"),
        help_text=gettext_lazy("Only if they asked for another time."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": gettext_lazy("Please give a day and a time.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("outcome") != Outcome.ANSWERED:
            for name in _ANSWERS:
                self.fields[name].required = False

    def answers(self) -> dict[str, Any]:
        """The three answers, and what was said with them."""
        return {name: self.cleaned_data[name] for name in _ANSWERS}


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Who is to be called, who waits longest first."""
    user = official(request, Action.REGISTER)
    shown = {
        "page": Paginator(callbacks.calls(user), _PAGE).get_page(request.GET.get("page")),
        "due": callbacks.due(user).count(),
        "most": callbacks.MOST_ATTEMPTS,
    }
    return render(request, "desk/callbacks.html", shown)


@login_required
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the call that is due longest; where somebody else was quicker, the one after it."""
    user = official(request, Action.REGISTER)
    for waiting in callbacks.due(user)[:5]:
        try:
            return redirect("desk-call", callbacks.take(waiting, actor=user).pk)
        except RefusedError:
            continue
    messages.info(request, _("Nobody is to be called now."))
    return redirect("desk-calls")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, key: UUID) -> HttpResponse:
    """One call: whom to ring, what to ask, and what came of it."""
    user = official(request, Action.REGISTER)
    waiting = callbacks.calls(user).filter(pk=key).first()
    if waiting is None:
        raise Http404(_("Nobody has to be called about this, or your mandate does not cover it."))
    if request.method == "GET":
        try:
            callbacks.take(waiting, actor=user)
        except RefusedError as error:
            messages.warning(request, str(error))
            return redirect("desk-calls")
        return _show(request, user, waiting, Call())
    form = Call(request.POST)
    if form.is_valid() and _noted(waiting, form, user):
        messages.success(request, _("Written down."))
        return redirect("desk-calls")
    return _show(request, user, waiting, form, status=422)


def _noted(waiting: FollowUp, form: Call, user: User) -> bool:
    """Write down what came of a call; what is refused is said at its field."""
    outcome, call_at = form.cleaned_data["outcome"], form.cleaned_data["call_at"]
    try:
        with transaction.atomic():
            callbacks.note_attempt(waiting, outcome, actor=user, call_at=_aware(call_at))
            if outcome == Outcome.ANSWERED:
                rate(waiting.order, actor=user, heard=Heard.PHONE, **form.answers())
    except (RefusedError, RatingRefusedError) as error:
        form.add_error("call_at" if outcome == Outcome.LATER else None, str(error))
        return False
    return True


def _aware(at: datetime | None) -> datetime | None:
    return timezone.make_aware(at) if at is not None and timezone.is_naive(at) else at


def _show(request: HttpRequest, user: User, waiting: FollowUp, form: Call, status: int = 200) -> HttpResponse:
    need = waiting.order.need
    language = need.person.language if need.person is not None else need.language
    with override(language):
        greeting = _("Hello, this is the city. You told us of “%(kind)s”. May I ask how it went?")
        spoken = greeting % {"kind": need.service_type}
    shown = {
        "waiting": waiting,
        "need": need,
        **person_shown(need, user, purpose=_PURPOSE),
        "spoken": spoken,
        "language": language,
        "form": form,
        "errors_on_page": bool(form.errors),
    }
    return render(request, "desk/callback.html", shown, status=status)
