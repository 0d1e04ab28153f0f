"""Tables whose smallest columns are joined, so that nothing is hidden of totals that are told anyway.

A table for people is of more use with fewer columns than with holes in its totals. Source: Hundepool and others,
Statistical Disclosure Control (2012), section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.disclosure.hiding import HIDDEN, SMALLEST, Bools, Ints, hide

__all__ = ["Joined", "join"]


@dataclass(frozen=True, eq=False)
class Joined:
    """The first ``kept`` columns stay apart; ``cells`` says what may be told: ``bool[r, kept]``.

    Where columns are joined, ``cells`` has one column more for their sum; with ``kept`` 0 it has none: nothing is
    told inside.
    """

    kept: int
    cells: Bools


def join(counts: npt.ArrayLike, rows: Bools, columns: Bools, smallest: int = SMALLEST) -> Joined:
    """As many columns of ``counts`` (``[r, c]``, the largest first) as can stay apart, the others joined.

    The grand total is told, and so are the totals of the ``rows`` (``bool[r]``) and ``columns`` (``bool[c]``) that
    are true, also of columns that are joined; both lists are safe by themselves (``hide_row``). They narrow no
    number inside either: all that is known of one is that it is at most R and C and at least R + C - T (Fréchet,
    1951), and R, C, T - R and T - C are ``smallest`` or more.
    """
    n = np.asarray(counts, dtype=np.int64)
    for kept in range(n.shape[1], 0, -1):
        others = n[:, kept:].sum(axis=1, keepdims=True)
        table = n if kept == n.shape[1] else np.hstack([n[:, :kept], others])
        shown = hide(table, smallest).shown
        if _told(shown[:-1, -1], rows) and _told(shown[-1, :kept], columns[:kept]) and shown[-1, -1] != HIDDEN:
            return Joined(kept, shown[:-1, :-1] != HIDDEN)
    return Joined(0, np.zeros((len(n), 0), dtype=np.bool_))


def _told(shown: Ints, wanted: Bools) -> bool:
    return bool((shown[wanted] != HIDDEN).all())
