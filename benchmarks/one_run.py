"""One solver on one problem in a process of its own: what it took, under limits. ``matching.py`` starts these.

Everybody is given a small problem first, so that imports and compiling (cached on disk) are not counted. Then the
problem is read, and time, CPU time and memory above it are measured.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from instances import instance
from peers import SOLVERS, NoAnswerError

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, certify, solve
from lacarte.engines.matching.baselines import first_come_first_served, greedy_by_priority
from lacarte.engines.matching.certify import evaluate

#: Beside the solvers: the table of what cities do, and the time of a certificate and of one pass over all arcs.
FACTS = "facts"


def keep(p: Problem, folder: Path) -> None:
    """Write the arrays of ``p``, one file each."""
    for name, values in vars(p).items():
        if name in Problem.__dataclass_fields__ and values is not None:
            np.save(folder / f"{name}.npy", values)


def kept(folder: Path) -> Problem:
    """Read them back."""
    return Problem(**{path.stem: np.load(path) for path in folder.glob("*.npy")})


def run(name: str, folder: Path, seconds: int, gigabytes: float) -> dict[str, Any]:
    """What the solver reached and took, or ``failed`` and why; past ``seconds`` the process is killed."""
    call = facts if name == FACTS else SOLVERS[name].call
    _warm(call)
    problem = kept(folder)
    if name in SOLVERS and (needs := SOLVERS[name].memory(problem)) > gigabytes:
        return {"failed": f"needs about {needs:,.0f} GB"}
    _ = problem.penalty  # worked out once for everybody
    _limit_memory(gigabytes)
    before = _memory(forget=True)
    signal.alarm(seconds)
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        found: Any = call(problem)
    except (NoAnswerError, ImportError, MemoryError, ValueError, RuntimeError) as error:
        return {"failed": f"{type(error).__name__} {error}".strip()[:50]}
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "memory": _memory() - before}
    signal.alarm(0)
    return {**took, **found} if name == FACTS else {**took, **_judged(problem, found)}


def facts(p: Problem) -> dict[str, Any]:
    """The certificate and its time, the time to stream all arcs once, and whom cities serve today."""
    result = solve(p)
    gap, certifying = _best_of(3, lambda: certify(p, result).gap)
    stream = _bound.compiled if compiling.available() else _bound
    bound, streaming = _best_of(
        5, lambda: int(stream(p.candidate_start, p.candidate_offer, p.candidate_cost, result.price, p.penalty))
    )
    assert bound - int(result.price @ p.capacity.astype(np.int64)) == result.bound
    people = {
        "first come first served": first_come_first_served(p, 1),
        "greedy by class": greedy_by_priority(p, 1),
        "lacarte": result.assignment,
    }
    return {
        "solver": result.solver,
        "gap": gap,
        "relative_gap": gap / max(result.cost, 1),
        "certify": certifying,
        "stream": streaming,
        "asked": np.bincount(p.priority_class).tolist(),
        "people": {name: _judged(p, assignment) for name, assignment in people.items()},
    }


def _judged(p: Problem, assignment: npt.NDArray[Any]) -> dict[str, Any]:
    """Objective, cost, and people served by class; refuses what breaks a capacity or is no candidate."""
    given = np.asarray(assignment).astype(np.int32)
    if (np.bincount(given[given >= 0], minlength=len(p.capacity)) > p.capacity).any():
        raise ValueError("an offer serves more needs than it has capacity")
    cost, objective = evaluate(p, given)
    classes = int(p.priority_class.max(initial=0)) + 1
    served = np.bincount(p.priority_class[given >= 0], minlength=classes).tolist()
    return {"objective": objective, "cost": cost, "served": served}


def _warm(call: Callable[[Problem], Any]) -> None:
    """Import and compile."""
    usual, compiling.COMPILE_FROM = compiling.COMPILE_FROM, 0
    try:
        call(instance(60, 10))
    except ImportError:
        pass  # said when it is called in earnest
    finally:
        compiling.COMPILE_FROM = usual


def _memory(forget: bool = False) -> float:
    """The most memory the process has had, in GB; since now, with ``forget``, where the system can."""
    try:
        if forget:
            Path("/proc/self/clear_refs").write_text("5")
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**20
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _limit_memory(gigabytes: float) -> None:
    """So much more than what is taken now."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + int(gigabytes * 2**30), resource.RLIM_INFINITY))


def _best_of(times: int, work: Callable[[], int]) -> tuple[int, float]:
    """What ``work`` returns, and the least CPU seconds that it took."""
    best = np.inf
    for _ in range(times):
        begin = time.process_time()
        value = work()
        best = min(best, time.process_time() - begin)
    return value, float(best)


@compiling.kernel
def _bound(start, offer, cost, price, penalty):  # type: ignore[no-untyped-def]
    """What all needs pay at least: one pass over all arcs."""
    total = 0
    for i in range(len(penalty)):
        best = penalty[i]
        for a in range(start[i], start[i + 1]):
            best = min(best, cost[a] + price[offer[a]])
        total += best
    return total


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))))
