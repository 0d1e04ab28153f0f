"""How long somebody in a queue may still wait, from how often others ahead of them had their turn."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from statistics import NormalDist


def occasions(moments: Iterable[float], apart: float) -> int:
    """How often turns came, where several came together: ``moments`` that are at most ``apart`` are one occasion.

    Turns that come together say as much of how often they come as one alone: what is reckoned from each of them
    promises a range that is too narrow.
    """
    ordered = sorted(moments)
    return bool(ordered) + sum(later - earlier > apart for earlier, later in pairwise(ordered))


def turns_take(turns: int, seen: int, over: float, chance: float = 0.8) -> tuple[float, float] | None:
    """Between which times, in the unit of ``over``, the next ``turns`` come with the given ``chance``.

    ``seen`` turns came within the time ``over``; ``None`` where there were none. Turns come independently of each
    other, as in a Poisson process: then the mean time between the next ``turns`` over that between the ``seen``
    ones has an F distribution with ``2 turns`` and ``2 seen`` degrees of freedom (Cox 1953, Biometrika 40), whose
    quantiles are those of Paulson (1942, Annals of Mathematical Statistics 13). Raises ``ValueError`` for
    numbers that say nothing.
    """
    if turns < 1 or seen < 0 or over <= 0 or not 0 < chance < 1:
        raise ValueError(f"nothing is known of {turns} turns after {seen} in {over} with a chance of {chance}")
    if not seen:
        return None
    mean = over / seen * turns
    tail = (1 - chance) / 2
    return mean * _quantile(tail, 2 * turns, 2 * seen), mean / _quantile(tail, 2 * seen, 2 * turns)


def _quantile(of: float, first: int, second: int) -> float:
    """The ``of``-quantile, below one half, of the F distribution with these degrees of freedom."""
    a, b, z = 2 / (9 * first), 2 / (9 * second), NormalDist().inv_cdf(of)
    # The cube root of F is about normal over normal: solve ((1 - b) x - (1 - a)) / sqrt(b x² + a) = z for x.
    square, linear, constant = (1 - b) ** 2 - z * z * b, -2 * (1 - b) * (1 - a), (1 - a) ** 2 - z * z * a
    root = (-linear - (linear * linear - 4 * square * constant) ** 0.5) / (2 * square)
    return float(max(root, 0.0) ** 3)
