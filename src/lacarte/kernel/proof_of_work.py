"""A little work that a sender's computer proves to have done, asked for when there is an attack.

The work: find a number so that SHA-256 of challenge and number begins with :data:`BITS` zero bits. One need
costs a browser a second or two, and a flood of thousands costs hours; no third party is asked, and nothing
has to be remembered here, as a challenge is signed and good for one subject only.
"""

from __future__ import annotations

import hashlib

from django.core.signing import BadSignature, TimestampSigner

BITS = 16  # 65,536 tries on average
_GOOD_FOR = 3600  # seconds
_LONGEST_NUMBER = 20  # digits
_SALT = "lacarte.proof-of-work"


def challenge(subject: str) -> str:
    """What to work on, for ``subject``: a signed text without blanks."""
    return TimestampSigner(salt=_SALT).sign(hashlib.sha256(subject.encode()).hexdigest())


def proved(said: str, number: str, subject: str) -> bool:
    """Whether ``number`` solves the challenge ``said``, which was given for ``subject`` in the last hour."""
    try:
        signed = TimestampSigner(salt=_SALT).unsign(said, max_age=_GOOD_FOR)
    except BadSignature:
        return False
    if signed != hashlib.sha256(subject.encode()).hexdigest():
        return False
    return number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER and solves(said, number)


def solves(said: str, number: str, bits: int = BITS) -> bool:
    """Whether SHA-256 of “challenge.number” begins with ``bits`` zero bits."""
    digest = hashlib.sha256(f"{said}.{number}".encode()).digest()
    return int.from_bytes(digest) >> (len(digest) * 8 - bits) == 0


def solve(said: str, bits: int = BITS) -> str:
    """The smallest number that solves a challenge, as a browser finds it."""
    number = 0
    while not solves(said, str(number), bits):
        number += 1
    return str(number)
