"""Special functions on whole arrays: log-gamma and its slopes, and the beta distribution with its quantiles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["beta_cdf", "beta_quantile", "digamma", "log_beta", "log_gamma", "trigamma"]

Floats = npt.NDArray[np.float64]
#: From here on the asymptotic series are exact to the last digits of a float.
_ASYMPTOTIC = 12
_TINY, _EXACT = 1e-300, 1e-15
_MOST_TERMS, _MOST_STEPS = 20_000, 200


def log_gamma(x: npt.ArrayLike) -> Floats:
    """``float64``: the logarithm of Γ at positive ``x``. Source: Abramowitz and Stegun, 6.1.15 and 6.1.41."""
    at, shift = _shifted(x, lambda y: -np.log(y))
    inverse = 1 / (at * at)
    series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / at
    return np.asarray((at - 0.5) * np.log(at) - at + 0.5 * np.log(2 * np.pi) + series + shift)


def digamma(x: npt.ArrayLike) -> Floats:
    """``float64``: the slope of :func:`log_gamma`. Source: Abramowitz and Stegun, 6.3.5 and 6.3.18."""
    at, shift = _shifted(x, lambda y: -1 / y)
    inverse = 1 / (at * at)
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
    return np.asarray(np.log(at) - 0.5 / at - series + shift)


def trigamma(x: npt.ArrayLike) -> Floats:
    """``float64``: the slope of :func:`digamma`. Source: Abramowitz and Stegun, 6.4.6 and 6.4.12."""
    at, shift = _shifted(x, lambda y: 1 / (y * y))
    inverse = 1 / (at * at)
    series = (
        inverse * (1 / 6 - inverse * (1 / 30 - inverse * (1 / 42 - inverse * (1 / 30 - inverse * 5 / 66)))) / at
    )
    return np.asarray(1 / at + inverse / 2 + series + shift)


def _shifted(x: npt.ArrayLike, step: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """``x`` moved up by the recurrence until the series holds, and what the recurrence adds."""
    at = np.array(x, dtype=np.float64)
    shift = np.zeros_like(at)
    for _ in range(_ASYMPTOTIC):
        small = at < _ASYMPTOTIC
        if not small.any():
            break
        shift = np.where(small, shift + step(np.where(small, at, 1.0)), shift)
        at = np.where(small, at + 1, at)
    return at, shift


def log_beta(a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """``float64``: the logarithm of B(a, b) for positive ``a`` and ``b``."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return np.asarray(log_gamma(a) + log_gamma(b) - log_gamma(a + b))


def beta_cdf(x: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """``float64``: the probability that a beta variable is at most ``x`` (0 to 1); ``a`` and ``b`` are positive.

    The regularised incomplete beta function by its continued fraction. Source: Abramowitz and Stegun, 26.5.8;
    its evaluation: Thompson and Barnett, Journal of Computational Physics 64 (1986).
    """
    x, a, b = np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in (x, a, b)))
    inside = np.clip(x, _TINY, 1 - 1e-16)
    turned = inside > (a + 1) / (a + b + 2)
    p, q = np.where(turned, b, a), np.where(turned, a, b)
    at = np.where(turned, 1 - inside, inside)
    front = np.exp(p * np.log(at) + q * np.log1p(-at) - log_beta(p, q)) / p
    part = np.minimum(front * _fraction(at.ravel(), p.ravel(), q.ravel()).reshape(at.shape), 1.0)
    found = np.where(turned, 1 - part, part)
    return np.asarray(np.where(x <= 0, 0.0, np.where(x >= 1, 1.0, found)))


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """The continued fraction, for all places at once until the last has settled."""
    d = _away(1 - (a + b) * x / (a + 1))
    c, d = np.ones_like(x), 1 / d
    value = d.copy()
    for m in range(1, _MOST_TERMS):
        step = np.ones_like(x)
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            step = step * c * d
        value *= step
        if np.all(np.abs(step - 1) < _EXACT * 4):
            break
    return value


def _away(value: Floats) -> Floats:
    """Not zero, so that it can be divided by."""
    return np.where(np.abs(value) < _TINY, _TINY, value)


def beta_quantile(p: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike) -> Floats:
    """``float64``: below which value a beta variable lies with probability ``p`` (0 to 1).

    Newton's steps, halved to the middle of what is left wherever they would leave it.
    """
    p, a, b = np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in (p, a, b)))
    found = np.where(p <= 0, 0.0, np.where(p >= 1, 1.0, np.clip(a / (a + b), 1e-12, 1 - 1e-12)))
    open_ones = np.flatnonzero((p > 0) & (p < 1))
    low, high = np.zeros(p.size), np.ones(p.size)
    for _ in range(_MOST_STEPS):
        if not open_ones.size:
            break
        chance, one, other, at = (v.ravel()[open_ones] for v in (p, a, b, found))
        over = beta_cdf(at, one, other) - chance
        low[open_ones] = np.where(over < 0, at, low[open_ones])
        high[open_ones] = np.where(over < 0, high[open_ones], at)
        least, most = low[open_ones], high[open_ones]
        slope = np.exp((one - 1) * np.log(at) + (other - 1) * np.log1p(-at) - log_beta(one, other))
        new = at - over / np.maximum(slope, _TINY)
        new = np.where((new > least) & (new < most), new, (least + most) / 2)
        found.flat[open_ones] = np.clip(new, _TINY, 1 - 1e-16)
        open_ones = open_ones[(np.abs(new - at) > 1e-13 * at) & (most - least > 1e-15)]
    return found
