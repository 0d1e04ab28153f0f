"""The language of a text, by its script."""

from __future__ import annotations

import unicodedata


def language(text: str) -> str:
    """``"zh-hans"``, ``"en"``, or ``"und"`` where the script says neither.

    A Chinese character carries about as much as three Latin letters, so a Chinese sentence with an English
    name in it stays Chinese. Kana and Hangul are neither.
    """
    han = latin = other = 0
    for sign in text:
        if not sign.isalpha():
            continue
        name = unicodedata.name(sign, "")
        if name.startswith("CJK"):
            han += 1
        elif name.startswith("LATIN"):
            latin += 1
        else:
            other += 1
    if other > han * 3 + latin or not han + latin:
        return "und"
    return "zh-hans" if han * 3 >= latin and not other else ("en" if latin > han * 3 else "und")


def read_language(text: str) -> tuple[str, float]:
    """The language and how certain it is."""
    return language(text), 1.0
