"""All words of a collection of texts: what each is filed under, how rare it is, and what a mistyped one means."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from math import log

from lacarte.engines.text.slips import Meant, Spelling

__all__ = ["Vocabulary"]

_MOST_COMPLETIONS = 8
_AFTER_ALL = "\U0010ffff"
#: Words that come later are kept apart, until there are so many that the index is to be built anew.
MANY_LATE = 2_000

Row = tuple[str, str, int]


class Vocabulary:
    """Words with the tokens that they are filed under. More may be added; none is ever taken out."""

    def __init__(self, rows: Iterable[Row], texts: int) -> None:
        """Of ``rows``: word, token, and how many of the ``texts`` texts have the token."""
        self.texts = texts
        self._tokens: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, int] = {}
        self._enter(rows)
        self._sorted = sorted(self._tokens)
        self._spelling = Spelling(self._word_counts(self._tokens))
        self._late: dict[str, int] = {}
        self._late_spelling = Spelling({})

    def __len__(self) -> int:
        return len(self._tokens)

    def __contains__(self, word: object) -> bool:
        return word in self._tokens

    @property
    def is_stale(self) -> bool:
        """Whether so much was added that it is better built anew."""
        return len(self._late) > MANY_LATE

    def add(self, rows: Iterable[Row], texts: int) -> None:
        """Enter what is new, and how often a token is there now."""
        new = self._enter(rows)
        self.texts = max(self.texts, texts)
        if new:
            self._late |= self._word_counts(new)
            self._late_spelling = Spelling(self._late)

    def tokens_of(self, word: str) -> tuple[str, ...]:
        """What ``word`` is filed under: several tokens where languages differ in it; none for an unknown word."""
        return self._tokens.get(word, ())

    def count_of(self, token: str) -> int:
        """How many texts have ``token``."""
        return self._counts.get(token, 0)

    def rarity_of(self, count: int) -> float:
        """What a token says that ``count`` texts have (S. Robertson's inverse document frequency); above zero."""
        return log(1 + (max(self.texts - count, 0) + 0.5) / (count + 0.5))

    def meant_by(self, typed: str) -> list[Meant]:
        """Known words within a slip or two of ``typed``, nearest first; only those that are as near as can be."""
        found = self._spelling.meant(typed) + self._late_spelling.meant(typed)
        least = min((one.slips for one in found), default=0)
        return sorted((one for one in found if one.slips == least), key=lambda one: one.word[0] != typed[0])[:4]

    def beginning_with(self, start: str, most: int = _MOST_COMPLETIONS) -> list[str]:
        """Known words that begin with ``start``, those that are written most often first."""
        first, last = bisect_left(self._sorted, start), bisect_right(self._sorted, start + _AFTER_ALL)
        found = self._sorted[first:last] + [word for word in self._late if word.startswith(start)]
        return sorted(found, key=lambda word: (-self._count_of_word(word), word))[:most]

    def _enter(self, rows: Iterable[Row]) -> list[str]:
        """Returns the words that were not there."""
        new: dict[str, list[str]] = defaultdict(list)
        for word, token, count in rows:
            self._counts[token] = max(count, self._counts.get(token, 0))
            if token not in self._tokens.get(word, ()):
                new[word].append(token)
        first = [word for word in new if word not in self._tokens]
        for word, tokens in new.items():
            self._tokens[word] = (*self._tokens.get(word, ()), *tokens)
        return first

    def _word_counts(self, words: Iterable[str]) -> dict[str, int]:
        return {word: self._count_of_word(word) for word in words}

    def _count_of_word(self, word: str) -> int:
        return max(self._counts[token] for token in self._tokens[word])
