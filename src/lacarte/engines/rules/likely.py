"""Which answers to a question are likely: the values that rules tell apart, weighed by what is known of others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Answers", "condensed", "of_choices", "of_numbers"]


@dataclass(frozen=True)
class Answers:
    """Values that stand for all answers to a question, and how often each is given (any unit).

    ``counted``: the weights were counted; else those answers that nothing tells apart count as one, and all alike.
    """

    values: tuple[Any, ...]
    weights: tuple[float, ...]
    counted: bool = True


def of_choices(choices: Iterable[Any], counts: Mapping[Any, float] | None = None) -> Answers:
    """The answers to a question of few choices, by how often each is known (``None``: nobody knows).

    One that nobody gave counts as a part of one answer, so that it is never impossible (a prior of one in all).
    """
    values = tuple(dict.fromkeys(choices))
    if counts is None or not values:
        return Answers(values, (1.0,) * len(values), counted=False)
    return Answers(values, tuple(counts.get(value, 0.0) + 1 / len(values) for value in values))


def of_numbers(
    cuts: Iterable[float],
    counts: Mapping[float, float] | None = None,
    *,
    low: float = 0.0,
    high: float = float("inf"),
) -> Answers:
    """The answers to a question for a number from ``low`` to ``high``, told apart at ``cuts``.

    One value stands for each cut, for what lies between two, and for what lies beyond the first and the last; of
    those that are known, one of them. Weighed as in :func:`of_choices`. Empty bounds give no answers.
    """
    ends = sorted({cut for cut in cuts if low <= cut <= high})
    known = sorted(value for value in counts or {} if low <= value <= high)
    values: list[float] = []
    weights: list[float] = []
    for below, above in zip([None, *ends], [*ends, None], strict=True):
        first = bisect_right(known, below) if below is not None else 0
        last = bisect_left(known, above) if above is not None else len(known)
        inside = known[first:last]
        middle = inside[len(inside) // 2] if inside else _between(below, above, low, high)
        if middle is not None:
            values.append(middle)
            weights.append(sum((counts or {})[value] for value in inside))
        if above is not None:
            values.append(above)
            weights.append((counts or {}).get(above, 0.0))
    if counts is None or not known:
        return Answers(tuple(values), (1.0,) * len(values), counted=False)
    return Answers(tuple(values), tuple(weight + 1 / len(values) for weight in weights))


def _between(below: float | None, above: float | None, low: float, high: float) -> float | None:
    """A number between two cuts, inside the bounds; ``None`` where none is."""
    start, end = low if below is None else below, high if above is None else above
    if start == end and (below is not None or above is not None):
        return None
    if below is None and start == float("-inf"):
        return end - 1 if end < float("inf") else 0.0
    return (start + end) / 2 if end < float("inf") else start + 1


def condensed(counts: Mapping[float, float], most: int) -> dict[float, float]:
    """As many counted values as ``most``: of more, the middles of as many groups of one size."""
    if len(counts) <= most:
        return dict(counts)
    whole, passed = sum(counts.values()), 0.0
    found: dict[float, float] = {}
    edges = [whole * (n + 0.5) / most for n in range(most)]
    for value in sorted(counts):
        passed += counts[value]
        while edges and edges[0] <= passed:
            found[value] = found.get(value, 0.0) + whole / most
            edges.pop(0)
    return found
