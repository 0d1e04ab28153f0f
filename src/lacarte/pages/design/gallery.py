"""The sample form of the gallery."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lacarte.pages.design.forms import Choices, Form


class Sample(Form):
    """One field of each sort."""

    text = forms.CharField(
        label=_("A field"),
        help_text=_("A hint says what is expected."),
        error_messages={"required": _("Please fill this in.")},
    )
    choice = forms.ChoiceField(
        label=_("A choice"),
        choices=[("one", _("One")), ("two", _("Two"))],
        widget=Choices(hints={"two": _("With a hint")}),
        error_messages={"required": _("Please choose one.")},
    )
