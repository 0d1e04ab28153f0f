"""The follow-up questions of a service type, as fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lacarte.kernel.text import in_language
from lacarte.pages.design.follow_up import field_for, name_of
from lacarte.pages.design.forms import Choices
from lacarte.pages.resident.draft import Draft
from lacarte.pages.resident.questions import Question
from lacarte.registers.menu.answering import checked, choices_of
from lacarte.registers.menu.models import Attribute

_DATA = Attribute.DataType
_MOST_BUTTONS = 8  # a longer list is a select


@dataclass(frozen=True)
class Part:
    """A notice, or a field with its question."""

    notice: str = ""
    hint: str = ""
    field: BoundField | None = None


class More(Question):
    """All follow-up questions of the type; they are checked as those of every other channel are."""

    errors_sound_alike = True  # “Please answer this question.”: the summary says which

    def __init__(self, data: Any, *, draft: Draft, user: Any) -> None:
        super().__init__(data, draft=draft, user=user)
        self.questions = draft.questions()
        for question in self.questions:
            if question.variable:
                before = written(question, (self.draft.answers or {}).get(question.code, ""))
                self.fields[name_of(question)] = field_for(
                    question, one_of=one_of(question), rows=3, initial=before
                )

    def parts(self) -> list[Part]:
        """Notices and fields in the order of the questions."""
        return [
            Part(field=self[name_of(question)])
            if question.variable
            else Part(notice=str(question), hint=in_language(question.hint))
            for question in self.questions
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        given = {question.code: said.get(name_of(question)) or "" for question in self.questions}
        said["answers"], wrong = checked(self.questions, given)
        for question in self.questions:
            if question.code in wrong:
                self.add_error(name_of(question), wrong[question.code])
        return said

    def answer(self) -> None:
        self.draft.answers = self.cleaned_data["answers"]


def one_of(question: Attribute) -> forms.Widget:
    """Buttons, of which one may say that somebody does not know; a long list is a select."""
    unsure = [] if question.required else [("", _("I do not know"))]
    choices = [*choices_of(question), *unsure]
    if len(choices) > _MOST_BUTTONS:
        return forms.Select(choices=[("", _("Please choose")), *choices_of(question)])
    return Choices(choices=choices)


def written(question: Attribute, answer: str | list[str]) -> Any:
    """An answer as its field shows it."""
    if question.datatype == _DATA.DATETIME and isinstance(answer, str) and answer:
        moment = parse_datetime(answer)
        return timezone.localtime(moment).replace(tzinfo=None) if moment else None
    return answer
