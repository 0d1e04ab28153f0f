"""How groups fare: served rates, waiting and how urgent people's needs had become when they were served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.fairness.rates import (
    Disparity,
    Rates,
    Waiting,
    disparity,
    served_rates,
    waiting_quantile,
)
from lacarte.engines.rates.special import beta_quantile

__all__ = ["GroupReport", "IndexAtService", "group_report", "index_at_service", "t_quantile"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class IndexAtService:
    """The mean need index of who was served, a row for each group. Hidden rows hold -1 and NaN.

    A group whose index at service is higher had to be in greater need to get the same. ``low`` to ``high`` holds
    both for chance and for what is not known of the needs.
    """

    group: Ints
    served: Ints
    mean: Floats
    low: Floats
    high: Floats
    shown: Bools


@dataclass(frozen=True, eq=False)
class GroupReport:
    """All that is told of groups; every table has the same groups in the same order."""

    rates: Rates
    against_others: Disparity
    median_wait: Waiting
    at_service: IndexAtService


def group_report(
    served: Bools,
    days: Floats,
    index_low: Floats,
    index_high: Floats,
    group: Ints,
    at_least: int = 10,
    level: float = 0.95,
) -> GroupReport:
    """Served rates, their ratio to others', the median wait, the index at service; arrays have an entry a person.

    ``days`` waited until served, or so far; ``index_low`` and ``index_high`` bound the index at service, or now.
    Groups of fewer than ``at_least`` people are hidden, as are means of fewer than ``at_least`` who were served.
    Raises ``ValueError`` as :func:`served_rates`, :func:`waiting_quantile` and :func:`index_at_service`.
    """
    return GroupReport(
        rates=served_rates(served, group, at_least, level),
        against_others=disparity(served, group, at_least, level),
        median_wait=waiting_quantile(days, group, 0.5, at_least, level),
        at_service=index_at_service(index_low, index_high, served, group, at_least, level),
    )


def index_at_service(
    index_low: Floats, index_high: Floats, served: Bools, group: Ints, at_least: int = 10, level: float = 0.95
) -> IndexAtService:
    """The mean index (0 to 1) of the served of each ``group``; an index lies from ``index_low`` to ``index_high``.

    ``mean`` is that of the middles. The interval goes from the lower Student limit of the lowest indices to the
    upper one of the highest. A mean is shown where it is of ``at_least`` people or more, in a group that is shown.
    Raises ``ValueError`` as :func:`served_rates`, and for an index that is not between 0 and 1.
    """
    rates = served_rates(served, group, at_least, level)
    for name, values in (("index_low", index_low), ("index_high", index_high)):
        if len(values) != len(group):
            raise ValueError(f"{name} has {len(values)} entries, group has {len(group)}")
        if not np.all((values >= 0) & (values <= 1)):
            raise ValueError(f"{name} holds what is not between 0 and 1")
    names, at = np.unique(group, return_inverse=True)
    count = np.bincount(at[served], minlength=len(names))
    shown = rates.shown & (count >= max(at_least, 2))
    n = np.maximum(count, 2)
    sum_low, sum_high = (np.bincount(at[served], values[served], len(names)) for values in (index_low, index_high))
    reach = t_quantile((1 + level) / 2, n - 1) / np.sqrt(n)
    low = sum_low / n - reach * _spread(index_low[served], at[served], sum_low / n, n)
    high = sum_high / n + reach * _spread(index_high[served], at[served], sum_high / n, n)
    return IndexAtService(
        group=names,
        served=np.where(shown, count, -1),
        mean=np.where(shown, (sum_low + sum_high) / 2 / n, np.nan),
        low=np.where(shown, np.maximum(low, 0), np.nan),
        high=np.where(shown, np.minimum(high, 1), np.nan),
        shown=shown,
    )


def _spread(values: Floats, at: Ints, mean: Floats, n: Ints) -> Floats:
    """Each group's standard deviation."""
    return np.asarray(np.sqrt(np.bincount(at, (values - mean[at]) ** 2, len(mean)) / (n - 1)))


def t_quantile(share: float, freedom: npt.ArrayLike) -> Floats:
    """What ``share`` (from 1/2 to below 1) of Student's distribution stays below, for each ``freedom`` from 1 on.

    With x of the beta distribution of freedom/2 and 1/2, t² is freedom (1 - x) / x (Abramowitz and Stegun,
    Handbook of Mathematical Functions, 26.7.1).
    """
    degrees = np.asarray(freedom, dtype=np.float64)
    x = beta_quantile(2 * (1 - share), degrees / 2, 0.5)
    return np.asarray(np.sqrt(degrees * (1 - x) / x))
