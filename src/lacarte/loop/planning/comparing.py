"""A run against the standing match: who gains, who loses, who moves, and how evenly people are served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from lacarte.engines.matching.fairness.rates import disparity, served_rates
from lacarte.kernel.permissions import Action, AnyUser, may
from lacarte.loop.matching.models import MatchingRun
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.states import NOT_ANSWERED
from lacarte.loop.planning.considered import Considered, considered, district_labels
from lacarte.loop.planning.waiting import Promise, WaitRow, promise, waits
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.registers.menu.models import PriorityClass


@dataclass(frozen=True)
class GroupRow:
    """One group of a run. All numbers are ``None`` where they would tell about few people.

    ``low`` to ``high`` is where the served rate of people like these lies, 95 % sure; ``differs`` when it is
    another than that of all others, chance aside.
    """

    label: str
    people: int | None
    served: int | None
    rate: float | None
    low: float | None
    high: float | None
    differs: bool
    gain: int | None
    lose: int | None
    move: int | None


@dataclass(frozen=True)
class Comparison:
    """A run against the standing match, where somebody may plan."""

    people: int
    served: int
    gain: int
    lose: int
    move: int
    stay: int
    promised: int  # orders that no provider has accepted yet: no run moves them
    seconds: int  # travel and its equivalents of who had an offer and has one
    seconds_before: int
    by_class: list[GroupRow]
    by_district: list[GroupRow]
    by_group: list[GroupRow]
    waits: list[WaitRow]
    promise: Promise


def compare(user: AnyUser, run: MatchingRun) -> Comparison:
    """``run`` against the last published decision for each of its needs, where ``user`` may plan."""
    rows = considered(user, run)
    both = [row for row in rows if row.moves or row.stays]
    waiting = Order.objects.filter(may(user, Action.PLAN, "need__"), state__in=NOT_ANSWERED)
    return Comparison(
        people=len(rows),
        served=sum(row.offer is not None for row in rows),
        gain=sum(row.gains for row in rows),
        lose=sum(row.loses for row in rows),
        move=sum(row.moves for row in rows),
        stay=sum(row.stays for row in rows),
        promised=waiting.count(),
        seconds=sum(row.cost for row in both),
        seconds_before=sum(row.cost_before for row in both),
        by_class=_by_class(rows),
        by_district=_by_district(rows),
        by_group=_by_group(rows),
        waits=waits(rows),
        promise=promise(rows),
    )


def _by_class(rows: Sequence[Considered]) -> list[GroupRow]:
    labels = {int(kind): str(kind.label) for kind in PriorityClass}
    return _grouped(rows, [row.priority_class for row in rows], labels)


def _by_district(rows: Sequence[Considered]) -> list[GroupRow]:
    labels, district = district_labels(rows)
    return _grouped(rows, district.tolist(), labels)


def _by_group(rows: Sequence[Considered]) -> list[GroupRow]:
    labels = {
        0: _("People in difficult circumstances"),
        1: _("Other people"),
        2: _("Places, and people who are not known"),
    }

    def group(row: Considered) -> int:
        if not row.known:
            return 2
        return 0 if row.vulnerable else 1

    return _grouped(rows, [group(row) for row in rows], labels)


def _grouped(rows: Sequence[Considered], groups: Sequence[int], labels: dict[int, str]) -> list[GroupRow]:
    """One row for each group that somebody is in; few people hide, and so do others that would give them away."""
    if not rows:
        return []
    group = np.array(groups, dtype=np.int64)
    served = np.array([row.offer is not None for row in rows], dtype=bool)
    rates = served_rates(served, group, SMALLEST_GROUP)
    other = disparity(served, group, SMALLEST_GROUP)
    changed = {
        name: np.array([getattr(row, name) for row in rows], dtype=bool) for name in ("gains", "loses", "moves")
    }
    return [
        GroupRow(
            label=labels[int(number)],
            **_numbers(rates, i),
            differs=bool(other.differs[i]),
            **{
                field: int((changed[name] & (group == number)).sum()) if rates.shown[i] else None
                for field, name in (("gain", "gains"), ("lose", "loses"), ("move", "moves"))
            },
        )
        for i, number in enumerate(rates.group.tolist())
    ]


def _numbers(rates: Any, i: int) -> dict[str, Any]:
    if not rates.shown[i]:
        return dict.fromkeys(("people", "served", "rate", "low", "high"))
    return {
        "people": int(rates.people[i]),
        "served": int(rates.served[i]),
        "rate": float(rates.rate[i]),
        "low": float(rates.low[i]),
        "high": float(rates.high[i]),
    }
