"""All open needs weighed anew, slice by slice: others write in between, and nothing grows with their number."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from lacarte.kernel import clock, jobs
from lacarte.kernel.schedule import every
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.actions import SLICE, weigh
from lacarte.loop.priority.models import WeighingAnew
from lacarte.loop.priority.weights import in_force

_BEGIN, _NEXT = "priority.weigh-anew", "priority.weigh-slice"


def weigh_anew(reason: str, *, at: datetime | None = None) -> None:
    """Have all open needs weighed by the weights then in force, within the caller's transaction.

    The same ``reason`` twice is done once.
    """
    jobs.enqueue(_BEGIN, {}, run_at=at, key=f"{_BEGIN} {reason}")


def under_way() -> WeighingAnew | None:
    """The newest weighing of all, begun or ended."""
    return WeighingAnew.objects.first()


@jobs.job(_BEGIN)
def begin(payload: dict[str, Any]) -> None:
    """Begin with the first need. What is under way is taken over by this: it would weigh the same."""
    now = clock.now()
    WeighingAnew.objects.filter(ended_at=None).update(ended_at=now)
    waiting = Need.objects.filter(state=Need.State.OPEN).count()
    made = WeighingAnew.objects.create(version=in_force().version, needs=waiting)
    jobs.enqueue(_NEXT, {"sweep": str(made.pk), "after": ""})


@jobs.job(_NEXT)
def weigh_slice(payload: dict[str, Any]) -> None:
    """Weigh the next needs by key, and ask for those behind them; the progress commits with them."""
    sweep = WeighingAnew.objects.filter(pk=payload["sweep"], ended_at=None)
    if not sweep.exists():
        return
    waiting = Need.objects.filter(state=Need.State.OPEN).order_by("pk")
    if payload["after"]:
        waiting = waiting.filter(pk__gt=UUID(payload["after"]))
    rows = list(waiting.select_related("service_type", "region")[:SLICE])
    weigh(rows)
    if len(rows) < SLICE:
        sweep.update(done=F("done") + len(rows), ended_at=clock.now())
        return
    sweep.update(done=F("done") + len(rows))
    jobs.enqueue(_NEXT, {"sweep": payload["sweep"], "after": str(rows[-1].pk)})


@every(timedelta(hours=1), "priority.in-step")
def keep_in_step() -> None:
    """What an earlier version weighed, as before an upgrade of the program, is weighed anew, once a version."""
    version = in_force().version
    last = under_way()
    if last is not None and last.version == version:
        return
    waiting = Need.objects.filter(state=Need.State.OPEN, weighing__isnull=False)
    if waiting.exclude(weighing__rules_version=version).exists():
        with transaction.atomic():
            weigh_anew(f"in step {version}")
