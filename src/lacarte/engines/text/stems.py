"""Words without their endings, by M. Porter's Snowball algorithms, for the languages in which that finds more.

Each language's algorithm wants its own spelling, marks and all: stem first, fold then.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import snowballstemmer

__all__ = ["STEMMED", "stem"]

#: Language (BCP 47, the part that names it): Snowball's algorithm.
STEMMED = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip
_SHORTEST = 3  # letters: shorter words are their own stem
#: A stemmer keeps the word it works on in itself, so that each thread has its own.
_own = threading.local()


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """``word``, in lower case, without its endings; as it is in a language that no algorithm is known for."""
    algorithm = STEMMED.get(language.split("-")[0].lower())
    if algorithm is None or len(word) < _SHORTEST or not word.isalpha():
        return word
    found: str = _stemmer(algorithm).stemWord(word)
    return found or word


def _stemmer(algorithm: str) -> Any:
    known: dict[str, Any] = _own.__dict__
    if algorithm not in known:
        known[algorithm] = snowballstemmer.stemmer(algorithm)
    return known[algorithm]
