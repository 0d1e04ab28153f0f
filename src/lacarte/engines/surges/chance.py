"""How improbable a count is, and how improbable it must be among so many."""

from __future__ import annotations

from math import lgamma

import numpy as np
import numpy.typing as npt

__all__ = ["false_discovery_limit", "tail_chance"]

Floats = npt.NDArray[np.float64]
#: A negative binomial of this size cannot be told from a Poisson distribution.
_POISSON = 1e7
_ENOUGH = 1e-12
_MOST_TERMS = 200_000


def tail_chance(count: npt.ArrayLike, mean: npt.ArrayLike, size: npt.ArrayLike) -> Floats:
    """``float64``, in the shape of ``count``: the probability of ``count`` or more under a negative binomial.

    ``mean`` is positive and its variance is ``mean + mean² / size``. A count that is not above its mean is no
    surge: its chance is given as 1.
    """
    k, mu = np.asarray(count, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    r = np.minimum(np.asarray(size, dtype=np.float64), _POISSON)
    k, mu, r = np.broadcast_arrays(k, mu, r)
    chance = np.ones(k.shape)
    above = (k > mu) & (k > 0)
    if above.any():
        chance[above] = _upper(k[above], mu[above], r[above])
    return chance


def _upper(k: Floats, mu: Floats, r: Floats) -> Floats:
    """The sum of the tail, term by term: each is the one before times a ratio that only falls."""
    log_first = (
        np.array([lgamma(a + b) - lgamma(b) - lgamma(a + 1) for a, b in zip(k.tolist(), r.tolist(), strict=True)])
        + r * (np.log(r) - np.log(r + mu))
        + k * (np.log(mu) - np.log(r + mu))
    )
    share = mu / (r + mu)
    term, total, at = np.ones_like(k), np.ones_like(k), k.copy()
    running = np.arange(k.size)
    for _ in range(_MOST_TERMS):
        ratio = (at[running] + r[running]) / (at[running] + 1) * share[running]
        term[running] *= ratio
        total[running] += term[running]
        at[running] += 1
        # What is left is less than a geometric series with the ratio that was just used.
        left = term[running] * ratio / np.maximum(1 - ratio, 1e-300)
        running = running[left > _ENOUGH * total[running]]
        if not running.size:
            break
    return np.asarray(np.exp(np.minimum(0.0, log_first + np.log(total))))


def false_discovery_limit(chance: npt.ArrayLike, share: float, tested: int) -> float:
    """The largest chance that still counts as a discovery, of ``tested`` hypotheses; 0 when none does.

    ``chance`` may leave out hypotheses with a large one. Of the discoveries, at most ``share`` are false in the
    mean, when chances are independent or rise together, as those of nested regions do. Source: Benjamini and
    Hochberg, Journal of the Royal Statistical Society B 57 (1995); Benjamini and Yekutieli, Annals of Statistics
    29 (2001), theorem 1.2.
    """
    ordered = np.sort(np.asarray(chance, dtype=np.float64))
    if tested < ordered.size:
        raise ValueError(f"{ordered.size} chances are of {tested} hypotheses")
    passing = ordered <= share * np.arange(1, ordered.size + 1) / max(tested, 1)
    return float(ordered[np.flatnonzero(passing)[-1]]) if passing.any() else 0.0
