"""How urgent a need is, corrected by an official."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from lacarte.loop.needs.models import Need
from lacarte.loop.needs.urgency.dangers import LONGEST_REASON
from lacarte.pages.design.forms import Form
from lacarte.registers.menu.models import PriorityClass


class UrgencyForm(Form):
    """A class, or that of the service, and why."""

    marks_optional = False
    urgency = forms.ChoiceField(
        label=gettext_lazy("How urgent is it?"),
        choices=[
            ("service", gettext_lazy("As urgent as its service")),
            *((str(value), label) for value, label in PriorityClass.choices),
        ],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        error_messages={"required": gettext_lazy("Please say why.")},
    )

    @classmethod
    def of(cls, need: Need) -> UrgencyForm:
        """The form with what is set now."""
        return cls(None, initial={"urgency": "service" if need.urgency is None else str(need.urgency)})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="urgency", **kwargs)

    def chosen(self) -> PriorityClass | None:
        """The class; call it when the form is valid."""
        said = self.cleaned_data["urgency"]
        return None if said == "service" else PriorityClass(int(said))
