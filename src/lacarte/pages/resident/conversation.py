"""The resident writes about a need on its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lacarte.kernel.rate_limit import allowed
from lacarte.loop.needs.messages.conversation import LONGEST_MESSAGE, MessageRefusedError, thread, write
from lacarte.loop.needs.models import Attachment, Need
from lacarte.loop.needs.uploads.attachments import AttachmentRefusedError, most, store
from lacarte.pages.design.forms import Form
from lacarte.pages.resident.access import counted, may_open, need_or_404, note_on_behalf
from lacarte.pages.resident.questions import SeveralFiles
from lacarte.registers.people.mandates import WRITE


class Write(Form):
    """What the resident wants to add."""

    text = forms.CharField(
        label=gettext_lazy("Write to us about this"),
        help_text=gettext_lazy("Something to add, a question, or an answer to what we wrote."),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please write what you want to say.")},
    )
    photos = forms.FileField(
        label=gettext_lazy("Photos or documents"),
        required=False,
        widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf,text/plain"}),
    )


def talk(need: Need) -> dict[str, Any]:
    """What the page of a need shows of its conversation."""
    return {"thread": list(thread(need)), "write": Write()}


@require_POST
@counted
def write_message(request: HttpRequest, reference: str) -> HttpResponse:
    """Take in what the resident wrote; what is refused keeps their words on the page."""
    need = need_or_404(reference)
    if not may_open(request, need):
        raise Http404
    form = Write(request.POST)  # files are stored one by one below, each with its own error
    if form.is_valid():
        if not allowed("message", request, session=True):
            form.add_error(None, _("That was a lot at once. Please wait a minute and try again."))
        elif _written(request, need, form):
            messages.success(request, _("We have your message."))
            return redirect("need", need.reference)
    shown = {"need": need, "thread": list(thread(need)), "write": form, "errors_on_page": True}
    return render(request, "resident/conversation_page.html", shown, status=422)


def _written(request: HttpRequest, need: Need, form: Write) -> bool:
    kept = _stored(request, form)
    if form.errors:
        return False
    try:
        actor = request.user if request.user.is_authenticated else None
        write(need, form.cleaned_data["text"], actor=actor, attachments=kept)
        note_on_behalf(request, need, WRITE)
    except MessageRefusedError as error:
        form.add_error("text", str(error))
    return not form.errors


def _stored(request: HttpRequest, form: Write) -> list[Attachment]:
    """The photos that can be taken; an error at the field for each of the others."""
    uploads = request.FILES.getlist("photos")
    if len(uploads) > most():
        form.add_error("photos", _("At most %(n)d files can be sent along.") % {"n": most()})
        return []
    kept = []
    for upload in uploads:
        try:
            kept.append(store(upload, name=upload.name or ""))
        except AttachmentRefusedError as error:
            form.add_error("photos", str(error))
    return kept
