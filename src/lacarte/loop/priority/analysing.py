"""How much hangs on the weights: computed by night on a sample that anybody can draw again, and kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from lacarte.engines.needindex.sensitivity import Sensitivity, sensitivity
from lacarte.engines.needindex.uncertainty import certainty
from lacarte.kernel import clock
from lacarte.kernel.schedule import every
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.models import Report
from lacarte.loop.priority.sampling import sample, seed_number
from lacarte.loop.priority.weights import PARTS, Scheme, in_force

KIND = "sensitivity"
#: Each weight moves by so much of itself.
BY = 0.2


def seed_of_today() -> str:
    """The seed of a night's reports: the day in the city. Nobody chooses it."""
    return timezone.localtime(clock.now()).date().isoformat()


@every(timedelta(days=1), "priority.sensitivity")
def analyse() -> None:
    """How often the order of two open needs flips when the weights move, of all and class by class."""
    scheme, seed = in_force(), seed_of_today()
    weighed = Need.objects.filter(state=Need.State.OPEN, weighing__rules_version=scheme.version)
    rows = [need.weighing for need in sample(weighed.select_related("weighing"), seed)]
    classes = np.array([row.priority_class for row in rows], dtype=np.int64)
    parts = _parts([row.parts for row in rows], scheme)
    low, high = (np.array([getattr(row, f"index_{end}") for row in rows]) for end in ("low", "high"))
    figures: dict[str, Any] = {}
    for kind in (None, *np.unique(classes).tolist()):
        mine = np.ones(len(rows), dtype=np.bool_) if kind is None else classes == kind
        found = sensitivity(
            {part: values[mine] for part, values in parts.items()},
            scheme.weights,
            classes[mine],
            seed=seed_number(seed),
            by=BY,
        )
        sure = certainty(low[mine], high[mine], classes[mine])
        figures["all" if kind is None else str(kind)] = {
            "needs": int(mine.sum()),
            "certain": sure.share,
            **_figures(found),
        }
    values = {"version": scheme.version, "seed": seed, "needs": len(rows), "figures": figures, "at": clock.now()}
    Report.objects.update_or_create(kind=KIND, defaults=values)


def _parts(kept: list[dict[str, float]], scheme: Scheme) -> dict[str, npt.NDArray[np.float64]]:
    """The parts, from 0 to 1, of what each need's weighing says that they add."""
    found = {}
    for part in PARTS:
        adds = [one.get(part, 0.0) + (one.get("said", 0.0) if part == "urgency" else 0.0) for one in kept]
        weight = scheme.weights[part]
        found[part] = np.clip(np.array(adds, dtype=np.float64) / weight, 0, 1) if weight else np.zeros(len(kept))
    return found


def _figures(found: Sensitivity) -> dict[str, Any]:
    return {
        "pairs": found.pairs,
        "looked_at": found.looked_at,
        "can_flip": found.can_flip,
        "low": float(found.can_flip_between.low),
        "high": float(found.can_flip_between.high),
        "flips": found.flips,
        "by_weight": found.by_weight,
        "tied": found.tied,
    }
