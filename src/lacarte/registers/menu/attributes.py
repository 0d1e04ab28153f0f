"""Follow-up questions written down: read from plain data, checked, and set for a service type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from lacarte.kernel.text import storable, validate_multilingual
from lacarte.registers.menu.models import Attribute, ServiceType

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_FIELDS = ("code", "type", "question", "hint", "required", "notice", "values", "fact")
_LONGEST_FACT = 60
_TYPES: dict[str, str] = {
    "line": Attribute.DataType.STRING,
    "text": Attribute.DataType.TEXT,
    "number": Attribute.DataType.NUMBER,
    "time": Attribute.DataType.DATETIME,
    "one-of": Attribute.DataType.ONE_OF,
    "some-of": Attribute.DataType.SOME_OF,
}
_LISTS = (Attribute.DataType.ONE_OF, Attribute.DataType.SOME_OF)
_FEWEST_CHOICES, _MOST_CHOICES = 2, 200


class AttributeWrongError(ValueError):
    """A question cannot be asked as it is written. ``args``: the field and what is wrong with it."""


@transaction.atomic
def set_questions(service_type: ServiceType, questions: Sequence[Attribute]) -> None:
    """Make ``questions`` those of ``service_type``, in this order; others that it had are gone.

    Answers that were given before stay with their needs.
    """
    codes = [question.code for question in questions]
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise AttributeWrongError("code", f"“{twice}” is there twice")
    Attribute.objects.filter(service_type=service_type).delete()
    for order, question in enumerate(questions, start=1):
        question.service_type, question.order = service_type, order
    Attribute.objects.bulk_create(questions)


def read_question(written: Any) -> Attribute:
    """A question as a file says it, not yet saved. Raises :class:`AttributeWrongError`.

    ``written`` has ``code``, ``question`` ({language: text}) and ``type`` (line, text, number, time, one-of,
    some-of), and may have ``hint``, ``required``, ``notice`` (takes no answer), ``fact`` (the kind of circumstance
    that it asks for) and, of a list, ``values``: ``{key: {language: text}}``.
    """
    if not isinstance(written, dict):
        raise AttributeWrongError("question", "is not a table of fields")
    for name in written:
        if name not in _FIELDS:
            raise AttributeWrongError(name, f"is not known; known are {', '.join(_FIELDS)}")
    code, kind = written.get("code"), _TYPES.get(str(written.get("type", "line")))
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise AttributeWrongError("code", "takes letters, digits, “-”, “_” and “.”, such as pole-number")
    if kind is None:
        raise AttributeWrongError("type", f"is one of {', '.join(_TYPES)}")
    notice = _truth(written, "notice")
    return Attribute(
        code=code,
        datatype=kind,
        question=_words(written, "question", needed=True),
        hint=_words(written, "hint", needed=False),
        required=_truth(written, "required") and not notice,
        variable=not notice,
        values=[] if notice else _values(written, kind),
        circumstance="" if notice else _fact(written),
    )


def _words(written: dict[str, Any], name: str, *, needed: bool) -> dict[str, str]:
    words = written.get(name, {})
    try:
        validate_multilingual(words)
    except ValidationError as error:
        raise AttributeWrongError(name, error.messages[0]) from error
    if needed and not any(text.strip() for text in words.values()):
        raise AttributeWrongError(name, 'is missing, such as {en = "Which lamp post?"}')
    if not all(map(storable, words.values())):
        raise AttributeWrongError(name, "holds a character that is no text")
    return dict(words)


def _fact(written: dict[str, Any]) -> str:
    said = written.get("fact", "")
    if said == "" or (isinstance(said, str) and _CODE.fullmatch(said) and len(said) <= _LONGEST_FACT):
        return str(said)
    raise AttributeWrongError("fact", "takes letters, digits, “-”, “_” and “.”, such as child-born-on")


def _truth(written: dict[str, Any], name: str) -> bool:
    said = written.get(name, False)
    if not isinstance(said, bool):
        raise AttributeWrongError(name, "is true or false")
    return said


def _values(written: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    values = written.get("values", {})
    if kind not in _LISTS:
        if values:
            raise AttributeWrongError("values", "are for one-of and some-of only")
        return []
    if not isinstance(values, dict) or not _FEWEST_CHOICES <= len(values) <= _MOST_CHOICES:
        raise AttributeWrongError("values", f"a list has {_FEWEST_CHOICES} to {_MOST_CHOICES} choices")
    for key in values:
        if not _CODE.fullmatch(key):
            raise AttributeWrongError("values", f"“{key}” is no key: letters, digits, “-”, “_” and “.”")
    return [{"key": key, "name": _words(values, key, needed=True)} for key in values]
