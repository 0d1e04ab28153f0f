"""How long it takes to find what tells of the same thing as a new need, among a million under way.

Run: ``.venv/bin/python benchmarks/finding_duplicates.py [open needs]``, and the same with
``LACARTE_DATABASE=postgresql://…`` (a database of its own is made and dropped). Asked are needs anywhere; in a
crowd, where 500 and then 20,000 more lie in one cell; without a point, by region and type; and
without a point or a type. The peer, in the same run on the same rows, is what one writes first: the needs in a
box around the point by SQL, each compared by ``difflib``.
"""

from __future__ import annotations

import difflib
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from own_installation import begin, settle

begin("duplicates")

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from open_needs import STREETS, THINGS, fill_quickly  # noqa: E402
from tests.city import City, build  # noqa: E402

from lacarte.engines.geography import cells  # noqa: E402
from lacarte.kernel import clock  # noqa: E402
from lacarte.loop.needs.cases.duplicates import Told, likely  # noqa: E402
from lacarte.loop.needs.models import Need  # noqa: E402

ASKED, WARMING = 200, 20
CROWD = (122.05, 28.05)
METRE = 1 / 111_195
_BOX = 222 * METRE


def text(draw: random.Random) -> str:
    """What somebody says, as the needs that are there do."""
    return f"{draw.choice(STREETS)} {draw.randint(1, 200)}: {draw.choice(THINGS)}"


def crowd(city: City, n: int, draw: random.Random) -> None:
    """``n`` more needs within 60 metres."""
    x = [CROWD[0] + draw.uniform(-60, 60) * METRE for _ in range(n)]
    y = [CROWD[1] + draw.uniform(-60, 60) * METRE for _ in range(n)]
    now = clock.now()
    Need.objects.bulk_create(
        [
            Need(
                channel="web",
                subject="place",
                service_type=city.lift,
                region=city.west,
                text=text(draw),
                language="en",
                longitude=x[at],
                latitude=y[at],
                cell=cell,
                received_at=now,
                changed_at=now,
            )
            for at, cell in enumerate(cells(x, y).tolist())
        ],
        batch_size=500,
    )
    settle()


def ask(city: City, where: tuple[float, float] | None, words: str, typed: bool = True) -> list[Any]:
    """What intake asks for each need."""
    x, y = where or (None, None)
    return likely(Told(words, clock.now(), city.lift if typed else None, x, y, region=city.west))


def peer(where: tuple[float, float], words: str) -> list[tuple[float, Any]]:
    """A box by SQL, then ``difflib``."""
    x, y = where
    rows = Need.objects.filter(
        subject="place",
        state__in=("open", "ordered"),
        longitude__range=(x - _BOX, x + _BOX),
        latitude__range=(y - _BOX, y + _BOX),
    ).values_list("pk", "text")
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(words)
    found = []
    for pk, other in rows:
        matcher.set_seq1(other)
        found.append((matcher.ratio(), pk))
    return sorted(found, key=lambda one: -one[0])[:5]


def measured(name: str, act: Callable[[], object], times: int = ASKED) -> float:
    """Print the time that ``act`` takes, by the clock and of this process's processor; the median, in ms."""
    for _ in range(min(WARMING, times)):
        act()
    clocked, worked = [], []
    for _ in range(times):
        began, worked_before = time.perf_counter(), time.process_time()
        act()
        clocked.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - worked_before) * 1000)
    middle, late = np.percentile(clocked, [50, 99])
    work, much_work = np.percentile(worked, [50, 99])
    print(
        f"{name:<40} clock p50 {middle:6.1f}, p99 {late:6.1f} ms   "
        f"processor p50 {work:6.1f}, p99 {much_work:6.1f} ms",
        flush=True,
    )
    return float(middle)


def main(n: int) -> None:
    """Fill, ask, and compare with the peer."""
    call_command("migrate", verbosity=0)
    city, draw = build(), random.Random(7)
    fill_quickly(city, n)
    print(f"{connection.vendor}, {Need.objects.count():,} needs under way", flush=True)

    def anywhere() -> tuple[float, float]:
        return draw.uniform(122.0, 122.2), draw.uniform(28.0, 28.1)

    ours = measured("anywhere", lambda: ask(city, anywhere(), text(draw)))
    measured("without a point, of a region and type", lambda: ask(city, None, text(draw)))
    measured("without a point and a type", lambda: ask(city, None, text(draw), typed=False))
    for more in (500, 20_000):
        crowd(city, more, draw)
        measured(f"in a crowd, {more:,} more in one cell", lambda: ask(city, CROWD, text(draw)))
    boxes = measured("peer: box in SQL and difflib, anywhere", lambda: peer(anywhere(), text(draw)), times=20)
    print(f"ratio to the peer, median: {ours / boxes:.4f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
