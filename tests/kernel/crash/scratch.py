"""Scratch databases, and processes that work in them and are killed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.migrated import migrated, migrated_at

#: Databases to try: SQLite, and PostgreSQL where there is a server.
KINDS = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(
            "LACARTE_TEST_POSTGRES" not in os.environ, reason="LACARTE_TEST_POSTGRES is not set"
        ),
    ),
]


@contextmanager
def scratch_database(kind: str, home: Path) -> Iterator[dict[str, str]]:
    """An empty, migrated database of ``kind``; gives the environment that points to it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LACARTE_")}
    environment |= {
        "LACARTE_HOME": str(home),
        "LACARTE_LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    migrated(home)
    if kind == "sqlite":
        yield environment
        return
    with migrated_at(os.environ["LACARTE_TEST_POSTGRES"]) as address:
        yield environment | {"LACARTE_DATABASE": address}


def start(part: str, environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start ``parts.py PART`` in a process of its own."""
    command = [sys.executable, "-m", "tests.kernel.crash.parts", part, *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def script(part: str, environment: dict[str, str], *arguments: str) -> str:
    """Run ``parts.py PART`` to its end and give what it printed."""
    process = start(part, environment, *arguments)
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0, f"{part} failed"
    return printed.strip()


def jobs_left(environment: dict[str, str]) -> int:
    """Jobs that are not done yet, asked without starting a Python, so that the kills come in time."""
    query = "SELECT count(*) FROM kernel_job WHERE name LIKE 'crash.%' AND state <> 'done'"
    if address := environment.get("LACARTE_DATABASE"):
        import psycopg

        with psycopg.connect(address) as connection:
            row = connection.execute(query).fetchone()
    else:
        with closing(sqlite3.connect(Path(environment["LACARTE_HOME"]) / "lacarte.sqlite3", timeout=30)) as file:
            row = file.execute(query).fetchone()
    assert row
    return int(row[0])


@dataclass(frozen=True)
class Crash:
    """What killing did. ``interrupted``: jobs that a kill hit while they ran alone; the others ran together."""

    kills: int
    seconds: float
    lost: int
    doubled: int
    interrupted: int
    interrupted_together: int


def crash(environment: dict[str, str], jobs: int, seed: int, limit_seconds: float) -> Crash:
    """Run ``jobs`` jobs under kills, half of them alone and half together, and count their effects."""
    script("fill", environment, str(jobs))
    began = time.monotonic()
    kills = kill_workers_until_done(environment, seed, limit_seconds)
    seconds = time.monotonic() - began
    effects, different, alone, together = map(int, script("effects", environment).split())
    return Crash(kills, seconds, jobs - different, effects - different, alone, together)


@dataclass(frozen=True)
class Contention:
    """What the writers met: commits of the least served one, the longest time for one transaction, failures."""

    commits_per_second: float
    worst_seconds: float
    least_commits: int
    failures: int


def contend(environment: dict[str, str], writers: int, seconds: float) -> Contention:
    """Have ``writers`` processes write for ``seconds``, all beginning together."""
    processes = [start("write", environment, str(seconds)) for _ in range(writers)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    figures = []
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        figures.append(process.communicate(timeout=seconds + 120)[0].split())
        assert process.returncode == 0
    written = [int(count) for count, _, _ in figures]
    worst = max(float(wait) for _, wait, _ in figures)
    failures = sum(int(failed) for *_, failed in figures)
    return Contention(sum(written) / seconds, worst, min(written), failures)


def kill_workers_until_done(environment: dict[str, str], seed: int, limit_seconds: float) -> int:
    """Two workers, one of them killed when it has worked for 0.2 to 0.8 s, until all jobs are done.

    Returns the kills. The time begins when the worker does, which is late on a loaded machine.
    """
    draw, kills, ends = random.Random(seed), 0, time.monotonic() + limit_seconds
    workers = [start("work", environment) for _ in range(2)]
    try:
        while jobs_left(environment):
            assert time.monotonic() < ends, f"not done after {limit_seconds} s and {kills} kills"
            at = draw.randrange(2)
            said = workers[at].stdout
            assert said
            assert said.readline() == "ready\n"
            time.sleep(draw.uniform(0.2, 0.8))
            workers[at].send_signal(signal.SIGKILL)
            workers[at].wait()
            workers[at] = start("work", environment)
            kills += 1
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return kills
