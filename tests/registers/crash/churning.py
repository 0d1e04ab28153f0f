"""Processes that hold, confirm, move and give back at random while they are killed, and what is left then."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.registers.crash.journal import ended


def start(part: str, environment: dict[str, str], *arguments: object) -> subprocess.Popen[str]:
    """Start ``parts.py PART`` in a process of its own."""
    command = [sys.executable, "-m", "tests.registers.crash.parts", part, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def script(part: str, environment: dict[str, str], *arguments: object) -> str:
    """Run ``parts.py PART`` to its end and give what it printed."""
    process = start(part, environment, *arguments)
    printed, _ = process.communicate(timeout=600)
    assert process.returncode == 0, f"{part} failed"
    return printed.strip()


@dataclass(frozen=True)
class Churned:
    """How often processes were killed, the seconds it took, how often others looked, and what ``settle`` found."""

    kills: int
    seconds: float
    looks: int
    overbooked_meanwhile: int
    figures: dict[str, Any]

    @property
    def wrong(self) -> dict[str, int]:
        """The figures that have to be 0 and are not."""
        counts = {name: self.figures[name] for name in FAULTS} | {"meanwhile": self.overbooked_meanwhile}
        return {name: count for name, count in counts.items() if count}


FAULTS = (
    "lost_holds",
    "lost_confirmations",
    "lost_releases",
    "never_asked_for",
    "overbooked",
    "miscounted",
    "sums_differ",
    "never_came_back",
)


def churn(
    environment: dict[str, str],
    home: Path,
    operations: int,
    *,
    workers: int = 4,
    every: int = 500,
    seed: int = 7,
) -> Churned:
    """Have ``workers`` processes do ``operations`` together; one is killed after about ``every`` of them."""
    script("lots", environment, 20, 25)
    watch = start("watch", environment)
    assert watch.stdout
    assert watch.stdout.readline() == "ready\n"
    journals = [home / f"journal-{n}" for n in range(workers)]
    draw, kills, began = random.Random(seed), 0, time.monotonic()
    running = [start("churn", environment, journal, seed) for journal in journals]
    due = 0.0
    try:
        while (done := ended(journals)) < operations:
            assert time.monotonic() - began < 120 + operations / 20, "this takes too long"
            assert all(process.poll() is None for process in running), "a process died by itself"
            time.sleep(0.05)
            if done < due:
                continue
            due = done + draw.uniform(0.6, 1.4) * every
            at = draw.randrange(workers)
            running[at].send_signal(signal.SIGKILL)
            running[at].wait()
            kills += 1
            running[at] = start("churn", environment, journals[at], f"{seed}-{kills}")
    finally:
        for process in running:
            process.kill()
            process.wait()
    seconds = time.monotonic() - began
    looks, found = watch.communicate("\n", timeout=60)[0].split()
    figures = json.loads(script("settle", environment, *journals))
    return Churned(kills, seconds, int(looks), int(found), figures)


def at_full_speed(
    environment: dict[str, str], home: Path, seconds: float, workers: int = 4
) -> tuple[float, float]:
    """Operations a second of ``workers`` that nobody kills, and bare commits of the same rows a second."""
    journals = [home / f"journal-full-{n}" for n in range(workers)]
    _together([start("churn_for", environment, journal, 1, seconds) for journal in journals])
    bare = _together([start("commit_for", environment, seconds) for _ in range(workers)])
    return ended(journals) / seconds, sum(map(int, bare)) / seconds


def _together(processes: list[subprocess.Popen[str]]) -> list[str]:
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=300)[0].strip() for process in processes]
    assert not any(process.returncode for process in processes)
    return printed
