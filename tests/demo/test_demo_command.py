"""``lacarte demo`` as somebody new runs it: one command, then a city to click through."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

SMALL = ["--residents", "600", "--needs", "300"]
pytestmark = pytest.mark.once


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from lacarte.cli import main; main()", *words]


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LACARTE_")}


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def test_check_turns_the_loop_and_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        command("demo", "--check", "--home", str(tmp_path), *SMALL), capture_output=True, text=True, env=clean()
    )
    assert done.returncode == 0, done.stderr
    stages = [line.split()[0] for line in done.stdout.splitlines()]
    assert list(dict.fromkeys(stages)) == [
        *("sensed", "understood", "weighed", "matched", "delivered", "heard", "counted", "planned")
    ]
    again = subprocess.run(
        command("demo", "--check", "--home", str(tmp_path), *SMALL), capture_output=True, text=True, env=clean()
    )
    assert again.returncode == 0, "the loop turns again in the same city"
    assert "writing" not in again.stderr


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    port = str(free_port())
    words = command("demo", "--no-browser", "--home", str(tmp_path), "--port", port, *SMALL)
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean())
    said = ""
    try:
        assert running.stdout is not None
        until = time.monotonic() + 90
        while "Stop with Ctrl-C.\n" not in said and time.monotonic() < until:
            said += running.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert "What do you need?" in page.read().decode()
        taken = subprocess.run(
            command("demo", "--home", str(tmp_path), "--port", port), capture_output=True, text=True, env=clean()
        )
        assert taken.returncode == 1
        assert f"cannot listen on 127.0.0.1:{port}" in taken.stderr
    finally:
        running.send_signal(signal.SIGTERM)
        rest, _ = running.communicate(timeout=40)
    for words_said in ("Lanwan is open at", "welcome-to-lanwan", "case-worker", "planner"):
        assert words_said in said
    assert "Traceback" not in said + rest
    with socket.socket() as asked:
        assert asked.connect_ex(("127.0.0.1", int(port))) != 0, "nobody serves any more"
