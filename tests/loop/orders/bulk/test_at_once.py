"""Two who do something to the same many at the same moment, on either database: for each, one of them wins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernel.crash.scratch import KINDS, scratch_database

ROUNDS = 3


@pytest.mark.parametrize("kind", KINDS)
def test_of_each_one_wins_and_the_other_sees_why(kind: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.loop.orders.bulk.deciding", str(ROUNDS)]
    with scratch_database(kind, tmp_path) as environment:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == [str(4 * ROUNDS)]
    assert "Exception in thread" not in done.stderr
