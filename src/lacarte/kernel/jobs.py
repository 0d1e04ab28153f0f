"""Background jobs in the domain's own database: exactly once, also under kill -9.

A job is written in the transaction of the change that asks for it. A worker leases it with a random
token; the effect and the done mark then commit together, if the token is still the worker's own. Small
jobs of one name may share a lease and a transaction. Why not a queue library: docs/decisions/own-job-table.md.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Count, F, Min, Q, QuerySet

from lacarte.kernel import clock
from lacarte.kernel.models import Job

logger = logging.getLogger(__name__)
Payload = dict[str, Any]
Handler = Callable[[Payload], None]
BatchHandler = Callable[[list[Payload]], None]

#: Jobs that share a transaction: enough to save most of the work, few enough that others soon get to write.
AT_ONCE = 100
LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
_ERROR_LENGTH = 500


class LeaseLostError(Exception):
    """Somebody else took the job over because its lease had expired: this run's effect is rolled back."""


class LaterError(Exception):
    """Raised by a job whose time has not come: it runs again at ``at``, and has not failed."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at}")
        self.at = at


@dataclass(frozen=True)
class _Registered:
    handler: BatchHandler
    attempts: int
    own_transactions: bool = False
    at_once: int = 1


_handlers: dict[str, _Registered] = {}


def job(name: str, *, attempts: int = 8, own_transactions: bool = False) -> Callable[[Handler], Handler]:
    """Register ``handler(payload)`` for jobs called ``name``.

    It runs inside one transaction with the done mark. With ``own_transactions`` it runs outside, because
    it takes long and must not keep the write lock; then it must be harmless to run twice.
    """

    def register(handler: Handler) -> Handler:
        _handlers[name] = _Registered(lambda payloads: handler(payloads[0]), attempts, own_transactions)
        return handler

    return register


def batch_job(name: str, *, attempts: int = 8, at_once: int = AT_ONCE) -> Callable[[BatchHandler], BatchHandler]:
    """Register ``handler(payloads)`` for jobs called ``name``: up to ``at_once`` of them share one transaction.

    When it fails, or its worker dies, each of them is tried again alone: one bad job keeps back no other.
    """

    def register(handler: BatchHandler) -> BatchHandler:
        _handlers[name] = _Registered(handler, attempts, at_once=at_once)
        return handler

    return register


def enqueue(name: str, payload: Payload, *, run_at: datetime | None = None, key: str | None = None) -> Job:
    """Ask for a job, within the caller's transaction. The same ``key`` twice is one job.

    Raises ``RuntimeError`` outside a transaction and ``LookupError`` for a name that nobody handles.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("enqueue inside transaction.atomic(), together with the change that asks for it")
    if name not in _handlers:
        raise LookupError(f"no job is called “{name}”; is its tasks.py in an installed app?")
    values = {"name": name, "payload": payload, "run_at": run_at or clock.now()}
    if key is None:
        return Job.objects.create(**values)
    return Job.objects.get_or_create(key=key, defaults=values)[0]


def _due(now: datetime) -> Q:
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return Q(state=Job.State.READY, run_at__lte=now) & free


def claim(lease: timedelta = LEASE) -> list[Job]:
    """Lease the next due job, and those that may run with it; nothing when none is due.

    A job that was claimed too often without an end becomes stuck.
    """
    now = clock.now()
    while Job.objects.filter(_due(now)).exists():  # an idle worker never takes the write lock
        taken = _lease_next(now, lease)
        if taken is None:
            break
        if taken:
            return taken
    return []


def _lease_next(now: datetime, lease: timedelta) -> list[Job] | None:
    """The next due jobs, leased; none if the next was of no use and is stuck; ``None`` if others were faster."""
    with transaction.atomic():
        due = Job.objects.select_for_update(skip_locked=True).filter(_due(now)).order_by("run_at", "id")
        first = due.first()
        if first is None:
            return None
        registered = _handlers.get(first.name)
        if registered is None or first.attempts >= registered.attempts:
            why = "nobody handles this job" if registered is None else "its worker died each time"
            first.state, first.last_error = Job.State.STUCK, first.last_error or why
            first.save()
            return []
        taken = [first, *_companions(first, due, registered.at_once)]
        token, until = uuid4(), now + lease
        Job.objects.filter(pk__in=[one.pk for one in taken]).update(
            lease_token=token, leased_until=until, attempts=F("attempts") + 1
        )
    for one in taken:
        one.lease_token, one.leased_until, one.attempts = token, until, one.attempts + 1
    return taken


def _companions(first: Job, due: QuerySet[Job], at_once: int) -> list[Job]:
    """Jobs right behind ``first`` of the same name. What was tried before runs alone: it may be what failed."""
    if at_once == 1 or first.attempts:
        return []
    return [one for one in due[:at_once] if one.name == first.name and not one.attempts and one.pk != first.pk]


def work_once(lease: timedelta = LEASE) -> bool:
    """Run what :func:`claim` finds. Returns whether there was anything."""
    taken = claim(lease)
    if taken:
        run_claimed(taken)
    return bool(taken)


def run_claimed(taken: list[Job]) -> None:
    """Run jobs that :func:`claim` gave: effect and done marks together, or neither and another try later."""
    registered, first = _handlers[taken[0].name], taken[0]
    payloads = [one.payload for one in taken]
    try:
        if registered.own_transactions:
            registered.handler(payloads)
        with transaction.atomic():
            if not registered.own_transactions:
                registered.handler(payloads)
            _mark_done(taken)
    except LeaseLostError:
        logger.warning("%s %s was taken over by another worker", first.name, first.pk)
    except LaterError as later:
        if len(taken) > 1:
            _one_by_one(taken)
        else:
            _put_off(first, later.at)
    except Exception as error:
        if len(taken) > 1:
            logger.warning("%s jobs %s failed together and run alone now", len(taken), first.name, exc_info=True)
            _one_by_one(taken)
            return
        logger.exception("%s %s failed", first.name, first.pk)
        _put_back(first, error, registered.attempts)


def _one_by_one(taken: list[Job]) -> None:
    for one in taken:
        run_claimed([one])


def _mark_done(taken: list[Job]) -> None:
    ours = Job.objects.filter(
        pk__in=[one.pk for one in taken], lease_token=taken[0].lease_token, state=Job.State.READY
    )
    done = {"state": Job.State.DONE, "finished_at": clock.now(), "lease_token": None, "leased_until": None}
    if ours.update(**done) != len(taken):
        raise LeaseLostError


def _put_back(taken: Job, error: Exception, attempts: int) -> None:
    """Try again later, twice as late each time with some jitter, or give up and wait for a person."""
    wait = min(FIRST_RETRY * 2 ** (taken.attempts - 1), LONGEST_RETRY) * random.uniform(0.8, 1.2)
    line = f"{type(error).__name__}: {' '.join(str(error).split())}"[:_ERROR_LENGTH]
    with transaction.atomic():
        Job.objects.filter(pk=taken.pk, lease_token=taken.lease_token).update(
            state=Job.State.STUCK if taken.attempts >= attempts else Job.State.READY,
            run_at=clock.now() + wait,
            lease_token=None,
            leased_until=None,
            last_error=line,
        )


def _put_off(taken: Job, at: datetime) -> None:
    with transaction.atomic():
        Job.objects.filter(pk=taken.pk, lease_token=taken.lease_token).update(
            run_at=at, attempts=F("attempts") - 1, lease_token=None, leased_until=None
        )


def hasten(keys: Collection[str]) -> None:
    """What the jobs with these keys wait for is there: those that nobody runs are due now."""
    waiting = Job.objects.filter(key__in=keys, state=Job.State.READY, leased_until=None)
    waiting.filter(run_at__gt=clock.now()).update(run_at=clock.now())


def stuck() -> QuerySet[Job]:
    """The jobs that wait for a person, newest first."""
    return Job.objects.filter(state=Job.State.STUCK).order_by("-created_at", "pk")


def retry(stuck: Job) -> None:
    """Give a stuck job another full set of attempts, now."""
    with transaction.atomic():
        Job.objects.filter(pk=stuck.pk, state=Job.State.STUCK).update(
            state=Job.State.READY, attempts=0, run_at=clock.now()
        )


@dataclass(frozen=True)
class Statistics:
    """The state of the job table. ``late_seconds``: how long the oldest due job has been waiting."""

    ready: int
    running: int
    stuck: int
    late_seconds: float
    stuck_by_name: dict[str, int]


def statistics() -> Statistics:
    """What waits, runs and is stuck."""
    now = clock.now()
    counts = Job.objects.aggregate(
        ready=Count("pk", filter=Q(state=Job.State.READY)),
        running=Count("pk", filter=Q(state=Job.State.READY, leased_until__gte=now)),
        oldest=Min("run_at", filter=_due(now)),
    )
    stuck = Job.objects.filter(state=Job.State.STUCK).order_by().values_list("name").annotate(n=Count("pk"))
    by_name = dict(stuck)
    late = (now - counts["oldest"]).total_seconds() if counts["oldest"] else 0.0
    return Statistics(counts["ready"], counts["running"], sum(by_name.values()), late, by_name)


def remove_finished(older_than: timedelta, batch: int = 1000) -> int:
    """Remove jobs that ended before; at most ``batch`` so that nobody waits long. Events stay for ever."""
    with transaction.atomic():
        old = Job.objects.filter(state=Job.State.DONE, finished_at__lt=clock.now() - older_than)
        return Job.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:batch])).delete()[0]
