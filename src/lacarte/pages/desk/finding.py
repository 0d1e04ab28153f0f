"""Finding a person by any two facts about them, on other pages than that of a call; each search is logged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.ids import read_reference
from lacarte.kernel.models import User
from lacarte.kernel.text import listed
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.design.places import region_choices
from lacarte.registers.people.finding import Facts, Found, Search, TooFewFactsError, find
from lacarte.registers.places.models import Region

_FIRST_BIRTH_YEAR = 1900


class FindPerson(WordsForm):
    """Any two facts about somebody."""

    marks_optional = False
    short = ("birth_year", "reference", "phone")
    prefix = "find"
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=200)
    birth_year = forms.IntegerField(
        label=gettext_lazy("Year of birth"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Please write the year in four digits, such as 1944.")},
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=300)
    region = forms.ChoiceField(label=gettext_lazy("Neighbourhood"), required=False)
    reference = forms.CharField(label=gettext_lazy("Reference of an earlier need"), required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("region", region_choices(_("Not known")))
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def clean_birth_year(self) -> int | None:
        """A year in which people who live were born."""
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and not _FIRST_BIRTH_YEAR <= year <= clock.now().year:
            raise forms.ValidationError(_("Please write the year in four digits, such as 1944."))
        return year

    def clean_reference(self) -> str:
        """A reference as it is written."""
        said: str = self.cleaned_data["reference"]
        try:
            return read_reference(said) if said.strip() else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def search(self, *, within: Q, reader: User, purpose: str) -> Search | None:
        """Who fits; ``None`` where the form says what is wrong with what was asked."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        region = Region.objects.filter(code=said["region"]).first() if said["region"] else None
        facts = {name: said[name] for name in ("name", "phone", "birth_year", "address", "reference")}
        where = region.interval if region is not None else None
        try:
            return find(Facts(**facts, region=where), within=within, reader=reader, purpose=purpose)
        except TooFewFactsError:
            self.add_error(None, two_facts())
            return None


def two_facts() -> str:
    """What is said to whoever gives less than two facts."""
    return _("Two facts are needed: a name, a phone number, a year of birth, where they live, a reference.")


def who_is_it(found: Found) -> str:
    """As much of a person in words as tells them from another."""
    return listed([found.name or "–", found.birth_year, found.region])
