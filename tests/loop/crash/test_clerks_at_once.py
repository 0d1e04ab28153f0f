"""Clerks who join, part and withdraw the same needs at the same moment: no need is lost, no case is broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernel.crash.scratch import KINDS, scratch_database

pytestmark = pytest.mark.once
PROCESSES, STEPS = 2, 60


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.loop.crash.clerks", *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def script(environment: dict[str, str], *arguments: str) -> list[int]:
    process = start(environment, *arguments)
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, arguments
    return [int(word) for word in printed.split()]


@pytest.mark.parametrize("kind", KINDS)
def test_no_need_is_lost_and_no_case_is_broken(kind: str, tmp_path: Path) -> None:
    with scratch_database(kind, tmp_path) as environment:
        script(environment, "prepare")
        clerks = [start(environment, "work", str(seed), str(STEPS)) for seed in range(PROCESSES)]
        for clerk in clerks:
            assert clerk.stdout
            assert clerk.stdout.readline() == "ready\n"
        for clerk in clerks:
            assert clerk.stdin
            clerk.stdin.write("\n")
            clerk.stdin.flush()
        told = [[int(n) for n in clerk.communicate(timeout=240)[0].split()] for clerk in clerks]
        assert all(clerk.returncode == 0 for clerk in clerks)
        done, refused, failed = (sum(column) for column in zip(*told, strict=True))
        assert failed == 0
        assert done + refused == PROCESSES * 3 * STEPS
        assert done > PROCESSES * STEPS
        broken, late, needs, joined, decisions = script(environment, "state")
        assert (broken, late, needs) == (0, 0, 7)
        assert joined == decisions
