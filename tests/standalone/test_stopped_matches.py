"""Ctrl-C ends a match well, with what it has and what can be said of it."""

from __future__ import annotations

import signal
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lacarte import standalone
from lacarte.engines.matching import certify, solve
from lacarte.engines.matching.candidates.build import candidates
from lacarte.standalone import match, run, save
from tests.standalone.files import inputs
from tests.standalone.matched import SUPPLY, crowd, summary


class Interrupted:
    """Says nothing, and presses Ctrl-C when it hears the solver say something."""

    def __init__(self, times: int) -> None:
        self.left, self.heard = times, []

    def __call__(self, line: str) -> None:
        self.heard.append(line)
        if line.startswith("solving") and self.left:
            for _ in range(self.left):
                self.left -= 1
                signal.raise_signal(signal.SIGINT)


@pytest.fixture
def auctions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small problems are solved as large ones are, without waiting for a compiler."""
    monkeypatch.setattr(run, "solve", lambda problem, **options: solve(problem, solver="auction", **options))


@pytest.mark.usefixtures("auctions")
def test_ctrl_c_while_solving_ends_with_a_certified_match_and_says_so(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    heard = Interrupted(1)
    found = match(inputs(tmp_path, crowd(), SUPPLY), say=heard)
    assert signal.getsignal(signal.SIGINT) is before
    assert found.stopped
    assert "stopped early" in found.in_a_line()
    assert any("stopping" in line for line in heard.heard)
    certify(found.problem, found.result)
    queue = found.by_class.served_by_class
    assert sum(found.result.served_by_class.values()) >= 0.8 * sum(queue.values())
    for language in standalone.words.LANGUAGES:
        save(found, tmp_path / "out", language)
        assert summary(tmp_path / "out")["stopped_early"]


@pytest.mark.usefixtures("auctions")
def test_a_second_ctrl_c_ends_everything(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        match(inputs(tmp_path, crowd(), SUPPLY), say=Interrupted(2))


def test_a_match_that_is_not_the_best_is_written_without_what_cannot_be_said(tmp_path: Path) -> None:
    given_files = inputs(tmp_path, crowd(), SUPPLY)
    found = candidates(given_files.needs, given_files.offers)
    nobody = solve(found.problem)
    worst = replace(
        nobody,
        assignment=np.full(60, -1, dtype=np.int32),
        price=np.zeros(3, dtype=np.int64),
        objective=10**15,
        bound=0,
        gap=10**15,
    )
    best = run._stopped(found, worst)
    assert best.result.objective < 10**15
    assert best.result.served_by_class


def test_matching_works_beside_the_main_thread(tmp_path: Path) -> None:
    given_files, found = inputs(tmp_path, crowd(), SUPPLY), []
    thread = threading.Thread(target=lambda: found.append(match(given_files)))
    thread.start()
    thread.join()
    assert found[0].result.gap == 0
