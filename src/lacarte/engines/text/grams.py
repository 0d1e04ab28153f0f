"""Pieces of texts that a model looks at: short runs of signs, words and pairs of words, as 64-bit keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.text.folding import SPACE, signs, unspaced

__all__ = ["Grams", "grams"]

Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

#: Lengths of runs: in scripts without spaces, and in those that have them (the spaces around a word count).
_UNSPACED_LENGTHS = (1, 2)
_SPACED_LENGTHS = (3, 4, 5)
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd: it has an inverse modulo 2**64
_INVERSE = np.uint64(pow(int(_BASE), -1, 2**64))
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # splitmix64's


@dataclass(frozen=True, eq=False)
class Grams:
    """One entry a piece, in no order that matters: its key, and where it lies among the signs of all texts.

    ``text[k]`` is the text's number; the piece is ``length[k]`` signs from position ``offset[k]`` of that text
    on (after NFC). A space beside a word counts, so that the position may be −1.
    """

    key: Keys
    text: npt.NDArray[np.int32]
    offset: Places
    length: npt.NDArray[np.int32]


def grams(texts: Sequence[str]) -> Grams:
    """The pieces of each text; a piece that is there twice is listed twice."""
    folded = signs(texts)
    code, size = folded.code.astype(np.uint64), len(folded.code)
    space, packed = folded.code == SPACE, unspaced(folded.code)
    spaces, packs = _running(space), _running(packed)
    parts: list[tuple[Keys, Places, npt.NDArray[np.int32]]] = []
    rolling = np.zeros(size, dtype=np.uint64)
    for n in range(1, 1 + max(*_UNSPACED_LENGTHS, *_SPACED_LENGTHS)):
        rolling = rolling[: size - n + 1] * _BASE + code[n - 1 :]
        at = np.arange(len(rolling))
        has_packed, inner = packs[at + n] - packs[at], _between(spaces, at, n)
        wanted = np.zeros(len(rolling), dtype=np.bool_)
        if n in _UNSPACED_LENGTHS:
            wanted |= (has_packed > 0) & (spaces[at + n] == spaces[at])
        if n in _SPACED_LENGTHS:
            wanted |= (has_packed == 0) & (inner == 0)
        chosen = np.flatnonzero(wanted)
        parts.append((_mixed(rolling[chosen], n), chosen, np.full(len(chosen), n, dtype=np.int32)))
    parts += _words(code, space | packed, folded.start)
    first = np.concatenate([part[1] for part in parts])
    text = np.searchsorted(folded.start, first, side="right").astype(np.int32) - np.int32(1)
    offset = first - folded.start[text] - 1
    return Grams(np.concatenate([p[0] for p in parts]), text, offset, np.concatenate([p[2] for p in parts]))


def _running(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(flags)])


def _between(spaces: npt.NDArray[np.int64], at: Places, n: int) -> npt.NDArray[np.int64]:
    """Spaces inside each run of ``n`` signs, its first and last sign left out."""
    return spaces[at + n - 1] - spaces[at + 1] if n > 1 else np.zeros(len(at), dtype=np.int64)


def _words(
    code: Keys, outside: npt.NDArray[np.bool_], start: Places
) -> list[tuple[Keys, Places, npt.NDArray[np.int32]]]:
    """Whole words of spaced scripts, and each with the next of its text."""
    edge = np.diff(np.concatenate([[True], outside, [True]]).astype(np.int8))
    first, last = np.flatnonzero(edge == -1), np.flatnonzero(edge == 1)
    if not len(first):
        return []
    power = np.cumprod(np.full(len(code), _BASE)) * _INVERSE
    undo = np.cumprod(np.full(len(code), _INVERSE)) * _BASE
    running = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(code * power)])
    whole = (running[last] - running[first]) * undo[first]
    pair = whole[:-1] * _MIX[0] + whole[1:]
    same = np.searchsorted(start, first[:-1], side="right") == np.searchsorted(start, first[1:], side="right")
    near = same & (first[1:] - last[:-1] <= 2)
    return [
        (_mixed(whole, 101), first, (last - first).astype(np.int32)),
        (_mixed(pair[near], 102), first[:-1][near], (last[1:] - first[:-1])[near].astype(np.int32)),
    ]


def _mixed(key: Keys, kind: int) -> Keys:
    """``key`` with all its bits spread; the same run of another ``kind`` is another key."""
    key = key + np.uint64(kind * int(_BASE) % 2**64)
    key = (key ^ (key >> np.uint64(30))) * _MIX[0]
    key = (key ^ (key >> np.uint64(27))) * _MIX[1]
    return key ^ (key >> np.uint64(31))
