"""Shares of small groups, drawn towards what is usual for all: the beta-binomial model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.rates.intervals import checked
from lacarte.engines.rates.special import beta_quantile, digamma, log_beta, trigamma

__all__ = ["JEFFREYS", "Estimates", "Prior", "fit", "fit_by_moments", "log_likelihood", "shrink"]

Floats = npt.NDArray[np.float64]
#: With a prior of this weight groups cannot be told apart: they differ by chance alone.
_HEAVIEST, _LIGHTEST = 1e5, 1e-2
_FEWEST_GROUPS = 3
_MOST_STEPS, _SETTLED = 100, 1e-9


@dataclass(frozen=True)
class Prior:
    """A beta distribution of the shares of groups, Beta(``a``, ``b``): as if ``a + b`` more had been asked."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """The share that is usual."""
        return self.a / (self.a + self.b)

    @property
    def weight(self) -> float:
        """To how many answers it is equal."""
        return self.a + self.b


#: Where there are too few groups to learn a prior from.
JEFFREYS = Prior(0.5, 0.5)


@dataclass(frozen=True)
class Estimates:
    """Of each group, ``float64[g]``: the posterior Beta(``a``, ``b``), its mean and its credible interval."""

    a: Floats
    b: Floats
    mean: Floats
    low: Floats
    high: Floats


def log_likelihood(prior: Prior, successes: npt.ArrayLike, trials: npt.ArrayLike) -> float:
    """Of the counts under the beta-binomial model, without the binomial coefficients, which no prior changes."""
    k, n = checked(successes, trials)
    return float(np.sum(log_beta(prior.a + k, prior.b + n - k) - log_beta(prior.a, prior.b)))


def fit_by_moments(successes: npt.ArrayLike, trials: npt.ArrayLike) -> Prior:
    """The prior whose mean and spread are those of the groups. Source: Kleinman, JASA 68 (1973).

    Raises ``ValueError`` as :func:`~lacarte.engines.rates.intervals.checked`.
    """
    k, n = checked(successes, trials)
    k, n = k[n > 0], n[n > 0]
    if _teaches_nothing(k, n):
        return JEFFREYS
    mean = float(k.sum() / n.sum())
    spread = float(np.sum(n * (k / n - mean) ** 2))
    expected, slope = (k.size - 1) * mean * (1 - mean), mean * (1 - mean) * (n.sum() - (n**2).sum() / n.sum())
    between = (spread - expected) / max(slope - expected, 1e-12)  # the correlation of two answers within a group
    weight = float(np.clip(1 / between - 1 if between > 0 else _HEAVIEST, _LIGHTEST, _HEAVIEST))
    return Prior(mean * weight, (1 - mean) * weight)


def _teaches_nothing(k: Floats, n: Floats) -> bool:
    """Two groups have no spread to speak of, and where all said the same there is no end to the likelihood."""
    return k.size < _FEWEST_GROUPS or k.sum() in (0, n.sum())


def fit(successes: npt.ArrayLike, trials: npt.ArrayLike) -> Prior:
    """The prior that makes the counts of all groups most likely; JEFFREYS where they teach nothing.

    So it is where fewer than three groups have any, or all that were asked said the same.

    Newton's method on the logarithms of ``a`` and ``b`` from the moments, each step shortened until it helps.
    Raises ``ValueError`` as :func:`~lacarte.engines.rates.intervals.checked`. Source: Griffiths, Biometrics 29
    (1973).
    """
    k, n = checked(successes, trials)
    k, n = k[n > 0], n[n > 0]
    if _teaches_nothing(k, n):
        return JEFFREYS
    at = fit_by_moments(k, n)
    best = log_likelihood(at, k, n)
    for _ in range(_MOST_STEPS):
        towards = _step(at, k, n)
        if float(np.max(np.abs(towards))) < _SETTLED:
            break
        for shorter in 0.5 ** np.arange(30):
            new = _limited(at.a * np.exp(towards[0] * shorter), at.b * np.exp(towards[1] * shorter))
            if (value := log_likelihood(new, k, n)) > best:
                best, at = value, new
                break
        else:
            break
    return at


def _step(at: Prior, k: Floats, n: Floats) -> Floats:
    """Newton's step in the logarithms, uphill in any case and never further than a factor of e²."""
    whole = digamma(at.weight) - digamma(at.weight + n)
    slope = np.array(
        [
            at.a * float(np.sum(digamma(at.a + k) - digamma(at.a) + whole)),
            at.b * float(np.sum(digamma(at.b + n - k) - digamma(at.b) + whole)),
        ]
    )
    bend = float(np.sum(trigamma(at.weight) - trigamma(at.weight + n)))
    own_a = float(np.sum(trigamma(at.a + k) - trigamma(at.a)))
    own_b = float(np.sum(trigamma(at.b + n - k) - trigamma(at.b)))
    curvature = np.array(
        [
            [at.a**2 * (own_a + bend) + slope[0], at.a * at.b * bend],
            [at.a * at.b * bend, at.b**2 * (own_b + bend) + slope[1]],
        ]
    )
    values, axes = np.linalg.eigh(curvature)
    uphill = axes @ ((axes.T @ slope) / np.maximum(np.abs(values), 1e-9))
    return np.asarray(uphill * min(1.0, 2.0 / max(float(np.max(np.abs(uphill))), 1e-300)))


def _limited(a: float, b: float) -> Prior:
    """The prior, not heavier than can be told from infinity."""
    scale = np.clip(a + b, _LIGHTEST, _HEAVIEST) / (a + b)
    return Prior(float(a * scale), float(b * scale))


def shrink(successes: npt.ArrayLike, trials: npt.ArrayLike, prior: Prior, confidence: float = 0.95) -> Estimates:
    """What is to be thought of each group's share: its own answers together with what is usual.

    The interval takes the prior as known, so with few groups it is a little too narrow. Raises ``ValueError`` as
    :func:`~lacarte.engines.rates.intervals.checked`. Source: Casella, American Statistician 39 (1985).
    """
    k, n = checked(successes, trials)
    a, b = prior.a + k, prior.b + n - k
    tail = (1 - confidence) / 2
    return Estimates(a, b, a / (a + b), beta_quantile(tail, a, b), beta_quantile(1 - tail, a, b))
