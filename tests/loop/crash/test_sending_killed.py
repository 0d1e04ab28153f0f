"""Workers are killed while bundles fan out: no part is lost, none is sent twice, none before its turn."""

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
KILLS = [("uncommitted", 2), ("committed", 1), ("uncommitted", 1)]


def start(part: str, environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.loop.crash.bundle_parts", part, *arguments]
    told_at_once = environment | {"LACARTE_UNDO_MINUTES": "0"}  # what waits for a part hears of it without delay
    return subprocess.Popen(command, env=told_at_once, stdout=subprocess.PIPE, text=True)


def script(part: str, environment: dict[str, str], *arguments: str) -> str:
    process = start(part, environment, *arguments)
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, f"{part} failed"
    return printed.strip()


def killed_at(line: str, times: int, environment: dict[str, str]) -> None:
    """Start two workers and kill both when the first says ``line`` the ``times``-th time."""
    workers = [start("work", environment) for _ in range(2)]
    try:
        while times:
            assert workers[0].stdout
            said = workers[0].stdout.readline()
            assert said, "the worker died by itself"
            times -= said == f"{line}\n"
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.communicate()


@pytest.mark.parametrize("kind", KINDS)
def test_killed_while_it_fans_out_no_part_is_lost_and_none_doubled(kind: str, tmp_path: Path) -> None:
    bundles = 8
    with scratch_database(kind, tmp_path) as environment:
        script("place", environment, str(bundles))
        for line, times in KILLS:
            killed_at(line, times, environment)
            half = json.loads(script("count", environment))
            assert half["sent"] == half["needs"] == half["orders"] == half["said"], "all of a part or nothing"
            assert (half["parts"], half["early"], half["overbooked"]) == (3 * bundles, 0, 0)
        script("finish_all", environment)
        assert json.loads(script("count", environment)) == {
            "bundles": bundles,
            "parts": 3 * bundles,
            "sent": 3 * bundles,
            "waiting": 0,
            "needs": 3 * bundles,
            "orders": 3 * bundles,
            "doubled": 0,
            "early": 0,
            "of the held unit": 3 * bundles,
            "holds": 3 * bundles,
            "overbooked": 0,
            "said": 3 * bundles,
            "stuck": 0,
        }
