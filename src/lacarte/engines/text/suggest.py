"""Suggest a label for a text: naive Bayes over words and character n-grams, with the words that spoke for it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

_WORDS = re.compile(r"[^\W\d_]+", re.UNICODE)
_HAN = re.compile(r"[\u3400-\u9fff]+")
_SMOOTHING = 0.1


@dataclass(frozen=True)
class Suggestion:
    """A label, how probable it is (0..1), and up to three words that spoke most for it."""

    label: str
    probability: float
    words: tuple[str, ...]


def features(text: str) -> list[str]:
    """Latin words and their first four letters; Chinese signs and pairs. Case and marks do not matter."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    folded = unicodedata.normalize("NFC", "".join(s for s in folded if not unicodedata.combining(s)))
    found: list[str] = []
    for word in _WORDS.findall(_HAN.sub(" ", folded)):
        if len(word) > 1:
            found.extend({word, word[:4]})
    for run in _HAN.findall(folded):
        found.extend(run)
        found.extend(a + b for a, b in pairwise(run))
    return found


@dataclass(frozen=True, eq=False)
class TypeSuggester:
    """A fitted model: ``weights[f, l]`` is how much feature ``f`` speaks for label ``l`` (log probability)."""

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    weights: npt.NDArray[np.float64]
    prior: npt.NDArray[np.float64]

    @classmethod
    def fit(cls, examples: Iterable[tuple[str, str]]) -> TypeSuggester:
        """Learn from ``(text, label)`` pairs. Raises ``ValueError`` when there is none."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        number: Counter[str] = Counter()
        for text, label in examples:
            counts[label].update(features(text))
            number[label] += 1
        if not number:
            raise ValueError("there is no example to learn from")
        labels = tuple(sorted(number))
        vocabulary = {f: i for i, f in enumerate(sorted({f for c in counts.values() for f in c}))}
        table = np.full((len(vocabulary), len(labels)), _SMOOTHING)
        for column, label in enumerate(labels):
            for feature, n in counts[label].items():
                table[vocabulary[feature], column] += n
        prior = np.log(np.array([number[label] for label in labels]) / number.total())
        return cls(labels, vocabulary, np.log(table / table.sum(axis=0)), prior)

    def suggest(self, text: str, n: int = 3) -> list[Suggestion]:
        """The ``n`` likeliest labels, best first; empty when no feature of the text is known."""
        known = sorted({f for f in features(text) if f in self.vocabulary})
        if not known:
            return []
        rows = self.weights[[self.vocabulary[f] for f in known]]
        scores = self.prior + rows.sum(axis=0)
        odds = np.exp(scores - scores.max())
        probability = odds / odds.sum()
        speaks = rows - rows.mean(axis=1, keepdims=True)
        best = np.argsort(-probability, kind="stable")[:n]
        return [
            Suggestion(
                self.labels[at],
                float(probability[at]),
                tuple(known[w] for w in np.argsort(-speaks[:, at], kind="stable")[:3] if speaks[w, at] > 0),
            )
            for at in best
        ]
