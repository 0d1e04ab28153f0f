"""Answers to the follow-up questions of a service type: checked alike for every channel, and put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal, InvalidOperation

from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from lacarte.kernel.prepared import Prepared
from lacarte.kernel.text import in_language, listed, plain_number, storable
from lacarte.registers.menu.models import Attribute, ServiceType

Answers = dict[str, str | list[str]]
Given = Mapping[str, str | Sequence[str]]
LONGEST_LINE, LONGEST_TEXT, _LONGEST_NUMBER = 255, 2000, 40
_YEARS = range(1900, 2201)
_QUESTIONS = Prepared(Attribute, "service_type_id = %s", order='"order", code')
_LISTS = (Attribute.DataType.ONE_OF, Attribute.DataType.SOME_OF)


class AnswerWrongError(ValueError):
    """An answer cannot be kept; the message says why, for the person who gave it."""


@dataclass(frozen=True)
class Answered:
    """A question and its answer, both in the reader's language."""

    code: str
    question: str
    words: str


def questions_of(service_type: ServiceType | None) -> list[Attribute]:
    """The follow-up questions and notices of a service type, in their order."""
    if service_type is None:
        return []
    return _QUESTIONS.all(service_type.number)


def checked(questions: Iterable[Attribute], given: Given) -> tuple[Answers, dict[str, str]]:
    """The answers in the form in which they are kept, and what is wrong with the others, by code.

    A number is kept as its digits, a time in ISO 8601 with its offset, a choice as its key. What is not a code
    of ``questions`` is left out, as are answers to notices, which take none.
    """
    kept: Answers = {}
    wrong: dict[str, str] = {}
    for question in questions:
        if not question.variable:
            continue
        try:
            answer = read_answer(question, given.get(question.code, ""))
        except AnswerWrongError as error:
            wrong[question.code] = str(error)
        else:
            if answer:
                kept[question.code] = answer
    return kept, wrong


def read_answer(question: Attribute, given: str | Sequence[str]) -> str | list[str]:
    """One answer as it is kept; empty for none. Raises :class:`AnswerWrongError`."""
    said = [given] if isinstance(given, str) else list(given)
    said = list(dict.fromkeys(part.strip() for part in said if part.strip()))
    if not all(map(storable, said)):
        raise AnswerWrongError(_("This holds a character that is no text. Please type it again."))
    if not said:
        if question.required:
            raise AnswerWrongError(_missing(question))
        return ""
    if question.datatype == Attribute.DataType.SOME_OF:
        return [_key(question, one) for one in said]
    if len(said) > 1:
        raise AnswerWrongError(_("Please give one answer only."))
    return _READERS[Attribute.DataType(question.datatype)](question, said[0])


def in_words(questions: Iterable[Attribute], answers: Answers) -> list[Answered]:
    """What was answered, in the order of the questions; then answers whose question is gone, under their code."""
    found, left = [], dict(answers)
    for question in questions:
        if question.code in left:
            said = left.pop(question.code)
            found.append(Answered(question.code, str(question), _shown(question, said)))
    plain = {code: said if isinstance(said, str) else listed(said) for code, said in left.items()}
    return found + [Answered(code, code, said) for code, said in plain.items()]


def choices_of(question: Attribute) -> list[tuple[str, str]]:
    """The keys and names of a list, in the reader's language."""
    return [(one["key"], in_language(one["name"]) or one["key"]) for one in question.values]


def _missing(question: Attribute) -> str:
    if question.datatype == Attribute.DataType.SOME_OF:
        return _("Please choose at least one.")
    if question.datatype == Attribute.DataType.ONE_OF:
        return _("Please choose one.")
    return _("Please answer this question.")


def _key(question: Attribute, said: str) -> str:
    if said not in {one["key"] for one in question.values}:
        raise AnswerWrongError(_("“%(said)s” is none of the choices.") % {"said": said[:60]})
    return said


def _line(question: Attribute, said: str) -> str:
    said = " ".join(said.split())
    if len(said) > LONGEST_LINE:
        raise AnswerWrongError(_("Please use at most %(n)d characters.") % {"n": LONGEST_LINE})
    return said


def _text(question: Attribute, said: str) -> str:
    if len(said) > LONGEST_TEXT:
        raise AnswerWrongError(_("Please use at most %(n)d characters.") % {"n": LONGEST_TEXT})
    return said


def _number(question: Attribute, said: str) -> str:
    try:
        number = Decimal(plain_number(said))
        if len(said) > _LONGEST_NUMBER or not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
            raise InvalidOperation
    except InvalidOperation as error:
        raise AnswerWrongError(_("Please write a number in digits, such as 12 or 1.5.")) from error
    return f"{number:f}"


def _moment(question: Attribute, said: str) -> str:
    try:
        moment = parse_datetime(said)
        if moment is None and (day := parse_date(said)):
            moment = datetime.combine(day, time())
        if moment is None or moment.year not in _YEARS:
            raise ValueError(said)
        return (timezone.make_aware(moment) if timezone.is_naive(moment) else moment).isoformat()
    except ValueError as error:
        raise AnswerWrongError(_("Please write a day and time, such as 2026-11-28 14:30.")) from error


_READERS = {
    Attribute.DataType.STRING: _line,
    Attribute.DataType.TEXT: _text,
    Attribute.DataType.NUMBER: _number,
    Attribute.DataType.DATETIME: _moment,
    Attribute.DataType.ONE_OF: _key,
}


def _shown(question: Attribute, said: str | list[str]) -> str:
    if question.datatype in _LISTS:
        names = dict(choices_of(question))
        return listed(names.get(key, key) for key in ([said] if isinstance(said, str) else said))
    if question.datatype == Attribute.DataType.DATETIME and isinstance(said, str):
        moment = parse_datetime(said)
        return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else said
    return said if isinstance(said, str) else listed(said)
