"""The Hilbert curve: an order in which what is near on the ground is near in memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["hilbert_order"]

_BITS = 16
_BLOCK = 8192


def hilbert_order(x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The points' numbers along a Hilbert curve of 65,536 x 65,536 cells over their bounding square; ``int64[n]``.

    ``x`` and ``y`` are in the same unit. Points of one cell stay in the order given; those not known (NaN or
    infinite in one coordinate) come last. Hilbert, Math. Ann. 38 (1891); the loop over bits, from the
    outermost quadrant inwards, is the usual one with masks in place of branches.
    """
    places = np.stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)])
    n = places.shape[1]
    if n >= 2**31:
        raise ValueError(f"there are {n} points, {2**31 - 1} can be put in order")
    known = np.isfinite(places[0]) & np.isfinite(places[1])
    low = places.min(axis=1, where=known, initial=np.inf)
    side = float((places.max(axis=1, where=known, initial=-np.inf) - low).max())
    scale = (2**_BITS - 1) / side if np.isfinite(side) and side > 0 else 0.0
    key = np.arange(n, dtype=np.uint64)
    for first in range(0, n, _BLOCK):
        block = slice(first, first + _BLOCK)
        known_here = known[block]
        offset = (
            np.where(known_here, places[:, block] - low[:, None], 0) if scale else np.zeros((2, len(known_here)))
        )
        index = _index(*(offset * scale).astype(np.uint32))
        index[~known_here] = 2**32  # one more than any on the curve
        key[block] |= index << np.uint64(31)
    key.sort()
    return (key & np.uint64(2**31 - 1)).astype(np.int64)


def _index(a: npt.NDArray[np.uint32], b: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """How far along the curve each cell (column, row) lies."""
    one = np.uint32(1)
    low_bits = np.uint32(2**_BITS - 1)
    index = np.zeros(len(a), dtype=np.uint32)
    for bit in range(_BITS - 1, -1, -1):
        right, upper = (a >> np.uint32(bit)) & one, (b >> np.uint32(bit)) & one
        index = (index << np.uint32(2)) | ((right * np.uint32(3)) ^ upper)
        # In the lower half the curve is turned: both coordinates swap, and on the right they run backwards.
        lower = one - upper
        backwards = (right & lower) * low_bits
        swap = (a ^ b) & (lower * low_bits)
        a, b = a ^ swap ^ backwards, b ^ swap ^ backwards
    return index.astype(np.uint64)
