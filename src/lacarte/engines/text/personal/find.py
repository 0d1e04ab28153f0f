"""Find personal data, and hide it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from lacarte.engines.text.personal.contacts import contacts_in
from lacarte.engines.text.personal.folding import even
from lacarte.engines.text.personal.homes import homes_in
from lacarte.engines.text.personal.names import names_in
from lacarte.engines.text.personal.numbers import Found, numbers_in

Span = tuple[int, int, str]
#: Every kind that :func:`find` tells apart, with the word that stands in its place.
KINDS: Mapping[str, str] = {
    "identity": "identity number",
    "social-security": "social security number",
    "passport": "passport",
    "bank": "account number",
    "phone": "phone",
    "email": "e-mail",
    "link": "link",
    "account": "account",
    "network": "network address",
    "plate": "number plate",
    "birth": "date of birth",
    "address": "address",
    "name": "name",
}
_BESIDE_A_NAME = ("phone", "identity", "email")
_ROUNDS = 20
_DIGITS = re.compile(r"\d{3,}")


def find(text: str) -> list[Span]:
    """Where ``text`` has personal data: ``(start, end, kind)``, sorted and disjoint.

    Numbers are checked where they can be (check digits, dates, lengths); names and homes need words that
    announce them. Of spans that overlap, the surer kind names them both.
    """
    return list(_found(text))


@lru_cache(maxsize=4096)  # lists show the same texts again and again
def _found(text: str) -> tuple[Span, ...]:
    folded = even(text)
    sure = _disjoint([*numbers_in(folded), *contacts_in(folded), *homes_in(folded)])
    beside = [start for start, _, kind in sure if kind in _BESIDE_A_NAME]
    return tuple(_disjoint([*sure, *names_in(folded, beside)]))


def _disjoint(spans: Iterable[Span] | Found) -> list[Span]:
    """Spans that overlap become one, of the kind that was found first."""
    ranked = sorted((start, rank, end, kind) for rank, (start, end, kind) in enumerate(spans) if start < end)
    merged: list[tuple[int, int, int, str]] = []
    for start, rank, end, kind in ranked:
        if merged and start < merged[-1][1]:
            first, last, known, of = merged[-1]
            merged[-1] = (first, max(last, end), min(known, rank), of if known < rank else kind)
        else:
            merged.append((start, end, rank, kind))
    return [(start, end, kind) for start, end, _, kind in merged]


def hide(text: str, spans: Iterable[Span], words: Mapping[str, str] | None = None, mask: str = "[{}]") -> str:
    """``text`` with a word in place of each span. ``words`` say each kind in the reader's language."""
    said, parts, at = words or KINDS, [], 0
    for start, end, kind in spans:
        parts += [text[at:start], mask.format(said.get(kind, kind))]
        at = end
    return "".join([*parts, text[at:]])


def hide_all(text: str, words: Mapping[str, str] | None = None, mask: str = "[{}]") -> str:
    """``text`` without personal data: found and hidden until nothing more is found.

    What is left of a text that was made to hide numbers behind numbers loses all of its longer numbers.
    """
    for _ in range(_ROUNDS):
        spans = find(text)
        if not spans:
            return text
        text = hide(text, spans, words, mask)
    return _DIGITS.sub(mask.format((words or KINDS)["phone"]), text)
