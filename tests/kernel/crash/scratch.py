"""Scratch databases, and processes that work in them and are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def scratch_database(kind: str, home: Path) -> Iterator[dict[str, str]]:
    """An empty, migrated database of ``kind``; gives the environment that points to it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LACARTE_")}
    environment |= {
        "LACARTE_HOME": str(home),
        "LACARTE_LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    if kind == "sqlite":
        script("migrate", environment)
        yield environment
        return
    import psycopg

    server, name = os.environ["LACARTE_TEST_POSTGRES"], f"lacarte_scratch_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            environment["LACARTE_DATABASE"] = f"{server.rsplit('/', 1)[0]}/{name}"
            script("migrate", environment)
            yield environment
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def start(part: str, environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start ``parts.py PART`` in a process of its own."""
    command = [sys.executable, "-m", "tests.kernel.crash.parts", part, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def script(part: str, environment: dict[str, str], *arguments: str) -> str:
    """Run ``parts.py PART`` to its end and give what it printed."""
    process = start(part, environment, *arguments)
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0, f"{part} failed"
    return printed.strip()


def kill_workers_until_done(environment: dict[str, str], jobs: int, seed: int, limit_seconds: float) -> int:
    """Two workers, one of them killed every 0.4 to 1.0 s, until all jobs are done. Returns the kills."""
    draw, kills, ends = random.Random(seed), 0, time.monotonic() + limit_seconds
    workers = [start("work", environment) for _ in range(2)]
    try:
        while int(script("done", environment)) < jobs:
            assert time.monotonic() < ends, f"not done after {limit_seconds} s and {kills} kills"
            time.sleep(draw.uniform(0.4, 1.0))
            at = draw.randrange(2)
            workers[at].send_signal(signal.SIGKILL)
            workers[at].wait()
            workers[at] = start("work", environment)
            kills += 1
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return kills
