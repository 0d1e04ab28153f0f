"""Serves a demo city as anybody would serve it, with an SMS gateway beside it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.looking import Site
from tests.standards.gateways.posting import SECRET, listening

_COMMAND = [sys.executable, "-c", "from lacarte.cli import main; main()"]
_START_SECONDS = 240


@contextmanager
def served(home: Path, *, residents: int, needs: int) -> Iterator[Site]:
    """A city of so many residents and needs, until the end of the block. Its log lies beside ``home``."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with listening([]) as (relay, _), (home.parent / "demo.log").open("w") as log:
        environment = of_installation(home) | {
            "LACARTE_RATE_LIMIT": "1000/minute",  # browsers are quicker than people
            "LACARTE_FILL_SECONDS": "0",
            "LACARTE_SITE_ADDRESS": address,
            "LACARTE_GATEWAYS": f"relay sms {relay}",
            "LACARTE_GATEWAY_SECRETS": f"relay {SECRET}",
        }
        words = ["demo", "--no-browser", "--port", str(port)]
        words += ["--residents", str(residents), "--needs", str(needs)]
        running = subprocess.Popen([*_COMMAND, *words], env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(address, running, Path(log.name))
            yield Site(address, home)
        finally:
            running.terminate()
            running.wait(timeout=40)


def of_installation(home: Path) -> dict[str, str]:
    """The environment of a command of the installation in ``home``, without what the tests set for themselves."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LACARTE_")}
    return environment | {"LACARTE_HOME": str(home)}


def _wait_for(address: str, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"the demo did not start:\n{log.read_text()}")
