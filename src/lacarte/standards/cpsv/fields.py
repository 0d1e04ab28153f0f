"""How a column becomes terms and comes back. One table of fields serves writing and reading.

What a literal cannot say exactly, such as a language tag that is none, is said once more in our own predicate
``lac:exactly``, as JSON. It goes before the literals for as long as those still are what we wrote.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from lacarte.standards.cpsv.terms import IRI, JSON, LAC, STRING, XSD, Term, iri, plain, tagged, typed

EXACTLY = LAC + "exactly"
#: The tag of texts whose language is not known (BCP 47).
NO_LANGUAGE = "und"
Terms = Sequence[Term]
#: What is said of one subject, by predicate.
Said = Mapping[str, Terms]
_TAG = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*")
_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/([A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class UnreadableError(ValueError):
    """``args``: the predicate and what is wrong with its value."""


@dataclass(frozen=True)
class Form:
    """How values of one kind are written, read, and what stands for none at all."""

    write: Callable[[Any], Terms]
    read: Callable[[Terms], Any]
    nothing: Any
    #: Whether terms say all of a value; where there is no need to look, they always do.
    says_all: Callable[[Any, Terms], bool] = lambda value, terms: True


@dataclass(frozen=True)
class Field:
    """A column and the predicate that says it."""

    name: str
    predicate: str
    form: Form
    #: The column of a text that is said where this one says nothing, because CPSV-AP wants something there.
    instead: str = ""


def written(fields: Iterable[Field], row: Mapping[str, Any]) -> list[tuple[str, Term]]:
    """What the columns of ``row`` say; what is empty says nothing."""
    found: list[tuple[str, Term]] = []
    exactly: dict[str, Any] = {}
    for field in fields:
        value, form = row[field.name], field.form
        if value == form.nothing and not field.instead:
            continue
        terms = form.write(value) if value != form.nothing else ()
        said = (terms or _terms_instead(field, row)) if field.instead else terms
        for term in said:
            found.append((field.predicate, term))
        if said is not terms or not form.says_all(value, terms):
            exactly[field.name] = value
    if exactly:
        found.append((EXACTLY, Term(encoded(exactly), JSON)))
    return found


def _terms_instead(field: Field, row: Mapping[str, Any]) -> Terms:
    other = row.get(field.instead)
    return (_write_text(other) if isinstance(other, dict) else ()) or [tagged(row["code"], NO_LANGUAGE)]


def read(fields: Iterable[Field], said: Said, code: str = "") -> dict[str, Any]:
    """The columns that the subject with a ``code`` says. Raises :class:`UnreadableError`."""
    exactly = _exactly(said)
    found: dict[str, Any] = {"code": code}
    for field in fields:
        terms, form = said.get(field.predicate, ()), field.form
        try:
            value = form.read(terms) if terms else empty(form)
            if field.name in exactly:
                ours = form.write(exactly[field.name]) if exactly[field.name] != form.nothing else ()
                ours = (ours or _terms_instead(field, found)) if field.instead else ours
                if value == (form.read(ours) if ours else form.nothing):
                    value = exactly[field.name]
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            shown = terms[0].value[:80] if terms else ""
            raise UnreadableError(field.predicate, f"“{shown}” cannot be used: {error}") from error
        found[field.name] = value
    del found["code"]
    return found


def empty(form: Form) -> Any:
    """What stands for nothing; no two records share it."""
    return type(form.nothing)(form.nothing) if isinstance(form.nothing, dict | list) else form.nothing


def _exactly(said: Said) -> dict[str, Any]:
    try:
        found = json.loads(said[EXACTLY][0].value) if EXACTLY in said else {}
    except (ValueError, RecursionError) as error:
        raise UnreadableError(EXACTLY, "is no JSON") from error
    if not isinstance(found, dict):
        raise UnreadableError(EXACTLY, "is no object in JSON")
    return found


@lru_cache(maxsize=4096)
def is_tag(tag: str) -> bool:
    """Whether RDF takes it for a language, spelt as parsers give it back."""
    return _TAG.fullmatch(tag) is not None


def _write_text(value: Mapping[str, str]) -> Terms:
    return [tagged(words, tag) for tag, words in value.items() if is_tag(tag)]


def _read_text(terms: Terms) -> dict[str, str]:
    """Of several texts in a language the first counts; one without a language is in none (``und``)."""
    found: dict[str, str] = {}
    for value, kind in terms:
        if kind[:1] == "@":
            found.setdefault(kind[1:].lower(), value)
        elif kind == STRING:
            found.setdefault(NO_LANGUAGE, value)
    return found


def _literal(terms: Terms) -> str:
    value, kind = terms[0]
    if kind[:1] not in "@^" or not kind:
        raise ValueError("a literal is expected")
    return value


def _read_number(terms: Terms) -> float:
    number = float(_literal(terms))
    if not math.isfinite(number):
        raise ValueError("it is no number")
    return number


def _read_flag(terms: Terms) -> bool:
    word = _literal(terms)
    if word not in _BOOLEANS:
        raise ValueError("neither true nor false")
    return _BOOLEANS[word]


def write_json(value: Any) -> Terms:
    """A value as a literal in JSON."""
    return [Term(encoded(value), JSON)]


def _read_json(terms: Terms) -> Any:
    return json.loads(_literal(terms))


@lru_cache(maxsize=4096)
def is_web(url: str) -> bool:
    """Whether an address of the web is an IRI as it stands."""
    return _WEB.fullmatch(url) is not None


TEXT = Form(_write_text, _read_text, {}, lambda value, terms: len(terms) == len(value))
STRING_ = Form(lambda value: [plain(value)], _literal, "")
INTEGER = Form(lambda n: [typed(str(n), XSD + "integer")], lambda terms: int(_literal(terms)), None)
NUMBER = Form(lambda x: [typed(repr(float(x)), XSD + "double")], _read_number, None)
FLAG = Form(lambda flag: [typed("true" if flag else "false", XSD + "boolean")], _read_flag, None)
#: As a flag; no is not said.
YES = Form(FLAG.write, _read_flag, False)
DAY = Form(
    lambda day: [typed(day.isoformat(), XSD + "date")], lambda terms: date.fromisoformat(_literal(terms)), None
)
OBJECT = Form(write_json, _read_json, {})
LIST = Form(write_json, _read_json, [])
VALUE = Form(write_json, _read_json, None)
URL = Form(
    lambda url: [iri(url)] if is_web(url) else [], lambda terms: terms[0].value, "", lambda url, terms: bool(terms)
)
KEY = Form(lambda key: [plain(str(key))], lambda terms: UUID(_literal(terms)), None)
WORDS = Form(
    lambda words: [plain(" ".join(words))],
    lambda terms: _literal(terms).split(" "),
    [],
    lambda words, terms: bool(terms[0].value.split(" ") == words),
)


def web(words: str) -> Form:
    """Addresses of one scheme, such as ``mailto:``, kept without it."""
    return Form(
        lambda value: [plain(value)],
        lambda terms: terms[0].value.removeprefix(words) if terms[0].kind == IRI else _literal(terms),
        "",
    )


TELEPHONE, EMAIL = web("tel:"), web("mailto:")
