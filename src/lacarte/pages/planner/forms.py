"""What planners fill in."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy

from lacarte.loop.matching.ordering import LONGEST_SEED
from lacarte.loop.planning.queries import UnmetRow
from lacarte.pages.design.filters import AreaAndDistrict
from lacarte.pages.design.forms import Choices, Form

BY_NEED, BALANCED = "need", "balanced"


class Filter(AreaAndDistrict):
    """By life area and district."""

    def keep(self, rows: Iterable[UnmetRow]) -> list[UnmetRow]:
        """The rows within what was chosen."""
        area, district = self.chosen_area(), self.chosen_district()
        return [
            row
            for row in rows
            if (area is None or row.service_type.number in area.interval)
            and (district is None or row.region.number in district.interval)
        ]


class Preview(Form):
    """Ask for a preview."""

    short = ("seed",)
    seed = forms.CharField(
        label=gettext_lazy("Seed of the draw"),
        help_text=gettext_lazy("A number that was drawn in public. Left empty, it is today's date."),
        required=False,
        max_length=LONGEST_SEED,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    inside = forms.ChoiceField(
        label=gettext_lazy("Who goes first inside a class"),
        help_text=gettext_lazy("Either way, as many people of each class are served."),
        choices=[
            (BY_NEED, gettext_lazy("Need index, then waiting, then the draw")),
            (BALANCED, gettext_lazy("Districts as evenly served as possible")),
        ],
        initial=BY_NEED,
        required=False,
        widget=Choices,
    )
