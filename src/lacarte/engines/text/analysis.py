"""Texts as tokens by which they are found: what a text is filed under, and what is asked for.

Case, marks, width and traditional Chinese signs do not matter. A script that puts no space between words is cut
into pairs of signs that overlap: a wrong sign spoils two of them, where it would spoil every word that a
dictionary makes of it. Words of other scripts are filed under their stem.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lacarte.engines.text.stems import stem
from lacarte.engines.text.traditional import TO_SIMPLIFIED

__all__ = ["Piece", "Term", "around", "fold", "pieces", "terms"]

#: Letters that Unicode does not take apart into a letter and a mark, as people write who cannot type them; signs
#: that one script writes in two ways; and what is left out.
_ALIKE = {
    **dict(zip(map(ord, "ıłøđðħŧƒ"), "iloddhtf", strict=True)),
    **{ord("œ"): "oe", ord("æ"): "ae", ord("þ"): "th"},
    **dict(zip(map(ord, "ىیۍېکڪةہە"), "ييييككههه", strict=True)),
    0x0640: "",  # the stroke that stretches Arabic words
    **{ord(first) + n: str(n) for first in "٠۰०০੦૦୦௦౦೦൦๐໐" for n in range(10)},
}
_FOLDS = TO_SIMPLIFIED | _ALIKE
#: Thai to Lao, Burmese, Khmer; kana, Han; the sounds of Korean, whose words take endings that no stem tells.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_UNSPACED += "\uf900-\ufaff\U00020000-\U0003ffff"
_LONGEST_WORD = 40  # signs: longer ones are cut


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a pair of signs, of a text in Unicode's form KC: folded, and as it was written."""

    key: str
    written: str
    start: int
    end: int
    spaced: bool  # a word of a script that puts spaces between words
    last: bool = False  # the last sign of its run, by itself


class Term(NamedTuple):
    """A piece as a text is filed under it: what people write, and the token that stands for all its forms."""

    key: str
    token: str
    spaced: bool


def fold(text: str) -> str:
    """``text`` without case, marks, width and traditional signs; folding it again changes nothing."""
    if text.isascii():
        return text.lower()
    while (folded := _folded(text)) != text:
        text = folded
    return text


def pieces(text: str) -> list[Piece]:
    """The pieces of ``text`` in their order; never raises. A run of one sign is a piece by itself."""
    return list(_pieces(unicodedata.normalize("NFKC", text)))


def terms(text: str, language: str, *, apart: bool = False) -> list[Term]:
    """What a text in ``language`` (BCP 47) is filed under; a term that is there twice is listed twice.

    Besides the pairs of signs that is the last sign of each run: whoever asks for one sign, and for what begins
    with it, finds each place where it stands. With ``apart`` it is also each two signs that have one between them,
    which a wrong one leaves as they are.
    """
    found: list[Term] = []
    for run in _runs().finditer(unicodedata.normalize("NFKC", text)):
        if run.lastgroup == "spaced":
            found += _word(run[0], language)
            continue
        key = _key(run[0])
        found += map(_sign, _cut(key))
        if apart:
            found += (_sign(around(key[k], key[k + 2])) for k in range(len(key) - 2))
    return found


def around(first: str, last: str) -> str:
    """The token of two signs with one between them."""
    return f"{first}0{last}"  # no run of such signs has a digit


@lru_cache(maxsize=100_000)
def _word(written: str, language: str) -> tuple[Term, ...]:
    key = _key(written)[:_LONGEST_WORD]
    token = fold(stem(written[:_LONGEST_WORD].lower(), language))
    return (Term(key, token[:_LONGEST_WORD] if token.isalnum() else key, spaced=True),) if key else ()


@lru_cache(maxsize=100_000)
def _sign(key: str) -> Term:
    return Term(key, key, spaced=False)


def _cut(key: str) -> list[str]:
    return [key[k : k + 2] for k in range(len(key))]


def _key(run: str) -> str:
    key = fold(run)
    return key if key.isalnum() else "".join(filter(str.isalnum, key))


def _pieces(text: str) -> Iterator[Piece]:
    for found in _runs().finditer(text):
        run, at = found[0], found.start()
        key = _key(run)
        if found.lastgroup == "spaced":
            if key:
                yield Piece(key[:_LONGEST_WORD], run[:_LONGEST_WORD], at, found.end(), spaced=True)
            continue
        places = _places(run, key)
        for k, cut in enumerate(_cut(key)):
            end = places[min(k + 2, len(key))]
            yield Piece(cut, cut, at + places[k], at + end, spaced=False, last=len(cut) == 1)


def _places(run: str, key: str) -> range | list[int]:
    """Where each sign of ``key`` begins in ``run``, and the end."""
    if len(run) == len(key):
        return range(len(run) + 1)
    return [min(k, len(run)) for k in range(len(key))] + [len(run)]  # marks were left out: about there


def _folded(text: str) -> str:
    plain = _any_marks().sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", plain.translate(_FOLDS))


@lru_cache(maxsize=1)
def _runs() -> re.Pattern[str]:
    """Runs of signs without spaces, and words; marks belong to the letter before them, “'s” to nothing."""
    marks = _marks()
    return re.compile(
        rf"(?P<unspaced>(?:[{_UNSPACED}](?:[{marks}])*)+)"
        rf"|(?P<spaced>(?<!\w['’])[^\W_{_UNSPACED}](?:[^\W_{_UNSPACED}]|[{marks}])*"
        rf"|(?<=\w['’])[^\W_{_UNSPACED}](?:[^\W_{_UNSPACED}]|[{marks}])+)"
    )


@lru_cache(maxsize=1)
def _any_marks() -> re.Pattern[str]:
    return re.compile(f"[{_marks()}]+")


@lru_cache(maxsize=1)
def _marks() -> str:
    """The marks of Unicode, as ranges of a regular expression."""
    ranges: list[list[int]] = []
    for code in range(0x300, 0x20000):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
