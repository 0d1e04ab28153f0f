"""Which of two needs is surely before the other, when of each only an interval of its index is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["AFTER", "BEFORE", "CANNOT_SAY", "TIED", "Certainty", "Places", "certainty", "compare", "places"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BEFORE, TIED, AFTER, CANNOT_SAY = 1, 0, -1, 2


@dataclass(frozen=True)
class Certainty:
    """Of so many ``pairs`` in the same class, how many have a ``certain`` order and how many surely ``tied``."""

    pairs: int
    certain: int
    tied: int

    @property
    def share(self) -> float:
        """The share of pairs whose order is certain; 1 where there are no pairs, nothing being open."""
        return self.certain / self.pairs if self.pairs else 1.0


class Places(NamedTuple):
    """The first and the last place, from 1, that each need may have in its class; ``int64[n]``."""

    best: Ints
    worst: Ints


def compare(low: npt.ArrayLike, high: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.int8]:
    """``int8`` for each pair of needs ``a`` and ``b`` (indices): is ``a`` before ``b``, the higher index first?

    :data:`BEFORE` and :data:`AFTER` hold whatever the unknown parts are, :data:`TIED` where both are known and the
    same, else :data:`CANNOT_SAY`. What is unknown of one need says nothing of another, so nothing more can be
    said. Raises ``ValueError`` where a low is above its high, or is no number.
    """
    low, high = _checked(low, high)
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    found = np.full(np.broadcast(a, b).shape, CANNOT_SAY, dtype=np.int8)
    found[low[a] > high[b]] = BEFORE
    found[high[a] < low[b]] = AFTER
    found[(low[a] == high[b]) & (high[a] == low[b])] = TIED
    return found


def certainty(low: npt.ArrayLike, high: npt.ArrayLike, classes: npt.ArrayLike) -> Certainty:
    """How many of all pairs inside the ``classes`` (``[n]``) have a certain order; exact, in n log n steps.

    Raises ``ValueError`` as :func:`compare`.
    """
    low, high = _checked(low, high)
    kinds = np.asarray(classes)
    if kinds.shape != low.shape:
        raise ValueError(f"classes have the shape {kinds.shape}, low has {low.shape}")
    pairs = certain = tied = 0
    for kind in np.unique(kinds):
        least, most = low[kinds == kind], high[kinds == kind]
        n = len(least)
        pairs += n * (n - 1) // 2
        certain += int(np.searchsorted(np.sort(most), least, side="left").sum())
        _, same = np.unique(least[least == most], return_counts=True)
        tied += int((same * (same - 1) // 2).sum())
    return Certainty(pairs, certain, tied)


def places(low: npt.ArrayLike, high: npt.ArrayLike, classes: npt.ArrayLike) -> Places:
    """Between which places in its class each need may come, by what is known. Raises as :func:`compare`.

    Needs with the same known index share all the places between them: a lot decides.
    """
    low, high = _checked(low, high)
    kinds = np.asarray(classes)
    if kinds.shape != low.shape:
        raise ValueError(f"classes have the shape {kinds.shape}, low has {low.shape}")
    best, worst = np.empty((2, len(low)), dtype=np.int64)
    for kind in np.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        least, most = np.sort(low[rows]), np.sort(high[rows])
        best[rows] = 1 + len(rows) - np.searchsorted(least, high[rows], side="right")
        worst[rows] = len(rows) - np.searchsorted(most, low[rows], side="left")
    return Places(best, worst)


def _checked(low: npt.ArrayLike, high: npt.ArrayLike) -> tuple[Floats, Floats]:
    least, most = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    if least.shape != most.shape or least.ndim != 1:
        raise ValueError(f"low has the shape {least.shape}, high has {most.shape}")
    wrong = ~(least <= most)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(f"low[{at}] = {least[at]} and high[{at}] = {most[at]} make no interval")
    return least, most
