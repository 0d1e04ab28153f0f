"""Workers are killed and writers crowd: nothing is lost, nothing is done twice, nobody is locked out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kernel.crash.scratch import kill_workers_until_done, scratch_database, script, start

KINDS = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=pytest.mark.skipif(
            "LACARTE_TEST_POSTGRES" not in os.environ, reason="LACARTE_TEST_POSTGRES is not set"
        ),
    ),
]
# The suite runs once for each database; these tests choose theirs and need run in one of them only.
pytestmark = pytest.mark.skipif("LACARTE_DATABASE" in os.environ, reason="ran with the SQLite suite")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("count", "least_kills"), [(150, 2), pytest.param(2000, 20, marks=pytest.mark.crash)], ids=["short", "full"]
)
def test_killed_workers_lose_nothing_and_double_nothing(
    kind: str, count: int, least_kills: int, tmp_path: Path
) -> None:
    with scratch_database(kind, tmp_path) as environment:
        script("fill", environment, str(count))
        kills = kill_workers_until_done(environment, count, seed=7, limit_seconds=count / 2 + 60)
        assert script("effects", environment) == f"{count} {count}"
        print(f"{kind}: {count} jobs, {kills} kills, 0 lost, 0 doubled")
        assert kills >= least_kills


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seconds", [2, pytest.param(8, marks=pytest.mark.crash)], ids=["short", "full"])
def test_sixteen_writers_are_all_served(kind: str, seconds: int, tmp_path: Path) -> None:
    with scratch_database(kind, tmp_path) as environment:
        writers = [start("write", environment, str(seconds)) for _ in range(16)]
        figures = [writer.communicate(timeout=120)[0].split() for writer in writers]
        written = [int(count) for count, _, _ in figures]
        worst = max(float(wait) for _, wait, _ in figures)
        print(f"{kind}: {sum(written) / seconds:.0f} commits/s, worst wait {worst:.2f} s, least {min(written)}")
        assert sum(int(failed) for *_, failed in figures) == 0
        assert min(written) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_six_processes_never_take_more_than_there_is(kind: str, tmp_path: Path) -> None:
    with scratch_database(kind, tmp_path) as environment:
        script("lot", environment, "200")
        takers = [start("grab", environment) for _ in range(6)]
        assert sum(int(taker.communicate(timeout=120)[0]) for taker in takers) == 200
        assert script("taken", environment) == "200 0"
