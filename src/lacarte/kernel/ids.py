"""Identifiers: UUIDv7 for records, and a short public reference people can read over the phone."""

from __future__ import annotations

import os
import secrets
import time
import uuid
from collections.abc import Callable

from django.utils.translation import gettext as _

#: 31 signs (a prime number) without 0/O, 1/I/L, so that nothing is misheard or misread.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_BODY_LENGTH = 7


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | (random & (2**62 - 1))
    return uuid.UUID(int=value)


def check_sign(body: str) -> str:
    """The check sign of a reference's body: a weighted sum modulo 31.

    As 31 is prime and the weights differ, every single wrong sign and every swap of two signs is noticed.
    Raises ``KeyError`` for a sign outside :data:`ALPHABET`.
    """
    return ALPHABET[sum(weight * _VALUE[sign] for weight, sign in enumerate(body, start=2)) % len(ALPHABET)]


def new_reference(choose: Callable[[str], str] = secrets.choice) -> str:
    """A fresh public reference such as ``7KQ2-M4XD``: seven random signs and a check sign (2.7e10 of them).

    ``choose`` picks one of the signs it is given; a seeded one makes a city that can be drawn again.
    """
    body = "".join(choose(ALPHABET) for _ in range(_BODY_LENGTH))
    return _spaced(body + check_sign(body))


def read_reference(text: str) -> str:
    """A reference as somebody typed or spoke it, in its written form.

    Case, blanks and dashes do not matter. Raises ``ValueError`` saying what is wrong, in the reader's language.
    """
    signs = "".join(text.upper().replace("-", "").split())
    if len(signs) != _BODY_LENGTH + 1:
        said = {"n": _BODY_LENGTH + 1, "text": text, "found": len(signs)}
        raise ValueError(_("A reference has %(n)d letters and digits, “%(text)s” has %(found)d.") % said)
    wrong = [sign for sign in signs if sign not in _VALUE]
    if wrong:
        said = {"sign": wrong[0], "text": text}
        raise ValueError(_("“%(sign)s” is never part of a reference. Please check “%(text)s”.") % said)
    if check_sign(signs[:-1]) != signs[-1]:
        raise ValueError(_("One of the signs of “%(text)s” is wrong. Please check it.") % {"text": text})
    return _spaced(signs)


#: The spelling alphabet of radio and aviation (ICAO), which people know from the phone.
_SPELLING = {
    word[0].upper(): word
    for word in (
        *("Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "Juliett", "Kilo", "Mike"),
        *("November", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray"),
        *("Yankee", "Zulu"),
    )
}


def spelled(reference: str) -> str:
    """A reference as it is read out: ``7KQ2-M4XD`` is “7 Kilo Quebec 2 – Mike 4 X-ray Delta”."""
    halves = (" ".join(_SPELLING.get(sign, sign) for sign in half) for half in reference.split("-"))
    return " – ".join(halves)


def _spaced(signs: str) -> str:
    return f"{signs[:4]}-{signs[4:]}"
