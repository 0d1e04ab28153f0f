"""Needs per second from HTTP to the commit: understood, placed, weighed for danger and compared with all others.

Run: ``.venv/bin/python benchmarks/intake.py [open needs] [needs to send]``, and the same with
``LACARTE_DATABASE=postgresql://…`` (a database of its own is made and dropped). Clients send Open311 requests to
``lacarte serve``, each over one connection, all on this machine. The peer, in the same run, commits the very rows
that intake had written, each need in a transaction of its own, over as many connections: what no intake can beat.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from own_installation import begin

begin("intake", rate_limit="1000000/second", processes=2)

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from open_needs import STREETS, THINGS, fill_quickly  # noqa: E402
from tests.city import build  # noqa: E402

from lacarte.kernel.ids import new_reference, uuid7  # noqa: E402
from lacarte.kernel.models import Event, Job  # noqa: E402
from lacarte.loop.needs.models import Need, Understanding  # noqa: E402

CLIENTS = (1, 8, 32)
_SHOWN = (50, 99)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def serve(port: int) -> subprocess.Popen[bytes]:
    """The server, once it answers."""
    process = subprocess.Popen([Path(sys.executable).with_name("lacarte"), "serve", "--port", str(port)])
    for _ in range(100):
        time.sleep(0.2)
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/open311/v2/services.json")
            if asked.getresponse().status == 200:
                return process
        except OSError:
            continue
    raise SystemExit("the server did not answer")


def form(draw: random.Random, code: str) -> str:
    """What a client sends: words, and a point in the city."""
    return urlencode(
        {
            "service_code": code,
            "lat": f"{draw.uniform(28.0, 28.1):.6f}",
            "long": f"{draw.uniform(122.0, 122.2):.6f}",
            "description": f"{draw.choice(STREETS)} {draw.randint(1, 200)}: {draw.choice(THINGS)}",
        }
    )


def send(port: int, forms: list[str]) -> list[float]:
    """Send ``forms`` over one connection, one after the other; the seconds that each took."""
    asked, took = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
    for body in forms:
        began = time.perf_counter()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        asked.request("POST", "/open311/v2/requests.json", body, headers)
        answer = asked.getresponse()
        told = answer.read()
        took.append(time.perf_counter() - began)
        if answer.status not in (200, 201) or not json.loads(told)[0].get("service_request_id"):
            raise SystemExit(f"{answer.status}: {told[:300]!r}")
    return took


def together(clients: int, work: list[Any], do: Any) -> tuple[float, list[float]]:
    """``do`` the shares of ``work`` at once: how many a second, and the seconds each took."""
    shares = [work[k::clients] for k in range(clients)]
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        took = [second for share in pool.map(do, shares) for second in share]
    return len(took) / (time.perf_counter() - began), took


def written(since: Any) -> list[list[tuple[str, dict[str, Any]]]]:
    """For each need of intake, the rows that its transaction wrote, as new ones: table, and column to value."""
    needs = list(Need.objects.filter(channel="open311", pk__gt=since).values())
    understood = {row["need_id"]: row for row in Understanding.objects.filter(need__gt=since).values()}
    events = {row["stream"]: row for row in Event.objects.filter(stream__in=[n["id"] for n in needs]).values()}
    jobs: dict[str, list[dict[str, Any]]] = {}
    for row in Job.objects.values():
        jobs.setdefault(row["payload"].get("event", ""), []).append(row)
    found = []
    for need in needs:
        key, event = uuid7(), events[need["id"]]
        rows = [(Need, need | {"id": key, "reference": new_reference(), "secret": ""})]
        if need["id"] in understood:
            rows.append((Understanding, understood[need["id"]] | {"need_id": key}))
        rows.append((Event, event | {"id": uuid7(), "stream": key}))
        rows += [(Job, job | {"id": uuid7()}) for job in jobs.get(str(event["id"]), [])]
        found.append(rows)
    return found


def statements(rows: list[tuple[Any, dict[str, Any]]]) -> list[tuple[str, list[Any]]]:
    """One INSERT a row, its values as the database takes them."""
    found = []
    for model, row in rows:
        fields = model._meta.concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        values = [f.get_db_prep_save(row[f.attname], connection) for f in fields]
        found.append((f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})', values))
    return found


def commit(needs: list[list[tuple[str, list[Any]]]]) -> list[float]:
    """Write each need's rows in a transaction of its own; the seconds that each took."""
    took = []
    for rows in needs:
        began = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, values in rows:
                cursor.execute(statement, values)
        took.append(time.perf_counter() - began)
    connection.close()
    return took


def line(what: str, rate: float, took: list[float]) -> None:
    """One line of the table."""
    ordered = sorted(took)
    at = " ".join(f"p{p} {ordered[int(len(ordered) * p / 100)] * 1e3:7.1f} ms" for p in _SHOWN)
    print(f"{what:<34} {rate:8.0f}/s   {at}", flush=True)


def main(waiting: int, sent: int) -> None:
    """Fill the city, send to the server, then commit the same rows bare."""
    call_command("migrate", verbosity=0)
    city = build()
    print(f"{connection.vendor}: {waiting:,} open needs, {sent} sent a time", flush=True)
    fill_quickly(city, waiting)
    connection.close()
    port, draw = free_port(), random.Random(7)
    process = serve(port)
    try:
        send(port, [form(draw, city.lift.code) for _ in range(50)])
        for clients in CLIENTS:
            since = uuid7()
            forms = [form(draw, city.lift.code) for _ in range(sent)]
            rate, took = together(clients, forms, lambda share: send(port, share))
            line(f"intake, {clients} clients", rate, took)
            rows = [statements(need) for need in written(since)]
            bare, took = together(clients, rows, commit)
            line(f"peer: bare commits, {clients} connections", bare, took)
            print(f"{'ratio':<34} {rate / bare:8.3f}")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    threading.stack_size(1 << 20)
    main(*(int(n) for n in (sys.argv[1:] + ["1000000", "2000"][len(sys.argv) - 1 :])))
