"""Where to open sites so that people have the least way: the p-median, with a bound.

Interchange finds good sites, the Lagrangian bound says how good, and what is left open is settled by branching on
single sites. The gap is always stated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.siting.branching import Search
from lacarte.engines.siting.interchange import layout
from lacarte.engines.siting.locations import Locations

__all__ = ["Siting", "p_median"]


@dataclass(frozen=True, eq=False)
class Siting:
    """``open`` says which sites are open, existing ones included; ``nearest`` which serves each demand (-1: none).

    ``value`` is the weighted sum of distances; no choice of sites within the budget has less than ``bound``.
    ``gap`` 0 is a proof. ``complete`` is false where Ctrl-C cut the search short.
    """

    open: npt.NDArray[np.bool_]  # [k]
    nearest: npt.NDArray[np.int32]  # [n]
    value: int
    bound: int
    spent: int
    complete: bool = True

    @property
    def gap(self) -> int:
        """Value less bound."""
        return self.value - self.bound


def p_median(locations: Locations, budget: int, branches: int = 200) -> Siting:
    """Open sites within ``budget`` so that the weighted sum of distances to the nearest open one is least.

    With costs of 1 the budget is the number of sites to open, besides those that exist. ``branches`` limits how
    often the search for a proof may branch; 0 leaves the gap of the first bound. Raises ``ValueError`` for a
    budget or a number of branches that is negative or not whole.
    """
    search = Search(locations, budget)
    complete = search.run(branches)
    served = layout(locations, search.budget, search.best)
    value = served.value
    return Siting(search.best, served.near, value, min(search.bound, value), served.spent, complete)
