"""Multidimensional poverty by region or any other group: what each adds to the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.needindex.multidimensional import Poverty, measure, part_of_sum
from lacarte.engines.rates import Interval

__all__ = ["Decomposition", "decompose"]


@dataclass(frozen=True, eq=False)
class Decomposition:
    """A row for each group, in sorted order: its ``share`` of the people, ``headcount`` (H), ``adjusted`` (M0).

    The whole's H and M0 are the groups' ones weighted by ``share``. ``contribution`` is what share of the whole's
    M0 a group makes up; they sum to 1 where everything is known, and are NaN where nobody can be poor.
    """

    group: npt.NDArray[Any]
    share: npt.NDArray[np.float64]
    headcount: Interval
    adjusted: Interval
    contribution: Interval
    whole: Poverty


def decompose(
    deprivation: npt.ArrayLike,
    weights: npt.ArrayLike,
    cutoff: float,
    group: npt.ArrayLike,
    people: npt.ArrayLike | None = None,
) -> Decomposition:
    """As :func:`measure`, for each value of ``group`` (``[n]``) too. Raises ``ValueError`` as that.

    Groups do not share people, so that one's unknowns say nothing of another's: intervals are as narrow as can be.
    """
    rows = np.asarray(deprivation, dtype=np.float64)
    names, at = np.unique(np.asarray(group), return_inverse=True)
    if len(at) != len(rows):
        raise ValueError(f"group has {len(at)} entries, deprivation has {len(rows)} rows")
    whole = measure(rows, weights, cutoff, people)
    count = np.ones(len(rows)) if people is None else np.asarray(people, dtype=np.float64)
    each = [measure(rows[at == g], weights, cutoff, count[at == g]) for g in range(len(names))]
    share = np.bincount(at, weights=count) / count.sum()
    adjusted = _stacked([one.adjusted for one in each])
    return Decomposition(
        group=names,
        share=share,
        headcount=_stacked([one.headcount for one in each]),
        adjusted=adjusted,
        contribution=part_of_sum(Interval(share * adjusted.low, share * adjusted.high)),
        whole=whole,
    )


def _stacked(intervals: list[Interval]) -> Interval:
    return Interval(np.array([one.low for one in intervals]), np.array([one.high for one in intervals]))
