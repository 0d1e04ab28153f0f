"""What ``lacarte test`` runs, and how processes share the tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from django.conf import LazySettings

from lacarte.site import quality
from tests.sharing_out import share

Step = tuple[list[str], dict[str, str]]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Step]:
    """Each step by its name, noted instead of run; the types are wrong."""
    noted: dict[str, Step] = {}

    def note(name: str, command: list[str], root: Path, environment: dict[str, str]) -> bool:
        noted[name] = command, environment
        return name != "types"

    monkeypatch.setattr(quality, "_run", note)
    monkeypatch.setenv("LACARTE_DATABASE", "postgresql://somewhere/else")
    monkeypatch.delenv("LACARTE_TEST_POSTGRES", raising=False)
    return noted


def test_all_tests_are_shared_out_and_run_backwards_on_postgresql(
    steps: dict[str, Step], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LACARTE_TEST_POSTGRES", "postgresql://here/tests")
    assert quality.run_all(Path(), []) == 1
    assert capsys.readouterr().err.split() == ["Failed:", "types"]
    (first, at_first), (second, then) = [steps[name] for name in steps if name.startswith("tests on")]
    assert "-n" in first and "-n" in second
    assert ("--reverse" in first, "--reverse" in second) == (False, True)
    assert "LACARTE_DATABASE" not in at_first, "what is set for an installation is not for its tests"
    assert then["LACARTE_DATABASE"] == "postgresql://here/tests"


def test_chosen_tests_are_run_as_they_were_asked_for(steps: dict[str, Step]) -> None:
    quality.run_all(Path(), ["tests/loop", "-k", "matching"])
    [(command, _)] = [steps[name] for name in steps if name.startswith("tests on")]
    assert command[1:] == ["-m", "pytest", "tests/loop", "-k", "matching"]


def test_what_shares_something_stays_together() -> None:
    assert share("tests/browser/test_menu.py::test_a[en]") == share("tests/browser/test_telling_it.py::test_b")
    assert share("tests/kernel/crash/test_crash.py::test_a") == share("tests/loop/crash/test_clerks.py::test_b")
    assert share("tests/loop/test_loop.py::test_a[x::y]") == share("tests/loop/test_loop.py::test_b")
    assert share("tests/loop/test_loop.py::test_a") != share("tests/loop/test_sites.py::test_a")


def test_tests_have_a_home_of_their_own(settings: LazySettings) -> None:
    assert str(settings.HOME) == os.environ["LACARTE_HOME"]
    assert settings.HOME.parent == Path(tempfile.gettempdir()).resolve()
