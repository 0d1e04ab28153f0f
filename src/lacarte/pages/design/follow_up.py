"""Fields for the follow-up questions of a service type, on the resident's page and at the desk."""

from __future__ import annotations

from typing import Any

from django import forms

from lacarte.kernel.text import in_language
from lacarte.pages.design.forms import Ticks
from lacarte.registers.menu.answering import LONGEST_LINE, LONGEST_TEXT, choices_of
from lacarte.registers.menu.models import Attribute

_DATA = Attribute.DataType


def name_of(question: Attribute) -> str:
    """The name of a question's field; the code alone might be that of another field."""
    return f"q-{question.code}"


def field_for(
    question: Attribute, *, one_of: forms.Widget, rows: int, autofill: bool = True, initial: Any = None
) -> forms.Field:
    """A field that takes whatever is typed: ``registers.menu.answering.checked`` says what is wrong with it.

    ``one_of`` is what a list is chosen from, where one may be; ``rows`` the height of a long text;
    without ``autofill`` the browser proposes nothing of what was typed before, by somebody else.
    """
    field = forms.Field(
        label=str(question),
        help_text=in_language(question.hint),
        required=False,
        widget=_widget(question, one_of, rows, autofill),
        initial=initial,
    )
    field.as_heading = False  # type: ignore[attr-defined]
    field.short = question.datatype in (_DATA.NUMBER, _DATA.DATETIME)  # type: ignore[attr-defined]
    field.marks_optional = not question.required  # type: ignore[attr-defined]
    return field


def _widget(question: Attribute, one_of: forms.Widget, rows: int, autofill: bool) -> forms.Widget:
    match question.datatype:
        case _DATA.TEXT:
            return forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST_TEXT})
        case _DATA.NUMBER:
            return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        case _DATA.DATETIME:
            return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        case _DATA.SOME_OF:
            return Ticks(choices=choices_of(question))
        case _DATA.ONE_OF:
            return one_of
    return forms.TextInput(attrs={"maxlength": LONGEST_LINE} | ({} if autofill else {"autocomplete": "off"}))
