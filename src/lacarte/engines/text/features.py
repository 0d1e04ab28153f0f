"""From pieces of texts to sparse rows: what each piece counts, and which are worth knowing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lacarte.engines.text.grams import Grams, Keys, grams
from lacarte.engines.text.sparse import Matrix, Rows

__all__ = ["Vocabulary", "choose_vocabulary", "emphasis"]

#: What stands first says most: a piece counts 1 + _LEAD at the start of a text, and 1 a few lines on.
_LEAD, _FADE = 4.0, 30.0
#: A piece that all labels share alike still counts this, beside what it tells of the label.
_SHARED = 0.2
_PSEUDO = 0.1
_TEXTS_AT_ONCE = 500


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The pieces that a model knows, ``key`` in order, and how much each weighs; any other weighs ``unknown``."""

    key: Keys
    weight: Matrix
    unknown: float

    def rows(self, texts: Sequence[str]) -> Rows:
        """One row a text, of length 1, less what its unknown pieces take."""
        batches = [texts[first : first + _TEXTS_AT_ONCE] for first in range(0, max(len(texts), 1), _TEXTS_AT_ONCE)]
        parts = [self.rows_of((pieces := grams(batch)), self.columns(pieces.key), len(batch)) for batch in batches]
        counts = np.concatenate([[0], *(np.diff(part.start) for part in parts)])
        return Rows(
            np.cumsum(counts),
            np.concatenate([part.column for part in parts]),
            np.concatenate([part.value for part in parts]),
            len(self.key),
        )

    def columns(self, key: Keys) -> npt.NDArray[np.int64]:
        """The column of each key, −1 for an unknown one."""
        found = np.full(len(key), -1, dtype=np.int64)
        if not len(self.key):
            return found
        slot = key >> np.uint64(64 - self._bits)
        at, open_ = self._first[slot], np.arange(len(key))
        until = self._first[slot + np.uint64(1)]
        while len(open_):
            open_ = open_[at[open_] < until[open_]]
            same = self.key[at[open_]] == key[open_]
            found[open_[same]] = at[open_[same]]
            open_ = open_[~same]
            at[open_] += 1
        return found

    @cached_property
    def _bits(self) -> int:
        return max(len(self.key).bit_length() + 1, 8)

    @cached_property
    def _first(self) -> npt.NDArray[np.int64]:
        """Where the keys begin whose highest bits are 0, 1, 2, …"""
        slots = np.arange(1 << self._bits, dtype=np.uint64) << np.uint64(64 - self._bits)
        return np.append(np.searchsorted(self.key, slots), len(self.key))

    def rows_of(self, pieces: Grams, column: npt.NDArray[np.int64], texts: int) -> Rows:
        """As :meth:`rows`, of the pieces of so many texts, whose columns were looked up."""
        counted = emphasis(pieces)
        known = column >= 0
        place = pieces.text[known].astype(np.int64) * len(self.key) + column[known]
        order = np.argsort(place)
        place, amount = place[order], counted[known][order]
        fresh = np.flatnonzero(np.concatenate([[True], place[1:] != place[:-1]])) if len(place) else place
        total = np.add.reduceat(amount, fresh) if len(place) else amount
        text, column = np.divmod(place[fresh], max(len(self.key), 1))
        value = np.sqrt(total) * self.weight[column]
        square = np.bincount(text, value * value, minlength=texts).astype(np.float64)
        square = square + self.unknown**2 * np.bincount(pieces.text[~known], counted[~known], minlength=texts)
        value = (value / np.sqrt(square)[text]).astype(np.float32)
        start = np.concatenate([[0], np.cumsum(np.bincount(text, minlength=texts))])
        return Rows(start, column.astype(np.int32), value, len(self.key))


def emphasis(pieces: Grams) -> npt.NDArray[np.float64]:
    """How much each piece counts by where it stands in its text."""
    return 1.0 + _LEAD * np.exp(-pieces.offset / _FADE)


def choose_vocabulary(
    texts: Sequence[str], label: npt.NDArray[np.int64], labels: int, *, least: int, most: int
) -> Vocabulary:
    """The pieces that at least ``least`` of ``texts`` have, ``most`` of them, each weighing what it tells.

    A piece weighs its inverse document frequency times how unevenly it is spread over the labels (one minus the
    entropy of the label given the piece, in units of the largest).
    """
    seen = [np.empty(0, dtype=np.uint64)]
    who = [np.empty(0, dtype=np.int64)]
    for first in range(0, len(texts), _TEXTS_AT_ONCE):
        pieces = grams(texts[first : first + _TEXTS_AT_ONCE])
        key, text = pieces.key, pieces.text
        order = np.lexsort((text, key))
        key, text = key[order], text[order]
        once = np.ones(len(key), dtype=np.bool_)
        once[1:] = (key[1:] != key[:-1]) | (text[1:] != text[:-1])
        seen.append(key[once])
        who.append(text[once].astype(np.int64) + first)
    every, at, count = np.unique(np.concatenate(seen), return_inverse=True, return_counts=True)
    kept = np.flatnonzero(count >= least)
    number = np.full(len(every), -1)
    number[kept] = np.arange(len(kept))
    column, owner = number[at], np.concatenate(who)
    owner, column = owner[column >= 0], column[column >= 0]
    table = np.bincount(column * labels + label[owner], minlength=len(kept) * labels).reshape(-1, labels)
    weight, unknown = _weights(table, label, len(texts))
    if len(kept) > most:
        best = np.sort(np.argsort(-weight * np.sqrt(count[kept]), kind="stable")[:most])
        kept, weight = kept[best], weight[best]
    return Vocabulary(every[kept], weight.astype(np.float32), unknown)


def _weights(
    table: npt.NDArray[np.int64], label: npt.NDArray[np.int64], texts: int
) -> tuple[npt.NDArray[np.float64], float]:
    """The weight of each piece, by how many texts of each label (``table``) have it; and of a new one."""
    labels = table.shape[1]
    size = np.maximum(np.bincount(label, minlength=labels), 1)
    chance = (table + _PSEUDO) / size
    chance /= chance.sum(axis=1, keepdims=True)
    told = 1.0 + (chance * np.log(chance)).sum(axis=1) / np.log(max(labels, 2))
    rare = 1.0 + np.log((1 + texts) / (1 + table.sum(axis=1)))
    return rare * (_SHARED + told), float((1.0 + np.log(1 + texts)) * _SHARED)
