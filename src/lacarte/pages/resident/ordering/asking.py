"""The questions of all services on one page: what is known already is shown, and may be corrected."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from lacarte.kernel.text import in_language
from lacarte.loop.orders.bundles.questions import Asked, checked, in_words
from lacarte.pages.design.follow_up import field_for
from lacarte.pages.design.forms import Form
from lacarte.pages.resident.questions_more import one_of, written
from lacarte.registers.menu.answering import Answers
from lacarte.registers.menu.models import ServiceType


@dataclass(frozen=True)
class Line:
    """A notice, or a question with its field; ``known`` is what was said before, in words."""

    notice: str = ""
    hint: str = ""
    field: BoundField | None = None
    known: str = ""


class Questions(Form):
    """Every distinct fact once. ``known`` are answers by name that were given before, in this order or earlier.

    ``idle`` are names of questions whose answers cannot matter, which are not asked; ``withheld`` those that they
    would rather not say, which are asked only where they wish.
    """

    errors_sound_alike = True  # as of the follow-up questions of one service

    def __init__(
        self,
        data: Any,
        *,
        asked: list[Asked],
        known: Answers,
        answers: Answers | None,
        idle: Collection[str] = (),
        withheld: Collection[str] = (),
    ) -> None:
        super().__init__(data)
        self.idle = set(idle)
        self.asked, self.known = [one for one in asked if one.name not in idle], known
        self.withheld = [one.name for one in self.asked if one.name in withheld and one.name not in known]
        asked = self.asked
        for one in asked:
            if one.takes_answer:
                before = (answers if answers is not None else known).get(one.name, "")
                self.fields[one.name] = _field(one, before)

    def lines(self) -> list[Line]:
        """What has to be asked, and notices, in their order."""
        return [self._line(one) for one in self.asked if one.name not in (*self.known, *self.withheld)]

    def withheld_lines(self) -> list[Line]:
        """What they would rather not say, each with the field for who says it now."""
        return [self._line(one) for one in self.asked if one.name in self.withheld]

    def known_lines(self) -> list[Line]:
        """What is known already, each with the field by which it is corrected."""
        return [self._line(one) for one in self.asked if one.name in self.known]

    def known_wrong(self) -> bool:
        """Whether one of the corrections cannot be kept."""
        return any(name in self.errors for name in self.known)

    def _line(self, one: Asked) -> Line:
        if not one.takes_answer:
            return Line(notice=str(one.question), hint=in_language(one.question.hint))
        said = self.known.get(one.name)
        return Line(field=self[one.name], known=in_words(one, said) if said else "")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        given = {one.name: said.get(one.name) or "" for one in self.asked}
        said["answers"], wrong = checked(self.asked, given)
        for name, why in wrong.items():
            self.add_error(name, why)
        return said


def _field(one: Asked, before: str | list[str]) -> forms.Field:
    if one.day:
        field = forms.Field(
            label=str(one.question),
            help_text=in_language(one.question.hint),
            required=False,
            initial=before,
            widget=forms.DateInput(attrs={"type": "date", "min": "1900-01-01"}),
        )
        field.as_heading = False  # type: ignore[attr-defined]
        field.short, field.marks_optional = True, not one.question.required  # type: ignore[attr-defined]
        return field
    return field_for(one.question, one_of=one_of(one.question), rows=3, initial=written(one.question, before))


def told(asked: list[Asked], answers: Answers, services: list[ServiceType]) -> list[tuple[str, str]]:
    """Questions and answers in words, for the check; which service asks is said where several are ordered."""
    names = {service.number: str(service) for service in services}
    rows = []
    for one in asked:
        if one.name in answers:
            alone = not one.circumstance and len(services) > 1 and one.answers
            about = f" ({names.get(one.answers[0].service_type_id, '')})" if alone else ""
            rows.append((f"{one.question}{about}", in_words(one, answers[one.name])))
    return rows
