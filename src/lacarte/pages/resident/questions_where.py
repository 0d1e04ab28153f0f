"""Where is it needed: pointed at, by address, by name, or in words; and which place was meant."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import tree
from lacarte.kernel.text import listed
from lacarte.loop.needs.understanding.placing import certain, places_in
from lacarte.pages.design.forms import Choices
from lacarte.pages.design.places import region_choices
from lacarte.pages.resident.draft import Draft, home_of
from lacarte.pages.resident.questions import Question
from lacarte.registers.places.models import NamedPlace
from lacarte.registers.places.queries import is_served, parts_of

NONE_OF_THESE = "-"
_LONGEST = 140


class Where(Question):
    """Where is it needed? One of its fields is enough."""

    marks_optional = False
    home = forms.ChoiceField(
        label=gettext_lazy("Where is it needed?"),
        widget=Choices(),
        choices=[("yes", gettext_lazy("At my home")), ("no", gettext_lazy("Somewhere else"))],
        error_messages={"required": gettext_lazy("Please say where it is needed.")},
    )
    address = forms.CharField(
        label=gettext_lazy("Address, street or landmark"),
        help_text=gettext_lazy("Such as “Mill Lane 3” or “Old Port ferry”."),
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    nearby = forms.CharField(
        label=gettext_lazy("Or in your own words"),
        help_text=gettext_lazy("Such as “behind the school, by the second gate”."),
        required=False,
        max_length=_LONGEST,
    )
    region = forms.ChoiceField(label=gettext_lazy("Neighbourhood, if you know it"), required=False)
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
        told = {"region": draft.region or "", "address": draft.address, "nearby": draft.nearby}
        told |= {"longitude": draft.longitude, "latitude": draft.latitude}  # type: ignore[dict-item]
        if draft.home or draft.region is not None:
            told["home"] = "yes" if draft.home else "no"
        return told

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        for name in ("longitude", "latitude"):
            self.errors.pop(name, None)  # nobody typed these: what is no point is none
        point = said.get("longitude"), said.get("latitude")
        has_point = None not in point and all(math.isfinite(part) for part in point if part is not None)
        if not has_point:
            said["longitude"] = said["latitude"] = None
        elsewhere = not self.has_home or said.get("home") == "no"
        if elsewhere and has_point and not is_served(said["longitude"], said["latitude"]):
            self.add_error(
                "address", _("This point is outside the city. Please choose one inside, or write where it is.")
            )
            self.data = {**self.data, "longitude": "", "latitude": ""}
        words = any(said.get(name, "").strip() for name in ("address", "nearby", "region"))
        if elsewhere and not has_point and not words and not self.errors:
            self.add_error(
                "address", _("Please say where: an address, your own words, a neighbourhood or a point.")
            )
        return said

    def answer(self) -> None:
        said, draft = self.cleaned_data, self.draft
        before = (draft.home, draft.region, draft.address, draft.nearby, draft.longitude, draft.latitude)
        draft.home = said.get("home") == "yes"
        draft.region = "" if draft.home else said["region"]
        draft.address, draft.nearby = ("", "") if draft.home else (said["address"].strip(), said["nearby"].strip())
        draft.longitude, draft.latitude = (None, None) if draft.home else (said["longitude"], said["latitude"])
        if before != (draft.home, draft.region, draft.address, draft.nearby, draft.longitude, draft.latitude):
            draft.different, draft.place, draft.unclear = None, "", False
            if draft.told_place() and draft.longitude is None:
                self._look_up()

    def _look_up(self) -> None:
        """Take a place that is named beyond doubt; ask about one that is not, or that nobody knows."""
        found = places_in(self.draft.told_place(), within=self.draft.chosen_region())
        if known := certain(found):
            _take(self.draft, known)
            self.draft.unclear = known.longitude is None and bool(parts_of(known))  # a long street
        else:
            self.draft.unclear = bool(found) or not self.draft.region


class Which(Question):
    """Which place did the words mean?"""

    heading = "place"
    place = forms.ChoiceField(
        label=gettext_lazy("Which one do you mean?"),
        error_messages={"required": gettext_lazy("Please choose one of the places, or none of them.")},
    )
    region = forms.ChoiceField(label=gettext_lazy("Neighbourhood"), required=False)

    def __init__(self, data: Any, *, draft: Draft, user: Any) -> None:
        super().__init__(data, draft=draft, user=user)
        street = draft.named_place()
        self.found = (
            parts_of(street)
            if street
            else [one.place for one in places_in(draft.told_place(), within=draft.chosen_region())]
        )
        self.fields["place"].widget = Choices(hints={place.code: self._hint(place) for place in self.found})
        names = [(place.code, str(place)) for place in self.found]
        self.offer("place", [*names, (NONE_OF_THESE, _("I do not know") if street else _("None of these"))])
        self.offer("region", region_choices(_("I do not know")))
        if not self.found:
            del self.fields["place"]
            field = self.fields["region"]
            field.label = _("In which neighbourhood is it?")
            field.help_text = _("We do not know this place yet: %(place)s") % {"place": draft.told_place()}
            field.as_heading = True  # type: ignore[attr-defined]
        elif draft.region or street:
            del self.fields["region"]
        if street:
            self.fields["place"].label = _("Which part of %(street)s do you mean?") % {"street": street}

    def _hint(self, place: NamedPlace) -> str:
        """What tells it from another of the same name."""
        above = place.region.parent
        names = [str(place.get_kind_display()), str(place.region)]
        return listed([*names, str(above)] if above is not None and above.number != tree.ROOT_NUMBER else names)

    def answer(self) -> None:
        said, draft = self.cleaned_data, self.draft
        chosen = next((place for place in self.found if place.code == said.get("place")), None)
        if chosen is not None:
            _take(draft, chosen)
        elif not draft.place:
            draft.region = said.get("region", draft.region)
        draft.unclear, draft.different = False, None


def _take(draft: Draft, place: NamedPlace) -> None:
    """Write down which place is meant; a region comes as a place that has no record of its own."""
    if place._state.adding:
        draft.place, draft.region = "", place.region.code
    else:
        draft.place = place.code
