"""A city full of needs under way, quickly: what benchmarks of intake, duplicates and lists run against."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import numpy as np
from benchmarks.own_installation import settle
from django.db import connection
from tests.city import City

from lacarte.engines.geography import cells
from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.loop.needs.models import Need

#: Streets and things that are reported; every text is one of each, as short as those of real hotlines.
STREETS = tuple(
    f"{name} {kind}"
    for name in ("Plum", "Ferry", "Signal", "Quay", "Lantern", "Orchard", "Mill", "Cedar")
    for kind in ("Lane", "Street", "Road", "Square")
)
THINGS = (
    "the lift is broken", "rubbish lies in the street", "a street lamp is dark", "water runs out of the ground",
    "a tree has fallen", "the pavement is broken", "loud works at night", "a drain is blocked",
    "电梯坏了", "路灯不亮", "垃圾没有清运", "路面积水", "井盖松动", "夜间施工噪音", "树倒了", "下水道堵塞",
)  # fmt: skip
_BATCH = 20_000
COPIES = 20


def fill(city: City, n: int, *, seed: int = 1, progress: bool = True) -> None:
    """Write ``n`` open needs of places, spread over the city's two districts and the last 90 days."""
    draw, numbers = random.Random(seed), np.random.default_rng(seed)
    now = clock.now()
    x, y = numbers.uniform(122.0, 122.2, n), numbers.uniform(28.0, 28.1, n)
    cell, age = cells(x, y), numbers.uniform(0, 90 * 24 * 3600, n)

    def needs() -> Iterator[Need]:
        for i in range(n):
            at = now - timedelta(seconds=float(age[i]))
            yield Need(
                pk=uuid7(),
                reference=f"b{i:08d}",  # drawn ones meet among a million
                channel="web",
                subject="place",
                service_type=city.lift,
                region=city.west if x[i] < 122.1 else city.east,
                text=f"{draw.choice(STREETS)} {draw.randint(1, 200)}: {draw.choice(THINGS)}",
                language="en",
                longitude=float(x[i]),
                latitude=float(y[i]),
                cell=int(cell[i]),
                received_at=at,
                changed_at=at,
            )

    rows, done = needs(), 0
    while batch := list(islice(rows, _BATCH)):
        Need.objects.bulk_create(batch, batch_size=500)
        done += len(batch)
        if progress and done % (_BATCH * 10) == 0:
            print(f"  {done:,} needs written", flush=True)


def fill_quickly(city: City, n: int) -> None:
    """About ``n`` open needs: some as of :func:`fill`, and copies of them made within the database."""
    fill(city, n // COPIES, progress=False)
    _multiply(COPIES - 1)
    settle()


def _multiply(times: int) -> None:
    """Copy the needs that are there within the database, ``times`` over: at the same points, at other times."""
    meta = Need._meta
    columns = [field.column for field in meta.concrete_fields]
    chance = "abs(random() % 1000000) / 1000000.0" if connection.vendor == "sqlite" else "random()"
    made = {
        "id": "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()",
        "reference": "printf('%09d', row_number() OVER ())"
        if connection.vendor == "sqlite"
        else "lpad((row_number() OVER ())::text, 9, '0')",
        "received_at": f"strftime('%Y-%m-%d %H:%M:%f', received_at, '-' || ({chance} * 86400) || ' seconds')"
        if connection.vendor == "sqlite"
        else f"received_at - {chance} * interval '1 day'",
    }
    chosen = ", ".join(made.get(column, column) for column in columns)
    with connection.schema_editor() as editor:
        for index in meta.indexes:
            editor.remove_index(Need, index)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {times}) "
            f"INSERT INTO {meta.db_table} ({', '.join(columns)}) SELECT {chosen} FROM {meta.db_table}, n"
        )
    with connection.schema_editor() as editor:
        for index in meta.indexes:
            editor.add_index(Need, index)
