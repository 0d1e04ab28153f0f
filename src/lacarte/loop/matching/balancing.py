"""What a run keeps of districts that were served as evenly as possible inside each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lacarte.engines.matching import Result
from lacarte.engines.matching.fairness.balance import Balance


@dataclass(frozen=True)
class ClassBalance:
    """One class: the served share of its worst district before and after, and what no other way exceeds."""

    priority_class: int
    people: int
    served: int  # the same before and after
    worst_before: float
    worst_after: float
    bound: float


def as_record(balance: Balance | None, result: Result) -> dict[str, Any]:
    """What a run keeps of it; nothing for a run that was not balanced."""
    if balance is None:
        return {}
    columns = (
        *(balance.classes, balance.people.sum(axis=1), balance.after.sum(axis=1)),
        *(balance.worst_before, balance.worst_after, balance.bound),
    )
    return {
        "classes": [list(row) for row in zip(*(column.round(6).tolist() for column in columns), strict=True)],
        "cost_before": int(balance.cost_before),
        "cost_after": int(result.cost),
    }


def by_class(record: dict[str, Any]) -> list[ClassBalance]:
    """What :func:`as_record` kept, most urgent class first."""
    return [ClassBalance(*row) for row in record.get("classes", ())]
