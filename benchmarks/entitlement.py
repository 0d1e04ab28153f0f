"""Decision tables: one person before 500 of them, a million before 50, and the same rules by hand in numpy.

Run: ``.venv/bin/python benchmarks/entitlement.py [share]``; ``share`` (1 unless given) scales how many persons
there are. Tables and persons are drawn with seeds. The peer is what a programmer would write for the same tables:
for each row its comparisons, for all persons at once, and ``numpy.select`` over them; it knows nothing of facts
that are not known, so that it is compared where all are known, and its answers have to be the same. So it is with
OpenFisca, whose variables are written as those rules are.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "src")]

from benchmarks.drawn_tables import (  # noqa: E402
    FLAGS,
    HOME,
    HOMES,
    NUMBERS,
    ROWS,
    by_hand,
    drawn_people,
    drawn_table,
)
from benchmarks.openfisca_peer import decide_by_openfisca, system  # noqa: E402
from benchmarks.timing import milliseconds  # noqa: E402

from lacarte.engines.rules import Batch, Compiled, Known, compile_table, decide, questions  # noqa: E402

PEOPLE, TOGETHER, CHUNK = 1_000_000, 50, 16_384
SERVICES, ALONE = 500, 400
UNKNOWN = 0.3


def one_person() -> None:
    """Each time another person, 500 tables, in the request; and the question that would settle most."""
    rng = np.random.default_rng(1)
    start = time.process_time()
    tables = [compile_table(drawn_table(rng, f"service {n}")) for n in range(SERVICES)]
    print(
        f"{SERVICES} tables of {ROWS} rows read in {(time.process_time() - start) * 1000:.0f} ms of CPU",
        flush=True,
    )
    _asked(tables, "")
    # What lives as long as the process need not be looked through for garbage in the middle of a request.
    gc.collect()
    gc.freeze()
    _asked(tables, ", asked before and frozen")


def _asked(tables: list[Compiled], how: str) -> None:
    names = [*NUMBERS, *FLAGS, HOME]
    rng = np.random.default_rng(len(how))
    for known in (0, 3, 7, 13):
        people = iter([_somebody(rng, rng.choice(names, known, replace=False).tolist()) for _ in range(ALONE)])
        settled = []

        def answered(people: Iterator[dict[str, Known]] = people, settled: list[int] = settled) -> None:
            facts = next(people)
            decisions = [decide(table, facts) for table in tables]
            questions(decisions)
            settled.append(sum(one.settled for one in decisions))

        cpu, wall = milliseconds(answered, ALONE)
        print(
            f"one person, {known:>2} of {len(names)} facts known{how}: CPU p50 {np.percentile(cpu, 50):.1f} ms, "
            f"p99 {np.percentile(cpu, 99):.1f} ms; by the clock p50 {np.percentile(wall, 50):.1f} ms, "
            f"p99 {np.percentile(wall, 99):.1f} ms; {np.mean(settled) / len(tables):.0%} settled",
            flush=True,
        )


def _somebody(rng: np.random.Generator, names: list[str]) -> dict[str, Known]:
    facts: dict[str, Known] = {}
    for name in names:
        if name in NUMBERS:
            facts[name] = float(rng.integers(0, NUMBERS[name]))
        else:
            facts[name] = HOMES[rng.integers(4)] if name == HOME else bool(rng.integers(2))
    return facts


def _tables() -> list[Compiled]:
    rng = np.random.default_rng(2)
    return [compile_table(drawn_table(rng, f"table {n}")) for n in range(TOGETHER)]


def half(work: tuple[int, int, float, str]) -> tuple[float, float, int, int]:
    """CPU seconds, peak memory in MiB, what was settled, and the sum of the rows that decide, of some persons.

    Persons are drawn chunk by chunk, which is not counted, so that memory is that of the work.
    """
    first, count, unknown, how = work
    tables = _tables()
    batch, rules = Batch(tables), system(tables)
    seconds, settled, hits = 0.0, 0, 0
    for start in range(first, first + count, CHUNK):
        size = min(CHUNK, first + count - start)
        columns = drawn_people(np.random.default_rng([3, start]), size, unknown)
        began = time.process_time()
        if how == "by hand":
            facts = {name: column.low for name, column in columns.items()}
            hits += sum(int(by_hand(table.table, facts).sum()) for table in tables)
        elif how == "OpenFisca":
            hits += decide_by_openfisca(rules, columns, size)
        else:
            for found in batch.decide(columns, size):
                settled += int(found.settled.sum())
                hits += int(found.hit.sum())
        seconds += time.process_time() - began
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, settled, hits


def many_people(people: int) -> None:
    """Two processes, each with its half."""
    spent: dict[str, float] = {}
    answers: dict[str, int] = {}
    for name, how, unknown in (
        ("by hand, all known", "by hand", 0.0),
        ("OpenFisca, all known", "OpenFisca", 0.0),
        ("tables, all known", "tables", 0.0),
        (f"tables, {UNKNOWN:.0%} of facts unknown", "tables", UNKNOWN),
    ):
        cut = people // 2 // CHUNK * CHUNK
        work = [(0, cut, unknown, how), (cut, people - cut, unknown, how)]
        start = time.perf_counter()
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(half, work))
        wall = time.perf_counter() - start
        spent[name], answers[name] = sum(part[0] for part in parts), sum(part[3] for part in parts)
        memory, share = max(part[1] for part in parts), sum(part[2] for part in parts) / people / TOGETHER
        print(
            f"{people:,} persons x {TOGETHER} tables, {name:<33} {spent[name]:6.1f} CPU s, {wall:5.1f} s by the "
            f"clock on two processes with drawing, peak {memory:.0f} MiB each"
            + (f", {share:.0%} settled" if how == "tables" else ""),
            flush=True,
        )
    hand, law, ours, unsure = spent.values()
    same = len({*list(answers.values())[:3]}) == 1
    print(f"ratio to the rules by hand, all known: {ours / hand:.2f}; much not known: {unsure / hand:.2f}")
    print(f"ratio to OpenFisca, all known: {ours / law:.2f}")
    print(f"the rows that decide are {'the same' if same else 'NOT the same'} by hand and by OpenFisca")


if __name__ == "__main__":
    one_person()
    many_people(int(PEOPLE * float(sys.argv[1] if len(sys.argv) > 1 else 1)))
