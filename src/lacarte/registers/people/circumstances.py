"""The facts that are asked about people: each has a kind of answer, a name and a question in words.

A circumstance (``people.models``) is one of these facts about one person or household. What is not in this table
may still be kept and compared; nobody is asked for it, and its code is its name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.text import plain_number

Words = str | Promise
_YEARS = range(1900, 2201)
_MOST = 1e12


class Datatype(StrEnum):
    """What an answer is, and so how its value is kept: true or false, a number, an ISO 8601 day, a key."""

    BOOL = "bool"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


class FactWrongError(ValueError):
    """An answer is none for this fact; the message says why, for the person who gave it."""


@dataclass(frozen=True)
class Fact:
    """One fact: its short name, the question that asks for it, and of a choice the keys with their names.

    ``lasts``: for so many days what somebody said is taken to be so; then it is asked again. None: until they say
    otherwise. ``least`` is the least number that can be.
    """

    name: Words
    question: Words
    datatype: Datatype = Datatype.BOOL
    choices: Sequence[tuple[str, Words]] = ()
    hint: Words = ""
    lasts: int | None = None
    least: int = 0


FACTS: dict[str, Fact] = {
    "low-income": Fact(
        gettext_lazy("Low income"), gettext_lazy("Does your household live on a low income or on benefits?")
    ),
    "disability": Fact(gettext_lazy("Disability"), gettext_lazy("Do you live with a disability?")),
    "chronic-illness": Fact(gettext_lazy("Long illness"), gettext_lazy("Do you have an illness that lasts?")),
    "lives-alone-over-75": Fact(
        gettext_lazy("Over 75 and living alone"), gettext_lazy("Are you over 75 and do you live alone?")
    ),
    "single-parent": Fact(
        gettext_lazy("Single parent"), gettext_lazy("Are you bringing up a child without a partner?")
    ),
    "unemployed": Fact(gettext_lazy("Without work"), gettext_lazy("Are you without work at the moment?")),
    "pregnant": Fact(gettext_lazy("Pregnant"), gettext_lazy("Are you pregnant?"), lasts=300),
    "no-lift": Fact(
        gettext_lazy("Home without a lift"), gettext_lazy("Do you live above the ground floor without a lift?")
    ),
    "school-child": Fact(gettext_lazy("Child at school"), gettext_lazy("Does a child of yours go to school?")),
    "infant": Fact(
        gettext_lazy("Baby or toddler"), gettext_lazy("Is there a child under three in your household?"), lasts=365
    ),
    "resident": Fact(gettext_lazy("Living in the city"), gettext_lazy("Do you live in this city?")),
    "age": Fact(gettext_lazy("Age in years"), gettext_lazy("How old are you, in years?"), Datatype.NUMBER),
    "household-size": Fact(
        gettext_lazy("People in the household"),
        gettext_lazy("How many people live in your household, you included?"),
        Datatype.NUMBER,
        least=1,
    ),
    "household-income": Fact(
        gettext_lazy("Income of the household a month"),
        gettext_lazy("How much money does your household have in a month, after taxes?"),
        Datatype.NUMBER,
        hint=gettext_lazy("All who live together. Roughly is enough."),
    ),
    "lives-here-since": Fact(
        gettext_lazy("Living here since"),
        gettext_lazy("Since which day have you lived in this city?"),
        Datatype.DATE,
        hint=gettext_lazy("Such as 2026-11-28. Roughly is enough."),
    ),
    "children": Fact(gettext_lazy("Children"), gettext_lazy("How many children do you have?"), Datatype.NUMBER),
    "child-born-on": Fact(
        gettext_lazy("Day of the child's birth"),
        gettext_lazy("On which day was the child born?"),
        Datatype.DATE,
        hint=gettext_lazy("Such as 2026-11-28."),
    ),
    "months-insured": Fact(
        gettext_lazy("Months of social insurance"),
        gettext_lazy("For how many months in all did you pay social insurance?"),
        Datatype.NUMBER,
        hint=gettext_lazy("Roughly is enough. Ten years are 120 months."),
    ),
    "last-day-of-work": Fact(
        gettext_lazy("Last day at work"),
        gettext_lazy("Which was your last day at work?"),
        Datatype.DATE,
        hint=gettext_lazy("Such as 2026-11-28."),
    ),
    "rents-home": Fact(gettext_lazy("Rented home"), gettext_lazy("Do you live in a home that you rent?")),
    "needs-daily-help": Fact(
        gettext_lazy("Needs help every day"),
        gettext_lazy("Do you need help every day to wash, dress, eat or walk?"),
    ),
    "bereaved": Fact(
        gettext_lazy("A death in the family"), gettext_lazy("Has somebody of your family or household died?")
    ),
    "bereaved-on": Fact(
        gettext_lazy("Day of the death"),
        gettext_lazy("On which day did they die?"),
        Datatype.DATE,
        hint=gettext_lazy("Such as 2026-11-28."),
    ),
    "opens-on": Fact(
        gettext_lazy("Day of opening"),
        gettext_lazy("When do you want to open?"),
        Datatype.DATE,
        hint=gettext_lazy("Such as 2026-11-28."),
    ),
    "work": Fact(
        gettext_lazy("Work"),
        gettext_lazy("How do you earn your living?"),
        Datatype.CHOICE,
        (
            ("employed", gettext_lazy("Employed")),
            ("self-employed", gettext_lazy("Self-employed")),
            ("none", gettext_lazy("Without work")),
            ("retired", gettext_lazy("Retired")),
            ("learning", gettext_lazy("At school or in training")),
        ),
    ),
}


def in_words(kind: str) -> str:
    """A kind of circumstance as people call it."""
    return str(FACTS[kind].name) if kind in FACTS else kind


def question_of(kind: str) -> str:
    """The question that asks for a fact; its name where nobody has worded one."""
    return str(FACTS[kind].question) if kind in FACTS else kind


def value_in_words(kind: str, value: Any) -> str:
    """What is known of a fact, as people say it: “yes”, “34”, a day, or the name of a choice."""
    fact = FACTS.get(kind)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if fact and fact.datatype is Datatype.CHOICE:
        return str(dict(fact.choices).get(str(value), value))
    if fact and fact.datatype is Datatype.DATE and (day := _day(value)):
        return date_format(day, "DATE_FORMAT")
    if isinstance(value, int | float):
        return number_format(value, use_l10n=True)
    return str(value)


def read_fact(kind: str, said: str) -> bool | int | float | str:
    """The value of an answer in the form in which it is kept. Raises :class:`FactWrongError`.

    A yes or no is said as ``yes`` or ``no``, a number in digits (1,200 is 1200), a day as
    year-month-day, a choice by its key.
    """
    fact = FACTS.get(kind)
    if fact is None:
        raise FactWrongError(_("“%(kind)s” is nothing that we ask for.") % {"kind": kind[:60]})
    said = said.strip()
    match fact.datatype:
        case Datatype.BOOL:
            if said not in ("yes", "no"):
                raise FactWrongError(_("Please choose yes or no."))
            return said == "yes"
        case Datatype.NUMBER:
            return _number(said, fact.least)
        case Datatype.DATE:
            if day := _day(said):
                return day.isoformat()
            raise FactWrongError(_("Please write the day as year-month-day, such as 2026-11-28."))
    if said not in dict(fact.choices):
        raise FactWrongError(_("Please choose one."))
    return said


def written(kind: str, value: Any) -> str:
    """A value as :func:`read_fact` reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _number(said: str, least: int) -> int | float:
    try:
        number = float(plain_number(said)) if len(said) <= len(f"{_MOST:f}") else math.nan
    except ValueError:
        number = math.nan
    if not 0 <= number <= _MOST:
        raise FactWrongError(_("Please write a number in digits, such as 12 or 1.5."))
    if number < least:
        raise FactWrongError(_("Please write at least %(n)d.") % {"n": least})
    return int(number) if number.is_integer() else number


def _day(said: Any) -> date | None:
    try:
        day = date.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return day if day.year in _YEARS else None
