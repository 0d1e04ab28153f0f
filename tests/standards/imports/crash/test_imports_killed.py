"""An import is killed again and again: it goes on, loses no row, and loads and rejects none twice."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernel.crash.scratch import KINDS, scratch_database
from tests.standards.imports.exports import NEW_YORK, table

pytestmark = pytest.mark.once
ROWS = 1000
BAD = range(7, ROWS, 10)
#: Where each run is killed: at the so-many-th time that it says so.
KILLS = [("uncommitted", 1), ("committed", 1), ("uncommitted", 3), ("committed", 2), ("uncommitted", 2)]


def export(folder: Path) -> Path:
    rows = [
        NEW_YORK
        | {"Unique Key": str(n), "Complaint Type": f"Noise {n % 5}", "Status": "" if n in BAD else "Closed"}
        for n in range(ROWS)
    ]
    return table(folder / "export.csv", *rows)


def start(environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.standards.imports.crash.parts", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def finished(environment: dict[str, str], *words: str) -> list[str]:
    process = start(environment, *words)
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, f"{words} failed"
    return printed.splitlines()


def killed_at(line: str, times: int, environment: dict[str, str], *words: str) -> None:
    process = start(environment, *words)
    assert process.stdout
    try:
        while times:
            said = process.stdout.readline()
            assert said, "the import ended by itself"
            times -= said.startswith(line)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_import_goes_on_and_ends_as_one_that_was_not(kind: str, tmp_path: Path) -> None:
    path, rejects = export(tmp_path), tmp_path / "rejects.csv"
    import_it = ("run", str(path), str(rejects))
    with scratch_database(kind, tmp_path) as environment:
        batches = 0
        for line, times in KILLS:
            killed_at(line, times, environment, *import_it)
            batches += times if line == "committed" else times - 1
            half = json.loads(finished(environment, "count")[0])
            assert half["lines"] == ([1 + 50 * batches] if batches else [0]), "what was not committed is not there"
            assert half["needs"] == half["said"] == half["events"] == 45 * batches
        said = finished(environment, *import_it)
        assert said[1] == "committed 50", "it went on where it had stopped"
        assert len(said) == 2 * (ROWS // 50 - batches) + 1
        assert json.loads(said[-1]) == [ROWS - len(BAD), 0, len(BAD)]
        whole = json.loads(finished(environment, "count")[0])
        assert json.loads(finished(environment, *import_it[:2], str(tmp_path / "more.csv"))[-1]) == [
            *(0, ROWS - len(BAD), len(BAD))
        ]
        assert json.loads(finished(environment, "count")[0]) == whole, "again adds nothing"
    needs = ROWS - len(BAD)
    expected = {"needs": needs, "numbers": needs, "said": needs, "events": needs, "types": 5, "offers": 5}
    assert whole == expected | {"units": 5 * 4 * needs // 5, "lines": []}
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [int(row["Unique Key"]) for row in csv.DictReader(file)] == list(BAD)
