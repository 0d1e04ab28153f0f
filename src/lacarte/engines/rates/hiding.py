"""Numbers that would tell about persons are hidden, with so many others that subtraction does not find them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["hidden"]


def hidden(counts: npt.ArrayLike, smallest: int) -> npt.NDArray[np.bool_]:
    """``bool[g]``: which groups of a table with a total may not be shown.

    Groups from 1 to ``smallest`` - 1 are hidden first; then the next larger ones, until nobody who knows the sum
    of what is hidden, and that each has somebody, knows one to within less than ``smallest``. A group of nobody
    tells of nobody. Source: Hundepool and others, Statistical Disclosure Control (2012), section 4.
    """
    n = np.asarray(counts, dtype=np.int64)
    found = (n > 0) & (n < smallest)
    others = iter(np.flatnonzero(n >= smallest)[np.argsort(n[n >= smallest], kind="stable")])
    while found.any() and n[found].sum() < smallest + found.sum():
        another = next(others, None)
        if another is None:
            break
        found[another] = True
    return found
