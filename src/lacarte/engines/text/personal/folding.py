"""Text made even, sign for sign, so that a place in the one is the same place in the other."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－ー"), "-")
_CHINESE_DIGITS = {
    ord(sign): str(value)
    for value, signs in enumerate(
        ["〇零", "一壹幺", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"]
    )
    for sign in signs
}


@lru_cache(maxsize=20_000)
def _even(sign: str) -> str:
    if sign.isspace():
        return "\n" if sign == "\n" else " "
    folded = unicodedata.normalize("NFKC", sign)
    if folded.isdecimal() and len(folded) == 1:
        return str(unicodedata.digit(folded))
    return folded if len(folded) == 1 else sign


def even(text: str) -> str:
    """Full-width signs, dashes, digits of any script and spaces as their plain ASCII ones; as long as ``text``."""
    if text.isascii():
        return text.translate({9: " ", 11: " ", 12: " ", 13: " "})
    return "".join(map(_even, text)).translate(_DASHES)


def spelt_digits(folded: str) -> str:
    """Chinese numerals that are read out sign by sign, as digits; as long as ``folded``."""
    return folded if folded.isascii() else folded.translate(_CHINESE_DIGITS)
