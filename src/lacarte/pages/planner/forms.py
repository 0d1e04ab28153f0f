"""What planners fill in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.loop.matching.ordering import LONGEST_SEED
from lacarte.pages.design.forms import Choices, Form
from lacarte.registers.menu.models import ServiceType

BY_NEED, BALANCED = "need", "balanced"


def by_area(kinds: Iterable[ServiceType]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Service types for a select, grouped by their life area."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind in kinds:
        groups.setdefault(str(kind.parent or ""), []).append((kind.code, str(kind)))
    return list(groups.items())


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


class Asked(Form):
    """What a plan is asked for, all of it in the address, so that it can be sent to somebody else.

    What the address leaves out is as the fields begin; a number that is wrong says which ones are right.
    """

    marks_optional = False

    def __init__(self, given: Mapping[str, Any]) -> None:
        begin = {name: field.initial for name, field in self.base_fields.items() if field.initial is not None}
        super().__init__({**begin, **given})
        for field in self.fields.values():
            if isinstance(field, forms.IntegerField):
                said = _("%(label)s: give a whole number from %(least)s to %(most)s.") % {
                    "label": field.label,
                    "least": field.min_value,
                    "most": field.max_value,
                }
                field.error_messages |= dict.fromkeys(("required", "invalid", "min_value", "max_value"), said)
