"""OR-tools' min-cost flow here, or in a process of its own that can be stopped.

OR-tools works in C++ and lets nothing else run meanwhile, no thread and no Ctrl-C. Small networks take a moment
and are solved here; large ones by this file run as a program, which knows nothing of Lacarte.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np
import numpy.typing as npt

__all__ = ["APART_FROM", "solved"]

Array = npt.NDArray[Any]
#: From this many arcs on (half a second of work) another process is worth its start (some 0.15 s).
APART_FROM = 2**19
#: Seconds between two questions whether to go on.
_PATIENCE = 0.1
#: What ends a process that has done nothing wrong, most often.
_SHORT = "perhaps for lack of memory; try again with fewer needs or candidates, or with more memory"
#: Tails, heads, capacities, costs and supplies, as they are sent.
_KINDS = (np.int32, np.int32, np.int64, np.int64, np.int64)


def solved(network: tuple[Array, ...], watch: Callable[[], None]) -> npt.NDArray[np.int64]:
    """``int64[arcs]``: the cheapest flows of a network: tails, heads, capacities and costs of arcs, and supplies.

    ``watch`` is called now and then while another process works; that ends when it raises, and so does Ctrl-C.
    Raises ``ValueError`` where there is no such flow, OR-tools cannot count that far, or the process was ended.
    """
    sent = [np.ascontiguousarray(array, dtype=kind) for array, kind in zip(network, _KINDS, strict=True)]
    if len(sent[0]) < APART_FROM or not sys.executable:
        return _solved_here(sent)
    with TemporaryFile() as given:  # a pipe would have to be filled while the other one is watched
        for array in (np.array([len(array) for array in sent], dtype=np.int64), *sent):
            given.write(array.data)
        given.seek(0)
        code, answer, said = _solved_apart(given, watch)
    if code != 0:
        _, known, words = said.decode(errors="replace").strip().rpartition("ValueError: ")
        raise ValueError(words if known else f"the flow solver's process ended with code {code}, {_SHORT}")
    return np.frombuffer(answer, dtype=np.int64)


def _solved_apart(given: IO[bytes], watch: Callable[[], None]) -> tuple[int, bytes, bytes]:
    """How another process ended that read ``given``, and what it wrote on its two outputs."""
    # A process group of its own: Ctrl-C in a terminal reaches this process only, which then ends the other.
    with subprocess.Popen(  # noqa: S603 (ourselves)
        [sys.executable, "-P", __file__], stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        process_group=0,
    ) as process:  # fmt: skip
        try:
            while True:
                try:
                    answer, said = process.communicate(timeout=_PATIENCE)
                    return process.returncode, answer, said
                except subprocess.TimeoutExpired:
                    watch()
        except BaseException:
            process.kill()
            process.wait()
            raise


def _solved_here(network: list[Array]) -> npt.NDArray[np.int64]:
    from ortools.graph.python import min_cost_flow

    *arcs, supplies = network
    solver = min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(*arcs)
    solver.set_nodes_supplies(np.arange(len(supplies), dtype=np.int32), supplies)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise ValueError(f"the flow solver gave up ({status}); check the sizes of costs and capacities")
    return np.asarray(solver.flows(numbers), dtype=np.int64)


def _answer() -> None:
    """Read a network, write its flows."""
    given = sys.stdin.buffer
    sizes = np.frombuffer(given.read(8 * len(_KINDS)), dtype=np.int64).tolist()
    network = [
        np.frombuffer(given.read(size * np.dtype(kind).itemsize), dtype=kind)
        for size, kind in zip(sizes, _KINDS, strict=True)
    ]
    sys.stdout.buffer.write(_solved_here(network).data)


if __name__ == "__main__":
    _answer()
