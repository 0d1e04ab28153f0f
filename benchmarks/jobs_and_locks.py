"""Jobs under kill -9, and sixteen writers at once, in full size.

Run: ``.venv/bin/python benchmarks/jobs_and_locks.py [jobs] [seconds]`` (2000 jobs, 8 s; about 6 minutes). With
``LACARTE_TEST_POSTGRES`` set, on PostgreSQL too. The peer of the fair lock is Django's own SQLite backend with
WAL, immediate transactions and a busy time-out of 30 s, in the same run.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]

from tests.kernel.crash.scratch import Contention, contend, crash, scratch_database  # noqa: E402

WRITERS = 16


def killed(kind: str, jobs: int) -> None:
    """Two workers, one killed every 0.4 to 1.0 s, until all jobs are done."""
    with tempfile.TemporaryDirectory() as home, scratch_database(kind, Path(home)) as environment:
        found = crash(environment, jobs, seed=7, limit_seconds=jobs)
    print(
        f"{kind:<28} {jobs} jobs in {found.seconds:.0f} s, {found.kills} kills, "
        f"{found.interrupted} jobs hit alone and {found.interrupted_together} together, "
        f"{found.lost} lost, {found.doubled} doubled",
        flush=True,
    )


def crowded(what: str, kind: str, seconds: float, settings: str = "lacarte.site.settings") -> Contention:
    """Sixteen writers, each as fast as it can."""
    with tempfile.TemporaryDirectory() as home, scratch_database(kind, Path(home)) as environment:
        found = contend(environment | {"DJANGO_SETTINGS_MODULE": settings}, WRITERS, seconds)
    print(
        f"{what:<28} {found.commits_per_second:6.0f} commits/s, worst wait {found.worst_seconds:5.2f} s, "
        f"least served {found.least_commits} commits, {found.failures} failures",
        flush=True,
    )
    return found


def main(jobs: int, seconds: float) -> None:
    """Run everything and print the ratio to the peer."""
    kinds = ["sqlite", *(["postgresql"] if os.environ.get("LACARTE_TEST_POSTGRES") else [])]
    for kind in kinds:
        killed(kind, jobs)
    ours = {kind: crowded(kind, kind, seconds) for kind in kinds}["sqlite"]
    peer = crowded("peer: Django's SQLite, tuned", "sqlite", seconds, "tests.kernel.crash.without_fair_lock")
    print(f"ratio to the peer: worst wait {ours.worst_seconds / peer.worst_seconds:.3f}, ", end="")
    print(f"commits {ours.commits_per_second / peer.commits_per_second:.3f}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(int(arguments[0]) if arguments else 2000, float(arguments[1]) if arguments[1:] else 8)
