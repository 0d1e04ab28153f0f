"""A perceptual hash: photos that look alike have hashes that differ in few bits."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_SIDE = 32  # pixels of the small picture that is transformed
_LOW = 9  # frequencies of each axis that are looked at
_BITS = 64
#: Standard deviation of grey below which a picture is plain, and would be "like" every other plain one.
_PLAIN = 3.0


def likeness(grey: NDArray[np.uint8]) -> int | None:
    """The 64-bit perceptual hash of a picture, signed; ``None`` for one without anything to see.

    ``grey`` is (height, width), 0 to 255, each side at least 1. The 64 lowest frequencies of the cosine
    transform of a 32 x 32 mean picture, each against their median: size, format, quality and brightness
    hardly matter. Source: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions
    (2010), section 3.2.1. Raises ``ValueError`` for another shape.
    """
    if grey.ndim != 2 or 0 in grey.shape:
        raise ValueError(f"a grey picture has two sides of at least a pixel, not {grey.shape}")
    small = _means(_means(grey.astype(np.float64)).T).T
    if small.std() < _PLAIN:
        return None
    waves = _waves()
    low = (waves @ small @ waves.T).ravel()[_order()]
    bits = np.packbits(low > np.median(low))
    return int.from_bytes(bits.tobytes(), "big", signed=True)


def different_bits(one: int, other: int) -> int:
    """In how many of the 64 bits two hashes differ: about 32 for two photos of different things."""
    different: int = (one ^ other) & (2**_BITS - 1)
    return different.bit_count()


def _means(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """``rows`` (n, m) as 32 rows, each the mean of an equal share of them, parts of rows included."""
    n = len(rows)
    sums = np.vstack([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    at = np.arange(_SIDE + 1) * (n / _SIDE)
    whole = np.minimum(at.astype(np.intp), n - 1)
    upto = sums[whole] + (at - whole)[:, None] * rows[whole]
    means: NDArray[np.float64] = np.diff(upto, axis=0) * (_SIDE / n)
    return means


@lru_cache(maxsize=1)
def _waves() -> NDArray[np.float64]:
    """The lowest rows of the cosine transform (DCT-II), shape (9, 32)."""
    k, x = np.arange(_LOW)[:, None], np.arange(_SIDE)[None, :]
    waves: NDArray[np.float64] = np.cos(np.pi * k * (2 * x + 1) / (2 * _SIDE))
    return waves


@lru_cache(maxsize=1)
def _order() -> NDArray[np.intp]:
    """Where the 64 lowest frequencies are in the flat (9, 9) result, the mean (0, 0) left out."""
    down, across = np.divmod(np.arange(_LOW * _LOW), _LOW)
    lowest = np.lexsort((down, np.maximum(down, across), down + across))
    return lowest[1 : _BITS + 1].astype(np.intp)
