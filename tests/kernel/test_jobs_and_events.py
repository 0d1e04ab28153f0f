"""Jobs run once, with their effect or not at all; events are kept and told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from lacarte.kernel import clock, jobs, schedule, tasks
from lacarte.kernel.events import DomainEvent, describe, publish, subscribe, subscribe_many, timeline
from lacarte.kernel.models import Event, Job, User

pytestmark = pytest.mark.django_db
ran: list[dict] = []
unlucky: set[int] = set()


@dataclass(frozen=True, kw_only=True)
class Tried(DomainEvent):
    """For these tests."""

    name: ClassVar[str] = "test.tried"
    sentence: ClassVar[str] = "Tried by %(who)s."
    who: str
    case: UUID


@subscribe(Tried)
def hear(event: Tried, record: Event) -> None:
    ran.append({"who": event.who, "case": event.case, "record": record.pk})


@dataclass(frozen=True, kw_only=True)
class Heard(DomainEvent):
    """For these tests."""

    name: ClassVar[str] = "test.heard"
    who: str


@subscribe_many(Heard)
def hear_many(events: list[Heard]) -> None:
    ran.append({"together": [event.who for event in events]})


@jobs.job("test.run")
def run(payload: dict) -> None:
    ran.append(payload)


@jobs.job("test.fail", attempts=2)
def fail(payload: dict) -> None:
    User.objects.create_user("half-done")
    raise RuntimeError("no\nluck")


@jobs.batch_job("test.many", at_once=3)
def run_many(payloads: list[dict]) -> None:
    ran.append({"together": [payload["n"] for payload in payloads]})
    for payload in payloads:
        if payload["n"] in unlucky:
            raise RuntimeError(f"{payload['n']} is unlucky")
        User.objects.create_user(f"user-{payload['n']}")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    ran.clear()
    unlucky.clear()
    yield


def enqueue(name: str, **more: object) -> Job:
    with transaction.atomic():
        return jobs.enqueue(name, {"n": 1}, **more)  # type: ignore[arg-type]


def test_a_job_runs_once() -> None:
    enqueue("test.run")
    assert jobs.work_once()
    assert not jobs.work_once()
    assert ran == [{"n": 1}]
    assert Job.objects.get().state == Job.State.DONE


def test_the_same_key_is_one_job() -> None:
    assert enqueue("test.run", key="k") == enqueue("test.run", key="k")


def test_a_job_waits_for_its_time() -> None:
    enqueue("test.run", run_at=clock.now() + timedelta(hours=1))
    assert not jobs.work_once()
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        assert jobs.work_once()


def test_a_job_goes_with_the_business_transaction() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue("test.run", {})
        raise ZeroDivisionError
    assert not Job.objects.exists()


def test_an_unknown_job_is_refused() -> None:
    with pytest.raises(LookupError, match="unknown"):
        enqueue("test.unknown")


def test_a_failure_leaves_no_effect_is_tried_again_and_then_waits_for_a_person() -> None:
    enqueue("test.fail")
    assert jobs.work_once()
    failed = Job.objects.get()
    assert (failed.state, failed.last_error) == (Job.State.READY, "RuntimeError: no luck")
    assert failed.run_at > clock.now()
    assert not User.objects.exists()
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        assert jobs.work_once()
        assert not jobs.work_once()
    assert jobs.statistics().stuck_by_name == {"test.fail": 1}
    jobs.retry(Job.objects.get())
    assert jobs.work_once()


def test_who_lost_the_lease_leaves_no_effect() -> None:
    @jobs.job("test.slow")
    def slow(payload: dict) -> None:
        User.objects.create_user("late")
        Job.objects.update(lease_token=uuid4())  # another worker took it over

    enqueue("test.slow")
    assert jobs.work_once()
    assert not User.objects.exists()
    assert Job.objects.get().state == Job.State.READY


def test_an_expired_lease_is_taken_over() -> None:
    enqueue("test.run")
    assert jobs.claim()  # and this worker dies
    assert not jobs.work_once()
    with clock.stopped_at(clock.now() + jobs.LEASE * 2):
        assert jobs.work_once()
    assert len(ran) == 1


def test_a_job_that_kills_its_worker_each_time_becomes_stuck() -> None:
    enqueue("test.fail")
    for n in range(3):
        with clock.stopped_at(clock.now() + jobs.LEASE * 2 * (n + 1)):
            jobs.claim()
    assert Job.objects.get().state == Job.State.STUCK
    assert "died" in Job.objects.get().last_error


def test_jobs_that_nobody_handles_any_more_do_not_keep_the_worker_from_the_others() -> None:
    Job.objects.bulk_create([Job(name="test.gone") for _ in range(1100)])  # more than Python may recurse
    enqueue("test.run")
    assert jobs.work_once()
    assert ran == [{"n": 1}]
    assert jobs.statistics().stuck_by_name == {"test.gone": 1100}


def enqueue_many(count: int) -> None:
    with transaction.atomic():
        for n in range(count):
            jobs.enqueue("test.many", {"n": n})


def together() -> list[list[int]]:
    return [row["together"] for row in ran]


def test_small_jobs_of_one_name_run_together() -> None:
    enqueue_many(5)
    enqueue("test.run")
    assert [jobs.work_once() for _ in range(4)] == [True, True, True, False]
    assert ran == [{"together": [0, 1, 2]}, {"together": [3, 4]}, {"n": 1}]
    assert User.objects.count() == 5


def test_one_bad_job_keeps_back_no_other() -> None:
    enqueue_many(3)
    unlucky.add(1)
    assert jobs.work_once()
    assert together() == [[0, 1, 2], [0], [1], [2]]
    assert set(User.objects.values_list("username", flat=True)) == {"user-0", "user-2"}
    failed = Job.objects.exclude(state=Job.State.DONE).get()
    assert (failed.payload, failed.attempts, failed.last_error) == ({"n": 1}, 1, "RuntimeError: 1 is unlucky")


def test_what_failed_before_is_not_put_together_with_what_is_new() -> None:
    Job.objects.create(name="test.many", payload={"n": 1})
    Job.objects.create(name="test.many", payload={"n": 2}, attempts=1)
    while jobs.work_once():
        pass
    assert together() == [[1], [2]]


def test_jobs_whose_worker_died_are_tried_again_alone() -> None:
    enqueue_many(3)
    assert len(jobs.claim()) == 3  # and this worker dies
    with clock.stopped_at(clock.now() + jobs.LEASE * 2):
        while jobs.work_once():
            pass
    assert sorted(together()) == [[0], [1], [2]]
    assert User.objects.count() == 3


def test_who_lost_the_lease_of_one_leaves_no_effect_of_any() -> None:
    enqueue_many(3)
    taken = jobs.claim()
    Job.objects.filter(pk=taken[2].pk).update(lease_token=uuid4())  # another worker took it over
    jobs.run_claimed(taken)
    assert not User.objects.exists()
    assert not Job.objects.filter(state=Job.State.DONE).exists()


@pytest.mark.parametrize("interval", [timedelta(0), timedelta(days=30)])
def test_an_interval_that_cannot_be_kept_is_refused(interval: timedelta) -> None:
    with pytest.raises(ValueError, match=r"“test\.odd” cannot run every"):
        schedule.every(interval, "test.odd")


def test_a_slot_is_remembered_until_it_is_over() -> None:
    assert tasks.KEEP_FINISHED >= schedule.LONGEST_INTERVAL


def test_a_schedule_enqueues_once_a_slot() -> None:
    now = clock.now()
    with clock.stopped_at(now):
        schedule.enqueue_due()
        before = Job.objects.count()
        assert before
        assert schedule.enqueue_due() == 0
    with clock.stopped_at(now + schedule.LONGEST_INTERVAL):
        assert schedule.enqueue_due() == before


def test_finished_jobs_go_after_a_while() -> None:
    enqueue("test.run")
    jobs.work_once()
    assert jobs.remove_finished(timedelta(days=1)) == 0
    with clock.stopped_at(clock.now() + schedule.LONGEST_INTERVAL):
        assert jobs.remove_finished(timedelta(days=1)) == 1


def test_an_event_is_kept_told_and_described() -> None:
    stream, case = uuid4(), uuid4()
    with transaction.atomic():
        record = publish(Tried(who="Ana", case=case), stream=stream)
    assert jobs.work_once()
    assert ran == [{"who": "Ana", "case": case, "record": record.pk}]
    assert [describe(event) for event in timeline(stream)] == ["Tried by Ana."]


def test_events_that_wait_are_heard_together() -> None:
    case = uuid4()
    with transaction.atomic():
        for who in ("Ana", "Bo"):
            publish(Heard(who=who), stream=case)
    assert [jobs.work_once(), jobs.work_once()] == [True, False]
    assert ran == [{"together": ["Ana", "Bo"]}]


def test_an_event_that_is_no_longer_known_is_still_shown() -> None:
    assert describe(Event(name="old.one", stream=uuid4())) == "old.one"


@pytest.mark.parametrize("change", ["UPDATE kernel_event SET name = 'x'", "DELETE FROM kernel_event"])
def test_the_database_refuses_to_change_what_happened(change: str) -> None:
    publish(Tried(who="Ana", case=uuid4()), stream=uuid4())
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert Event.objects.count() == 1


def test_publishing_needs_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    outside = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr("lacarte.kernel.events.connection", outside)
    monkeypatch.setattr("lacarte.kernel.jobs.connection", outside)
    with pytest.raises(RuntimeError, match="atomic"):
        publish(Tried(who="Ana", case=uuid4()), stream=uuid4())
    with pytest.raises(RuntimeError, match="atomic"):
        jobs.enqueue("test.run", {})
