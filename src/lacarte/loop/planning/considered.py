"""The needs of a run, each with what it has by it and what it had before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import Q
from django.utils.translation import gettext as _

from lacarte.engines.needindex.multidimensional import POOR
from lacarte.kernel import clock
from lacarte.kernel.permissions import Action, AnyUser, may
from lacarte.loop.matching.models import Match, MatchingRun, Unserved
from lacarte.loop.matching.queries import COUNTING
from lacarte.registers.places.outlines import districts

_NEED = (
    *("need_id", "priority_class", "promoted", "need__received_at"),
    *("need__service_type_id", "need__region_id", "need__person_id", "need__household_id"),
)
_POOR = "need__weighing__poor"


@dataclass(frozen=True)
class Considered:
    """One need of a run: what it has by it, and what it had by the standing match (``None``: nothing)."""

    priority_class: int  # as the run took it
    promoted: bool  # into that class, for having waited long
    days: int  # waited until the run
    service_type: int
    region: int
    known: bool  # there is a person or a household
    vulnerable: bool  # surely deprived in several ways
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


def considered(user: AnyUser, run: MatchingRun) -> list[Considered]:
    """The needs of ``run`` where ``user`` may plan."""
    there = may(user, Action.PLAN, "need__")
    matched = Match.objects.filter(there, run=run).order_by("pk")
    waits = Unserved.objects.filter(there, run=run).order_by("pk")
    before = _standing(run, there)
    found = [*matched.values_list(*_NEED, _POOR, "offer_at_place_id", "cost")]
    found += [(*row, None, 0) for row in waits.values_list(*_NEED, _POOR)]
    return [_considered(row, before, run.started_at) for row in found]


def _standing(run: MatchingRun, there: Q) -> dict[UUID, tuple[UUID, int]]:
    """The last published decision for each need before ``run`` counts: the offer and its cost."""
    theirs = Q(need__in=run.matches.values("need")) | Q(need__in=run.unserved.values("need"))
    earlier = {"run__state__in": COUNTING, "run__decided_at__lt": run.decided_at or clock.now()}
    decided = Match.objects.filter(there, theirs, **earlier).exclude(run=run)
    rows = decided.order_by("run__decided_at").values_list("need_id", "offer_at_place_id", "cost")
    return {need: (offer, cost) for need, offer, cost in rows}


def _considered(row: tuple[Any, ...], before: dict[UUID, tuple[UUID, int]], at: datetime) -> Considered:
    need, kind, promoted, received, service, region, person, household, poor, offer, cost = row
    had, cost_before = before.get(need, (None, 0))
    return Considered(
        priority_class=kind,
        promoted=promoted,
        days=max((at - received).days, 0),
        service_type=service,
        region=region,
        known=bool(person or household),
        vulnerable=poor == POOR,
        offer=offer,
        cost=cost,
        before=had,
        cost_before=cost_before,
    )


def district_labels(rows: Sequence[Considered]) -> tuple[dict[int, str], npt.NDArray[np.int64]]:
    """What districts are called, by number, and the district of each need; 0 where it is not known."""
    found = districts()
    labels = {region.number: str(region) for region in found} | {0: _("Not known")}
    at = [next((region.number for region in found if row.region in region.interval), 0) for row in rows]
    return labels, np.array(at, dtype=np.int64)
