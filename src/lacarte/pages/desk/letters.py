"""Letters at the desk: written for whom nothing else reaches, printed together, marked as posted."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action
from lacarte.loop.needs.messages.confirming import subject_of
from lacarte.loop.needs.messages.conversation import LONGEST_MESSAGE, MessageRefusedError, say
from lacarte.loop.needs.messages.links import site_address
from lacarte.loop.needs.messages.posting import MOST_AT_ONCE, posted, waiting_letters
from lacarte.loop.needs.messages.reaching import language_for
from lacarte.loop.needs.models import Message, Need
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.desk.access import official, readable
from lacarte.pages.desk.letter_sheet import Sheet, as_pdf, unprintable
from lacarte.registers.people.purposes import told

_PURPOSE = "write a letter"
_LONGEST_ADDRESS, _MOST_LINES = 254, 6


class LetterForm(WordsForm):
    """A letter, with its address as it stands on the envelope."""

    to = forms.CharField(
        label=gettext_lazy("To"),
        max_length=_LONGEST_ADDRESS,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text=gettext_lazy("Name and address, as they stand on the envelope."),
        error_messages={"required": gettext_lazy("Please write whom it goes to, and where.")},
    )
    text = forms.CharField(
        label=gettext_lazy("Letter"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": gettext_lazy("Please write what you want to say.")},
    )

    def clean_to(self) -> str:
        """The lines of the address, without empty ones."""
        lines = [line.strip() for line in str(self.cleaned_data["to"]).splitlines() if line.strip()]
        if len(lines) > _MOST_LINES:
            raise forms.ValidationError(
                _("Please use at most %(n)d lines: more do not fit the window of the envelope.")
                % {"n": _MOST_LINES}
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class Waiting:
    """A letter that waits to be printed, and the signs that no font at hand has."""

    message: Message
    unprintable: str


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def write_letter(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a letter about a need; the address is where they live, where that is known."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    if request.method == "POST" and "to" in request.POST:
        form = LetterForm(request.POST)
        if form.is_valid():
            try:
                say(
                    need,
                    form.cleaned_data["text"],
                    actor=user,
                    subject=_subject(need),
                    letter_to=form.cleaned_data["to"],
                )
            except MessageRefusedError as error:
                form.add_error("text", str(error))
            else:
                messages.success(request, _("The letter waits to be printed."))
                return redirect("desk-need", need.reference)
    else:
        form = LetterForm(None, initial={"to": _address(need, user), "text": request.POST.get("text", "")})
    shown = {"need": need, "form": form, "errors_on_page": bool(form.errors)}
    return render(request, "desk/letter.html", shown, status=422 if form.errors else 200)


def _subject(need: Need) -> str:
    with translation.override(language_for(need)):
        return subject_of(need)


def _address(need: Need, user: User) -> str:
    """Name and home of whoever has the need; what is read is logged for them."""
    if need.person is None:
        return ""
    shown = told(need.person, reader=user, case=need.pk, purpose=_PURPOSE, fields=("name",))
    name = shown.name if shown else ""
    household = need.person.household
    return "\n".join(filter(None, (name, household.address if household else need.address)))


@login_required
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """The letters that wait to be printed."""
    user = official(request, Action.WORK)
    waiting = waiting_letters(user)
    shown = {"letters": [_waiting(one) for one in waiting[:MOST_AT_ONCE]], "count": waiting.count()}
    return render(request, "desk/letters.html", shown)


def _waiting(message: Message) -> Waiting:
    return Waiting(message, unprintable(_sheet(message), settings.CONFIGURED["letter_font"]))


@login_required
@require_POST
def print_letters(request: HttpRequest) -> HttpResponse:
    """The chosen letters as one PDF, or the mark that they are in the post."""
    user = official(request, Action.WORK)
    keys = _keys(request.POST.getlist("letter"))
    if not keys:
        messages.warning(request, _("Please choose at least one letter."))
        return redirect("letters")
    if "posted" in request.POST:
        n = posted(keys, actor=user)
        said = ngettext("%(n)d letter is marked as posted.", "%(n)d letters are marked as posted.", n) % {"n": n}
        messages.success(request, said)
        return redirect("letters")
    chosen = [one for one in map(_waiting, waiting_letters(user).filter(pk__in=keys)) if not one.unprintable]
    if not chosen:
        messages.warning(request, _("None of these letters waits any more, or none can be printed."))
        return redirect("letters")
    return _printed([one.message for one in chosen], user)


def _printed(chosen: list[Message], user: User) -> HttpResponse:
    for message in chosen:
        if message.need.person is not None:
            told(message.need.person, reader=user, case=message.need_id, purpose=_PURPOSE, fields=("name",))
    configured = settings.CONFIGURED
    body = as_pdf(
        [_sheet(message) for message in chosen],
        sender=configured["letter_from"],
        font=configured["letter_font"],
        paper=configured["paper"],
    )
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="letters.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _sheet(message: Message) -> Sheet:
    language = language_for(message.need)
    with translation.override(language):
        said = {"reference": message.need.reference, "site": site_address()}
        return Sheet(
            to=message.address,
            dated=formats.date_format(timezone.localtime(message.at), "DATE_FORMAT"),
            subject=message.subject,
            text=message.text,
            foot=_("Your reference: %(reference)s. How it stands: %(site)s") % said,
            language=language,
        )


def _keys(given: list[str]) -> list[UUID]:
    found = []
    for one in given[:MOST_AT_ONCE]:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found
