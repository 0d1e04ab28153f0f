"""The questions, one a page."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.text import in_language
from lacarte.loop.matching.objections import LONGEST_REASON
from lacarte.loop.needs.actions import LONGEST_TEXT
from lacarte.loop.needs.understanding import suggest
from lacarte.loop.voice.actions import LONGEST_COMMENT
from lacarte.loop.voice.models import Satisfaction
from lacarte.pages.design.forms import Choices, Form
from lacarte.pages.design.places import region_choices
from lacarte.pages.resident.draft import Draft, home_of
from lacarte.registers.menu.models import ServiceType

LET_US_CHOOSE = "-"
_SUGGESTED = 4


class Question(Form):
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
    """What do you need?"""

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
        if text != self.draft.text and self.draft.service == "":
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
        self.draft.service = "" if chosen == LET_US_CHOOSE else chosen


class Where(Question):
    """Where is it needed? One of its fields is enough."""

    marks_optional = False
    home = forms.ChoiceField(
        label=gettext_lazy("Where is it needed?"),
        widget=Choices(),
        choices=[("yes", gettext_lazy("At my home")), ("no", gettext_lazy("Somewhere else"))],
        error_messages={"required": gettext_lazy("Please say where it is needed.")},
    )
    region = forms.ChoiceField(label=gettext_lazy("Neighbourhood"), required=False)
    address = forms.CharField(
        label=gettext_lazy("Address or a landmark"),
        help_text=gettext_lazy("Street and number, or what is near."),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput())
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, draft: Draft, user: Any) -> None:
        super().__init__(data, draft=draft, user=user)
        self.has_home = home_of(user) is not None
        if not self.has_home:
            del self.fields["home"]
        self.offer("region", region_choices())

    def begin(self) -> dict[str, Any]:
        draft = self.draft
        told = {"region": draft.region or "", "address": draft.address}
        told |= {"longitude": draft.longitude, "latitude": draft.latitude}  # type: ignore[dict-item]
        if draft.home or draft.region is not None:
            told["home"] = "yes" if draft.home else "no"
        return told

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        point = said.get("longitude"), said.get("latitude")
        has_point = None not in point and all(math.isfinite(part) for part in point if part is not None)
        if not has_point:
            said["longitude"] = said["latitude"] = None
        elsewhere = not self.has_home or said.get("home") == "no"
        if elsewhere and not has_point and not said.get("region") and "region" not in self.errors:
            self.add_error("region", _("Please choose a neighbourhood, or a point on the map."))
        return said

    def answer(self) -> None:
        said, draft = self.cleaned_data, self.draft
        draft.home = said.get("home") == "yes"
        draft.region = "" if draft.home else said["region"]
        draft.address = "" if draft.home else said["address"]
        draft.longitude, draft.latitude = (None, None) if draft.home else (said["longitude"], said["latitude"])


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
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("An e-mail address looks like name@example.org.")},
    )

    def begin(self) -> dict[str, Any]:
        return {"name": self.draft.name or "", "phone": self.draft.phone, "email": self.draft.email}

    def answer(self) -> None:
        for name in ("name", "phone", "email"):
            setattr(self.draft, name, self.cleaned_data[name].strip())


QUESTIONS: dict[str, type[Question]] = {"what": What, "kind": Kind, "where": Where, "contact": Contact}


class Rate(Form):
    """How did it go?"""

    solved = forms.TypedChoiceField(
        label=gettext_lazy("Is it solved?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda said: said == "yes",
        widget=Choices(hints={"no": gettext_lazy("We will look for another provider at once.")}),  # type: ignore[dict-item]
        error_messages={"required": gettext_lazy("Please say whether it is solved.")},
    )
    contacted_in_time = forms.TypedChoiceField(
        label=gettext_lazy("Did somebody get in touch in good time?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda said: said == "yes",
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please say whether somebody got in touch in good time.")},
    )
    satisfaction = forms.TypedChoiceField(
        label=gettext_lazy("All in all, how was it?"),
        choices=Satisfaction.choices,
        coerce=int,
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please choose one of the five answers.")},
    )
    comment = forms.CharField(
        label=gettext_lazy("Anything you want to tell us"),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class Object(Form):
    """What is wrong about a decision?"""

    reason = forms.CharField(
        label=gettext_lazy("What is wrong about it?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Please say in a few words why you object.")},
    )


class Find(Form):
    """How is my request going?"""

    short = ("reference",)
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("Eight letters and digits, such as 7KQ2-M4XD."),
        max_length=40,
        error_messages={"required": gettext_lazy("Please type the reference that you were given.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )


def chosen_from_menu(code: str) -> ServiceType | None:
    """The service type somebody chose on the menu."""
    return ServiceType.objects.filter(code=code, orderable=True).first()
