"""Ctrl-C while a run is computed: a solver ends well with what it has, and that must never count."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from lacarte.cli.matching import match as command
from lacarte.engines.matching import Problem, Result, solve
from lacarte.kernel import jobs
from lacarte.loop.matching import actions, keeping, nights
from lacarte.loop.matching.actions import compute, match, match_urgent
from lacarte.loop.matching.lease import lease
from lacarte.loop.matching.models import Match, MatchingRun
from lacarte.loop.matching.replaying import replay
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel
from lacarte.loop.orders.models import Order
from tests.background import work
from tests.city import build

pytestmark = pytest.mark.django_db
Kind = MatchingRun.Kind


@pytest.fixture(autouse=True)
def _three_wait() -> None:
    city = build(units=2)
    for _ in range(3):
        receive(channel=Channel.WEB, text="", longitude=122.04, latitude=28.04, service_type=city.care)
    work()


@pytest.fixture
def ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever solves hears Ctrl-C at its first step."""

    def stopped(problem: Problem) -> Result:
        result = solve(problem, solver="auction", progress=lambda *_: signal.raise_signal(signal.SIGINT))
        assert result.solver.endswith(", stopped"), "the auction takes Ctrl-C as the wish to end well"
        return result

    monkeypatch.setattr(actions, "solve", stopped)


def nothing_happened() -> bool:
    work()
    with lease():  # the next run need not wait
        return not (MatchingRun.objects.exists() or Match.objects.exists() or Order.objects.exists())


@pytest.mark.parametrize(
    "run",
    [
        match,
        match_urgent,
        nights.compute_due,
        lambda: compute(Kind.BY_HAND),
        lambda: compute(Kind.BY_HAND, balance_districts=True),
    ],
)
@pytest.mark.usefixtures("ctrl_c")
def test_a_run_that_was_stopped_is_not_kept_and_does_not_count(run: Callable[[], Any]) -> None:
    with pytest.raises(KeyboardInterrupt):
        run()
    assert nothing_happened()


def test_ctrl_c_while_the_next_units_are_looked_for_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    where_next = keeping.where_next
    monkeypatch.setattr(keeping, "where_next", lambda *given: replace(where_next(*given), complete=False))
    with pytest.raises(KeyboardInterrupt):
        match()
    assert nothing_happened()


@pytest.mark.parametrize("options", [[], ["--preview"]])
@pytest.mark.usefixtures("ctrl_c")
def test_the_command_says_so_in_one_line(options: list[str]) -> None:
    ended = CliRunner().invoke(command, options)
    assert (ended.exit_code, ended.stdout) == (130, "")
    assert ended.stderr.splitlines()[-1] == (
        "lacarte: stopped before there was a proved result: no run is published"
    )
    assert nothing_happened()


def test_ctrl_c_while_units_are_taken_leaves_them_to_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "work_once", lambda: signal.raise_signal(signal.SIGINT))
        ended = CliRunner().invoke(command, [])
    run = MatchingRun.objects.get()
    assert ended.exit_code == 130
    assert f"lacarte: stopped: run {run.pk} counts, and the worker takes the units that are left" in ended.stderr
    work()
    assert Order.objects.count() == run.matched == 2


def test_ctrl_c_ends_a_comparison(request: pytest.FixtureRequest) -> None:
    run = compute(Kind.BY_HAND)
    assert replay(run) == []
    request.getfixturevalue("ctrl_c")
    ended = CliRunner().invoke(command, ["--again", str(run.pk)])
    assert (ended.exit_code, ended.stdout) == (130, "")
    assert ended.stderr.splitlines()[-1] == "lacarte: stopped: nothing is compared"
