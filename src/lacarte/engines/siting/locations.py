"""People and the sites that could serve them, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.checking import refuse, whole_numbers

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

#: What a sum of weighted distances must stay below, with room for the scale of the relaxation.
LIMIT = 2**61


def whole_number(name: str, value: Any, at_least: int = 0) -> int:
    """``value`` as a whole number, exactly. Raises ``ValueError`` naming it for anything else."""
    try:
        number = index(value)
    except TypeError as error:
        raise ValueError(f"{name} = {value} is not a whole number") from error
    if number < at_least:
        raise ValueError(f"{name} = {number} is negative")
    return number


def _yes_or_no(name: str, values: Any) -> npt.NDArray[np.bool_]:
    """``values`` as a row of truth values; numbers are refused, they would be taken for positions."""
    given = np.asarray(values)
    if given.ndim != 1 or (given.size and given.dtype != np.bool_):
        raise ValueError(f"{name} must be one row of True and False, not {given.ndim} dimensions of {given.dtype}")
    return given.astype(bool)


@dataclass(frozen=True, eq=False)
class Locations:
    """``n`` demands, ``k`` sites and ``m`` pairs in CSR form.

    Demand ``i`` may be served by the sites ``site[start[i]:start[i + 1]]``, each listed once.
    ``distance`` is in whole units, ``weight`` says how much a demand counts (people times need index, for
    instance; 1 each by default). A demand without an open site counts as ``beyond`` away, and nothing farther
    counts more (-1, the default: one more than the largest distance). Opening a site takes ``cost`` of the
    budget; ``existing`` sites (none by default) are open already and take none.
    Raises ``ValueError`` naming the array and the index for anything that does not fit.
    """

    start: Ints  # [n + 1]
    site: Small  # [m]
    distance: Small  # [m], >= 0
    cost: Ints  # [k], >= 0
    weight: Ints = None  # type: ignore[assignment]  # [n], >= 0
    existing: npt.NDArray[np.bool_] = None  # type: ignore[assignment]  # [k]
    beyond: int = -1

    def __post_init__(self) -> None:
        n, k = len(self.start) - 1, len(self.cost)
        self._default("weight", np.ones(max(n, 0), dtype=np.int64))
        self._default("existing", np.zeros(k, dtype=bool))
        for name, kind in (("start", np.int64), ("site", np.int32), ("distance", np.int32), ("cost", np.int64)):
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name), kind))
        object.__setattr__(self, "weight", whole_numbers("weight", self.weight, np.int64))
        object.__setattr__(self, "existing", _yes_or_no("existing", self.existing))
        object.__setattr__(self, "beyond", whole_number("beyond", self.beyond, at_least=-1))
        if self.beyond < 0:
            object.__setattr__(self, "beyond", int(self.distance.max(initial=0)) + 1)
        self._check(n, k)

    def _default(self, name: str, value: Any) -> None:
        if getattr(self, name) is None:
            object.__setattr__(self, name, value)

    def _check(self, n: int, k: int) -> None:
        m = len(self.site)
        if n < 0 or self.start[0] != 0 or self.start[-1] != m:
            raise ValueError(f"start must go from 0 to the {m} pairs")
        for name, length in (("distance", m), ("weight", n), ("existing", k)):
            if len(getattr(self, name)) != length:
                raise ValueError(f"{name} has {len(getattr(self, name))} entries, it should have {length}")
        refuse("start", np.diff(self.start) < 0, self.start[1:], "goes down", 1)
        refuse("site", (self.site < 0) | (self.site >= k), self.site, f"is not one of the {k} sites")
        for name in ("distance", "weight", "cost"):
            refuse(name, getattr(self, name) < 0, getattr(self, name), "is negative")
        if int(self.weight.astype(object).sum()) * self.beyond >= LIMIT:
            raise ValueError("weight and beyond are too large to be exact; use a coarser unit")
        starts, demand, _ = self.by_site
        twice = (demand[1:] == demand[:-1]) & (np.diff(np.repeat(np.arange(k), np.diff(starts))) == 0)
        refuse("demand", np.append(False, twice), demand, "lists a site twice")
        if int(self.cost.astype(object).sum()) >= LIMIT:
            raise ValueError("cost is too large to be exact; use a coarser unit")

    @property
    def demands(self) -> Ints:
        """``int64[m]``: the demand of each pair."""
        return np.repeat(np.arange(len(self.weight)), np.diff(self.start))

    @cached_property
    def nearest_first(self) -> tuple[Small, Ints]:
        """Site and distance of each pair, each demand's nearest first; distances of ``beyond`` at most."""
        order = np.lexsort((self.site, self.distance, self.demands))
        return self.site[order], np.minimum(self.distance[order].astype(np.int64), self.beyond)

    @cached_property
    def by_site(self) -> tuple[Ints, Small, Ints]:
        """The pairs of each site (CSR): ``start[k + 1]``, demand and distance."""
        order = np.argsort(self.site, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(self.site, minlength=len(self.cost)))])
        distance = np.minimum(self.distance[order].astype(np.int64), self.beyond)
        return start.astype(np.int64), self.demands[order].astype(np.int32), distance
