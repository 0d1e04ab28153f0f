"""OR-tools in a process of its own: the same answers, and it can be stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from lacarte.engines.matching import certify, flow_process, solve
from lacarte.engines.matching.baselines import in_turn
from lacarte.engines.matching.flow import cheapest_flows, flow
from tests.engines.small import problem

SMALL = problem([[(0, 5), (1, 9)], [(0, 1)], [(1, 2), (0, 4)]], capacity=[1, 1], classes=[0, 0, 1])


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small it is."""
    monkeypatch.setattr(flow_process, "APART_FROM", 0)


@pytest.fixture
def endless(apart: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """OR-tools that never comes to an end; the file in which its process writes its number."""
    program = tmp_path / "endless.py"
    program.write_text(
        f"import os, pathlib, time\npathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    monkeypatch.setattr(flow_process, "__file__", str(program))
    return tmp_path / "pid"


def test_another_process_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    here = flow(SMALL)
    monkeypatch.setattr(flow_process, "APART_FROM", 0)
    assert flow(SMALL).tolist() == here.tolist()
    assert certify(SMALL, solve(SMALL)).gap == 0


def test_it_is_asked_often_whether_to_go_on_and_loses_nothing(
    apart: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = problem([[(i % 7, i), (i % 5, 9)] for i in range(3000)], capacity=[400] * 7, classes=[0] * 3000)
    here = solve(many, solver="auction", tolerance=0)
    monkeypatch.setattr(flow_process, "_PATIENCE", 0.001)
    asked: list[str] = []
    found = solve(many, solver="flow", progress=lambda what, _: asked.append(what))
    assert (found.objective, found.gap) == (here.objective, 0)
    assert len(asked) > 10


@pytest.mark.parametrize("supplies", [[2, -2], [1, -2]])
@pytest.mark.parametrize("least", [0, 2**40])
def test_what_cannot_be_solved_is_said_in_the_same_words(
    supplies: list[int], least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_process, "APART_FROM", least)
    one = np.ones(1, dtype=np.int64)
    with pytest.raises(ValueError, match=r"^the flow solver gave up \(.*\); check the sizes of costs"):
        cheapest_flows(tails=one * 0, heads=one, capacities=one, costs=one, supplies=np.array(supplies))


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "raise MemoryError"])
def test_a_process_that_was_ended_is_told_in_words(
    end: str, apart: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ended.py").write_text(f"import os\n{end}\n")
    monkeypatch.setattr(flow_process, "__file__", str(tmp_path / "ended.py"))
    with pytest.raises(
        ValueError, match=r"^the flow solver's process ended with code -?\d+, perhaps for lack of memory"
    ):
        flow(SMALL)


def test_ctrl_c_ends_it_at_once(endless: Path) -> None:
    def press() -> None:
        while not endless.exists() or not endless.read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    began = time.monotonic()
    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt):
        solve(SMALL, solver="flow")
    assert time.monotonic() - began < 20
    with pytest.raises(ProcessLookupError):
        os.kill(int(endless.read_text()), 0)


def test_who_asks_it_to_stop_gets_what_turns_give_with_its_certificate(endless: Path) -> None:
    heard: list[str] = []

    def enough(what: str, epsilon: float) -> None:
        heard.append(what)
        if len(heard) > 1:
            raise KeyboardInterrupt

    found = solve(SMALL, solver="flow", progress=enough)
    assert found.assignment.tolist() == in_turn(SMALL, np.arange(3)).tolist()
    assert heard == ["min-cost flow", "min-cost flow"]
    assert found.solver.endswith(", stopped")
    assert certify(SMALL, found).gap == found.gap > 0
