"""The desk answers the resident, and says which photos everybody may see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action
from lacarte.loop.needs.messages.conversation import (
    LONGEST_MESSAGE,
    MessageRefusedError,
    not_taken,
    say,
    see_to,
    thread,
    unhandled,
)
from lacarte.loop.needs.messages.reaching import Medium, language_for, way_to
from lacarte.loop.needs.messages.ready import answers_for, filled, left_open
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.uploads import keeping
from lacarte.loop.needs.uploads.attachments import release, take_back
from lacarte.loop.orders.queries import promised
from lacarte.pages.design.forms import Form
from lacarte.pages.desk.access import official, readable
from lacarte.pages.desk.person import person_shown

#: Where an answer goes, in words.
_GOES: dict[Medium, str | Promise] = {
    Medium.EMAIL: gettext_lazy("It goes out by e-mail and is on the page of the request."),
    Medium.SMS: gettext_lazy("It goes out by SMS and is on the page of the request."),
    Medium.CHAT: gettext_lazy("It goes out by chat and is on the page of the request."),
    Medium.PAGE: gettext_lazy("It is on the page of the request: they left no other way to reach them."),
}


class Reply(Form):
    """An answer to the resident."""

    text = forms.CharField(
        label=gettext_lazy("Write to them"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please write what you want to say.")},
    )

    def __init__(self, data: Any, *, need: Need, text: str = "") -> None:
        super().__init__(data, initial={"text": text})
        self.fields["text"].help_text = str(_GOES[way_to(need).medium])

    def clean_text(self) -> str:
        """What is written, without the gaps of a ready answer that nobody has filled."""
        text = str(self.cleaned_data["text"])
        if gaps := left_open(text):
            raise forms.ValidationError(_("Please write here what belongs in {%(gap)s}."), params={"gap": gaps[0]})
        return text


def talk(need: Need, *, may_work: bool, reply: Reply | None = None) -> dict[str, Any]:
    """What the page of a need at the desk shows of its conversation and its photos."""
    return {
        "thread": list(thread(need)),
        "reply": (reply or Reply(None, need=need)) if may_work else None,
        "ready": answers_for(need) if may_work else (),
        "new_messages": may_work and unhandled(need).exists(),
        "photos": list(need.attachments.order_by("created_at", "id")),
        "kept_until": keeping.told(need),
        "legal_hold": keeping.held(need),
        "not_taken": not_taken(need),
    }


@login_required
@never_cache
@require_POST
def reply_to(request: HttpRequest, reference: str) -> HttpResponse:
    """Send an answer, or say that none is needed."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    if "no-answer" in request.POST:
        see_to(need, actor=user)
        return redirect("desk-need", need.reference)
    if "ready" in request.POST:
        return _put_in(request, need, user)
    form = Reply(request.POST, need=need)
    if form.is_valid():
        try:
            say(need, form.cleaned_data["text"], actor=user)
        except MessageRefusedError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Your message is on its way."))
            return redirect("desk-need", need.reference)
    shown = {"need": need, "errors_on_page": True, **talk(need, may_work=True, reply=form)}
    shown |= person_shown(need, user)
    return render(request, "desk/conversation_page.html", shown, status=422)


def _put_in(request: HttpRequest, need: Need, user: User) -> HttpResponse:
    """The page again, with a ready answer in the field, for a person to finish and send."""
    answer = next((one for one in answers_for(need) if one.code == request.POST["ready"]), None)
    if answer is None:
        raise Http404
    theirs, ours, until = language_for(need), get_language() or "", promised(need)
    written = request.POST.get("text", "")[:LONGEST_MESSAGE].strip()
    text = "\n\n".join(filter(None, (written, filled(answer, need, theirs, until=until))))
    shown = {
        "need": need,
        "in_our_language": filled(answer, need, ours, until=until) if ours != theirs else "",
        **talk(need, may_work=True, reply=Reply(None, need=need, text=text)),
        **person_shown(need, user),
    }
    return render(request, "desk/conversation_page.html", shown)


@login_required
@require_POST
def look_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Release a photo to the public, or take it back."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    verb, key = next(
        ((verb, request.POST[name]) for name, verb in _VERBS.items() if name in request.POST), (None, "")
    )
    try:
        photo = need.attachments.filter(pk=UUID(key)).first()
    except ValueError:
        photo = None
    if verb is None or photo is None:
        raise Http404
    verb(photo, actor=user)
    return redirect("desk-need", need.reference)


@login_required
@require_POST
def keep_documents(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the documents of a need beyond their time, for a reason in law, or no longer."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    try:
        if "let-go" in request.POST:
            keeping.let_go(need, actor=user)
        else:
            keeping.hold(need, request.POST.get("reason", ""), actor=user)
    except keeping.HoldRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-need", need.reference)


_VERBS = {"release": release, "take-back": take_back}
