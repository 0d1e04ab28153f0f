"""Words within a slip or two of a typed one, found by what both become when letters are left out.

W. Garbe's symmetric deletion (2012): an index of every word with up to k letters left out, asked with every form
of the typed word with up to k letters left out, holds all words within k edits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from lacarte.engines.text.slips import distance

__all__ = ["TypingErrors", "distance", "slips_allowed"]

#: Letters from which on one slip, and two slips, are forgiven.
ONE_FROM, TWO_FROM = 5, 9


class TypingErrors:
    """The words of an index that a typed word may be meant for."""

    def __init__(self, known: Iterable[str]) -> None:
        self._by_rest: dict[str, list[str]] = defaultdict(list)
        self._found: dict[str, tuple[tuple[str, int], ...]] = {}
        for word in sorted(known):
            if word.isalpha():
                for rest in _rests(word):
                    self._by_rest[rest].append(word)

    def meant(self, typed: str) -> tuple[tuple[str, int], ...]:
        """Known words within reach of ``typed``, with the slips: 1 from 5 letters on, up to 2 from 9 on."""
        known = self._found.get(typed)
        if known is None:
            if len(self._found) > 100_000:
                self._found.clear()
            known = self._found[typed] = tuple(self._search(typed))
        return known

    def _search(self, typed: str) -> Iterator[tuple[str, int]]:
        if len(typed) < ONE_FROM - 1 or not typed.isalpha():
            return
        tried = {word for rest in _rests(typed) for word in self._by_rest.get(rest, ())}
        for word in sorted(tried):
            most = slips_allowed(min(len(word), len(typed) + 1))
            if word != typed and (slips := distance(typed, word, most)) <= most:
                yield word, slips


def slips_allowed(letters: int) -> int:
    """How many slips a word of so many letters may have."""
    return 2 if letters >= TWO_FROM else 1 if letters >= ONE_FROM else 0


def _rests(word: str) -> set[str]:
    rests = {word}
    latest = {word}
    for _ in range(slips_allowed(len(word) + 1)):
        latest = {one[:at] + one[at + 1 :] for one in latest for at in range(len(one))}
        rests |= latest
    return rests
