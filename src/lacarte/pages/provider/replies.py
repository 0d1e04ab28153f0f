"""A provider answers bad ratings: what it does about them. For its members alone."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.kernel import clock
from lacarte.loop.voice import replies
from lacarte.loop.voice.checking import LONGEST, RefusedError
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.provider.access import who
from lacarte.registers.people.queries import note_look

_MOST = 100


class Answer(WordsForm):
    """What the provider says."""

    text = forms.CharField(
        label=gettext_lazy("What you do about it"),
        help_text=gettext_lazy("An official looks whether it is so; then the resident reads it."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Please say it in a few words.")},
    )


@login_required
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The bad ratings that wait for an answer of the provider's, the most pressing first."""
    shown = {"owed": replies.owed_by(who(request))[:_MOST], "now": clock.now()}
    return render(request, "provider/replies.html", shown)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer one; that it was looked at is written down for whose it is."""
    user = who(request)
    found = replies.owed_by(user).filter(pk=key).first()
    if found is None:
        raise Http404(_("There is no such rating to answer."))
    need = found.rating.order.need
    if need.person is not None:
        note_look(need.person, reader=user, purpose="work on this need")
    form = Answer(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            replies.answer(found, text=form.cleaned_data["text"], actor=user)
        except RefusedError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Written down. An official looks at it."))
            return redirect("provider-replies")
    shown = {
        "reply": found,
        "need": need,
        "form": form,
        "before": replies.turned_down(found),
        "errors_on_page": bool(form.errors),
    }
    return render(request, "provider/reply.html", shown, status=422 if form.errors else 200)
