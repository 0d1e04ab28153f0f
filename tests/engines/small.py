"""Small problems written down as rows of (offer, cost)."""

from __future__ import annotations

import numpy as np

from lacarte.engines.matching import Problem


def problem(rows: list[list[tuple[int, int]]], capacity: list[int], classes: list[int]) -> Problem:
    """Needs with their candidates, what offers can take, and who is how urgent."""
    flat = [pair for row in rows for pair in row]
    return Problem(
        candidate_start=np.cumsum([0, *map(len, rows)]),
        candidate_offer=np.array([o for o, _ in flat], dtype=np.int32),
        candidate_cost=np.array([c for _, c in flat], dtype=np.int32),
        capacity=np.array(capacity, dtype=np.int32),
        priority_class=np.array(classes, dtype=np.uint8),
    )
