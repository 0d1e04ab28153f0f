"""What is usual: an expected count with its spread, from each series' own past and from what others share with it.

A series is a row of counts in blocks of equal length that end where the question is asked; column 0 is the newest.
Its level is a mean that forgets (half after :data:`HALF_LIFE` blocks), drawn towards what its place and its kind
lead one to expect (gamma prior, its strength by empirical Bayes). Weekdays and recent growth are shared by the
series of a kind, and are drawn towards those of all kinds. How much counts scatter beyond that is measured on the
blocks just before, by asking the same question there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["HALF_LIFE", "WEEK", "Expected", "annual_ratio", "expect"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WEEK = 7
HALF_LIFE, SHORT_LIFE = 21.0, 7.0
#: So many blocks before the question are asked the same question, to see how much counts scatter.
ASKED_BEFORE = 28
_ASKED_BEFORE_LONG = 49
_WEEKDAY_PSEUDO, _WEEKDAY_PSEUDO_ALL = 60.0, 30.0
_GROWTH_PSEUDO, _ANNUAL_PSEUDO = 150.0, 300.0
_LEAST_SHAPE, _MOST_SHAPE = 0.2, 50.0
_SPREAD_PSEUDO = 10.0  # windows that speak for all kinds, in the spread of each
_OUTLIER = 5.0  # standard deviations: a surge of the past is no measure of what is usual
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Expected:
    """``float64[n]`` each: the count to expect, and the size of the negative binomial around it."""

    mean: Floats
    size: Floats


@dataclass(frozen=True, eq=False)
class _Levels:
    """By question (column) and series: forgetting sums of counts and of exposures up to just before it."""

    counts: Floats  # [n, questions]
    exposure: Floats


def expect(
    counts: npt.ArrayLike,
    kind: npt.ArrayLike,
    *,
    window: int = 1,
    usual: npt.ArrayLike | None = None,
    annual: npt.ArrayLike | None = None,
    level: npt.ArrayLike | None = None,
) -> Expected:
    """What to expect of each series in its newest ``window`` blocks, which are not looked at themselves.

    ``counts`` is ``[n, blocks]``, newest first, of a day (or of the same hours of each day); ``kind`` is
    ``int[n]`` from 0, naming the series that share weekdays, growth and spread. ``usual`` (``float[n]``, a block)
    is what a series' place and kind lead one to expect, where that is known better than by the mean of its kind.
    ``level`` (``int[n]`` from 0) says how wide a series is: those of a level scatter alike, and a kind's are drawn
    towards them. ``annual`` (``float[kinds]``) is by how much the season moves each kind (:func:`annual_ratio`).
    Raises ``ValueError`` when there are fewer than four weeks before the window.
    """
    table, group = np.asarray(counts, dtype=np.float64), np.asarray(kind, dtype=np.int64)
    n, blocks = table.shape
    if blocks < window + 4 * WEEK:
        raise ValueError(f"{blocks} blocks are too few: {window + 4 * WEEK} are needed for a window of {window}")
    if not n:
        return Expected(np.zeros(0), np.zeros(0))
    kinds = int(group.max()) + 1
    totals = np.zeros((kinds, blocks))
    np.add.at(totals, group, table)
    weekday = _weekdays(totals, window)  # [kinds, WEEK]
    phase = np.arange(blocks) % WEEK
    asked = min(ASKED_BEFORE if window == 1 else _ASKED_BEFORE_LONG, blocks - window - 3 * WEEK)
    growth, sureness = _growth(totals / weekday[:, phase], window, asked)  # [kinds, 1 + asked]
    levels = _levels(table, weekday[group][:, phase], window, asked)
    prior = _prior(table, group, weekday, window, usual)
    shape = _shape(levels, prior)
    rate = (shape + levels.counts) / (shape / prior[:, None] + levels.exposure)
    season = np.stack([weekday[:, phase[t : t + window]].sum(axis=1) for t in range(asked + 1)], axis=1)
    mean = np.maximum(rate * (season * growth)[group], _TINY)
    doubt = 1 / (shape + levels.counts) + (1 / sureness)[group]
    seen = np.stack([table[:, t : t + window].sum(axis=1) for t in range(asked + 1)], axis=1)
    wide = np.zeros(n, dtype=np.int64) if level is None else np.asarray(level, dtype=np.int64)
    linear, square = _spread(seen[:, window:], mean[:, window:], doubt[:, window:], group, wide, window)
    now = mean[:, 0] * (1.0 if annual is None else np.asarray(annual, dtype=np.float64)[group])
    extra = linear * now + (square + doubt[:, 0]) * now**2
    return Expected(now, now**2 / np.maximum(extra, now**2 * 1e-7))


def annual_ratio(daily: npt.ArrayLike, window: int = 1) -> Floats:
    """``float64[kinds]``: what the same days a year ago made of the level before them; 1 where not known.

    ``daily`` is ``[kinds, days]``, newest first. Both sides are means over weeks and are drawn towards 1.
    """
    table = np.asarray(daily, dtype=np.float64)
    year = 52 * WEEK
    if table.shape[1] < year + window + 8 * WEEK:
        return np.ones(table.shape[0])
    then = table[:, year - WEEK : year + window + WEEK].mean(axis=1)
    before = table[:, year + window + WEEK : year + window + 5 * WEEK].mean(axis=1)
    seen = 4 * WEEK * before
    return np.asarray((then * 4 * WEEK + _ANNUAL_PSEUDO) / (seen + _ANNUAL_PSEUDO))


def _weekdays(totals: Floats, window: int) -> Floats:
    """``[kinds, WEEK]``, of mean 1: how busy each day of the week is."""
    past = totals[:, window:]
    whole = past[:, : past.shape[1] // WEEK * WEEK]
    sums = whole.reshape(len(totals), -1, WEEK).sum(axis=1)
    sums = np.roll(sums, window % WEEK, axis=1)  # the first column of the past is ``window`` blocks ago
    everybody = sums.sum(axis=0) + _WEEKDAY_PSEUDO_ALL
    everybody = everybody / everybody.mean()
    drawn = sums + _WEEKDAY_PSEUDO * everybody
    return np.asarray(drawn / drawn.mean(axis=1, keepdims=True))


def _growth(totals: Floats, window: int, asked: int) -> tuple[Floats, Floats]:
    """``[kinds, 1 + asked]``: how far the level has moved, and how many counts stand behind that.

    The level of late against the longer one, carried on to the middle of the window.
    """
    ratio, sure = np.ones((len(totals), asked + 1)), np.ones((len(totals), asked + 1))
    for t in range(asked + 1):
        past = totals[:, t + window :]
        age = np.arange(past.shape[1]) + 0.5
        short, long = 0.5 ** (age / SHORT_LIFE), 0.5 ** (age / HALF_LIFE)
        late, usual = past @ short / short.sum(), past @ long / long.sum()
        weight, age_late, age_usual = short.sum(), age @ short / short.sum(), age @ long / long.sum()
        farther = (age_usual + window / 2) / (age_usual - age_late)
        grown = (late * weight + _GROWTH_PSEUDO) / (usual * weight + _GROWTH_PSEUDO)
        ratio[:, t] = grown**farther
        sure[:, t] = (late * weight + _GROWTH_PSEUDO) / farther**2
    return ratio, sure


def _levels(table: Floats, season: Floats, window: int, asked: int) -> _Levels:
    """The forgetting sums that each question may use: from the block just before its window on."""
    n, blocks = table.shape
    fade = 0.5 ** (1 / HALF_LIFE)
    counts, exposure = np.zeros((n, asked + 1)), np.zeros((n, asked + 1))
    summed, exposed = np.zeros(n), np.zeros(n)
    for t in range(blocks - 1, window - 1, -1):
        summed = summed * fade + table[:, t]
        exposed = exposed * fade + season[:, t]
        if t - window <= asked:
            counts[:, t - window], exposure[:, t - window] = summed, exposed
    return _Levels(counts, exposure)


def _prior(table: Floats, group: Ints, weekday: Floats, window: int, usual: npt.ArrayLike | None) -> Floats:
    """``[n]``, a block: where a series' level lies when nothing is known of the series itself."""
    if usual is not None:
        return np.maximum(np.asarray(usual, dtype=np.float64), _TINY)
    per_block = table[:, window:].mean(axis=1)
    number = np.bincount(group, minlength=len(weekday))
    means = np.bincount(group, weights=per_block, minlength=len(weekday)) / np.maximum(number, 1)
    return np.maximum(means[group], _TINY)


def _shape(levels: _Levels, prior: Floats) -> float:
    """How strong the prior is, by empirical Bayes: the shape of a gamma distribution of level over prior."""
    guessed = prior * levels.exposure[:, 0]
    known = guessed > 0.5
    if not known.any():
        return 1.0
    off = (levels.counts[known, 0] - guessed[known]) ** 2 - guessed[known]
    # Every series is worth about the same: off / guessed² estimates the variance of level over prior.
    weight = guessed[known] / (1 + guessed[known])
    variance = float((off / guessed[known] ** 2 * weight).sum() / weight.sum())
    return float(np.clip(1 / max(variance, _TINY), _LEAST_SHAPE, _MOST_SHAPE))


def _spread(
    seen: Floats, mean: Floats, doubt: Floats, group: Ints, level: Ints, window: int
) -> tuple[Floats, Floats]:
    """``[n]`` each: variance beyond Poisson and doubt, as ``linear × mean + square × mean²``, none negative.

    Fitted to the questions asked before, for each kind and level; the series of a kind rise and fall together, so
    a window is worth one of them. Fitted again without what lies farther out than :data:`_OUTLIER`.
    """
    groups, which = np.unique(np.stack([level, group]), axis=1, return_inverse=True)
    which, level_of = which.reshape(-1), groups[0]
    share = _SPREAD_PSEUDO * window / seen.shape[1]
    number = np.bincount(level_of)[level_of]
    linear, square = np.zeros(len(seen)), np.zeros(len(seen))
    keep = np.ones(seen.shape, dtype=np.bool_)
    for _ in range(2):
        surplus = (seen - mean) ** 2 - mean - doubt * mean**2
        weight = np.where(keep, 1 / (mean + 0.3 * mean**2 + 0.05) ** 2, 0.0)
        sums = [
            np.bincount(which, weights=(weight * term).sum(axis=1))
            for term in (mean**2, mean**3, mean**4, surplus * mean, surplus * mean**2)
        ]
        drawn = [one + np.bincount(level_of, weights=one)[level_of] / number * share for one in sums]
        linear, square = (one[which] for one in _both_positive(*drawn))
        variance = mean + linear[:, None] * mean + (square[:, None] + doubt) * mean**2
        keep = (seen - mean) ** 2 <= (_OUTLIER**2) * variance + 4
    # Measured on few windows: taken larger by about a standard error.
    larger = 1 + (1 / (seen.shape[1] / window + _SPREAD_PSEUDO)) ** 0.5
    return linear * larger, square * larger


def _both_positive(a: Floats, b: Floats, c: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Least squares for ``[[a, b], [b, c]] @ [linear, square] = [y, z]`` with neither below zero."""
    determinant = a * c - b * b
    safe = np.where(determinant > _TINY * np.maximum(a * c, _TINY), determinant, np.inf)
    linear, square = (c * y - b * z) / safe, (a * z - b * y) / safe
    only_linear = np.maximum(y / np.maximum(a, _TINY), 0)
    only_square = np.maximum(z / np.maximum(c, _TINY), 0)
    # Of the two edges the one that fits better: the fall of the sum of squares is y²/a, or z²/c.
    edge = only_linear * y >= only_square * z
    outside = (linear < 0) | (square < 0) | np.isinf(safe)
    return (
        np.where(outside, np.where(edge, only_linear, 0.0), linear),
        np.where(outside, np.where(edge, 0.0, only_square), square),
    )
