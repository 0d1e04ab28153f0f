"""How sure a share is: Wilson's interval, and what it could be had everybody answered."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Interval", "bounds", "checked", "wilson"]

Floats = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """From ``low`` to ``high``, ``float64`` in the shape of what was asked."""

    low: Floats
    high: Floats


def checked(successes: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Both as ``float64`` of one shape. Raises ``ValueError`` unless 0 ≤ successes ≤ trials everywhere."""
    k, n = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    wrong = ~((k >= 0) & (k <= n))
    if wrong.any():
        raise ValueError(f"{k[wrong].flat[0]:g} successes of {n[wrong].flat[0]:g} trials")
    return k, n


def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """The score interval of a share, without correction for continuity; from 0 to 1 where nothing was tried.

    Raises ``ValueError`` as :func:`checked`. Source: Wilson, Journal of the American Statistical Association 22
    (1927); Newcombe, Statistics in Medicine 17 (1998), method 3.
    """
    k, n = checked(successes, trials)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    tried = np.maximum(n, 1)
    share = k / tried
    middle = share + z * z / (2 * tried)
    half = z * np.sqrt(share * (1 - share) / tried + (z / (2 * tried)) ** 2)
    scale = 1 + z * z / tried
    low, high = np.where(k == 0, 0.0, (middle - half) / scale), np.where(k == n, 1.0, (middle + half) / scale)
    return Interval(np.where(n == 0, 0.0, low), np.where(n == 0, 1.0, high))


def bounds(successes: npt.ArrayLike, answered: npt.ArrayLike, asked: npt.ArrayLike) -> Interval:
    """What the share of all who were ``asked`` can be, whatever those think who did not answer.

    Low: all of them would have said no; high: all yes. Raises ``ValueError`` as :func:`checked`. Source: Manski,
    American Economic Review 80 (1990).
    """
    k, n = checked(successes, answered)
    n, everybody = checked(n, asked)
    of = np.maximum(everybody, 1)
    return Interval(np.where(everybody == 0, 0.0, k / of), np.where(everybody == 0, 1.0, (k + everybody - n) / of))
