"""Text in several languages: one ``{language: text}`` map, so that a new language needs no migration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, pgettext

from lacarte.engines.text.gazetteer.spelling import has_han

FALLBACK = "en"
#: Groups of three digits, parted by one kind of sign: 1,200 and 1 200 000.5 are no decimals.
_GROUPED = re.compile(r"([1-9]\d{0,2})(?:([,\u00a0\u202f '’])\d{3})(?:\2\d{3})*(?:\.\d+)?", re.ASCII)


def in_language(text: Mapping[str, str], language: str | None = None) -> str:
    """The text in ``language`` (default: the reader's), or the nearest there is.

    Tried in turn: the exact tag, the same language with another script or region, English, anything.
    An empty map gives an empty string.
    """
    wanted = (language or get_language() or FALLBACK).lower()
    available = {tag.lower(): words for tag, words in text.items() if words}
    base = wanted.split("-")[0]
    related = (tag for tag in sorted(available) if tag.split("-")[0] == base)
    for tag in (wanted, *related, FALLBACK, *sorted(available)):
        if tag in available:
            return available[tag]
    return ""


def as_written(words: str) -> dict[str, str]:
    """The map of a text whose language nobody said: Chinese where it has Chinese signs, else English."""
    return {"zh-hans" if has_han(words) else FALLBACK: words} if words else {}


def listed(things: Iterable[object]) -> str:
    """Things one after the other, as the reader's language writes lists; empty ones are left out."""
    return str(pgettext("between the items of a list", ", ")).join(str(thing) for thing in things if thing)


def plain_number(said: str) -> str:
    """A number as a program reads it: 1,200 is 1200, and 1,5 is 1.5. What is no number is returned as it is."""
    said = said.strip().replace("，", ",").replace("．", ".")
    said = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in said)
    if grouped := _GROUPED.fullmatch(said):
        return said.replace(grouped[2], "")
    return said.replace(",", ".")


def storable(text: str) -> bool:
    """Whether every database keeps ``text``: without NUL (PostgreSQL refuses it) and without lone surrogates."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def validate_multilingual(value: Any) -> None:
    """Raise ``ValidationError`` unless ``value`` maps language tags to texts."""
    if not isinstance(value, Mapping):
        raise ValidationError("a multilingual text is a map such as {'en': 'Home care'}")
    for tag, words in value.items():
        if not isinstance(tag, str) or not tag or not isinstance(words, str):
            raise ValidationError(f"“{tag}: {words}” is not a language tag with a text")


class MultilingualField(models.JSONField):
    """A column that holds a ``{language: text}`` map."""

    default_validators = [validate_multilingual]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)
