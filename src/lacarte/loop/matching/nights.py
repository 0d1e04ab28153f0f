"""The run of the night: when it is computed, when it counts by itself, and how long its inputs are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from lacarte.kernel import clock
from lacarte.loop.matching.actions import compute
from lacarte.loop.matching.models import MatchingRun, RunInput
from lacarte.loop.matching.publishing import RunRefusedError, discard_run, publish_run
from lacarte.loop.matching.queries import runs

#: As ``publish_hour``: a planner publishes, nobody else.
NEVER = 24
Kind, State = MatchingRun.Kind, MatchingRun.State


def compute_due() -> MatchingRun | None:
    """Compute tonight's run if its hour has come and it has not been; the preview of another night is discarded.

    Raises :class:`~lacarte.loop.matching.lease.RunUnderwayError` when another run is under way.
    """
    due = last_time(settings.CONFIGURED["match_hour"])
    if runs(Kind.NIGHTLY).filter(started_at__gte=due).exists():
        return None
    run = compute(Kind.NIGHTLY)
    for old in runs(Kind.NIGHTLY).filter(state=State.COMPUTED).exclude(pk=run.pk):
        discard_run(old, by=None)
    return run


def publish_due() -> MatchingRun | None:
    """Let the night's preview count if its hour has come and no planner has decided."""
    hour = settings.CONFIGURED["publish_hour"]
    if hour == NEVER:
        return None
    preview = runs(Kind.NIGHTLY).filter(state=State.COMPUTED).first()
    if preview is None or clock.now() < next_time(hour, preview.started_at):
        return None
    try:
        return publish_run(preview, by=None)
    except RunRefusedError:
        return None  # a planner was quicker


def forget_old() -> int:
    """Remove the inputs of runs that need not be run again any more. Returns of how many."""
    kept = timedelta(days=settings.CONFIGURED["run_days"])
    return RunInput.objects.filter(run__started_at__lt=clock.now() - kept).delete()[0]


def last_time(hour: int) -> datetime:
    """When it was last ``hour`` o'clock in the city."""
    now = timezone.localtime(clock.now())
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def next_time(hour: int, after: datetime) -> datetime:
    """When it is first ``hour`` o'clock in the city, not before ``after``."""
    then = timezone.localtime(after)
    that_day = then.replace(hour=hour, minute=0, second=0, microsecond=0)
    return that_day if that_day >= then else that_day + timedelta(days=1)
