"""Words within a slip or two of a typed one, found by what both become when letters are left out.

W. Garbe's symmetric deletion (2012): an index of every word with up to k letters left out, asked with every form
of the typed word with up to k letters left out, holds all words within k edits. How words begin is enough for it.
The index is two sorted arrays, built in a few dozen array operations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

__all__ = ["ONE_FROM", "TWO_FROM", "Meant", "Spelling", "distance", "slips_allowed"]

#: Letters from which on one slip, and two slips, are forgiven.
ONE_FROM, TWO_FROM = 4, 8
#: Letters of a word's beginning that the index looks at.
_BEGINNING = 8
_MOST_TRIED = 120
_BASE = 0x9E3779B97F4A7C15
_POWERS = np.array([pow(_BASE, k, 2**64) for k in range(1, _BEGINNING + 2)], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Meant:
    """A word that a typed one may be meant for, and how many slips apart they are."""

    word: str
    slips: int


class Spelling:
    """An index of words, each with how often it is written; it does not change after it is built."""

    def __init__(self, counts: dict[str, int]) -> None:
        """Of the words of letters among ``counts``; building takes about 10 µs a word."""
        self._words = sorted(word for word in counts if len(word) >= ONE_FROM and word.isalpha())
        self._counts = counts
        self._letters = np.array([_signature(word) for word in self._words], dtype=np.uint64)
        self._length = np.array([len(word) for word in self._words], dtype=np.int64)
        keys, numbers = self._index()
        order = np.argsort(keys, kind="stable")
        self._keys, self._numbers = keys[order], numbers[order]

    def meant(self, typed: str, most: int = 5) -> list[Meant]:
        """Known words within reach of ``typed``, nearest first; of those as near, the one written most often.

        One slip is allowed from four letters on, two from eight on. A slip is a letter too many, too few, another,
        or two swapped.
        """
        if len(typed) < ONE_FROM - 1 or not typed.isalpha():
            return []
        allowed = slips_allowed(len(typed) + 1)
        found: list[Meant] = []
        for number in self._near(typed, allowed):
            word = self._words[number]
            reach = min(allowed, slips_allowed(max(len(word), len(typed))))
            if word != typed and (slips := distance(typed, word, reach)) <= reach:
                found.append(Meant(word, slips))
        found.sort(key=lambda one: (one.slips, one.word[0] != typed[0], -self._counts[one.word], one.word))
        return found[:most]

    def _near(self, typed: str, allowed: int) -> list[int]:
        """Numbers of words that share a rest with ``typed`` and are not certain to be too far."""
        asked = np.concatenate([rests[0] for rests in _rests(np.array([_codes(typed)], dtype=np.uint32), allowed)])
        first, last = np.searchsorted(self._keys, asked), np.searchsorted(self._keys, asked, side="right")
        runs = [self._numbers[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True) if b > a]
        if not runs:
            return []
        tried = np.unique(np.concatenate(runs))
        other = np.bitwise_count(self._letters[tried] ^ np.uint64(_signature(typed)))  # a slip changes two at most
        far = np.abs(self._length[tried] - len(typed))
        kept = np.flatnonzero((other <= 2 * allowed) & (far <= allowed))
        found: list[int] = tried[kept[np.argsort(other[kept], kind="stable")[:_MOST_TRIED]]].tolist()
        return found

    def _index(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, word in enumerate(self._words):
            groups[min(len(word), _BEGINNING), slips_allowed(len(word) + 1)].append(number)
        keys, numbers = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int32)]
        for (_, allowed), members in groups.items():
            codes = np.array([_codes(self._words[number]) for number in members], dtype=np.uint32)
            numbered = np.array(members, dtype=np.int32)
            for rests in _rests(codes, allowed):
                keys.append(rests.ravel())
                numbers.append(np.repeat(numbered, rests.shape[1]))
        return np.concatenate(keys), np.concatenate(numbers)


def slips_allowed(letters: int) -> int:
    """How many slips a word of so many letters may have."""
    return 2 if letters >= TWO_FROM else 1 if letters >= ONE_FROM else 0


def distance(one: str, other: str, most: int) -> int:
    """Letters left out, put in, changed or swapped with the next between two words; ``most + 1`` for more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    one, other = _apart(one, other)
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
        before, above = above, row
    return min(above[-1], most + 1)


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two words without the beginning and the end that they share."""
    shorter = min(len(one), len(other))
    first = next((k for k in range(shorter) if one[k] != other[k]), shorter)
    last = next((k for k in range(shorter - first) if one[-1 - k] != other[-1 - k]), shorter - first)
    return one[first : len(one) - last], other[first : len(other) - last]


def _codes(word: str) -> list[int]:
    return [ord(letter) for letter in word[:_BEGINNING]]


def _signature(word: str) -> int:
    """Which letters a word has, as bits."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _rests(codes: npt.NDArray[np.uint32], allowed: int) -> Iterator[npt.NDArray[np.uint64]]:
    """Keys of words of one length, a row each, without no letter, without each one, without each two …"""
    length = codes.shape[1]
    for left_out in range(min(allowed, length - 1) + 1):
        kept = _kept(length, left_out)
        yield (codes[:, kept].astype(np.uint64) * _POWERS[: kept.shape[1]]).sum(axis=2, dtype=np.uint64)


@cache
def _kept(length: int, left_out: int) -> npt.NDArray[np.int64]:
    """Every way to keep all but ``left_out`` of ``length`` letters."""
    return np.array(list(combinations(range(length), length - left_out)), dtype=np.int64)
