"""Clerks who join and part the same few needs at once; run as ``python -m tests.loop.crash.clerks PART``."""

from __future__ import annotations

import os
import random
import sys
import threading
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
django.setup()

from django.db import connection  # noqa: E402

from lacarte.kernel import clock  # noqa: E402
from lacarte.kernel.models import Role, User  # noqa: E402
from lacarte.loop.needs.actions import NeedRefusedError, withdraw  # noqa: E402
from lacarte.loop.needs.cases.joining import (  # noqa: E402
    JoiningRefusedError,
    join,
    keep_in_step,
    part,
    say_different,
)
from lacarte.loop.needs.models import Channel, Joining, Need  # noqa: E402
from lacarte.loop.needs.queries import broken_cases, late_cases  # noqa: E402
from tests.city import build, official  # noqa: E402

NEEDS, THREADS = 7, 3


def prepare() -> None:
    city = build()
    official(Role.CASE_WORKER, name="clerk")
    for at in range(NEEDS):
        Need.objects.create(
            channel=Channel.WEB, subject="place", service_type=city.lift, region=city.west, text=str(at)
        )


def work(seed: str, steps: str) -> None:
    """Several threads, each taking random steps; prints what came of them: done, refused, failed."""
    print("ready", flush=True)
    sys.stdin.readline()
    told: list[str] = []
    threads = [threading.Thread(target=_clerk, args=(f"{seed} {at}", int(steps), told)) for at in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(told.count("done"), told.count("refused"), len([one for one in told if one not in ("done", "refused")]))
    for one in {one for one in told if one not in ("done", "refused")}:
        print(one, file=sys.stderr)


def _clerk(seed: str, steps: int, told: list[str]) -> None:
    chance, clerk = random.Random(seed), User.objects.get(username="clerk")
    needs = list(Need.objects.order_by("pk"))
    for _ in range(steps):
        one, other = chance.sample(needs, 2)
        try:
            _step(chance, one, other, clerk)
            told.append("done")
        except (JoiningRefusedError, NeedRefusedError):
            told.append("refused")
        except Exception as error:
            told.append(f"{type(error).__name__}: {error}")
    connection.close()


def _step(chance: random.Random, one: Need, other: Need, clerk: User) -> None:
    drawn = chance.random()
    if drawn < 0.5:
        join(one, other, actor=clerk)
    elif drawn < 0.8:
        part(one, actor=clerk)
    elif drawn < 0.85:
        say_different(one, other, actor=clerk)
    elif drawn < 0.97:
        keep_in_step(one.pk)
    elif Need.objects.filter(state=Need.State.WITHDRAWN).count() < 3:
        withdraw(one, actor=clerk)
        keep_in_step(one.pk)


def state() -> None:
    """Broken and late cases, needs, needs that are joined and decisions: what the cases are in the end."""
    joined = Need.objects.filter(state=Need.State.JOINED).count()
    late = late_cases(clock.now() + timedelta(hours=1))
    print(len(broken_cases()), len(late), Need.objects.count(), joined, Joining.objects.count())


if __name__ == "__main__":
    {"prepare": prepare, "work": work, "state": state}[sys.argv[1]](*sys.argv[2:])
