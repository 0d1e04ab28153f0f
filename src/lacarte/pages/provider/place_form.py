"""A place of an offer as a form: where it is, when it is open, for whom it is."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import tree
from lacarte.pages.design.forms import Choices, Ticks
from lacarte.pages.provider.forms import Kept, Posted, texts_of
from lacarte.registers.menu.keeping.hours import DAYS, MIDNIGHT, Hours
from lacarte.registers.menu.models import OfferAtPlace
from lacarte.registers.places.models import Region
from lacarte.registers.places.outlines import districts
from lacarte.registers.places.queries import region_at

_HOURS_AT = "h1-0-b"  # where a sentence about all hours stands
_SPANS = 2  # of a day, and more where there are more
_WORKING_DAYS = "2345"
_STEP_FREE = {"yes": True, "no": False, "": None}
_MOST_REGIONS = 1000
_OPENING = re.compile("h[1-7]-[0-9]-[be]")


class PlaceForm(Kept):
    """Where an offer can be had."""

    texts = {"address": 1}
    layout = (("address",), ("region",), ("longitude", "latitude"), ("reach_metres", "phone"), ("step_free",))
    short = ("longitude", "latitude", "reach_metres", "phone")
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    longitude = forms.FloatField(label=gettext_lazy("Longitude"), required=False)
    latitude = forms.FloatField(label=gettext_lazy("Latitude"), required=False)
    reach_metres = forms.IntegerField(
        label=gettext_lazy("Reaches so many metres"),
        required=False,
        help_text=gettext_lazy("How far away people may live. Empty: the whole city."),
    )
    step_free = forms.ChoiceField(
        label=gettext_lazy("Can it be reached without steps?"),
        required=False,
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")), ("", gettext_lazy("Not known"))],
        widget=Choices(),
    )
    serves = forms.MultipleChoiceField(
        label=gettext_lazy("For the people of these areas alone"),
        required=False,
        help_text=gettext_lazy("None chosen: for everybody within reach."),
        widget=Ticks(),
    )

    def __init__(self, data: Posted, *, initial: dict[str, Any]) -> None:
        spans = 1 + max((int(name[3]) for name in {**initial, **dict(data or {})} if _is_opening(name)), default=0)
        self.spans = max(_SPANS, spans)
        super().__init__(data, initial=initial)
        for day in DAYS:
            for nth in range(self.spans):
                for end, label in (("b", _("%(day)s opens (%(n)d)")), ("e", _("%(day)s closes (%(n)d)"))):
                    said = {"day": WEEKDAYS[int(day) - 1], "n": nth + 1}
                    time = forms.TextInput(attrs={"type": "time", "aria-label": label % said})
                    self.fields[f"h{day}-{nth}-{end}"] = forms.CharField(
                        label=label % said, required=False, max_length=5, widget=time
                    )
        self.offer("region", _regions())
        self.offer("serves", _areas(initial.get("serves", [])))

    @staticmethod
    def initial_of(place: OfferAtPlace, serves: list[str]) -> dict[str, Any]:
        """What the form shows of a place that serves the regions of these codes alone."""
        known = {value: said for said, value in _STEP_FREE.items()}
        hours = {
            f"h{day}-{nth}-{end}": "00:00" if moment == MIDNIGHT else moment
            for day, spans in place.hours.items()
            for nth, span in enumerate(spans)
            for end, moment in zip("be", span, strict=True)
        }
        return hours | {
            "region": place.region.code if place.region_id else "",
            **texts_of(place, PlaceForm.texts),
            "phone": place.phone,
            **{name: _written(getattr(place, name)) for name in ("longitude", "latitude", "reach_metres")},
            "step_free": known[place.step_free],
            "serves": serves,
            "seen": place.changed_at.isoformat(),
        }

    def week(self) -> list[tuple[Any, list[tuple[Any, Any]]]]:
        """Each day of the week with its fields, from and to."""
        return [
            (
                WEEKDAYS[int(day) - 1],
                [(self[f"h{day}-{nth}-b"], self[f"h{day}-{nth}-e"]) for nth in range(self.spans)],
            )
            for day in DAYS
        ]

    def hours_errors(self) -> list[str]:
        """What is wrong with the hours, which are many fields and one to whoever reads."""
        return [str(error) for error in self.errors.get(_HOURS_AT, [])]

    def _named(self, name: str) -> list[str]:
        return [_HOURS_AT] if name == "hours" else super()._named(name)

    def clean(self) -> dict[str, Any]:
        """The region may be left to the point."""
        said = super().clean() or {}
        if not said.get("region") and (said.get("longitude") is None or said.get("latitude") is None):
            self.add_error("region", _("Please choose a region, or say where it is."))
        return said

    def values(self, place: OfferAtPlace) -> dict[str, Any]:
        """What was said, as the verbs take it."""
        said = self.cleaned_data
        once = {name: said[name] for name in ("longitude", "latitude", "reach_metres")}
        return once | {
            "region": self._region(),
            "address": self.said_in("address", place.address),
            "phone": said["phone"].strip(),
            "step_free": _STEP_FREE[said["step_free"]],
            "hours": self._hours(),
            "serves": list(Region.objects.filter(code__in=said["serves"])),
        }

    def _region(self) -> Region:
        said = self.cleaned_data
        if said["region"]:
            return Region.objects.get(code=said["region"])
        try:
            return region_at(said["longitude"], said["latitude"])
        except ValueError:
            return Region.objects.get(number=tree.ROOT_NUMBER)

    def _hours(self) -> Hours:
        hours: Hours = {}
        for day in DAYS:
            for nth in range(self.spans):
                begin, end = (self.cleaned_data[f"h{day}-{nth}-{which}"].strip() for which in "be")
                if begin or end:
                    hours.setdefault(day, []).append([begin[:5], MIDNIGHT if end[:5] == "00:00" else end[:5]])
        return hours


def as_on_monday(data: Any) -> Any:
    """What was posted, with the hours of Monday also on Tuesday to Friday."""
    copied = data.copy()
    for name in list(data):
        if _is_opening(name) and name.startswith("h1-"):
            for day in _WORKING_DAYS:
                copied[f"h{day}{name[2:]}"] = data[name]
    return copied


def _is_opening(name: str) -> bool:
    return _OPENING.fullmatch(name) is not None


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def _regions() -> list[tuple[str, Any]]:
    """All regions, those of one parent together."""
    groups: dict[str, list[tuple[str, str]]] = {}
    below = Region.objects.exclude(number=tree.ROOT_NUMBER).select_related("parent").order_by("number")
    for region in below[:_MOST_REGIONS]:
        above = str(region.parent) if region.parent is not None and region.parent.number else str(region)
        groups.setdefault(above, []).append((region.code, str(region)))
    return [("", _("By the point below")), *groups.items()]


def _areas(chosen: list[str]) -> list[tuple[str, str]]:
    """The districts to serve, and what is served already."""
    found = {region.code: str(region) for region in districts()}
    found |= {region.code: str(region) for region in Region.objects.filter(code__in=chosen)}
    return list(found.items())
