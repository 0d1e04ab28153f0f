"""The weights of needs as a form: percent, days, and circumstances line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.loop.priority.deciding import LONGEST_WORDS
from lacarte.loop.priority.explaining import PART_NAMES
from lacarte.loop.priority.weights import (
    MOST_DIMENSIONS,
    PARTS,
    Dimension,
    Indicator,
    Scheme,
    WeightsRefusedError,
)
from lacarte.pages.desk.previewing import Previewed
from lacarte.registers.people.circumstances import FACTS, Datatype, FactWrongError, read_fact, written

_LINE = re.compile(r"([a-z0-9-]{1,60})\s*(?:(=|>=|<=)\s*(\S.*))?")
_WRONG = {"invalid": gettext_lazy("Please write a number."), "required": gettext_lazy("Please write a number.")}


def _percent(label: Any, **more: Any) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=0, max_value=100, error_messages=_WRONG, **more)


class WeightsForm(Previewed):
    """All of a version; its first button says what it would do. The dimension after the last may stay empty."""

    reason = None  # type: ignore[assignment]  # there is one a language
    since = forms.DateField(
        label=gettext_lazy("From which day on"),
        help_text=gettext_lazy("Empty: from now on."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    minutes = forms.CharField(
        label=gettext_lazy("Where the decision is written"),
        help_text=gettext_lazy("The address of the minutes, such as https://…. It is shown to everybody."),
        required=False,
        max_length=500,
        widget=forms.URLInput(),
    )
    full_wait_days = forms.FloatField(
        label=gettext_lazy("Waiting counts in full after days"), error_messages=_WRONG
    )
    cutoff = _percent(
        gettext_lazy("Cut-off of the household, in percent"),
        help_text=gettext_lazy("Who is surely in difficulty by so much goes one class earlier."),
    )

    def __init__(self, data: Any, *, now: Scheme) -> None:
        self.now = now
        self.count = min(len(now.dimensions) + 1, MOST_DIMENSIONS)
        super().__init__(data, initial=_initial(now))
        for language, name in self.languages():
            self._words(
                f"body-{language}", _("Which body decided (%(language)s)") % {"language": name}, language, 1
            )
            self._words(f"reason-{language}", _("Why (%(language)s)") % {"language": name}, language, 3)
        for part in PARTS:
            self.fields[f"weight-{part}"] = _percent(PART_NAMES[part])
        for at in range(self.count):
            self._dimension(at)
        for field in self.fields.values():
            field.marks_optional = False  # type: ignore[attr-defined]

    def _words(self, name: str, label: str, language: str, rows: int) -> None:
        attributes = {"lang": language}
        widget = (
            forms.Textarea(attrs={**attributes, "rows": rows}) if rows > 1 else forms.TextInput(attrs=attributes)
        )
        self.fields[name] = forms.CharField(label=label, required=False, max_length=LONGEST_WORDS, widget=widget)

    def _dimension(self, at: int) -> None:
        for language, name in self.languages():
            self._words(f"name-{at}-{language}", _("Name (%(language)s)") % {"language": name}, language, 1)
        self.fields[f"share-{at}"] = _percent(_("Weight in percent"), required=False)
        self.fields[f"facts-{at}"] = forms.CharField(
            label=_("Circumstances, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 3})
        )

    @staticmethod
    def languages() -> list[tuple[str, str]]:
        """The site's languages, by code."""
        return [(code, str(get_language_info(code)["name_translated"])) for code, _name in settings.LANGUAGES]

    def decision(self) -> list[Any]:
        """The fields that say who decided."""
        spoken = [f"{part}-{language}" for part in ("body", "reason") for language, _ in self.languages()]
        return [self[name] for name in ("since", "minutes", *spoken)]

    def shares(self) -> list[Any]:
        """The fields of the parts."""
        return [self[name] for name in (*(f"weight-{part}" for part in PARTS), "full_wait_days", "cutoff")]

    def dimensions(self) -> Iterator[tuple[str, bool, list[Any]]]:
        """By dimension: its name, whether it is there already, and its fields."""
        for at in range(self.count):
            known = self.now.dimensions[at : at + 1]
            names = [f"name-{at}-{language}" for language, _name in self.languages()]
            fields = [self[name] for name in (*names, f"share-{at}", f"facts-{at}")]
            yield (str(known[0]) if known else _("One more"), bool(known), fields)

    def proposed(self) -> Scheme:
        """The weights that were said. Raises :class:`WeightsRefusedError` for a line without a circumstance."""
        said = self.cleaned_data
        return replace(
            self.now,
            weights={part: said[f"weight-{part}"] / 100 for part in PARTS},
            full_wait_days=said["full_wait_days"],
            cutoff=said["cutoff"] / 100,
            dimensions=tuple(one for at in range(self.count) if (one := self._said_dimension(at)) is not None),
        )

    def _said_dimension(self, at: int) -> Dimension | None:
        said = self.cleaned_data
        name = {
            language: words for language, _ in self.languages() if (words := said[f"name-{at}-{language}"].strip())
        }
        lines = [line.strip() for line in said[f"facts-{at}"].splitlines() if line.strip()]
        if not name and not lines and not said[f"share-{at}"]:
            return None
        known = self.now.dimensions[at : at + 1]
        taken = {one.code for one in self.now.dimensions}
        code = known[0].code if known else next(c for n in range(1, 100) if (c := f"dimension-{n}") not in taken)
        indicators = tuple(read_indicator(line, f"facts-{at}") for line in lines)
        return Dimension(code, name, (said[f"share-{at}"] or 0) / 100, indicators)

    def words(self, part: str) -> dict[str, str]:
        """Which body, or why, by language."""
        return {
            language: words
            for language, _ in self.languages()
            if (words := self.cleaned_data[f"{part}-{language}"].strip())
        }

    def begins(self) -> datetime:
        """When the weights begin to hold."""
        day = self.cleaned_data["since"]
        return timezone.make_aware(datetime.combine(day, time.min)) if day else clock.now()

    def refuse(self, error: WeightsRefusedError) -> None:
        """Say what is wrong at the field that it is about."""
        first = self.languages()[0][0]
        names = {"weights": f"weight-{PARTS[0]}", "body": f"body-{first}", "reason": f"reason-{first}"}
        names |= {part: f"weight-{part}" for part in PARTS}
        name = names.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, str(error))


def _initial(now: Scheme) -> dict[str, Any]:
    initial: dict[str, Any] = {f"weight-{part}": _tidy(100 * weight) for part, weight in now.weights.items()}
    initial |= {"full_wait_days": _tidy(now.full_wait_days), "cutoff": _tidy(100 * now.cutoff)}
    for at, one in enumerate(now.dimensions):
        initial |= {f"name-{at}-{language}": words for language, words in one.name.items()}
        initial[f"share-{at}"] = _tidy(100 * one.weight)
        initial[f"facts-{at}"] = "\n".join(indicator_line(indicator) for indicator in one.indicators)
    return initial


def _tidy(number: float) -> float | int:
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def indicator_line(one: Indicator) -> str:
    """An indicator as :func:`read_indicator` reads it; several values or ends are a line each."""
    lines = [f"{one.kind} = {written(one.kind, value)}" for value in one.among]
    lines += [
        f"{one.kind} {sign} {_tidy(end)}" for sign, end in ((">=", one.least), ("<=", one.most)) if end is not None
    ]
    return "\n".join(lines)


def read_indicator(line: str, field: str) -> Indicator:
    """``low-income = yes``, ``household-size >= 5``. Raises :class:`WeightsRefusedError` for anything else."""
    said = _LINE.fullmatch(line)
    fact = FACTS.get(said[1]) if said else None
    if said is None or fact is None:
        raise WeightsRefusedError(field, _("“%(line)s” names no circumstance.") % {"line": line[:60]})
    try:
        value = read_fact(said[1], said[3] or "yes")
    except FactWrongError as error:
        raise WeightsRefusedError(field, f"“{line[:60]}”: {error}") from error
    if fact.datatype is Datatype.NUMBER and said[2] in (">=", "<="):
        end = float(value)
        return Indicator(said[1], least=end) if said[2] == ">=" else Indicator(said[1], most=end)
    if fact.datatype in (Datatype.BOOL, Datatype.CHOICE) and said[2] in (None, "="):
        return Indicator(said[1], among=(value,))
    words = _("“%(line)s”: numbers are compared by >= or <=, all else by =.")
    raise WeightsRefusedError(field, words % {"line": line[:60]})
