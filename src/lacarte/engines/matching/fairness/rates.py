"""Who is served: rates and waiting by group, with what chance alone would explain, and never about few people.

Rates are of people who could have been served otherwise, so each has an interval: of how the same rules would have
turned out for people like these. A group of fewer than ``at_least`` people is hidden, and so is the next smallest
where the hidden one could be found by subtraction from the total.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, log1p
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Disparity", "Rates", "Waiting", "disparity", "served_rates", "waiting_quantile", "wilson"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rates:
    """Served rates, a row for each group. Hidden rows hold -1 and NaN."""

    group: Ints
    people: Ints
    served: Ints
    rate: Floats
    low: Floats
    high: Floats
    shown: Bools


@dataclass(frozen=True, eq=False)
class Waiting:
    """A quantile of waiting, a row for each group; ``high`` is infinite where people are too few to say."""

    group: Ints
    people: Ints
    value: Floats
    low: Floats
    high: Floats
    shown: Bools


@dataclass(frozen=True, eq=False)
class Disparity:
    """Each group's served rate over that of all others, a row for each group.

    ``low`` and ``high`` hold for all shown groups at once: with twenty groups, one in twenty would differ by
    chance alone, so each interval is drawn at ``1 - (1 - level) / groups`` (Bonferroni). ``differs`` says that 1
    is outside.
    """

    group: Ints
    ratio: Floats
    low: Floats
    high: Floats
    differs: Bools
    shown: Bools


def served_rates(served: Bools, group: Ints, at_least: int = 10, level: float = 0.95) -> Rates:
    """The share of each group that is served; ``served`` and ``group`` have one entry a person.

    Intervals are Wilson's (1927, Journal of the American Statistical Association 22). Raises ``ValueError`` for
    arrays of different lengths, ``at_least`` below 1 or a ``level`` outside (0, 1).
    """
    names, at, people, shown = _groups(group, at_least, served=served)
    count = np.bincount(at[served], minlength=len(names))
    low, high = wilson(count, people, level)
    return Rates(
        group=names,
        people=np.where(shown, people, -1),
        served=np.where(shown, count, -1),
        rate=_show(count / people, shown),
        low=_show(low, shown),
        high=_show(high, shown),
        shown=shown,
    )


def waiting_quantile(
    days: Floats, group: Ints, share: float = 0.5, at_least: int = 10, level: float = 0.95
) -> Waiting:
    """The wait that ``share`` of each group does not exceed: 0.5 is the median, 0.9 the worst tenth's least.

    ``days`` is ``float64[n]``: for people still waiting, the wait so far, so that the value is then a lower one.
    The interval lies between order statistics, whatever the distribution (David and Nagaraja 2003, Order
    Statistics, section 7.1). Raises ``ValueError`` as :func:`served_rates` does, and for a wait that is no number.
    """
    names, at, people, shown = _groups(group, at_least, days=days)
    _check_share("share", share)
    if not np.isfinite(days).all():
        wrong = int(np.argmin(np.isfinite(days)))
        raise ValueError(f"days[{wrong}] = {days[wrong]} is no number of days")
    ordered = days[np.lexsort((days, at))]
    first = np.concatenate([[0], np.cumsum(people)])
    value, low, high = np.full((3, len(names)), np.nan)
    for g in np.flatnonzero(shown):
        mine = ordered[first[g] : first[g + 1]]
        below, above = _ranks(len(mine), share, level)
        value[g] = mine[max(int(np.ceil(share * len(mine))) - 1, 0)]
        low[g] = mine[below - 1] if below >= 1 else 0.0
        high[g] = mine[above - 1] if above <= len(mine) else np.inf
    return Waiting(names, np.where(shown, people, -1), value, low, high, shown)


def disparity(served: Bools, group: Ints, at_least: int = 10, level: float = 0.95) -> Disparity:
    """How each group's served rate compares with that of everybody else; 1 is parity.

    The interval combines the two rates' Wilson intervals and holds at rates of 0 and 1 too (method MOVER-R,
    Donner and Zou 2012, Statistical Methods in Medical Research 21). Infinite where nobody else is served, NaN
    where there is nobody else. A ratio says what is, not why. Raises ``ValueError`` as :func:`served_rates` does.
    """
    names, at, people, shown = _groups(group, at_least, served=served)
    count = np.bincount(at[served], minlength=len(names))
    each = 1 - (1 - level) / max(int(shown.sum()), 1)
    others, others_count = people.sum() - people, count.sum() - count
    shown &= others > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (count / people) / (others_count / np.maximum(others, 1))
    low, high = _ratio_interval(
        count / people,
        wilson(count, people, each),
        others_count / np.maximum(others, 1),
        wilson(others_count, others, each),
    )
    return Disparity(
        group=names,
        ratio=_show(ratio, shown),
        low=_show(low, shown),
        high=_show(high, shown),
        differs=shown & ((low > 1) | (high < 1)),
        shown=shown,
    )


def wilson(count: Ints, of: Ints, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score interval for ``count`` out of ``of``; (0, 1) where there is nobody."""
    _check_share("level", level)
    z = NormalDist().inv_cdf((1 + level) / 2)
    n = np.maximum(of, 1)
    rate = count / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low = np.where((count == 0) | (of == 0), 0.0, middle - half)
    high = np.where((count == of) | (of == 0), 1.0, middle + half)
    return low, high


def _ratio_interval(
    a: Floats, a_interval: tuple[Floats, Floats], b: Floats, b_interval: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Limits of ``a / b`` from those of ``a`` and of ``b``, written so that nothing cancels."""
    (a_low, a_high), (b_low, b_high) = a_interval, b_interval
    product = a * b
    spread = a_low * (2 * a - a_low)
    root = np.sqrt(np.maximum(product**2 - spread * b_high * (2 * b - b_high), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(spread > 0, spread / (product + root), 0.0)
        root = np.sqrt(np.maximum(product**2 - a_high * (2 * a - a_high) * b_low * (2 * b - b_low), 0))
        high = np.where(b_low > 0, (product + root) / (b_low * (2 * b - b_low)), np.inf)
    return low, high


def _ranks(n: int, share: float, level: float) -> tuple[int, int]:
    """Ranks (from 1) of the order statistics that hold the quantile at ``level``; 0 or n + 1: none does.

    The number of people at or below the quantile is binomial: the ranks leave out at most half of what
    ``level`` leaves out at either end.
    """
    _check_share("level", level)
    k = np.arange(n)
    start = n * log1p(-share)
    step = np.log((n - k) / (k + 1)) + log(share) - log1p(-share)
    chance = np.exp(np.concatenate([[start], start + np.cumsum(step)]))
    total = np.cumsum(chance / chance.sum())
    tail = (1 - level) / 2
    return int(np.searchsorted(total, tail, side="right")), int(np.searchsorted(total, 1 - tail)) + 1


def _groups(group: Ints, at_least: int, **columns: npt.NDArray[Any]) -> tuple[Ints, Ints, Ints, Bools]:
    """The groups, the group of each person as an index, how many people each has, and which may be shown."""
    for name, values in columns.items():
        if len(values) != len(group):
            raise ValueError(f"{name} has {len(values)} entries, group has {len(group)}")
    if "served" in columns and columns["served"].dtype != np.bool_:
        raise ValueError(f"served holds {columns['served'].dtype}, it must hold true and false")
    if at_least < 1:
        raise ValueError(f"at_least is {at_least}, it must be 1 or more")
    names, at, people = np.unique(group, return_inverse=True, return_counts=True)
    return names, at, people, _shown(people, at_least)


def _shown(people: Ints, at_least: int) -> Bools:
    """Groups with enough people; smaller ones hide together so that no subtraction finds them.

    Whoever knows their sum, and that none is empty, knows none to within less than ``at_least``.
    """
    smallest_first = np.argsort(people, kind="stable")
    hidden = int((people < at_least).sum())
    while 0 < hidden < len(people) and people[smallest_first[:hidden]].sum() < at_least + hidden:
        hidden += 1
    shown = np.ones(len(people), dtype=bool)
    shown[smallest_first[:hidden]] = False
    return shown


def _show(values: Floats, shown: Bools) -> Floats:
    return np.where(shown, values, np.nan)


def _check_share(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"{name} is {share}, it must be between 0 and 1")
