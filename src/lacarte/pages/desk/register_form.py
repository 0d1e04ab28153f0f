"""What is written down of a call: in the order in which people speak."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.ids import read_reference
from lacarte.loop.needs.actions import LONGEST_TEXT
from lacarte.pages.design.follow_up import field_for, name_of
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.design.places import region_choices
from lacarte.pages.desk.call import printable
from lacarte.pages.desk.forms import service_choices
from lacarte.registers.menu.answering import checked, choices_of
from lacarte.registers.menu.models import Attribute, ServiceType
from lacarte.registers.people.finding import Facts
from lacarte.registers.places.models import NamedPlace, Region

_FIRST_BIRTH_YEAR = 1900
#: Fields that a suggestion may fill in.
ACCEPTED = ("service", "region", "address", "place", "person", "same", "language")


class Register(WordsForm):
    """A need told over the phone, and who tells it.

    ``where_known``: it is known where without a neighbourhood, from the caller's home or from their words.
    """

    marks_optional = False  # nearly all of it is
    text = forms.CharField(
        label=gettext_lazy("What do they need?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "autofocus": True}),
        error_messages={"required": gettext_lazy("Please write in a few words what they need.")},
    )
    address = forms.CharField(label=gettext_lazy("Address or a landmark"), required=False, max_length=300)
    region = forms.ChoiceField(label=gettext_lazy("Neighbourhood"), required=False)
    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        required=False,
        help_text=gettext_lazy("Not sure: the text is understood, or a colleague reads it."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=200)
    phone = forms.RegexField(
        label=gettext_lazy("Phone"),
        regex=r"^\+?[0-9 ()/.-]{5,40}$",
        required=False,
        error_messages={"invalid": gettext_lazy("A phone number has digits, blanks and an optional + in front.")},
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Year of birth"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Please write the year in four digits, such as 1944.")},
    )
    reference = forms.CharField(label=gettext_lazy("Reference of an earlier need"), required=False, max_length=40)
    language = forms.ChoiceField(
        label=gettext_lazy("The caller speaks"), choices=settings.LANGUAGES, required=False
    )
    place = forms.CharField(required=False, widget=forms.HiddenInput(), max_length=120)
    person = forms.UUIDField(required=False, widget=forms.HiddenInput())
    same = forms.CharField(required=False, widget=forms.HiddenInput(), max_length=40)

    def __init__(self, typed: QueryDict, *, sent: bool = False) -> None:
        """``typed``: what stands in the fields; it is checked only when it is ``sent``."""
        begin: dict[str, Any] = {name: typed.get(name) for name in self.base_fields if name in typed}
        super().__init__(typed if sent else None, initial={"language": get_language(), **begin})
        self.typed, self.questions, self.where_known = typed, list[Attribute](), False
        for name in ("address", "name", "phone", "birth_year", "reference"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def offer_choices(self) -> None:
        """What can be chosen from: needed to check it and to show all of it, not for a part of the page."""
        self.offer("service", service_choices(_("Not sure")))
        self.offer("region", region_choices())

    def ask(self, questions: list[Attribute]) -> None:
        """Ask these follow-up questions as well."""
        self.questions = questions
        for question in questions:
            if question.variable:
                name, several = name_of(question), question.datatype == Attribute.DataType.SOME_OF
                # A select, which a keyboard answers by the first letters.
                one_of = forms.Select(choices=[("", _("Not asked yet")), *choices_of(question)])
                self.fields[name] = field_for(question, one_of=one_of, rows=2, autofill=False)
                self.initial[name] = self.typed.getlist(name) if several else self.typed.get(name, "")

    def said(self, name: str) -> str:
        """What stands in a field, checked or not; without what no database can be asked for."""
        return printable(self.typed.get(name, "")).strip()

    def asked(self) -> list[BoundField]:
        """The fields of the follow-up questions."""
        return [self[name_of(question)] for question in self.questions if question.variable]

    def notices(self) -> list[Attribute]:
        """The follow-up questions that take no answer: they are to be read out."""
        return [question for question in self.questions if not question.variable]

    def chosen_service(self) -> ServiceType | None:
        """The service type that was chosen, if it can be ordered."""
        code = self.said("service")
        return ServiceType.objects.filter(code=code, orderable=True).first() if code else None

    def chosen_place(self) -> NamedPlace | None:
        """The place of the gazetteer that was chosen."""
        code = self.said("place")
        return NamedPlace.objects.select_related("region").filter(code=code).first() if code else None

    def chosen_region(self) -> Region | None:
        """The neighbourhood that was chosen."""
        code = self.said("region")
        return Region.objects.filter(code=code).first() if code else None

    def facts(self) -> Facts:
        """What is known of who calls. Raises ``ValueError``, in words, for what cannot be one."""
        region, year = self.chosen_region(), self.said("birth_year")
        reference = read_reference(self.said("reference")) if self.said("reference") else ""
        if year and not (year.isdecimal() and len(year) == len("1944")):
            raise ValueError(_("Please write the year in four digits, such as 1944."))
        return Facts(
            name=self.said("name"),
            phone=self.said("phone"),
            birth_year=int(year) if year else None,
            address=self.said("address"),
            region=region.interval if region else None,
            reference=reference,
        )

    def clean_birth_year(self) -> int | None:
        """A year in which people who live were born."""
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and not _FIRST_BIRTH_YEAR <= year <= clock.now().year:
            raise forms.ValidationError(_("Please write the year in four digits, such as 1944."))
        return year

    def clean(self) -> dict[str, Any]:
        """Follow-up answers as every channel checks them; what no database keeps is said at its field."""
        said = super().clean()
        if not (said.get("region") or said.get("place") or self.where_known or "region" in self.errors):
            self.add_error("region", _("Please choose a neighbourhood."))
        given = {question.code: said.get(name_of(question)) or "" for question in self.questions}
        said["answers"], wrong = checked(self.questions, given)
        for question in self.questions:
            if question.code in wrong:
                self.add_error(name_of(question), wrong[question.code])
        return said
