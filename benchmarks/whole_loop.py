"""Needs per second from intake to match, against the least that any Django intake costs.

Run: ``.venv/bin/python benchmarks/whole_loop.py [needs]``. The peer is ``Need.objects.create`` in a transaction
of its own on the same database: a row, and nothing understood, told, weighed or matched.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]
os.environ |= {"DJANGO_SETTINGS_MODULE": "lacarte.site.settings", "LACARTE_HOME": tempfile.mkdtemp()}

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from tests.city import build  # noqa: E402

from lacarte.kernel import jobs  # noqa: E402
from lacarte.loop.matching.actions import match  # noqa: E402
from lacarte.loop.needs.actions import receive  # noqa: E402
from lacarte.loop.needs.models import Need  # noqa: E402

TEXTS = ("My mother needs help at home with washing", "老人需要上门护理", "The lift is broken and I am stuck")


def timed(what: str, needs: int, began: float) -> float:
    """Print and return the rate since ``began``."""
    rate = needs / (time.perf_counter() - began)
    print(f"{what:<40} {rate:9.0f} needs/s")
    return rate


def main(needs: int) -> None:
    """Run the peer, then the loop, in the same database."""
    call_command("migrate", verbosity=0)
    city = build(units=needs)
    began = time.perf_counter()
    for _ in range(needs):
        with transaction.atomic():
            Need.objects.create(channel="web", subject="person", service_type=city.care, region=city.west)
    peer = timed("peer: a bare row by Django's ORM", needs, began)
    Need.objects.all().delete()

    whole = time.perf_counter()
    for at in range(needs):
        receive(text=TEXTS[at % 3], channel="web", longitude=122.0 + at % 190 / 1000, latitude=28.05)
    timed("intake: understood, placed, published", needs, whole)
    began = time.perf_counter()
    while jobs.work_once():
        pass
    timed("weighed by the worker", needs, began)
    began = time.perf_counter()
    run = match()
    timed(f"matched ({run.matched} of {run.needs}, gap {run.gap:g})", needs, began)
    began = time.perf_counter()
    while jobs.work_once():
        pass
    timed("orders placed, capacity held", run.matched, began)
    loop = timed("the whole loop", needs, whole)
    print(f"ratio to the peer: {loop / peer:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
