"""Whatever order workers claim, die, are overtaken, fail and finish in: each job has its effect once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.kernel import clock, jobs
from lacarte.kernel.models import Event, Job

JOBS, WORKERS = 3, 3
worker = st.integers(0, WORKERS - 1)
step = st.one_of(
    st.tuples(st.just("claim"), worker),
    st.tuples(st.just("finish"), worker),
    st.tuples(st.just("fail"), worker),
    st.tuples(st.just("die"), worker),
    st.tuples(st.just("wait"), st.integers(1, 10)),
)


class Unlucky(Exception):
    """The handler failed after its effect."""


failing = False


@jobs.job("test.alone", attempts=1000)
def effect(payload: dict[str, int]) -> None:
    Event.objects.create(name="test.effect", stream=UUID(int=payload["n"]))
    if failing:
        raise Unlucky


@jobs.batch_job("test.together", attempts=1000, at_once=2)
def effects_together(payloads: list[dict[str, int]]) -> None:
    for payload in payloads:
        effect(payload)


def take(kind: str, at: int, held: dict[int, list[Job]]) -> None:
    """One step of worker ``at``. Claimed jobs are kept in ``held``, also after their lease has expired."""
    global failing
    if kind == "claim" and at not in held:
        if claimed := jobs.claim():
            held[at] = claimed
    elif kind == "die":
        held.pop(at, None)
    elif kind in ("finish", "fail") and at in held:
        failing = kind == "fail"
        jobs.run_claimed(held.pop(at))
        failing = False


def effects() -> dict[int, int]:
    streams = Event.objects.filter(name="test.effect").values_list("stream", flat=True)
    found = [stream.int for stream in streams]
    return {n: found.count(n) for n in range(JOBS)}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["test.alone", "test.together"])
@given(steps=st.lists(step, min_size=5, max_size=40))
@settings(max_examples=60, deadline=None)
def test_each_job_has_its_effect_once(name: str, steps: list[tuple[str, int]]) -> None:
    now, held = clock.now(), {}
    with transaction.atomic():
        for n in range(JOBS):
            jobs.enqueue(name, {"n": n})
        for kind, value in steps:
            if kind == "wait":  # leases last 5 minutes, so that some expire under their workers
                now += timedelta(minutes=value)
            with clock.stopped_at(now + timedelta(seconds=1)):
                take(kind, value, held)
            assert max(effects().values()) <= 1
        with clock.stopped_at(now + timedelta(days=1)):
            while jobs.work_once():
                pass
            for at in list(held):  # late workers wake up when everything is done
                take("finish", at, held)
        assert effects() == dict.fromkeys(range(JOBS), 1)
        assert set(Job.objects.filter(name=name).values_list("state", flat=True)) == {"done"}
        transaction.set_rollback(True)
