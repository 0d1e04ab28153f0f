"""What other weights would do to a list: who changes class, and how many pairs change places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.needindex.sensitivity import PAIRS
from lacarte.engines.rates import Interval, wilson

__all__ = ["Changes", "changes"]


@dataclass(frozen=True, eq=False)
class Changes:
    """Of ``needs``: how many come into an ``earlier`` and a ``later`` class, and which share of pairs ``swap``.

    ``looked_at`` of all ``pairs`` were compared; ``swap_between`` is the 95 % interval where they were drawn.
    """

    needs: int
    earlier: int
    later: int
    pairs: int
    looked_at: int
    swap: float
    swap_between: Interval


def changes(
    classes: npt.ArrayLike,
    index: npt.ArrayLike,
    new_classes: npt.ArrayLike,
    new_index: npt.ArrayLike,
    *,
    seed: int,
    most_pairs: int = PAIRS,
) -> Changes:
    """Compare two orders of the same needs: the earlier class first, in it the higher index (all ``[n]``).

    A pair swaps where both orders say who is first and do not agree; indices that are shown alike, in hundredths,
    are tied. ``seed`` draws the pairs where there are more than ``most_pairs``. Raises ``ValueError`` for arrays
    of different lengths.
    """
    old, new = _keys(classes, index), _keys(new_classes, new_index)
    before, after = np.asarray(classes, dtype=np.int64), np.asarray(new_classes, dtype=np.int64)
    n = len(old)
    if len(new) != n:
        raise ValueError(f"there are {n} needs before and {len(new)} after")
    pairs = n * (n - 1) // 2
    if pairs <= most_pairs:
        a, b = np.triu_indices(n, 1)
    else:
        rng = np.random.default_rng(seed)
        a, b = rng.integers(0, n, most_pairs), rng.integers(0, n - 1, most_pairs)
        b += b >= a
    swapped = int((np.sign(old[a] - old[b]) * np.sign(new[a] - new[b]) < 0).sum())
    share = np.array(swapped / max(len(a), 1))
    return Changes(
        needs=n,
        earlier=int((after < before).sum()),
        later=int((after > before).sum()),
        pairs=pairs,
        looked_at=len(a),
        swap=float(share),
        swap_between=wilson(swapped, len(a)) if len(a) < pairs else Interval(share, share),
    )


def _keys(classes: npt.ArrayLike, index: npt.ArrayLike) -> npt.NDArray[np.int64]:
    kinds, values = np.asarray(classes, dtype=np.int64), np.asarray(index, dtype=np.float64)
    if kinds.shape != values.shape or kinds.ndim != 1:
        raise ValueError(f"classes have the shape {kinds.shape}, index has {values.shape}")
    return np.asarray(kinds * 1000 - np.rint(values * 100).astype(np.int64))
