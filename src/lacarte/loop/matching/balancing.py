"""Districts as evenly served as possible inside each class, at the cost of travel and of nobody served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lacarte.engines.matching import Result, solve
from lacarte.engines.matching.fairness.balance import Balance, max_min_order
from lacarte.loop.matching.candidates import Candidates
from lacarte.loop.matching.queries import Ints, district_of


@dataclass(frozen=True)
class ClassBalance:
    """One class: the served share of its worst district before and after, and what no other way exceeds."""

    priority_class: int
    people: int
    served: int  # the same before and after
    worst_before: float
    worst_after: float
    bound: float


def balanced(candidates: Candidates, region: Ints) -> tuple[Candidates, Balance]:
    """The same candidates with an order inside classes that serves the worst district as well as possible.

    ``region`` (``int64[n]``) is where each need lives. As many are served in each class as before; the engine
    raises ``RuntimeError`` if not.
    """
    order, balance = max_min_order(candidates.problem, district_of(region), solve)
    return candidates.ordered(order), balance


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
