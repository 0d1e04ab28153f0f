"""The questions, one a page. Those about the place are in ``questions_where``, of a type in ``questions_more``."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.text import in_language, storable
from lacarte.loop.needs.actions import LONGEST_TEXT
from lacarte.loop.needs.understanding.reading import suggest
from lacarte.loop.needs.uploads.attachments import most
from lacarte.pages.design.forms import Choices, WordsForm
from lacarte.pages.resident.draft import Draft
from lacarte.registers.menu.models import ServiceType

LET_US_CHOOSE = "-"
_SUGGESTED = 4
_LONGEST_TIMES = 200
_EARLIEST = date(1900, 1, 1)


class Question(WordsForm):
    """One question. It knows the draft and who asks, and writes its answer into the draft."""

    def __init__(self, data: Any, *, draft: Draft, user: Any) -> None:
        self.draft, self.user = draft, user
        super().__init__(data, initial=self.begin())

    def begin(self) -> dict[str, Any]:
        """What was answered before."""
        return {}

    def answer(self) -> None:
        """Write what was answered into the draft."""
        raise NotImplementedError


class What(Question):
    """What do you need? ``subject`` is a trap: nobody sees it, so only a program fills it in."""

    heading = "text"
    text = forms.CharField(
        label=gettext_lazy("What do you need?"),
        help_text=gettext_lazy("Say it in your own words, in any language. A sentence or two is enough."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_TEXT,
        error_messages={"required": gettext_lazy("Please say in a few words what you need.")},
    )

    def begin(self) -> dict[str, Any]:
        return {"text": self.draft.text or ""}

    def answer(self) -> None:
        text = self.cleaned_data["text"].strip()
        if text != self.draft.text:
            self.draft.different = None
            if self.draft.service == "":
                self.draft.service = None  # other words may be understood
        self.draft.text = text


class Kind(Question):
    """Which service is meant?"""

    heading = "service"
    service = forms.ChoiceField(
        label=gettext_lazy("Is it one of these?"),
        help_text=gettext_lazy("We have read what you wrote. Choose what fits best."),
        error_messages={"required": gettext_lazy("Please choose one, or let us choose.")},
    )

    def __init__(self, data: Any, *, draft: Draft, user: Any) -> None:
        super().__init__(data, draft=draft, user=user)
        found = [kind for kind, _share in suggest(draft.text or "", _SUGGESTED)]
        if (chosen := draft.service_type()) and chosen not in found:
            found.insert(0, chosen)
        let_us = (LET_US_CHOOSE, _("None of these, or I am not sure"))
        hints = {kind.code: in_language(kind.description) for kind in found}
        hints[LET_US_CHOOSE] = _("A person will read it and choose for you.")
        self.fields["service"].widget = Choices(hints=hints)
        self.offer("service", [*((kind.code, str(kind)) for kind in found), let_us])

    def begin(self) -> dict[str, Any]:
        if self.draft.service is None:
            return {}
        return {"service": self.draft.service or LET_US_CHOOSE}

    def answer(self) -> None:
        chosen = self.cleaned_data["service"]
        chosen = "" if chosen == LET_US_CHOOSE else chosen
        if chosen != self.draft.service:
            self.draft.answers = self.draft.different = None
        self.draft.service, self.draft.from_menu = chosen, False


class When(Question):
    """Since when, and at what times? Both may stay empty."""

    short = ("since",)
    since = forms.DateField(
        label=gettext_lazy("Since which day?"),
        help_text=gettext_lazy("Such as 2026-11-28. Roughly is enough."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "min": _EARLIEST.isoformat()}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Please write the day as year-month-day, such as 2026-11-28.")},
    )
    times = forms.CharField(
        label=gettext_lazy("At certain times?"),
        help_text=gettext_lazy("In your words, such as “every night from ten”."),
        required=False,
        max_length=_LONGEST_TIMES,
    )

    def begin(self) -> dict[str, Any]:
        return {"since": self.draft.since or None, "times": self.draft.times}

    def clean_since(self) -> date | None:
        """A day that has come already, and not of another century."""
        day: date | None = self.cleaned_data["since"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come. Since when is it so?"))
        if day is not None and day < _EARLIEST:
            raise forms.ValidationError(_("Please check the year."))
        return day

    def answer(self) -> None:
        day = self.cleaned_data["since"]
        self.draft.since = day.isoformat() if day else ""
        self.draft.times = self.cleaned_data["times"].strip()


class SeveralFiles(forms.ClearableFileInput):
    """A field for files of which several can be chosen at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class Photos(Question):
    """Photos and documents; each is kept as soon as it has arrived, whatever is wrong with another."""

    heading = "photos"
    photos = forms.FileField(
        label=gettext_lazy("Do you have photos or documents of it?"),
        required=False,
        widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf,text/plain"}),
    )
    marks_optional = False

    def __init__(self, data: Any, *, draft: Draft, user: Any) -> None:
        super().__init__(data, draft=draft, user=user)
        words = _(
            "Nothing is needed. Up to %(n)d files. Nobody but officials sees them until one has looked at them."
        )
        self.fields["photos"].help_text = words % {"n": most()}

    def answer(self) -> None:
        self.draft.photos = True
        self.draft.look_again = any(upload.likeness is not None for upload in self.draft.uploads())


class Contact(Question):
    """How can we reach you? Asked only of people who are not signed in."""

    short = ("phone",)
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.RegexField(
        label=gettext_lazy("Phone"),
        regex=r"^\+?[0-9 ()/.-]{5,40}$",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"invalid": gettext_lazy("A phone number has digits, blanks and an optional + in front.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("An e-mail address looks like name@example.org.")},
    )

    def begin(self) -> dict[str, Any]:
        return {"name": self.draft.name or "", "phone": self.draft.phone, "email": self.draft.email}

    def answer(self) -> None:
        for name in ("name", "phone", "email"):
            setattr(self.draft, name, self.cleaned_data[name].strip())


def chosen_from_menu(code: str) -> ServiceType | None:
    """The service type somebody chose on the menu."""
    return ServiceType.objects.filter(code=code, orderable=True).first() if storable(code) else None
