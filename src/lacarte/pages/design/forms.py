"""How forms look: Django's forms through our own components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lacarte.kernel.text import storable


class Renderer(TemplatesSetting):
    """Named in the settings; every form and field of the site is drawn by it."""

    form_template_name = "design/components/form.html"
    field_template_name = "design/components/field.html"


class Ticks(forms.CheckboxSelectMultiple):
    """Large boxes of which any number can be ticked."""

    template_name = "design/components/choices.html"


class Choices(forms.RadioSelect):
    """Large radio buttons, each with a hint from ``hints`` (value -> words) where there is one."""

    template_name = "design/components/choices.html"

    def __init__(self, *args: Any, hints: Mapping[str, str | Promise] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = dict(hints or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One button."""
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "hint": self.hints.get(str(value), "")}


class Form(forms.Form):
    """A form of the site. ``heading`` names the one field whose label is the heading of its page.

    ``short`` names fields for a few signs; in a filter nothing ``marks_optional``, as all of it is.
    """

    heading = ""
    short: tuple[str, ...] = ()
    marks_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False  # the error summary says what is missing, in plain words
        for name, field in self.fields.items():
            field.as_heading = name == self.heading  # type: ignore[attr-defined]
            field.short = name in self.short  # type: ignore[attr-defined]
            field.marks_optional = self.marks_optional  # type: ignore[attr-defined]

    def offer(self, name: str, choices: Any) -> None:
        """Set the choices of a field that depend on the records."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class WordsForm(Form):
    """A form in which people write. What a database cannot keep is said at its field."""

    def clean(self) -> dict[str, Any]:
        """The fields that could be read."""
        said = super().clean() or {}
        for name, value in list(said.items()):
            if isinstance(value, str) and not storable(value):
                self.add_error(name, _("This holds a character that is no text. Please type it again."))
        return said
