"""How often the order of two needs flips when the weights move: how much hangs on the weights that a body set.

Each weight moves by up to ``by`` of itself, and all are scaled to sum to 1 again. Scaling multiplies every index
by the same number and so changes no order; what is left is linear in each weight. With d the difference of two
needs' parts, w the weights and S = Σ w d, the difference of the index goes from S − by Σ w |d| to S + by Σ w |d|:
both ends are corners of the box of weights, so that whether a pair *can* flip is exact and needs no search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.needindex.adding import index
from lacarte.engines.rates import Interval, wilson

__all__ = ["PAIRS", "Sensitivity", "sensitivity"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: So many pairs are looked at, where there are more.
PAIRS = 100_000
_NEAR, _BLOCK = 1e-12, 8192


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """``looked_at`` of all ``pairs`` of needs in the same class; all shares are of those looked at.

    ``can_flip``: pairs that some weights of the box put the other way round; ``can_flip_between`` is its 95 %
    interval where pairs were drawn, and the share itself where all were looked at. ``flips``: the mean share of
    pairs that are the other way round when weights are drawn evenly from the box: less than half of ``can_flip``
    but for chance, as of two opposite points of the box at most one turns a pair. ``by_weight``: pairs that can
    flip by this weight alone. ``tied``: pairs without an order to flip, which a lot decides. All are 0 where there
    are no pairs. ``by`` and ``seed`` are those asked for: with them the same needs give the same figures.
    """

    pairs: int
    looked_at: int
    can_flip: float
    can_flip_between: Interval
    flips: float
    by_weight: dict[str, float]
    tied: float
    by: float
    seed: int


def sensitivity(
    parts: Mapping[str, npt.ArrayLike],
    weights: Mapping[str, float],
    classes: npt.ArrayLike,
    *,
    seed: int,
    by: float = 0.2,
    most_pairs: int = PAIRS,
    draws: int = 200,
) -> Sensitivity:
    """How the order inside ``classes`` (``[n]``) depends on ``weights``, each moved by up to ``by`` of itself.

    ``parts`` as for :func:`~lacarte.engines.needindex.index`; what is not known counts as the middle, as there.
    ``seed`` draws the pairs, where there are more than ``most_pairs``, and the weights. Raises ``ValueError``
    as that, and where ``by`` is not from 0 to 1.
    """
    if not 0 <= by <= 1:
        raise ValueError(f"weights cannot move by {by} of themselves, only by 0 to 1")
    adds = np.column_stack(list(index(parts, weights).contributions.values()))
    kinds = np.asarray(classes)
    if len(kinds) != len(adds):
        raise ValueError(f"there are {len(kinds)} classes for {len(adds)} needs")
    rng = np.random.default_rng(seed)
    a, b, pairs = _pairs(kinds, most_pairs, rng)
    weighted = adds[a] - adds[b]
    difference = weighted.sum(axis=1)
    ordered = np.abs(difference) > _NEAR
    can = ordered & (np.abs(difference) < by * np.abs(weighted).sum(axis=1) - _NEAR)
    alone = ordered[:, None] & (np.abs(difference)[:, None] < by * np.abs(weighted) - _NEAR)
    n = max(len(a), 1)
    share = np.array(can.sum() / n)
    return Sensitivity(
        pairs=pairs,
        looked_at=len(a),
        can_flip=float(share),
        can_flip_between=wilson(can.sum(), n) if len(a) < pairs else Interval(share, share),
        flips=_flipped(weighted[can], difference[can], by, draws, rng) / n,
        by_weight=dict(zip(weights, (alone.sum(axis=0) / n).tolist(), strict=True)),
        tied=float((~ordered).sum() / n),
        by=by,
        seed=seed,
    )


def _flipped(weighted: Floats, difference: Floats, by: float, draws: int, rng: np.random.Generator) -> float:
    """How many pairs are the other way round in the mean draw; pairs that cannot flip are not given."""
    factors = 1 + rng.uniform(-by, by, (draws, weighted.shape[1]))
    count = 0
    for start in range(0, len(weighted), _BLOCK):
        moved = weighted[start : start + _BLOCK] @ factors.T
        count += int((moved * np.sign(difference[start : start + _BLOCK])[:, None] < 0).sum())
    return count / draws


def _pairs(classes: npt.NDArray[np.generic], most: int, rng: np.random.Generator) -> tuple[Ints, Ints, int]:
    """Two indices for each pair inside a class: all, or ``most`` that are drawn evenly, with repetition."""
    order = np.argsort(classes, kind="stable")
    _, first, size = np.unique(classes[order], return_index=True, return_counts=True)
    within = size * (size - 1) // 2
    pairs = int(within.sum())
    if pairs <= most:
        upper = [np.triu_indices(k, 1) for k in size.tolist()]
        a = [order[start + rows] for start, (rows, _) in zip(first, upper, strict=True)]
        b = [order[start + columns] for start, (_, columns) in zip(first, upper, strict=True)]
        none = np.zeros(0, dtype=np.int64)
        return np.concatenate([none, *a]), np.concatenate([none, *b]), pairs
    kind = rng.choice(len(size), most, p=within / pairs)
    one = rng.integers(0, size[kind])
    other = rng.integers(0, size[kind] - 1)
    other += other >= one  # any but the first
    return order[first[kind] + one], order[first[kind] + other], pairs
