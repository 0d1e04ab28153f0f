"""``lacarte demo``: a home with the demo city in it, then a worker and a server until stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path

_SETTINGS = """# Made by `lacarte demo`; docs/reference/settings.md says what can be set.
time_zone = "Asia/Shanghai"
emergency_numbers = ["police=110", "fire=119", "ambulance=120", "crisis=12356"]
"""
_START_SECONDS = 60


class DemoError(Exception):
    """The demo cannot run; the message says why and what to do."""


def write_settings(home: Path) -> None:
    """Give a new home the demo's settings. Must run before Django reads them. Raises :class:`DemoError`."""
    try:
        if not home.exists() or not any(home.iterdir()):
            home.mkdir(parents=True, exist_ok=True)
            (home / "lacarte.toml").write_text(_SETTINGS, encoding="utf-8")
    except OSError as error:
        raise DemoError(f"{home} cannot be used ({error.strerror}); choose another folder with --home") from error


def prepare(*, residents: int, needs: int, progress: Callable[[str], None]) -> None:
    """Create the database, load the city, and match once so that every page has something to show.

    Each step is done once: what was interrupted goes on where it stopped. Raises :class:`DemoError`.
    """
    from django.core.management import call_command

    from lacarte.demo.accounts import settle_provider, settle_resident
    from lacarte.demo.load import OtherDataError, load
    from lacarte.demo.shift import settle_shift
    from lacarte.demo.takeup import settle_takeup
    from lacarte.demo.together import settle_together
    from lacarte.demo.walk import work
    from lacarte.loop.matching.actions import match
    from lacarte.loop.matching.queries import latest_run

    progress("creating the database")
    call_command("migrate", verbosity=0)
    try:
        load(residents=residents, needs=needs, progress=progress)
    except OtherDataError as error:
        raise DemoError(str(error)) from error
    if latest_run() is None:
        match(progress)
    progress("placing orders")
    work()
    settle_resident()
    settle_provider()
    settle_together()
    settle_shift()
    progress("looking who is entitled to what")
    settle_takeup()


def check_loop(say: Callable[[str], None]) -> None:
    """Turn the whole loop once and say what happened. Raises :class:`DemoError` where it breaks."""
    from lacarte.demo.walk import LoopBrokenError, walk

    try:
        for said in walk():
            say(f"{said.stage:<11} {said.words}")
    except LoopBrokenError as error:
        raise DemoError(f"the loop is broken: {error}") from error


def serve(home: Path, port: int, *, browser: bool, say: Callable[[str], None]) -> None:
    """Run worker and server until Ctrl-C or SIGTERM. Raises :class:`DemoError` when one of them ends by itself."""
    environment = {**os.environ, "LACARTE_HOME": str(home)}
    command = [sys.executable, "-c", "from lacarte.cli import main; main()"]
    children = {
        "worker": subprocess.Popen([*command, "worker"], env=environment, start_new_session=True),  # noqa: S603
        "server": subprocess.Popen(  # noqa: S603
            [*command, "serve", "--port", str(port)], env=environment, start_new_session=True
        ),
    }
    address = f"http://127.0.0.1:{port}/"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _wait_for(address, children)
        say(welcome(address))
        if browser:
            webbrowser.open(address)
        _watch(children)
    except KeyboardInterrupt:
        say("Stopping.")
    finally:
        for child in children.values():
            child.terminate()
        for child in children.values():
            child.wait(timeout=30)


def _wait_for(address: str, children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Until the first page is there."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        _check(children)
        try:
            with urllib.request.urlopen(address, timeout=10):  # noqa: S310 (our own address)
                return
        except OSError:
            time.sleep(0.2)
    raise DemoError(f"{address} does not answer")


def _watch(children: dict[str, subprocess.Popen[bytes]]) -> None:
    while True:
        _check(children)
        time.sleep(0.5)


def _check(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if (code := child.poll()) is not None:
            raise DemoError(f"the {name} ended by itself (exit code {code}); see above")


def welcome(address: str) -> str:
    """Where to look, and as whom."""
    from lacarte.demo.accounts import ACCOUNTS, PASSWORD

    rows = "\n".join(f"  {one.name:<14} {address.rstrip('/')}{one.page}" for one in ACCOUNTS)
    return f"\nLanwan is open at {address}\n\nSign in as (password {PASSWORD}):\n{rows}\n\nStop with Ctrl-C."
