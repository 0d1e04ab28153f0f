"""Each offer's holders as a tree, whoever is nearest to leaving at its root.

The tree is a skew heap by ``key``, so that a search looks only at the few holders of a large offer who may move:
the holders below somebody come after them. A price that changes moves all holders of an offer alike, so the
tree stays as it is. Source: self-adjusting heaps, Sleator and Tarjan 1986.
"""

from __future__ import annotations

from lacarte.engines.compiling import kernel_in_place
from lacarte.engines.matching.standing.market import Market

NOBODY = -1


@kernel_in_place
def join(m: Market, j: int, i: int) -> None:
    """Let need ``i``, whose key is set, be one of the holders of offer ``j``."""
    m.left[i], m.right[i] = NOBODY, NOBODY
    _plant(m, j, _merged(m, m.root[j], i))


@kernel_in_place
def leave(m: Market, j: int, i: int) -> None:
    """Take need ``i`` out of the holders of offer ``j``."""
    above, below = m.up[i], _merged(m, m.left[i], m.right[i])
    if above < 0:
        _plant(m, j, below)
        return
    if m.left[above] == i:
        m.left[above] = below
    else:
        m.right[above] = below
    if below >= 0:
        m.up[below] = above


@kernel_in_place
def come_forward(m: Market, j: int, i: int, key: int) -> None:
    """Lower the key of need ``i``, a holder of offer ``j``."""
    m.key[i] = key
    above = m.up[i]
    if above < 0 or m.key[above] <= key:
        return
    if m.left[above] == i:
        m.left[above] = NOBODY
    else:
        m.right[above] = NOBODY
    _plant(m, j, _merged(m, m.root[j], i))


@kernel_in_place
def _plant(m: Market, j: int, top: int) -> None:
    m.root[j] = top
    if top >= 0:
        m.up[top] = NOBODY


@kernel_in_place
def _merged(m: Market, one: int, other: int) -> int:
    """The root of both trees together; what is above it is not set."""
    left, right, up, key = m.left, m.right, m.up, m.key
    if one < 0 or other < 0:
        return max(one, other)
    if key[other] < key[one]:
        one, other = other, one
    top = one
    while True:
        rest, right[one] = right[one], left[one]
        if rest < 0:
            break
        if key[other] < key[rest]:
            rest, other = other, rest
        left[one], up[rest] = rest, one
        one = rest
    left[one], up[other] = other, one
    return int(top)
