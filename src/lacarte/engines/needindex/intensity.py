"""How deprived the poor are on average, where it is not known of everybody who is poor: the exact interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.rates import Interval

__all__ = ["MOST_UNKNOWN", "intensity_bounds"]

Floats = npt.NDArray[np.float64]
#: The subsets of so many unknown dimensions of one person are listed.
MOST_UNKNOWN = 16


def intensity_bounds(low: Floats, high: Floats, weights: Floats, cutoff: float, people: Floats) -> Interval:
    """The least and the greatest mean score of the poor over all that may be so; NaN where nobody can be poor.

    ``low`` and ``high`` (``[n, d]``) differ where a deprivation is unknown; poor is a score from ``cutoff`` on.
    More deprivation does not always mean a higher mean: it may make somebody poor who then draws it down. Both
    ends can be so, but for people of whom more than :data:`MOST_UNKNOWN` dimensions are unknown: their least score
    is taken to be the cut-off.
    """
    least, most = low @ weights, high @ weights
    surely, maybe = least >= cutoff, most >= cutoff
    if not maybe.any():
        return Interval(np.array(np.nan), np.array(np.nan))
    barely = np.where(surely, least, np.inf)
    open_rows = np.flatnonzero(maybe & ~surely)
    barely[open_rows] = _barely_poor(least[open_rows], (high > low)[open_rows], weights, cutoff)
    return Interval(
        np.array(-_greatest_mean(-barely, people, surely, maybe)),
        np.array(_greatest_mean(most, people, surely, maybe)),
    )


def _barely_poor(least: Floats, unknown: npt.NDArray[np.bool_], weights: Floats, cutoff: float) -> Floats:
    """``float64[m]``: the smallest score from ``cutoff`` on that each person can have."""
    found = np.empty(len(least))
    patterns, which = np.unique(unknown, axis=0, return_inverse=True)
    for p, pattern in enumerate(patterns):
        rows = np.flatnonzero(which.reshape(-1) == p)
        if pattern.sum() > MOST_UNKNOWN:
            found[rows] = cutoff
            continue
        sums = np.zeros(1)
        for weight in weights[pattern]:
            sums = np.concatenate([sums, sums + weight])
        sums.sort()
        # All of what is unknown together reaches the cut-off; clipping guards against rounding only.
        at = np.minimum(np.searchsorted(sums, cutoff - least[rows]), len(sums) - 1)
        found[rows] = least[rows] + sums[at]
    return found


def _greatest_mean(
    score: Floats, people: Floats, surely: npt.NDArray[np.bool_], maybe: npt.NDArray[np.bool_]
) -> float:
    """The greatest mean of those who are in surely and of any of those who may be, at least one person."""
    rows = np.flatnonzero(maybe & ~surely)
    rows = rows[np.argsort(-score[rows], kind="stable")]
    # Whoever may be in and lies above the mean raises it: the best choice is a first few of the sorted ones.
    total = np.concatenate([[(score * people)[surely].sum()], (score * people)[rows]]).cumsum()
    count = np.concatenate([[people[surely].sum()], people[rows]]).cumsum()
    return float(np.max(total[count > 0] / count[count > 0]))
