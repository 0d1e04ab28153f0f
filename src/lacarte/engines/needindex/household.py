"""How deprived one household is: facts make dimensions, dimensions a score. What is not known stays open.

The counting part of Alkire and Foster (``multidimensional``) for those whose needs are weighed: each row has its
own score, the same whether it comes alone or with a million others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.needindex.multidimensional import CANNOT_SAY, NEAR, NOT_POOR, POOR, checked_weights
from lacarte.engines.rates import Interval

__all__ = ["Scores", "by_dimension", "scores"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """``score`` from low to high (``float64[n]``), and whether it reaches the cut-off (``int8[n]``): surely
    (``POOR``), surely not (``NOT_POOR``), or depending on what is not known (``CANNOT_SAY``).
    """

    score: Interval
    poor: npt.NDArray[np.int8]


def by_dimension(indicators: npt.ArrayLike, dimension: npt.ArrayLike, count: int) -> Floats:
    """``float64[n, count]``: 1 where a row is deprived in a dimension, 0 where it is not, NaN where it is open.

    ``indicators`` (``[n, m]``: 1 deprived, 0 not, NaN not known) belong to ``dimension`` (``int[m]``, from 0). One
    deprived indicator is enough; that there is none is known only where all are known. A dimension without
    indicators is not known of anybody. Raises ``ValueError`` for what does not fit.
    """
    x, at = np.asarray(indicators, dtype=np.float64), np.asarray(dimension, dtype=np.int64)
    if x.ndim != 2 or at.shape != (x.shape[1],):
        raise ValueError(f"indicators have the shape {x.shape}, dimension has {at.shape}")
    if len(at) and not (at.min() >= 0 and at.max() < count):
        raise ValueError(f"dimension has entries outside 0 to {count - 1}")
    found = np.full((len(x), count), np.nan)
    for d in np.unique(at):
        mine = x[:, at == d]
        known = ~np.isnan(mine).any(axis=1)
        found[known, d] = 0.0
        found[(mine == 1).any(axis=1), d] = 1.0
    return found


def scores(deprivation: npt.ArrayLike, weights: npt.ArrayLike, cutoff: float) -> Scores:
    """The weight of each row's deprivations (``[n, d]``: 1, 0, NaN: not known), from the least to the most.

    ``weights`` (``[d]``) sum to 1 and ``cutoff`` is above 0 and at most 1, else ``ValueError``.
    """
    x = np.asarray(deprivation, dtype=np.float64)
    w = checked_weights(weights, x.shape[1])
    if not 0 < cutoff <= 1:
        raise ValueError(f"the poverty cut-off is {cutoff}, it must lie above 0 and at most at 1")
    low, high = np.zeros(len(x)), np.zeros(len(x))
    for d, weight in enumerate(w.tolist()):  # in this order for one row and for many: sums agree to the last digit
        low += weight * (x[:, d] == 1)
        high += weight * (x[:, d] != 0)
    surely, maybe = low >= cutoff - NEAR, high >= cutoff - NEAR
    poor = np.where(surely, POOR, np.where(maybe, CANNOT_SAY, NOT_POOR)).astype(np.int8)
    return Scores(Interval(np.minimum(low, 1.0), np.minimum(high, 1.0)), poor)
