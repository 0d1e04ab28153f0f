"""Scanners are asked as they want to be; one that is away, or does not know, has not said that a file is clean."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lacarte.loop.needs.uploads.scanners import ScannerDownError
from lacarte.standards.scanners.configured import scanner_of
from tests.standards.scanners.clamd_server import EICAR, serving

pytestmark = pytest.mark.once


@pytest.mark.parametrize("by_path", [False, True])
def test_clamd_is_asked_by_port_or_by_path(by_path: bool, tmp_path: Path) -> None:
    with serving(tmp_path / "clamd.ctl" if by_path else None) as written:
        clamd = scanner_of(written)
        assert clamd is not None
        clamd.ask()
        assert clamd.look(b"a letter" * 100_000) == ""
        assert clamd.look(b"x" * 70_000 + EICAR) == "Eicar-Test-Signature"
        assert clamd.look(b"") == ""
        with pytest.raises(ScannerDownError, match=r"size limit|reset"):
            clamd.look(b"x" * 3_000_000)
    with pytest.raises(ScannerDownError, match="cannot be asked"):
        clamd.look(b"a letter")
    with pytest.raises(ScannerDownError):
        clamd.ask()


def test_a_command_says_it_by_its_exit_code() -> None:
    words = "import sys; sys.exit('bad' in sys.stdin.read() and (print('stdin: Bad FOUND') or 1))"
    command = scanner_of(f'command {sys.executable} -c "{words}"')
    assert command is not None
    command.ask()
    assert command.look(b"good") == ""
    assert command.look(b"bad") == "Bad"


@pytest.mark.parametrize("written", ["command false-not-there -", "command sh -c 'exit 2'"])
def test_a_command_that_fails_has_not_said_that_it_is_clean(written: str) -> None:
    command = scanner_of(written)
    assert command is not None
    with pytest.raises(ScannerDownError):
        command.look(b"good")


@pytest.mark.parametrize("written", ["clamd", "clamd://", "http://localhost", "clamd://host:port", "command 'x"])
def test_a_setting_that_names_none_says_what_it_should_be(written: str) -> None:
    with pytest.raises(ValueError, match=r"scanner: .* is not like clamd://localhost:3310"):
        scanner_of(written)


def test_none_is_none() -> None:
    assert scanner_of("") is None
