"""Workers are killed and writers crowd: nothing is lost, nothing is done twice, nobody is locked out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernel.crash.scratch import KINDS, contend, crash, scratch_database, script, start

pytestmark = pytest.mark.once


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("count", "least_kills"), [(300, 5), pytest.param(2000, 40, marks=pytest.mark.crash)], ids=["short", "full"]
)
def test_killed_workers_lose_nothing_and_double_nothing(
    kind: str, count: int, least_kills: int, tmp_path: Path
) -> None:
    with scratch_database(kind, tmp_path) as environment:
        found = crash(environment, count, seed=7, limit_seconds=count / 2 + 60)
    assert (found.lost, found.doubled) == (0, 0)
    assert found.kills >= least_kills
    assert found.interrupted + found.interrupted_together > 0, "no kill hit running jobs: this showed nothing"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seconds", [2, pytest.param(8, marks=pytest.mark.crash)], ids=["short", "full"])
def test_sixteen_writers_are_all_served(kind: str, seconds: int, tmp_path: Path) -> None:
    with scratch_database(kind, tmp_path) as environment:
        found = contend(environment, writers=16, seconds=seconds)
    assert found.failures == 0
    assert found.least_commits > 0
    assert found.worst_seconds < 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_six_processes_never_take_more_than_there_is(kind: str, tmp_path: Path) -> None:
    with scratch_database(kind, tmp_path) as environment:
        script("lot", environment, "200")
        takers = [start(part, environment) for part in ("grab", "grab_many") * 3]
        assert sum(int(taker.communicate(timeout=120)[0]) for taker in takers) == 200
        assert script("taken", environment) == "200 0"
