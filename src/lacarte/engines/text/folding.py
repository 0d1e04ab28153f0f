"""Texts as arrays of signs in which case, marks, width and digits do not matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["SPACE", "Signs", "signs"]

SPACE = 0x20
_BMP = 0x10000
#: Scripts that put no space between words, as ranges of code points.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x3FFFF),  # Han, the rarer ones
)

#: Numbers in Han, which are folded as digits are where they say an age: “八十三岁” is not “三岁”.
_NUMERALS = np.array(sorted(map(ord, "〇零一二两三四五六七八九十百")), dtype=np.uint32)
_YEARS_OLD = (ord("岁"), ord("歲"))
_LONGEST_AGE = 4  # 一百零三


@dataclass(frozen=True, eq=False)
class Signs:
    """Folded texts, one after the other, each between two spaces.

    ``code[k]`` is a code point; text ``t`` fills ``start[t] : start[t + 1]``, its first sign at ``start[t] + 1``,
    and as many signs as the text has (after NFC): position ``k`` of the text is ``start[t] + 1 + k``.
    """

    code: npt.NDArray[np.uint32]
    start: npt.NDArray[np.int64]


def signs(texts: Sequence[str]) -> Signs:
    """``texts`` folded: no capitals, no accents, digits and ages as ``0``, whatever is no letter as a space."""
    composed = [unicodedata.normalize("NFC", text) for text in texts]
    length = np.fromiter((len(text) + 2 for text in composed), np.int64, len(composed))
    start = np.concatenate([[0], np.cumsum(length)])
    joined = "".join(f" {text} " for text in composed).encode("utf-32-le", "surrogatepass")
    code = np.frombuffer(joined, dtype="<u4").astype(np.uint32)
    near = np.minimum(code, _BMP - 1)
    folded = np.where(code < _BMP, _table()[near], code)
    _fold_ages(folded)
    return Signs(folded, start)


def _fold_ages(code: npt.NDArray[np.uint32]) -> None:
    """Put ``0`` for each sign of a number in Han before “岁”; digits there are so already."""
    at = np.flatnonzero((code == _YEARS_OLD[0]) | (code == _YEARS_OLD[1]))
    for _ in range(_LONGEST_AGE):
        at = at[at > 0] - 1
        at = at[np.isin(code[at], _NUMERALS)]
        code[at] = ord("0")


def unspaced(code: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Which signs belong to a script that puts no space between words."""
    found = np.zeros(code.shape, dtype=np.bool_)
    for first, last in _UNSPACED:
        found |= (code >= first) & (code <= last)
    return found


@lru_cache(maxsize=1)
def _table() -> npt.NDArray[np.uint32]:
    """What each code point of the basic plane is folded to."""
    return np.fromiter((_folded(chr(code)) for code in range(_BMP)), np.uint32, _BMP)


def _folded(sign: str) -> int:
    kind = unicodedata.category(sign)[0]
    if kind not in "LMN":
        return SPACE
    if sign.isdecimal():
        return ord("0")
    if not sign.casefold().isascii() and not unicodedata.decomposition(sign) and sign.casefold() == sign:
        return ord(sign)
    plain = unicodedata.normalize("NFKD", sign.casefold())
    base = next((one for one in plain if not unicodedata.combining(one)), sign)
    # Syllables of Hangul and kana with a voicing mark would become other words.
    return ord(base) if base.isalpha() and not 0x1100 <= ord(base) <= 0x11FF and not _is_kana(base) else ord(sign)


def _is_kana(sign: str) -> bool:
    return 0x3040 <= ord(sign) <= 0x30FF
