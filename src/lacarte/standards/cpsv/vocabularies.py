"""Entries of published vocabularies: what they are called, and which class they have."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from lacarte.standards.cpsv.terms import AUTHORITY, LAC

CONTENT = Path(__file__).parent / "content"
#: The kinds of channels that are ours.
OFFER, OFFER_AT_PLACE = LAC + "Offer", LAC + "OfferAtPlace"
WEEKLY = AUTHORITY + "frequency/WEEKLY"
_CURRENCY = AUTHORITY + "currency/"


@lru_cache
def _written() -> dict[str, dict[str, str]]:
    return tomllib.loads((CONTENT / "vocabularies.toml").read_text(encoding="utf-8"))


@lru_cache
def _starts() -> tuple[str, ...]:
    return tuple(_written()["classes"])


def class_of(entry: str) -> str:
    """The class of an entry; empty where the vocabulary is not known."""
    return _class_of(entry) if entry.startswith(_starts()) else ""


@lru_cache(maxsize=4096)
def _class_of(entry: str) -> str:
    return next((kind for start, kind in _written()["classes"].items() if entry.startswith(start)), "")


@lru_cache(maxsize=1024)
def language(tag: str) -> str:
    """The entry of the language of a tag (BCP 47); empty where it is not known."""
    code = _written()["languages"].get(tag.lower().split("-")[0])
    return f"{AUTHORITY}language/{code}" if code else ""


def currency(code: str) -> str:
    """The entry of a currency by its code (ISO 4217)."""
    return _CURRENCY + code


def currency_code(entry: str) -> str:
    """The code of a currency by its entry; empty where it is none."""
    code = entry.removeprefix(_CURRENCY)
    return code if len(code) == 3 and code.isascii() and code.isupper() else ""
