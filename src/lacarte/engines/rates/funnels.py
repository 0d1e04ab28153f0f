"""Funnel limits: how far a group's share may lie from the usual one by chance, given its size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.rates.intervals import Interval, checked
from lacarte.engines.rates.special import beta_cdf

__all__ = ["CONTROL", "WARNING", "binomial_cdf", "dispersion", "limits"]

Floats = npt.NDArray[np.float64]
#: The two levels that are drawn: outside of them lie 1 of 20 and 1 of 500 by chance.
WARNING, CONTROL = 0.95, 0.998


def binomial_cdf(k: npt.ArrayLike, n: npt.ArrayLike, p: float) -> Floats:
    """``float64``: the probability of at most ``k`` successes in ``n`` trials of probability ``p`` (0 to 1)."""
    k, n = np.broadcast_arrays(np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64))
    inside = np.clip(k, 0, np.maximum(n - 1, 0))
    found = beta_cdf(1 - p, np.maximum(n - inside, 1), inside + 1)
    return np.asarray(np.where(k < 0, 0.0, np.where(k >= n, 1.0, found)))


def _quantile(q: float, n: Floats, p: float) -> Floats:
    """The least share that at least ``q`` of all samples of size ``n`` reach or stay below."""
    low, high = np.full(n.shape, -1.0), n.copy()
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        enough = binomial_cdf(middle, n, p) >= q
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(high / n)


def limits(target: float, trials: npt.ArrayLike, level: float, scatter: float = 1.0) -> Interval:
    """Between which shares at least ``level`` of all groups of size ``trials`` lie whose true share is ``target``.

    Exact binomial limits, without interpolation: outside of either lies at most half of the rest. They are drawn
    out by √``scatter`` where groups differ by more than chance (see :func:`dispersion`), never outside 0 to 1.
    Raises ``ValueError`` for a target outside 0 to 1 or a size under 1. Source: Spiegelhalter, Statistics in
    Medicine 24 (2005), appendix A.1 and section 4.
    """
    n = np.asarray(trials, dtype=np.float64)
    if not 0 <= target <= 1 or np.any(n < 1):
        raise ValueError("funnel limits are of a share from 0 to 1 and of sizes from 1 on")
    if target in (0, 1):
        return Interval(np.full(n.shape, target), np.full(n.shape, target))
    tail, wider = (1 - level) / 2, np.sqrt(max(scatter, 1.0))
    low, high = _quantile(tail, n, target), _quantile(1 - tail, n, target)
    return Interval(
        np.clip(target - (target - low) * wider, 0, 1), np.clip(target + (high - target) * wider, 0, 1)
    )


def dispersion(successes: npt.ArrayLike, trials: npt.ArrayLike, target: float, winsorised: float = 0.1) -> float:
    """φ: how many times more the groups vary than chance explains, at least 1.

    The mean of squared standard scores, after the ``winsorised`` share of them at either end was set to the next
    one, so that a few real outliers do not hide themselves. Groups without trials are left out. Raises
    ``ValueError`` as :func:`~lacarte.engines.rates.intervals.checked`. Source: Spiegelhalter (2005), section 4.
    """
    k, n = checked(successes, trials)
    k, n = k[n > 0], n[n > 0]
    if k.size < 2 or target in (0, 1):
        return 1.0
    scores = np.sort((k / n - target) / np.sqrt(target * (1 - target) / n))
    ends = int(scores.size * winsorised)
    if ends:
        scores[:ends], scores[-ends:] = scores[ends], scores[-ends - 1]
    return max(1.0, float(np.mean(scores**2)))
