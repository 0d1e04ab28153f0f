"""The command reads well and fails in one clear line."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.command import lacarte
from tests.migrated import migrated

pytestmark = pytest.mark.once


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = lacarte(tmp_path, "--help").stdout
    for command in ("check", "match", "migrate", "serve", "test", "user", "worker"):
        assert f"  {command}" in shown


def test_an_installation_from_nothing_to_a_first_match(tmp_path: Path) -> None:
    assert "up to date" in lacarte(tmp_path, "migrate").stdout
    assert "0 of 0 needs matched" in lacarte(tmp_path, "match").stdout
    preview = lacarte(tmp_path, "match", "--preview").stdout
    assert "0 of 0 needs would be matched" in preview
    run = preview.split()[1].rstrip(":")
    assert lacarte(tmp_path, "match", "--again", run).stdout == "The same comes out, to the last bit.\n"
    unknown = lacarte(tmp_path, "match", "--again", "0193e0c2-6f7b-7d1e-9a52-3f6c8b1d2e4f")
    assert (unknown.returncode, "there is no run 0193e0c2" in unknown.stderr) == (1, True)
    added = lacarte(tmp_path, "user", "ana", "--role", "planner", "--password", "correct horse battery")
    assert added.stdout == "Added ana, planner for Everywhere.\n"
    twice = lacarte(tmp_path, "user", "ana", "--password", "correct horse battery")
    assert (twice.returncode, twice.stderr) == (1, "lacarte: there is a user called “ana” already\n")
    healthy = lacarte(tmp_path, "check")
    assert healthy.returncode == 0, healthy.stdout
    assert "BAD" not in healthy.stdout


@pytest.mark.parametrize(
    "options",
    [["--tolerance", "0.5"], ["--language", "zh-hans"], ["--preview", "--seed", "7"], ["--threads", "1"]],
)
def test_options_of_files_without_files_never_match_the_records(tmp_path: Path, options: list[str]) -> None:
    done = lacarte(tmp_path, "match", *options)
    assert (done.returncode, "Usage:" in done.stderr) == (2, True)


def test_a_user_needs_a_name(tmp_path: Path) -> None:
    migrated(tmp_path)
    for name in ("", "n" * 151, "two words"):
        done = lacarte(tmp_path, "user", name, "--password", "correct horse battery")
        assert done.returncode == 1
        assert done.stderr.startswith("lacarte: ")
        assert len(done.stderr.splitlines()) == 1


def test_nobody_serves_beside_another_server(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = lacarte(tmp_path, "serve", "--port", str(other.getsockname()[1]))
    assert (done.returncode, "cannot listen on" in done.stderr) == (1, True)


def test_check_finds_what_is_wrong(tmp_path: Path) -> None:
    migrated(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    found = lacarte(tmp_path, "check")
    assert found.returncode == 1
    assert "chmod 600" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["check"], {}, "lacarte migrate"),
        (["check"], {"LACARTE_THREADS": "0"}, "threads: 0 is not between"),
        (["check"], {"LACARTE_DATABASE": "postgresql://nobody@127.0.0.1:1/x"}, "cannot be reached"),
        (["check"], {"LACARTE_LANGUAGE": "xx"}, "language: “xx” is none of en, zh-hans"),
        (["match"], {}, "lacarte migrate"),
    ],
)
def test_what_goes_wrong_is_one_clear_line(tmp_path: Path, arguments: list, environment: dict, says: str) -> None:
    failed = lacarte(tmp_path, *arguments, **environment)
    assert failed.returncode == 1
    assert says in failed.stderr + failed.stdout
    assert "Traceback" not in failed.stderr
