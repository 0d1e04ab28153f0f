"""How long GET requests takes among a million needs, filter by filter, against a bare query of the same rows.

Run: ``.venv/bin/python benchmarks/open311.py [needs] [calls a filter]``, and the same with
``LACARTE_DATABASE=postgresql://…`` (a database of its own is made and dropped). The peer, in the same run, is what
any Django view costs at least: the same query by the ORM, as ``values()``, written by ``json.dumps``. It knows
nothing of privacy, orders, photos or times of the city.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from own_installation import begin, settle

begin("open311", rate_limit="1000000/second", allowed_hosts="testserver")

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.test import Client  # noqa: E402
from open_needs import STREETS, THINGS  # noqa: E402
from tests.city import City, build  # noqa: E402

from lacarte.engines.geography import cells  # noqa: E402
from lacarte.kernel import clock  # noqa: E402
from lacarte.kernel.ids import new_reference, uuid7  # noqa: E402
from lacarte.loop.needs.models import Need, Understanding  # noqa: E402
from lacarte.registers.menu.actions import add_service_type  # noqa: E402
from lacarte.registers.menu.models import ServiceType  # noqa: E402
from lacarte.standards.open311.jurisdictions import named  # noqa: E402
from lacarte.standards.open311.searching import search  # noqa: E402

_DAYS, _BATCH, _TYPES = 365, 20_000, 20
#: What the peer reads: the columns that an answer shows.
_COLUMNS = (
    "reference", "state", "text", "address", "longitude", "latitude", "received_at", "closed_at", "changed_at",
    "service_type__code", "service_type__name",
)  # fmt: skip
_STATES = ("open", "ordered", "met", "withdrawn")
_SHARES = (0.08, 0.07, 0.78, 0.07)


def fill(city: City, n: int) -> None:
    """Write ``n`` needs of a year, most of them about places and closed; services from common to rare."""
    draw, numbers = random.Random(1), np.random.default_rng(1)
    types = [city.lift] + [
        add_service_type(
            city.area, code=f"kind-{k}", name={"en": f"Kind {k}", "zh-hans": f"种类{k}"}, subject="place"
        )
        for k in range(1, _TYPES)
    ]
    kind = np.minimum(numbers.zipf(1.3, n), _TYPES) - 1
    x, y, age = numbers.uniform(122.0, 122.2, n), numbers.uniform(28.0, 28.1, n), numbers.uniform(0, _DAYS, n)
    state, person, cell = numbers.choice(4, n, p=_SHARES), numbers.random(n) < 0.3, cells(x, y)
    now, references = clock.now(), set[str]()
    while len(references) < n:  # some of a million are drawn twice
        references.add(new_reference())

    def rows() -> Iterator[dict[str, object]]:
        for i in range(n):
            at = now - timedelta(days=float(age[i]))
            closed = min(now, at + timedelta(days=draw.uniform(0, 20))) if state[i] >= 2 else None
            yield {
                "id": uuid7(), "reference": references.pop(), "state": _STATES[state[i]],
                "subject": "person" if person[i] else "place",
                "service_type_id": (city.care if person[i] else types[kind[i]]).pk,
                "region_id": (city.west if x[i] < 122.1 else city.east).pk,
                "text": f"{draw.choice(STREETS)} {draw.randint(1, 200)}: {draw.choice(THINGS)}",
                "address": f"{draw.randint(1, 200)} {draw.choice(STREETS)}",
                "longitude": float(x[i]), "latitude": float(y[i]), "cell": int(cell[i]),
                "received_at": at, "closed_at": closed, "changed_at": closed or at,
            }  # fmt: skip

    drawn = rows()
    while batch := list(islice(drawn, _BATCH)):
        insert(Need(channel="web", language="en"), batch)
        insert(Understanding(language="en"), [{"need_id": row["id"]} for row in batch])
    settle()


def insert(like: Model, rows: list[dict[str, object]]) -> None:
    """Write rows ``like`` a record but for the columns that each says; the ORM would take minutes more."""
    fields = like._meta.concrete_fields
    same = {field.attname: field.get_db_prep_save(field.pre_save(like, True), connection) for field in fields}
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [[written(row[field.attname]) if field.attname in row else same[field.attname] for field in fields]
              for row in rows]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{like._meta.db_table}" ({columns}) VALUES ({marks})', values)


def written(value: object) -> object:
    """A value as the database keeps it."""
    if connection.vendor == "postgresql":
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return value.hex if isinstance(value, UUID) else value


def filters(draw: random.Random) -> dict[str, Callable[[], dict[str, object]]]:
    """Parameters of GET requests, drawn anew for each call."""
    now = clock.now()

    def day(least: float, most: float) -> str:
        return (now - timedelta(days=draw.uniform(least, most))).strftime("%Y-%m-%dT%H:%M:%SZ")

    def near(metres: int) -> dict[str, object]:
        point = {"lat": draw.uniform(28.0, 28.1), "long": draw.uniform(122.0, 122.2)}
        return point | {"radius": metres, "page_size": 50}

    def box() -> dict[str, object]:
        west, south = draw.uniform(122.0, 122.19), draw.uniform(28.0, 28.09)
        return {"bbox": f"{west},{south},{west + 0.01},{south + 0.01}", "page_size": 50}

    references = list(Need.objects.filter(subject="place").values_list("reference", flat=True)[:2000])
    return {
        "newest 50": lambda: {"page_size": 50},
        "newest 50, extended": lambda: {"page_size": 50, "extensions": "true"},
        "newest 1,000": lambda: {},
        "50 open": lambda: {"page_size": 50, "status": "open"},
        "50 open, of a season long ago": lambda: {"page_size": 50, "status": "open", "end_date": day(200, 270)},
        "50 closed of a rare service": lambda: {"page_size": 50, "service_code": "kind-17", "status": "closed"},
        "100 of 90 days long ago": lambda: {"page_size": 100, "start_date": day(90, 360)},
        "100 changed since yesterday": lambda: {"page_size": 100, "updated_after": day(0.5, 1)},
        "page 150 of 1,000": lambda: {"page": 150},
        "50 within 100 m": lambda: near(100),
        "50 within 1 km": lambda: near(1000),
        "50 in a box of 1 km": box,
        "one by its number": lambda: {"service_request_id": draw.choice(references)},
        "20 by their numbers": lambda: {"service_request_id": ",".join(draw.sample(references, 20))},
    }


def ours(client: Client, parameters: dict[str, object], format: str = "json") -> None:
    """The call as a client makes it."""
    answer = client.get(f"/open311/v2/requests.{format}", parameters)
    assert answer.status_code == 200, answer.content


def bare(parameters: dict[str, object]) -> str:
    """The same rows by the ORM and ``json.dumps``."""
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in parameters.items()})
    asked = search(query, named(""))
    first = (asked.page - 1) * asked.page_size
    return json.dumps(list(asked.needs[first : first + asked.page_size].values(*_COLUMNS)), default=str)


def timed(calls: list[Callable[[], object]]) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds; the first call warms up and does not count."""
    took = []
    for call in calls:
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1e3)
    ordered = sorted(took[1:])
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def main(n: int, calls: int) -> None:
    """Fill a city and call, filter by filter."""
    call_command("migrate", verbosity=0)
    if not Need.objects.exists():
        began = time.perf_counter()
        fill(build(), n)
        print(f"{n:,} needs written in {time.perf_counter() - began:.0f} s", flush=True)
    assert ServiceType.objects.filter(code="kind-17").exists()
    client, draw = Client(), random.Random(7)
    print(f"{connection.vendor}, {n:,} needs; milliseconds: ours p50 p99, peer p50 p99, ratio of p50", flush=True)
    for name, parameters in filters(draw).items():
        drawn = [parameters() for _ in range(calls + 1)]
        mine = timed([lambda said=said: ours(client, said) for said in drawn])
        peer = timed([lambda said=said: bare(said) for said in drawn])
        figures = "  ".join(f"{figure:8.1f}" for figure in (*mine, *peer))
        print(f"{name:<32} {figures}  {mine[0] / peer[0]:6.2f}", flush=True)


if __name__ == "__main__":
    main(*(int(n) for n in (sys.argv[1:] + ["1000000", "100"][len(sys.argv) - 1 :])))
