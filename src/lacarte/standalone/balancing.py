"""What is told of groups that were served as evenly as possible inside each class."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.candidates.build import Candidates
from lacarte.engines.matching.fairness.balance import Balance

__all__ = ["as_record", "worst_shown"]


def as_record(balance: Balance, found: Candidates, column: str, rounds: int, cost: int) -> dict[str, Any]:
    """What the summary says: by class the worst group's share before and after, and what no other way exceeds.

    The limit is proved for the candidates that were looked at, which may be all pairs there are.
    """
    shares = zip(balance.worst_before, balance.worst_after, balance.bound, strict=True)
    return {
        "column": column,
        "rounds": rounds,
        "classes": {
            str(urgency): {"worst_before": before, "worst_after": after, "limit": limit}
            for urgency, (before, after, limit) in zip(
                balance.classes.tolist(), (np.round(row, 6).tolist() for row in shares), strict=True
            )
        },
        "limit_over_all_pairs": not bool(found.truncated.any()),
        "cost_before": int(balance.cost_before),
        "cost_after": int(cost),
    }


def worst_shown(balance: Balance, at_least: int) -> npt.NDArray[np.bool_]:
    """``bool[classes]``: is the worst share, before and after, that of a group of so many people in the class?"""
    shown = np.ones(len(balance.classes), dtype=bool)
    for served, worst in ((balance.before, balance.worst_before), (balance.after, balance.worst_after)):
        share = np.where(balance.people > 0, served / np.maximum(balance.people, 1), np.inf)
        alike = np.where(share == worst[:, None], balance.people, 0)
        shown &= alike.max(axis=1, initial=0) >= at_least
    return shown
