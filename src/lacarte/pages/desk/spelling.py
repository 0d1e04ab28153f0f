"""A reference as it is read out over the phone, sign by sign, in the caller's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import override, pgettext, pgettext_lazy

from lacarte.kernel.ids import spelled

_DIGITS = {
    "2": pgettext_lazy("a digit read out", "two"),
    "3": pgettext_lazy("a digit read out", "three"),
    "4": pgettext_lazy("a digit read out", "four"),
    "5": pgettext_lazy("a digit read out", "five"),
    "6": pgettext_lazy("a digit read out", "six"),
    "7": pgettext_lazy("a digit read out", "seven"),
    "8": pgettext_lazy("a digit read out", "eight"),
    "9": pgettext_lazy("a digit read out", "nine"),
}


@dataclass(frozen=True)
class Sign:
    """One letter or digit, and how it is said; a pause comes before the second half."""

    sign: str
    words: str
    after_pause: bool = False


def spoken(reference: str, language: str) -> list[Sign]:
    """The signs of ``7KQ2-M4XD``: “seven”, “K as in Kilo”, … as ``language`` says them."""
    with override(language):
        return [
            Sign(sign, _words(sign), after_pause=half > 0 and at == 0)
            for half, signs in enumerate(reference.split("-"))
            for at, sign in enumerate(signs)
        ]


def _words(sign: str) -> str:
    if sign in _DIGITS:
        return str(_DIGITS[sign])
    return pgettext("a letter read out", "%(letter)s as in %(word)s") % {"letter": sign, "word": spelled(sign)}
