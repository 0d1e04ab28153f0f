"""What the processes of the crash and contention tests do; run as ``python -m tests.kernel.crash.parts PART``."""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from lacarte.kernel import jobs  # noqa: E402
from lacarte.kernel.clock import now  # noqa: E402
from lacarte.kernel.models import Job, OfficialMandate, Role, User  # noqa: E402
from lacarte.registers.menu.capacity.counting import living_holds, overbooked  # noqa: E402
from lacarte.registers.menu.capacity.holding import NoCapacityError, confirm, hold, take_earliest  # noqa: E402
from lacarte.registers.menu.models import CapacityLot, Hold  # noqa: E402
from tests.city import build  # noqa: E402


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


@jobs.job("crash.effect", attempts=1000)
def effect(payload: dict[str, int]) -> None:
    """15 ms, one row, 10 ms: the body that research/trust.md, 6.1 killed other queues with."""
    time.sleep(0.015)
    execute("INSERT INTO effect (n) VALUES (%s)", payload["n"])
    time.sleep(0.010)


@jobs.batch_job("crash.together", attempts=1000, at_once=10)
def effects_together(payloads: list[dict[str, int]]) -> None:
    """The same for up to ten at once: a kill must take back all of them."""
    for payload in payloads:
        effect(payload)


def fill(count: str) -> None:
    execute("CREATE TABLE effect (n integer)")
    with transaction.atomic():
        for n in range(int(count)):
            jobs.enqueue("crash.together" if n % 2 else "crash.effect", {"n": n})


def work() -> None:
    print("ready", flush=True)
    stop = threading.Event()
    while not stop.is_set():
        if not jobs.work_once(lease=timedelta(seconds=2)):
            time.sleep(0.05)


def effects() -> None:
    """Effects, different effects, and jobs of each kind that were begun more than once because a kill hit them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT n) FROM effect")
        counted = cursor.fetchone()
    again = Job.objects.filter(attempts__gt=1)
    print(*counted, *(again.filter(name=name).count() for name in ("crash.effect", "crash.together")))


def write(seconds: str) -> None:
    """When told, one read and three inserts a transaction.

    Prints transactions, the worst time for one in seconds, and failures.
    """
    writer, until = User.objects.create_user(f"writer-{os.getpid()}"), now() + timedelta(days=1)
    print("ready", flush=True)
    sys.stdin.readline()
    ends, written, worst, failed = time.monotonic() + float(seconds), 0, 0.0, 0
    while time.monotonic() < ends:
        began = time.monotonic()
        try:
            with transaction.atomic():
                User.objects.get(pk=writer.pk)
                for _ in range(3):
                    OfficialMandate.objects.create(holder=writer, role=Role.PLANNER, until=until)
            written += 1
        except Exception as error:
            print(error, file=sys.stderr)
            failed += 1
        worst = max(worst, time.monotonic() - began)
    print(written, worst, failed)


def lot(units: str) -> None:
    build(units=int(units))


def grab() -> None:
    """Hold one unit after the other until there is none; prints how many."""
    lot, held = CapacityLot.objects.get(), 0
    while True:
        try:
            confirm(hold(lot))
        except NoCapacityError:
            break
        held += 1
    print(held)


def grab_many() -> None:
    """The same, seven units at a time."""
    offer, held = CapacityLot.objects.get().offer_at_place_id, 0
    while got := sum(1 for unit in take_earliest([offer] * 7) if unit):
        held += got
    print(held)


def taken() -> None:
    """Units taken, and lots that are overbooked."""
    print(Hold.objects.filter(living_holds()).count(), overbooked().count())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
