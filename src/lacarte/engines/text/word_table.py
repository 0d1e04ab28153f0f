"""What words say for labels that are described and not learnt: by stem, by rarity, and by what means the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from lacarte.engines.text.analysis import Term, fold, terms
from lacarte.engines.text.language import language as language_of
from lacarte.engines.text.language_words import WORDS
from lacarte.engines.text.sparse import Matrix
from lacarte.engines.text.stems import stem
from lacarte.engines.text.synonyms import Synonyms, telling_tokens

__all__ = ["Said", "WordTable"]

#: So many of the commonest words of a language say nothing of what somebody needs.
_COMMONEST = 60
#: What it says that a text means the same as a label in other words, of 1 for the label's own word.
_MEANT = 0.5


class Said(NamedTuple):
    """Something that is said of a label, in which language, and what a word of it counts, up to 1."""

    label: str
    text: str
    language: str
    weight: float


class WordTable:
    """For each token, and each group of phrases that mean the same, how much it speaks for each label.

    That is its rarity among the labels (S. Robertson's inverse document frequency) times what it counts in what is
    said of the label.
    """

    def __init__(self, said: Iterable[Said], labels: Sequence[str], synonyms: Synonyms, share: float) -> None:
        """Of what is ``said`` of ``labels``; scores are multiplied by ``share``."""
        number = {label: k for k, label in enumerate(labels)}
        counted: dict[str, dict[int, float]] = defaultdict(dict)
        self._synonyms, self._share, self._labels = synonyms, share, len(labels)
        #: What a word is filed under that the language of a text, often too short to tell, knows no stem of.
        self._filed = {term.key: term for group in synonyms.terms for term in group}
        for label, text, language, weight in said:
            found = terms(text, language)
            self._filed |= {term.key: term for term in found}
            for token in self._tokens(found, language):
                mine = counted[token]
                worth = weight * (_MEANT if token[0] == " " else 1.0)
                mine[number[label]] = max(worth, mine.get(number[label], 0.0))
        self._row = {token: k for k, token in enumerate(counted)}
        self._table = np.zeros((len(counted), len(labels)), dtype=np.float32)
        for k, mine in enumerate(counted.values()):
            rarity = log(1 + (len(labels) - len(mine) + 0.5) / (len(mine) + 0.5))
            self._table[k, list(mine)] = np.array(list(mine.values())) * rarity

    def scores(self, texts: Sequence[str]) -> Matrix:
        """Texts × labels: what the words of each text say for each label; long texts do not shout."""
        out = np.zeros((len(texts), self._labels), dtype=np.float32)
        for k, text in enumerate(texts):
            language = language_of(text)
            tokens = self._tokens([self._as_filed(term) for term in terms(text, language)], language)
            if rows := [self._row[token] for token in tokens if token in self._row]:
                out[k] = self._table[rows].sum(axis=0) * (self._share / sqrt(len(tokens)))
        return out

    def _as_filed(self, term: Term) -> Term:
        return term if term.token in self._row else self._filed.get(term.key, term)

    def _tokens(self, found: Sequence[Term], language: str) -> list[str]:
        """Each token once, then each group of phrases, as a token that no text has."""
        common = _common(language.split("-")[0])
        own = dict.fromkeys(token for token in telling_tokens(found) if token not in common)
        return [*own, *(f" {group}" for group in self._synonyms.groups_in(found))]


@lru_cache(maxsize=64)
def _common(language: str) -> frozenset[str]:
    words = WORDS.get(language, "").split()[:_COMMONEST]
    return frozenset(fold(stem(word, language)) for word in words)
