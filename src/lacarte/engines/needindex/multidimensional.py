"""How many are deprived in several ways at once, and how much: the counting measures of Alkire and Foster.

Somebody is deprived in a dimension below its cut-off; poor is who is deprived in dimensions of together at least
the weight ``cutoff``. Deprivations of people who are not poor are left out ("censored"). What is not known of a
person is neither a deprivation nor its absence: every figure is an interval over all that may be so, and who may
be poor or not, depending on it, is :data:`CANNOT_SAY`.

Source: Alkire and Foster, Journal of Public Economics 95 (2011), sections 3 to 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.needindex.intensity import intensity_bounds
from lacarte.engines.rates import Interval

__all__ = ["CANNOT_SAY", "NOT_POOR", "POOR", "Poverty", "adjusted", "checked_weights", "deprived", "measure"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
POOR, NOT_POOR, CANNOT_SAY = 1, 0, -1
#: Scores are sums of weights: equal up to rounding is equal.
NEAR = 1e-9
_ROUNDING = 1e-15


@dataclass(frozen=True, eq=False)
class Poverty:
    """Every figure from ``low`` to ``high``; both are the same where everything is known.

    ``score`` ``[n]`` is the weight of each person's deprivations and ``poor`` ``int8[n]`` one of :data:`POOR`,
    :data:`NOT_POOR`, :data:`CANNOT_SAY`. ``headcount`` (H) is the share of people who are poor, ``intensity`` (A)
    the mean score of the poor, ``adjusted`` (M0) their product. By dimension, ``[d]``: the share of people who are
    deprived in it (``uncensored``), who are poor and deprived in it (``censored``), and its ``contribution`` to
    M0; contributions sum to 1 where everything is known. Intensity and contributions are NaN where nobody can be
    poor.
    """

    score: Interval
    poor: npt.NDArray[np.int8]
    headcount: Interval
    intensity: Interval
    adjusted: Interval
    uncensored: Interval
    censored: Interval
    contribution: Interval


def deprived(achievements: npt.ArrayLike, cutoffs: npt.ArrayLike) -> Floats:
    """``float64[n, d]``: 1 where an achievement is below the cut-off of its column, else 0; NaN stays NaN."""
    x, z = np.asarray(achievements, dtype=np.float64), np.asarray(cutoffs, dtype=np.float64)
    if x.ndim != 2 or z.shape != x.shape[1:]:
        raise ValueError(f"achievements of shape {x.shape} have no cut-offs of shape {z.shape}")
    return np.where(np.isnan(x), np.nan, (x < z).astype(np.float64))


def measure(
    deprivation: npt.ArrayLike, weights: npt.ArrayLike, cutoff: float, people: npt.ArrayLike | None = None
) -> Poverty:
    """The figures of ``deprivation`` (``[n, d]``: 1 or true, 0 or false, NaN: not known) at a poverty ``cutoff``.

    ``weights`` (``[d]``) sum to 1, ``cutoff`` lies above 0 and at most at 1; a row counts as ``people`` (``[n]``,
    such as the size of a household; else 1). All intervals are as narrow as can be except ``contribution``, which
    may be wider than need be. Raises ``ValueError`` for what does not fit.
    """
    low, high, w, share = _checked(deprivation, weights, cutoff, people)
    score = Interval(low @ w, high @ w)
    surely, maybe = score.low >= cutoff - NEAR, score.high >= cutoff - NEAR
    # Deprivations only ever add to a headcount and to M0: the least is where nothing unknown is one.
    censored = Interval(share @ (low * surely[:, None]), share @ (high * maybe[:, None]))
    return Poverty(
        score=score,
        poor=np.where(surely, POOR, np.where(maybe, CANNOT_SAY, NOT_POOR)).astype(np.int8),
        headcount=Interval(share @ surely, share @ maybe),
        intensity=intensity_bounds(low, high, w, cutoff - NEAR, share),
        adjusted=Interval(censored.low @ w, censored.high @ w),
        uncensored=Interval(share @ low, share @ high),
        censored=censored,
        contribution=part_of_sum(Interval(w * censored.low, w * censored.high)),
    )


def adjusted(
    achievements: npt.ArrayLike,
    cutoffs: npt.ArrayLike,
    weights: npt.ArrayLike,
    cutoff: float,
    power: float,
    people: npt.ArrayLike | None = None,
) -> Interval:
    """M of ``power``: 0 counts deprivations (M0), 1 their normalised gaps (M1), 2 the gaps squared (M2).

    A gap is how far below its cut-off an achievement lies, as a share of the cut-off; where the achievement is not
    known it is anything from 0 to 1. Dimensions are measured on a scale with a zero: ``achievements`` (``[n, d]``)
    are 0 or more, ``cutoffs`` (``[d]``) above 0. Raises ``ValueError`` for what does not fit.
    """
    x, z = np.asarray(achievements, dtype=np.float64), np.asarray(cutoffs, dtype=np.float64)
    deprivation = deprived(x, z)
    low, high, w, share = _checked(deprivation, weights, cutoff, people)
    if power < 0 or np.any(x < 0) or np.any(z <= 0):
        raise ValueError("gaps are of achievements from 0 on, cut-offs above 0 and a power from 0 on")
    gap = np.where(deprivation == 1, (z - x) / z, 0.0)
    known = np.where(low == 1, gap**power, 0.0)
    least, most = known @ w, np.where(np.isnan(deprivation), 1.0, known) @ w
    return Interval(share @ (least * (low @ w >= cutoff - NEAR)), share @ (most * (high @ w >= cutoff - NEAR)))


def part_of_sum(parts: Interval) -> Interval:
    """Between which shares each of ``parts`` lies of their sum; NaN where the sum can only be 0.

    As narrow as can be where the parts do not depend on each other.
    """
    low, high = parts
    some = high.sum() > 0
    # Where one part alone can be more than nothing, it is all of the sum as soon as there is one.
    return Interval(
        _share(low, high.sum() - high, np.where(high > 0, 1.0, 0.0), bool(some)),
        _share(high, low.sum() - low, np.zeros(len(low)), bool(some)),
    )


def _share(own: Floats, others: Floats, if_nothing: Floats, some: bool) -> Floats:
    total = own + np.where(others > _ROUNDING, others, 0.0)
    return np.where(total > 0, own / np.where(total > 0, total, 1.0), if_nothing if some else np.nan)


def checked_weights(weights: npt.ArrayLike, count: int) -> Floats:
    """``float64[count]``. Raises ``ValueError`` unless there are so many, none below 0, that sum to 1."""
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (count,):
        raise ValueError(f"there are weights of shape {w.shape} for {count} dimensions")
    if not np.all(w >= 0) or abs(w.sum() - 1) > NEAR:
        raise ValueError(f"weights must be positive and sum to 1, they sum to {w.sum()}")
    return w


def _checked(
    deprivation: npt.ArrayLike, weights: npt.ArrayLike, cutoff: float, people: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats, Floats]:
    """The least and the most deprivation, the weights, and the share of people that each row is."""
    given = np.asarray(deprivation, dtype=np.float64)
    if given.ndim != 2 or not len(given):
        raise ValueError(f"deprivation has the shape {given.shape}, it must have rows and columns")
    unknown = np.isnan(given)
    wrong = ~unknown & (given != 0) & (given != 1)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(f"deprivation[{row}, {column}] = {given[row, column]} is neither 0 nor 1 nor unknown")
    w = checked_weights(weights, given.shape[1])
    if not 0 < cutoff <= 1:
        raise ValueError(f"the poverty cut-off is {cutoff}, it must lie above 0 and at most at 1")
    count = np.ones(len(given)) if people is None else np.asarray(people, dtype=np.float64)
    if count.shape != (len(given),) or not np.all(count > 0):
        raise ValueError("people must be one number above 0 for each row")
    return np.where(unknown, 0.0, given), np.where(unknown, 1.0, given), w, count / count.sum()
