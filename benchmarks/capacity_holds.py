"""Holds under kill -9 in full size, and their speed against bare commits of the same rows.

Run: ``.venv/bin/python benchmarks/capacity_holds.py [operations] [seconds] [sqlite|postgresql]`` (100000, 8, both;
some minutes for each database). PostgreSQL is tried where ``LACARTE_TEST_POSTGRES`` is set. Four processes hold,
confirm, give back, move, extend and expire at random on 20 lots of 25 units, fifty times one of them is killed,
and a fifth looks for overbooked lots all the while. What each wrote down is compared with the database at the end.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]

from tests.kernel.crash.scratch import scratch_database  # noqa: E402
from tests.registers.crash.churning import FAULTS, at_full_speed, churn  # noqa: E402


def killed(kind: str, operations: int, seconds: float) -> bool:
    """Do it on one kind of database; returns whether all is as it must be."""
    with tempfile.TemporaryDirectory() as folder, scratch_database(kind, home := Path(folder)) as environment:
        found = churn(environment, home, operations, every=operations // 50)
        ours, bare = at_full_speed(environment, home, seconds)
    figures = found.figures
    print(
        f"{kind}: {figures['operations']:,} operations in {found.seconds:.0f} s with {found.kills} kills; "
        f"{figures['unfinished']} broke off, {figures['refused']:,} were refused, {figures['holds']:,} holds",
        flush=True,
    )
    print(f"  {found.looks:,} looks meanwhile found {found.overbooked_meanwhile} overbooked lots; in the end:")
    print("  " + ", ".join(f"{name.replace('_', ' ')} {figures[name]}" for name in FAULTS))
    print(
        f"  without kills {ours:,.0f} operations/s; bare commits {bare:,.0f}/s; ratio {ours / bare:.2f}",
        flush=True,
    )
    return not found.wrong


def main(operations: int, seconds: float, *kinds: str) -> None:
    """Run it on each database there is; exits with 1 where a unit was given twice or lost."""
    all_kinds = ["sqlite", *(["postgresql"] if os.environ.get("LACARTE_TEST_POSTGRES") else [])]
    well = [killed(kind, operations, seconds) for kind in kinds or all_kinds]
    sys.exit(0 if all(well) else 1)


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(int(given.get(0, 100_000)), float(given.get(1, 8)), *sys.argv[3:])
