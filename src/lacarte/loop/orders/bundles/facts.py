"""Facts about people as follow-up questions and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lacarte.registers.entitlement.judging import Between
from lacarte.registers.menu.answering import AnswerWrongError
from lacarte.registers.menu.models import Attribute
from lacarte.registers.people.circumstances import FACTS, Datatype, FactWrongError, question_of, read_fact, written

_DATA = Attribute.DataType
#: Keys of choices that say nothing.
_NOT_KNOWN = ("", "unknown", "-")


def question_about(kind: str) -> Attribute:
    """The question for a fact that no service asks for by itself. Raises ``KeyError`` for an unknown one."""
    fact = FACTS[kind]
    asked = Attribute(code=kind, question=_said(question_of(kind)), hint=_said(str(fact.hint)))
    asked.datatype = _DATA.STRING
    if fact.datatype is Datatype.NUMBER:
        asked.datatype = _DATA.NUMBER
    elif fact.datatype is Datatype.BOOL:
        asked.datatype, asked.values = _DATA.ONE_OF, _choices([("yes", _("Yes")), ("no", _("No"))])
    elif fact.datatype is Datatype.CHOICE:
        asked.datatype, asked.values = _DATA.ONE_OF, _choices([(key, str(name)) for key, name in fact.choices])
    return asked


def _choices(named: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"key": key, "name": _said(name)} for key, name in named]


def _said(words: str) -> dict[str, str]:
    return {get_language() or "en": words}


def is_day(kind: str) -> bool:
    """Whether a fact is a day, such as that of a birth."""
    return kind in FACTS and FACTS[kind].datatype is Datatype.DATE


def read_day(kind: str, given: str | Sequence[str], *, required: bool) -> str:
    """A day in ISO 8601; empty for none. Raises :class:`AnswerWrongError`."""
    said = (given if isinstance(given, str) else next(iter(given), "")).strip()
    if not said:
        if required:
            raise AnswerWrongError(_("Please answer this question."))
        return ""
    try:
        return str(read_fact(kind, said))
    except FactWrongError as error:
        raise AnswerWrongError(str(error)) from error


def fact_of(kind: str, answer: str | list[str], question: Attribute) -> Any:
    """An answer as a fact is kept; ``None`` for “I do not know”."""
    if isinstance(answer, list):
        return answer
    if question.datatype == _DATA.ONE_OF and answer in _NOT_KNOWN:
        return None
    with suppress(FactWrongError):
        return read_fact(kind, answer)
    if question.datatype == _DATA.NUMBER:
        with suppress(InvalidOperation):
            number = Decimal(answer)
            return int(number) if number == number.to_integral_value() else float(number)
    return answer


def answer_of(kind: str, fact: Any) -> str | list[str]:
    """A fact as an answer; empty for what answers no question, as bounds do not."""
    if isinstance(fact, list):
        return [str(one) for one in fact]
    return "" if fact is None or isinstance(fact, dict | Between) else written(kind, fact)
