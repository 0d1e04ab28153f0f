"""The filter of a list, where somebody is, and one question about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.text import storable
from lacarte.loop.needs.understanding.placing import certain, places_in
from lacarte.pages.design.forms import Form
from lacarte.pages.design.places import region_choices
from lacarte.pages.resident.menu.said import Said
from lacarte.registers.menu.personal import Wishes
from lacarte.registers.menu.personal.columns import base_of, offers
from lacarte.registers.menu.personal.ranking import Order
from lacarte.registers.people.circumstances import FACTS, Datatype, FactWrongError, question_of, read_fact
from lacarte.registers.places.models import Region
from lacarte.registers.places.outlines import outlines
from lacarte.registers.places.queries import region_number_at
from lacarte.registers.providers.models import SubjectKind

#: “Soon” is within so many days.
SOON = timedelta(days=7)
_NEAR = (1000, 3000, 5000, 10_000)
_LONGEST = 140
NOT_SAID = "-"


class Filter(Form):
    """What the offers have to be. A filter that makes no sense filters nothing."""

    marks_optional = False
    sort = forms.ChoiceField(
        label=gettext_lazy("First"),
        required=False,
        choices=[
            (Order.BEST, gettext_lazy("The least effort in all")),
            (Order.NEAR, gettext_lazy("The nearest")),
            (Order.CHEAP, gettext_lazy("The cheapest")),
            (Order.SOON, gettext_lazy("The soonest")),
        ],
    )
    near = forms.ChoiceField(label=gettext_lazy("Within"), required=False)
    speaks = forms.ChoiceField(label=gettext_lazy("Speaks"), required=False)
    who = forms.ChoiceField(label=gettext_lazy("Provided by"), required=False)
    free = forms.BooleanField(label=gettext_lazy("Free of charge"), required=False)
    step = forms.BooleanField(label=gettext_lazy("Step-free"), required=False)
    soon = forms.BooleanField(label=gettext_lazy("Free within 7 days"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        anything = ("", _("All"))
        self.offer("near", [anything, *((str(m), _("%(n)d km") % {"n": m // 1000}) for m in _NEAR)])
        self.offer("speaks", [anything, *((tag, language_name(tag)) for tag in sorted(offers().bits))])
        self.offer("who", [anything, *SubjectKind.choices])

    def wishes(self) -> Wishes:
        """The wishes of whoever reads the page in its language."""
        said = self.cleaned_data if self.is_valid() else {}
        return Wishes(
            languages=(get_language() or "en",),
            spoken=said.get("speaks") or "",
            free_of_charge=bool(said.get("free")),
            within_metres=float(said["near"]) if said.get("near") else None,
            step_free=bool(said.get("step")),
            kinds=(said["who"],) if said.get("who") else (),
            before=clock.now() + SOON if said.get("soon") else None,
            order=Order(said.get("sort") or Order.BEST),
        )

    def query(self) -> list[tuple[str, str]]:
        """The wishes as a part of an address."""
        said = self.cleaned_data if self.is_valid() else {}
        return [(name, "on" if value is True else str(value)) for name, value in said.items() if value]


class Place(Form):
    """Where somebody is: as an address or a place in words, or a neighbourhood."""

    marks_optional = False
    where = forms.CharField(
        label=gettext_lazy("Address, street or landmark"),
        help_text=gettext_lazy("Such as “Mill Lane 3” or “Old Port ferry”."),
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    region = forms.ChoiceField(label=gettext_lazy("Or your neighbourhood"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.offer("region", region_choices())

    def clean(self) -> dict[str, Any]:
        """One of the two is needed, and the words must name a place that is known."""
        said = super().clean() or {}
        words = said.get("where", "").strip()
        if not storable(words):
            self.add_error("where", _("This holds a character that is no text. Please type it again."))
            return said
        region = Region.objects.filter(code=said.get("region") or "").first()
        if not words and region is None and not self.errors:
            self.add_error("where", _("Please write where you are, or choose your neighbourhood."))
        known = certain(places_in(words, within=region)) if words else None
        if words and (known is None or known.longitude is None) and region is None:
            self.add_error("where", _("We do not know this place. Please choose your neighbourhood instead."))
        said["place"], said["chosen"] = known, region
        return said

    def answer(self, said: Said) -> None:
        """Write it into what was said."""
        place, region = self.cleaned_data["place"], self.cleaned_data["chosen"]
        said.nowhere = False
        if place is not None and place.longitude is not None and place.latitude is not None:
            said.longitude, said.latitude = place.longitude, place.latitude
            said.where = str(place)
            said.region = region_number_at(said.longitude, said.latitude) or place.region_id
            return
        said.where, said.region = str(region), region.number
        said.longitude, said.latitude = _middle(region)


def _middle(region: Region) -> tuple[float | None, float | None]:
    """A point inside a region, in place of where in it somebody is."""
    for _region, outline in outlines([region]):
        point = outline.representative_point()
        return float(point.x), float(point.y)
    return None, None


class FactForm(Form):
    """One question about whoever asks; it may be left open."""

    def __init__(self, kind: str, data: Any = None) -> None:
        super().__init__(data)
        self.kind, fact = kind, FACTS[kind]
        made: forms.Field = forms.CharField(required=False, max_length=_LONGEST)
        if fact.datatype is Datatype.DATE:
            made.widget = forms.DateInput(attrs={"type": "date"})
        elif fact.datatype is Datatype.NUMBER:
            made.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        elif fact.datatype is Datatype.CHOICE:
            choices = [("", _("Please choose")), *((key, str(name)) for key, name in fact.choices)]
            made = forms.ChoiceField(required=False, choices=choices)
        made.label, made.help_text = question_of(kind), str(fact.hint)
        made.as_heading = made.marks_optional = False  # type: ignore[attr-defined]
        made.short = True  # type: ignore[attr-defined]
        self.fields["value"] = made

    @property
    def yes_or_no(self) -> bool:
        """Whether two buttons answer it."""
        return FACTS[self.kind].datatype is Datatype.BOOL

    def clean_value(self) -> Any:
        """The value as it is kept; ``None`` for no answer."""
        said = self.cleaned_data["value"].strip()
        if said in ("", NOT_SAID):
            return None
        try:
            return read_fact(self.kind, said)
        except FactWrongError as error:
            raise forms.ValidationError(str(error)) from error


def language_name(tag: str) -> str:
    """A language in the reader's language; its tag where nobody has a name for it."""
    try:
        return str(get_language_info({"zh": "zh-hans"}.get(base_of(tag), base_of(tag)))["name_translated"])
    except KeyError:
        return tag
