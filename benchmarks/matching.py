"""The matching engine beside every solver that a city would otherwise pick: time, memory, proof, people served.

Run: ``.venv/bin/python benchmarks/matching.py [--sizes 10k 100k 1m 1m-50k 5m] [--peers NAME ...] [--seconds 300]
[--memory 12] [--stress]``. Everybody gets the same seeded instances (``instances.py``), each in a process of its
own with a limit on wall time and memory; not to finish is a result. Ratios are of CPU seconds: they stand on a
shared machine too. Memory is the peak above the problem itself, which all are given. ``--stress`` times the
hard families of the tests instead. Peers: ``pip install highspy pot pylmcf scipy``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from instances import instance  # noqa: E402
from one_run import FACTS, keep  # noqa: E402
from peers import SOLVERS  # noqa: E402
from tests.engines.stress import FAMILIES  # noqa: E402

from lacarte.engines.matching import Problem  # noqa: E402

SIZES = {
    "10k": (10_000, 1_000),
    "100k": (100_000, 10_000),
    "1m": (1_000_000, 10_000),
    "1m-50k": (1_000_000, 50_000),
    "5m": (5_000_000, 50_000),
}
OURS, OURS_EXACT, ORACLE = "lacarte", "lacarte, gap 0", "OR-Tools flow"
Outcome = dict[str, Any]


@dataclass(frozen=True)
class Runs:
    """Runs on the problem kept in ``folder``, with limits on each."""

    folder: Path
    seconds: int
    gigabytes: float

    def of(self, name: str) -> Outcome:
        """What ``name`` reached and took, or ``failed`` and why."""
        if sys.stderr.isatty():
            print(f"  {name} …", end="\r", file=sys.stderr, flush=True)
        command = [sys.executable, str(ROOT / "benchmarks" / "one_run.py"), name, str(self.folder)]
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "benchmarks")])
        done = subprocess.run(
            [*command, str(self.seconds), str(self.gigabytes)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
            check=False,
        )
        if done.returncode == 0:
            outcome: Outcome = json.loads(done.stdout.splitlines()[-1])
            return outcome
        if done.returncode == -signal.SIGALRM:
            return {"failed": f"did not finish in {self.seconds} s"}
        return {"failed": f"died ({done.returncode}): {(done.stderr.strip().splitlines() or [''])[-1][:50]}"}


def compare(runs: Runs, names: Sequence[str]) -> None:
    """One line a solver. What lies above the least objective is how far from the optimum it stopped."""
    print(f"{'':<22}{'wall s':>9}{'CPU s':>9}{'GB':>7}{'served':>11}{'above least':>13}{'CPU / ours':>12}")
    ours: Outcome = {}
    least = None
    for name in names:
        outcome = runs.of(name)
        if name == OURS:
            ours = outcome
        if "failed" in outcome:
            print(f"{name:<22}  {outcome['failed']}", flush=True)
            continue
        least = min(least, outcome["objective"]) if least is not None else outcome["objective"]
        ratio = f"{outcome['cpu'] / ours['cpu']:.1f}" if "cpu" in ours else ""
        print(
            f"{name:<22}{outcome['wall']:>9.2f}{outcome['cpu']:>9.2f}{outcome['memory']:>7.2f}"
            f"{sum(outcome['served']):>11,}{outcome['objective'] - least:>13,}{ratio:>12}",
            flush=True,
        )
    show_facts(runs.of(FACTS), ours)


def show_facts(found: Outcome, ours: Outcome) -> None:
    """The certificate, the distance from the hardware, and what a city does today."""
    if "failed" in found:
        print(f"the certificate and today's practice: {found['failed']}")
        return
    million = found["certify"] / sum(found["asked"]) * 1e6
    print(
        f"certificate of {found['solver']}: gap {found['gap']} ({found['relative_gap']:.1e} of the cost); ", end=""
    )
    print(f"checked in {found['certify']:.3f} CPU s, {million:.3f} per million needs")
    print(f"all arcs streamed once, by one thread: {found['stream']:.3f} CPU s", end="")
    print(f"; the solver takes {ours['cpu'] / found['stream']:.0f} times that" if "cpu" in ours else "")
    classes = "".join(f"{f'class {number}':>11}" for number in range(len(found["asked"])))
    print(f"{'people served':<24}{classes}{'all':>11}{'cost each':>11}")
    for name, people in found["people"].items():
        show_people(name, people["served"], f"{people['cost'] / max(sum(people['served']), 1):.0f}")
    show_people("who asked", found["asked"], "")


def show_people(name: str, counts: Sequence[int], each: str) -> None:
    """One line of people by class."""
    print(f"{name:<24}{''.join(f'{count:>11,}' for count in (*counts, sum(counts)))}{each:>11}", flush=True)


def sizes(names: Sequence[str], peers: Sequence[str] | None, limits: tuple[int, float]) -> None:
    """Everybody on each size; the largest is for ours alone unless peers are named."""
    for size in names:
        n, k = SIZES[size]
        with tempfile.TemporaryDirectory() as folder:
            problem = instance(n, k)
            keep(problem, Path(folder))
            print(f"\n{n:,} needs x {k:,} offers, {len(problem.candidate_offer):,} arcs", flush=True)
            del problem
            others = list(SOLVERS)[2:] if size != "5m" else []
            compare(Runs(Path(folder), *limits), [OURS, OURS_EXACT, *(others if peers is None else peers)])


def stress(size: str, limits: tuple[int, float]) -> None:
    """Ours and OR-Tools on each hard family made of the instance of ``size``: CPU seconds and their ratio."""
    base = instance(*SIZES[size])
    print(f"\n{'family':<26}{'arcs':>12}{'ours':>9}{'gap 0':>9}{ORACLE:>15}{'ratio':>8}   optimum")
    for name, family in FAMILIES.items():
        with tempfile.TemporaryDirectory() as folder:
            problem = family(base)
            keep(problem, Path(folder))
            show_family(name, problem, Runs(Path(folder), *limits))


def show_family(name: str, problem: Problem, runs: Runs) -> None:
    """One line."""
    ours, exact, oracle = (runs.of(solver) for solver in (OURS, OURS_EXACT, ORACLE))
    line = f"{name:<26}{len(problem.candidate_offer):>12,}"
    for outcome, width in ((ours, 9), (exact, 9), (oracle, 15)):
        line += f"{outcome['cpu']:>{width}.2f}" if "cpu" in outcome else f"{'–':>{width}}"
    line += f"{oracle['cpu'] / ours['cpu']:>8.1f}" if "cpu" in ours and "cpu" in oracle else f"{'–':>8}"
    failed = "; ".join(outcome["failed"] for outcome in (ours, exact, oracle) if "failed" in outcome)
    same = "the same" if exact.get("objective") == oracle.get("objective") else "NOT THE SAME"
    print(f"{line}   {failed or same}", flush=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["10k", "100k"])
    parser.add_argument("--peers", nargs="*", choices=list(SOLVERS)[2:], metavar="NAME", help=", ".join(SOLVERS))
    parser.add_argument("--seconds", type=int, default=300, help="wall time that each may take")
    parser.add_argument(
        "--memory", type=float, default=12.0, help="gigabytes above the problem that each may take"
    )
    parser.add_argument("--stress", action="store_true", help="the hard families, at the first of the sizes")
    options = parser.parse_args()
    limits = options.seconds, options.memory
    if options.stress:
        stress(options.sizes[0], limits)
    else:
        sizes(options.sizes, options.peers, limits)


if __name__ == "__main__":
    main()
