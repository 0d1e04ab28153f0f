"""How deprived a place is beside the others, from a table of a census: ranks by population, parts shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.needindex.adding import index_between
from lacarte.engines.rates import Interval

__all__ = ["PlaceDeprivation", "place_deprivation", "population_rank"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlaceDeprivation:
    """``index`` (0 least, 1 most deprived; the middle of ``between``) and the rank in each column; all ``[n]``."""

    index: Floats
    between: Interval
    ranks: dict[str, Interval]


def population_rank(values: npt.ArrayLike, population: npt.ArrayLike) -> Interval:
    """The share of all people who live where ``values`` (``[n]``) are lower; people at the same one count half.

    Weighted by ``population`` (``[n]``) the ranks have the mean 1/2 where all is known. Where a value is NaN the
    place may have any rank, and all others' ranks may differ by the people there: both are told as intervals, as
    narrow as can be. Raises ``ValueError`` for a population that is below 0, not a number, or 0 in all.
    """
    v, p = np.asarray(values, dtype=np.float64), np.asarray(population, dtype=np.float64)
    if v.ndim != 1 or v.shape != p.shape:
        raise ValueError(f"values have the shape {v.shape}, population has {p.shape}")
    wrong = ~(np.isfinite(p) & (p >= 0))
    if wrong.any():
        raise ValueError(f"population[{int(np.argmax(wrong))}] = {p[wrong][0]} is no number of people")
    total = float(p.sum())
    if total == 0:
        raise ValueError("nobody lives in any of the places")
    unknown = np.isnan(v)
    _, at = np.unique(v[~unknown], return_inverse=True)
    here = np.bincount(at, weights=p[~unknown])
    middle = (here.cumsum() - here / 2)[at] if here.size else np.zeros(0)
    low, high = p / 2, total - p / 2  # of a place that is not known: first of all, last of all
    low[~unknown], high[~unknown] = middle, middle + p[unknown].sum()
    return Interval(low / total, high / total)


def place_deprivation(
    columns: Mapping[str, npt.ArrayLike],
    population: npt.ArrayLike,
    *,
    low_is_deprived: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
) -> PlaceDeprivation:
    """The weighted mean of each place's :func:`population_rank` in the ``columns`` (each ``[n]``, NaN: not known).

    In columns of ``low_is_deprived``, such as income, less is worse. ``weights`` sum to 1; without any, all count
    the same. Raises ``ValueError`` for names that do not fit and as :func:`population_rank`. Percentile ranks that
    are added up are also how the social vulnerability index of the CDC is made (Flanagan and others, Journal of
    Homeland Security and Emergency Management 8, 2011); there each place counts once, here each person.
    """
    if not columns or not set(low_is_deprived) <= set(columns):
        raise ValueError(f"columns are {sorted(columns)}, low is deprived in {sorted(low_is_deprived)}")
    of = dict.fromkeys(columns, 1 / len(columns)) if weights is None else weights
    ranks = {
        name: population_rank(
            -np.asarray(values, dtype=np.float64) if name in low_is_deprived else values, population
        )
        for name, values in columns.items()
    }
    found = index_between(
        {name: rank.low for name, rank in ranks.items()}, {name: rank.high for name, rank in ranks.items()}, of
    )
    return PlaceDeprivation(found.total, Interval(found.total_low, found.total_high), ranks)
