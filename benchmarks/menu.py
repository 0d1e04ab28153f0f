"""What the menu promises of its speed: one table of goals, after the tables of which its figures are.

Run: ``.venv/bin/python benchmarks/menu.py [offers] [orders]`` (50,000 and 1,000,000; a quarter of an hour), with
``LACARTE_DATABASE=postgresql://…`` for PostgreSQL. Every part is a benchmark of its own with its peers, run in a
process and an installation of its own, one after the other: the personal list, the search, the directory in its
two standards, the list of orders. The goals are of the clock; on a machine with other work the clock says little,
so the time of the process alone stands beside it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Goal:
    """A figure of a benchmark: the line that it is in, what it may be at most, and its unit."""

    name: str
    line: str  # a regular expression with the groups "clock" and "own"
    most: float
    unit: str = "ms"


def row_of(name: str, clock: int, own: int) -> str:
    """A line of a table that begins with ``name``, whose numbers have these places."""
    columns = max(clock, own) + 1
    named = {clock: "clock", own: "own"}
    numbers = r"\s+".join(rf"(?P<{named[at]}>[\d.]+)" if at in named else r"[\d.]+" for at in range(columns))
    return rf"^{re.escape(name)}.*?\s{numbers}"


_OWN_CLOCK = r"CPU p50 +[\d.]+ p99 +(?P<own>[\d.]+); clock p50 +[\d.]+ p99 +(?P<clock>[\d.]+)"
_OF_ORDERS = r": \d+ +CPU p50 +(?P<own>[\d.]+) +clock p50 +(?P<clock>[\d.]+)"
GOALS: dict[str, tuple[Goal, ...]] = {
    "personal_list.py": (
        Goal("personal list, p99", f"^list: {_OWN_CLOCK}", 30),
        Goal("personal list, free within 3 days, p99", f"^free within 3 days: {_OWN_CLOCK}", 30),
    ),
    "menu_search.py": (Goal("search, p99", row_of("lacarte ", 1, 3), 5),),
    "directory.py": (
        Goal("HSDS, a page of 100 full services", row_of("HSDS, a page of 100 ", 0, 1), 0.02, "s"),
        Goal("HSDS, export and validation", row_of("HSDS, export of", 0, 1), 2, "s"),
        Goal("HSDS, export and validation, nothing kept", row_of("HSDS, export, nothing kept", 0, 1), 2, "s"),
        Goal("CPSV-AP, export and validation", row_of("CPSV-AP, export of", 0, 1), 10, "s"),
    ),
    "orders_listed.py": (
        Goal("100 orders, seen by an official of all, p50", f"^an official of all{_OF_ORDERS}", 15),
        Goal("100 orders, of one district, p50", rf"^of one of \d+ districts{_OF_ORDERS}", 15),
        Goal("100 orders, of one provider, p50", rf"^a member of one of \d+ providers{_OF_ORDERS}", 15),
    ),
}


def output_of(script: str, *arguments: str) -> str:
    """What a benchmark prints, shown while it does. Raises ``CalledProcessError``."""
    printed = []
    command = [sys.executable, str(FOLDER / script), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"  {line}", end="", flush=True)
            printed.append(line)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return "".join(printed)


def told(goal: Goal, printed: str) -> str:
    """A line of the table of goals."""
    found = re.search(goal.line, printed, re.MULTILINE)
    if found is None:
        return f"{goal.name:<46} not measured"
    clock, own = float(found["clock"]), float(found["own"])
    kept = "kept" if clock <= goal.most else "not kept"
    return f"{goal.name:<46} {clock:9.4g} {own:9.4g} {goal.most:9.4g} {goal.unit:<3} {kept}"


def main(offers: str, orders: str) -> None:
    """All of them."""
    sizes = {"orders_listed.py": orders}
    lines = []
    for script, goals in GOALS.items():
        print(f"{script} {sizes.get(script, offers)}", flush=True)
        printed = output_of(script, sizes.get(script, offers))
        lines += [told(goal, printed) for goal in goals]
    print(f"\n{'':<46} {'clock':>9} {'own':>9} {'goal':>9}")
    print("\n".join(lines))


if __name__ == "__main__":
    main(*[*sys.argv[1:], *("50000", "1000000")[len(sys.argv) - 1 :]])
