"""What texts are about now that they were not about before: words and Chinese phrases that stand out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

__all__ = ["Topic", "grams", "topics"]

_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONGEST, _SHORTEST_WORD = 6, 3
_LONGEST_NAME = 12
_PRIOR = 0.5
#: A longer phrase replaces a shorter one in it that is hardly more frequent.
_COVERS = 0.7


@dataclass(frozen=True)
class Topic:
    """``words`` are in ``now`` texts of now and in ``before`` of those before; ``z``: how far beyond chance."""

    words: str
    now: int
    before: int
    z: float


def grams(text: str) -> set[str]:
    """The words, pairs of words and Chinese phrases of two to six signs in a text, each once."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found: set[str] = set()
    for run in _HAN_RUN.findall(folded):
        for length in range(2, _LONGEST + 1):
            found.update(run[i : i + length] for i in range(len(run) - length + 1))
    for clause in re.split(r"[.,;:!?\n()]", _HAN_RUN.sub(".", folded)):
        words = _WORD.findall(clause)
        long = [word for word in words if len(word) >= _SHORTEST_WORD]
        found.update(long)
        found.update(f"{a} {b}" for a, b in pairwise(words) if len(a) + len(b) >= 8)
    return found


def topics(
    now: Sequence[str],
    before: Iterable[str],
    *,
    elsewhere: Iterable[str] | None = None,
    most: int = 3,
    fewest: int = 3,
) -> list[Topic]:
    """Up to ``most`` phrases that stand out in the texts of ``now``, the clearest first.

    Compared are the odds that a text has a phrase, with the phrase's own frequency as prior (Monroe, Colaresi and
    Quinn, Political Analysis 16, 2008, with texts in the place of words). A phrase is in ``fewest`` texts or more.
    Where there are texts from ``elsewhere``, a phrase stands out from those too: where little was written
    ``before``, every common word would be new.
    """
    counted: Counter[str] = Counter()
    for text in now:
        counted.update(grams(text))
    candidates = {words for words, n in counted.items() if n >= fewest}
    if not candidates:
        return []
    against = [_counted(texts, candidates) for texts in (before, elsewhere) if texts is not None]
    scored = [_least(counted[words], len(now), words, against) for words in candidates]
    clear = _apart([one for one in sorted(scored, key=_clearest) if one.z > 2], most)
    whole = [replace(one, words=_whole(one.words, now)) for one in clear]
    return [one for i, one in enumerate(whole) if one.words not in {other.words for other in whole[:i]}]


def _counted(texts: Iterable[str], candidates: set[str]) -> tuple[Counter[str], int]:
    """In how many of the texts each candidate is, and how many texts there are."""
    having: Counter[str] = Counter()
    n = 0
    for text in texts:
        n += 1
        having.update(candidates & grams(text))
    return having, n


def _least(now: int, texts_now: int, words: str, against: list[tuple[Counter[str], int]]) -> Topic:
    """The score against the texts from which a phrase stands out least; ``before`` is of the first."""
    scores = [_score(words, now, texts_now, having[words], n) for having, n in against]
    return replace(scores[0], z=min(one.z for one in scores))


def _whole(words: str, texts: Sequence[str]) -> str:
    """A Chinese phrase with the signs that nearly always stand around it: a gram may be the middle of a name."""
    if not _HAN_RUN.fullmatch(words):
        return words
    folded = [unicodedata.normalize("NFKC", text).casefold() for text in texts]
    while len(words) < _LONGEST_NAME:
        having = [text for text in folded if words in text]
        after = Counter(text[text.index(words) + len(words) :][:1] for text in having)
        before = Counter(text[: text.index(words)][-1:] for text in having)
        (next_sign, n), (last_sign, m) = after.most_common(1)[0], before.most_common(1)[0]
        if m >= _COVERS * len(having) and _HAN_RUN.fullmatch(last_sign):
            words = last_sign + words
        elif n >= _COVERS * len(having) and _HAN_RUN.fullmatch(next_sign):
            words += next_sign
        else:
            break
    return words


def _clearest(one: Topic) -> tuple[float, int, str]:
    return -round(one.z, 6), -len(one.words), one.words


def _score(words: str, now: int, texts_now: int, before: int, texts_before: int) -> Topic:
    k, n, j, m = now + _PRIOR, texts_now + 2 * _PRIOR, before + _PRIOR, texts_before + 2 * _PRIOR
    rate = (k + j) / (n + m)
    k, n, j, m = k + rate, n + 1, j + rate, m + 1  # one text more on both sides, of the common frequency
    odds = np.log(k / (n - k + _PRIOR)) - np.log(j / (m - j + _PRIOR))
    return Topic(words, now, before, float(odds / np.sqrt(1 / k + 1 / j)))


def _apart(scored: list[Topic], most: int) -> list[Topic]:
    """The clearest first; of phrases in each other one: the longer, where it is about as frequent."""
    kept: list[Topic] = []
    for one in scored:
        for i, other in enumerate(kept):
            if one.words in other.words:
                break
            if other.words in one.words:
                if one.now >= _COVERS * other.now:
                    kept[i] = one
                break
        else:
            if len(kept) < 4 * most:
                kept.append(one)
    return [one for one in kept if not any(one is not other and one.words in other.words for other in kept)][:most]
