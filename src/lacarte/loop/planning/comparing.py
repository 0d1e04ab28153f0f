"""A run against the standing match: who gains, who loses, who moves, and how evenly people are served."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from lacarte.engines.matching.fairness import disparity, served_rates
from lacarte.engines.needindex import VULNERABLE
from lacarte.kernel import clock
from lacarte.kernel.permissions import Action, AnyUser, may
from lacarte.loop.matching.models import Match, MatchingRun, Unserved
from lacarte.loop.matching.queries import COUNTING
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.states import NOT_ANSWERED
from lacarte.loop.priority.actions import WEIGHTS
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.registers.menu.models import PriorityClass
from lacarte.registers.places.outlines import districts

_NEED = ("need_id", "priority_class", "need__region_id", "need__person_id", "need__household_id")
_PARTS = "need__weighing__parts"


@dataclass(frozen=True)
class Considered:
    """One need of a run: what it has by it, and what it had by the standing match (``None``: nothing)."""

    priority_class: int
    region: int
    known: bool  # there is a person or a household
    vulnerability: float
    offer: UUID | None
    cost: int
    before: UUID | None
    cost_before: int

    @property
    def gains(self) -> bool:
        """It had nothing and has an offer."""
        return self.before is None and self.offer is not None

    @property
    def loses(self) -> bool:
        """It had an offer, which came to nothing, and has none."""
        return self.before is not None and self.offer is None

    @property
    def moves(self) -> bool:
        """It has another offer than it had."""
        return self.before is not None and self.offer is not None and self.before != self.offer

    @property
    def stays(self) -> bool:
        """It has the offer it had."""
        return self.offer is not None and self.before == self.offer


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
    )


def considered(user: AnyUser, run: MatchingRun) -> list[Considered]:
    """The needs of ``run`` where ``user`` may plan."""
    there = may(user, Action.PLAN, "need__")
    matched = Match.objects.filter(there, run=run).order_by("pk")
    waits = Unserved.objects.filter(there, run=run).order_by("pk")
    before = _standing(run, there)
    found = [*matched.values_list(*_NEED, _PARTS, "offer_at_place_id", "cost")]
    found += [(*row, None, 0) for row in waits.values_list(*_NEED, _PARTS)]
    return [_considered(row, before) for row in found]


def _standing(run: MatchingRun, there: Q) -> dict[UUID, tuple[UUID, int]]:
    """The last published decision for each need before ``run`` counts: the offer and its cost."""
    theirs = Q(need__in=run.matches.values("need")) | Q(need__in=run.unserved.values("need"))
    earlier = {"run__state__in": COUNTING, "run__decided_at__lt": run.decided_at or clock.now()}
    decided = Match.objects.filter(there, theirs, **earlier).exclude(run=run)
    rows = decided.order_by("run__decided_at").values_list("need_id", "offer_at_place_id", "cost")
    return {need: (offer, cost) for need, offer, cost in rows}


def _considered(row: tuple[Any, ...], before: dict[UUID, tuple[UUID, int]]) -> Considered:
    need, kind, region, person, household, parts, offer, cost = row
    had, cost_before = before.get(need, (None, 0))
    return Considered(
        priority_class=kind,
        region=region,
        known=bool(person or household),
        vulnerability=float((parts or {}).get("vulnerability", 0)) / WEIGHTS["vulnerability"],
        offer=offer,
        cost=cost,
        before=had,
        cost_before=cost_before,
    )


def _by_class(rows: Sequence[Considered]) -> list[GroupRow]:
    labels = {int(kind): str(kind.label) for kind in PriorityClass}
    return _grouped(rows, lambda row: row.priority_class, labels)


def _by_district(rows: Sequence[Considered]) -> list[GroupRow]:
    found = districts()
    labels = {region.number: str(region) for region in found} | {0: _("Not known")}

    def district(row: Considered) -> int:
        return next((region.number for region in found if row.region in region.interval), 0)

    return _grouped(rows, district, labels)


def _by_group(rows: Sequence[Considered]) -> list[GroupRow]:
    labels = {
        0: _("People in difficult circumstances"),
        1: _("Other people"),
        2: _("Places, and people who are not known"),
    }

    def group(row: Considered) -> int:
        if not row.known:
            return 2
        return 0 if row.vulnerability >= VULNERABLE - 1e-3 else 1

    return _grouped(rows, group, labels)


def _grouped(
    rows: Sequence[Considered], key: Callable[[Considered], int], labels: dict[int, str]
) -> list[GroupRow]:
    """One row for each group that somebody is in; few people hide, and so do others that would give them away."""
    if not rows:
        return []
    group = np.array([key(row) for row in rows], dtype=np.int64)
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
