"""Phrases that suddenly come up in many texts, whatever kind of need these were taken for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.surges.chance import false_discovery_limit, tail_chance
from lacarte.engines.surges.find import DAY, DAYS, FEWEST
from lacarte.engines.surges.seasons import WEEK
from lacarte.engines.surges.topics import grams

__all__ = ["Emerging", "emerging"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
#: A phrase in fewer texts of all is no topic.
_FEWEST_EVER = 5
#: A phrase in so many texts tells how much phrases scatter.
_FREQUENT, _LEAST_SCATTER = 40, 1.05
#: Phrases of which so much of the rarer one's texts are those of the other tell of one matter.
_SAME = 0.5
#: What names a matter may be in a little fewer texts than its clearest phrase, when it is longer.
_NAMES = 0.75


@dataclass(frozen=True)
class Emerging:
    """``words`` are in the texts ``which``, of the last ``hours``; ``expected`` is how many are usual."""

    words: str
    hours: float
    which: tuple[int, ...]
    expected: float
    chance: float

    @property
    def count(self) -> int:
        """How many texts."""
        return len(self.which)


def emerging(
    texts: Sequence[str],
    age: npt.ArrayLike,
    *,
    days: Sequence[int] = (1, WEEK),
    false_share: float = 0.05,
    most: int = 20,
) -> list[Emerging]:
    """What suddenly comes up in the last so many ``days``, the least probable first, each matter once.

    ``age`` is ``float[n]``, hours before now. Usual is that a phrase's texts fall on all days as all texts do; one
    person's texts should be there once. Of what is found at most ``false_share`` is chance in the mean, over
    all windows together. Texts older than :data:`DAYS` are not looked at; with fewer than five weeks of them
    nothing can be said, and nothing is found.
    """
    hours = np.asarray(age, dtype=np.float64)
    inside = np.flatnonzero((hours >= 0) & (hours < DAYS * DAY))
    if not inside.size or hours[inside].max() < 5 * WEEK * DAY:
        return []
    day = (hours[inside] // DAY).astype(np.int64)
    words = [sorted(grams(texts[i])) for i in inside.tolist()]
    row, column, vocabulary = _incidence(words)
    if not vocabulary:
        return []
    table = np.zeros((len(vocabulary), DAYS))
    np.add.at(table, (column, day[row]), 1)
    volume = np.bincount(day, minlength=DAYS).astype(np.float64)
    found: list[Emerging] = []
    for window in days:
        count, mean = table[:, :window].sum(axis=1), table.sum(axis=1) * volume[:window].sum() / volume.sum()
        chance = np.ones(len(vocabulary))
        many = count >= FEWEST
        size = mean / (_scatter(table, volume, window) - 1)
        chance[many] = tail_chance(count[many], mean[many], size[many])
        limit = false_discovery_limit(chance, false_share / len(days), len(vocabulary))
        newest = day[row] < window
        for at in np.flatnonzero(chance <= limit).tolist():
            which = tuple(inside[row[newest & (column == at)]].tolist())
            found.append(Emerging(vocabulary[at], window * DAY, which, float(mean[at]), float(chance[at])))
    return _matters(found)[:most]


def _scatter(table: Floats, volume: Floats, window: int) -> float:
    """By how much the variance of a frequent phrase's count in a window is more than its mean; over 1.

    The median of frequent phrases: a burst of one of them is no measure of how much they all scatter.
    """
    windows = DAYS // window
    seen = table[:, : windows * window].reshape(len(table), windows, window).sum(axis=2)
    share = volume[: windows * window].reshape(windows, window).sum(axis=1)
    frequent = seen.sum(axis=1) >= _FREQUENT
    if not frequent.any() or share.sum() == 0:
        return _LEAST_SCATTER
    mean = seen[frequent].sum(axis=1, keepdims=True) * share / share.sum()
    squares = ((seen[frequent] - mean) ** 2 / np.maximum(mean, 1e-9)).sum(axis=1) / max(windows - 1, 1)
    return max(_LEAST_SCATTER, float(np.median(squares)))


def _incidence(words: Sequence[Sequence[str]]) -> tuple[Ints, Ints, list[str]]:
    """Which text (row) has which phrase (column), for phrases in :data:`_FEWEST_EVER` texts or more."""
    counted: Counter[int] = Counter()
    for one in words:
        counted.update(map(hash, one))  # whole numbers: a hundred thousand phrases would be much to keep
    frequent = {key for key, n in counted.items() if n >= _FEWEST_EVER}
    number: dict[str, int] = {}
    rows, columns = [], []
    for row, one in enumerate(words):
        for word in one:
            if hash(word) in frequent:
                rows.append(row)
                columns.append(number.setdefault(word, len(number)))
    return np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64), list(number)


def _matters(found: list[Emerging]) -> list[Emerging]:
    """One for each matter: phrases that are in the same texts are one, named by the longest of the clear ones."""
    groups: list[list[Emerging]] = []
    for one in sorted(found, key=lambda each: (each.chance, -len(each.words), each.words)):
        mine = set(one.which)
        for group in groups:
            leader = set(group[0].which)
            if len(mine & leader) >= _SAME * min(len(mine), len(leader)):
                group.append(one)
                break
        else:
            groups.append([one])
    return [_named(group) for group in groups]


def _named(group: list[Emerging]) -> Emerging:
    first = group[0]
    clear = [one for one in group if one.hours == first.hours and one.count >= _NAMES * first.count]
    return max(clear, key=lambda one: (len(one.words), -one.chance, one.words))
