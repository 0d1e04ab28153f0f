"""Publishing is killed and crowded: no hold is lost, none is doubled or overbooked, the rest is finished."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernel.crash.scratch import KINDS, scratch_database

pytestmark = pytest.mark.once
#: Where each worker is killed: at the so-many-th time that it says so.
KILLS = [("uncommitted", 1), ("committed", 1), ("uncommitted", 2), ("committed", 2)]


def start(part: str, environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.loop.crash.parts", part, *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def script(part: str, environment: dict[str, str], *arguments: str) -> str:
    process = start(part, environment, *arguments)
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, f"{part} failed"
    return printed.strip()


def together(part: str, environment: dict[str, str]) -> list[str]:
    """Two processes that begin at once; what each printed after that."""
    both = [start(part, environment) for _ in range(2)]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=120)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    return printed


def killed_at(line: str, times: int, environment: dict[str, str]) -> None:
    """Start a worker and kill it when it says ``line`` the ``times``-th time."""
    worker = start("work", environment)
    assert worker.stdout
    try:
        seen = 0
        while seen < times:
            said = worker.stdout.readline()
            assert said, "the worker died by itself"
            seen += said == f"{line}\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.communicate()


def publish(environment: dict[str, str]) -> None:
    process = start("publish", environment)
    assert process.communicate("\n", timeout=120)[0].split() == ["ready", "published"]


WHOLE = {
    "run": "published",
    "needs": 40,
    "decided": 34,
    "undecided": 0,
    "ordered": 34,
    "holds": 34,
    "holds of decisions": 34,
    "orders": 34,
    "doubled": 0,
    "overbooked": 0,
    "said": 1,
    "stuck": 0,
}


@pytest.mark.parametrize("kind", KINDS)
def test_killed_in_the_middle_of_publishing_nothing_is_lost_and_nothing_doubled(kind: str, tmp_path: Path) -> None:
    with scratch_database(kind, tmp_path) as environment:
        script("preview", environment, "40", "34")
        publish(environment)
        committed = 0
        for line, times in KILLS:
            killed_at(line, times, environment)
            committed += 5 * (times if line == "committed" else times - 1)
            half = json.loads(script("count", environment))
            assert (half["run"], half["said"], half["overbooked"]) == ("publishing", 0, 0)
            assert half["holds"] == half["holds of decisions"] == committed, "what was not committed holds nothing"
            assert half["undecided"] == 34 - committed
        script("finish", environment)
        assert json.loads(script("count", environment)) == WHOLE


@pytest.mark.parametrize("kind", KINDS)
def test_two_who_publish_at_once_publish_once(kind: str, tmp_path: Path) -> None:
    with scratch_database(kind, tmp_path) as environment:
        script("preview", environment, "40", "34")
        assert sorted(together("publish", environment)) == ["published", "refused"]
        together("take", environment)
        script("finish", environment)
        assert json.loads(script("count", environment)) == WHOLE
